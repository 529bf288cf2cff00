"""Intake's pages: the desk where complaints are written down, and their slip; others join in."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake import (
    box_pages,
    complaint_pages,
    erasure_pages,
    form_pages,
    forum_pages,
    import_pages,
    offline_pages,
    poster_pages,
    public_pages,
    receipt_pages,
    slip_pages,
    visits_pages,
)
from services.intake.application import Intake
from services.intake.cases import Cases
from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.intake.erasing import Erasing
from services.intake.forms import form_of
from services.intake.forums import Forums
from services.intake.importing import Importing
from services.intake.incoming import pages as incoming_pages
from services.intake.incoming.application import Incoming
from services.intake.incoming.settling import Settling
from services.intake.retention import Ended, Keeping
from services.intake.suggesting import Nearby, Suggesting
from services.intake.surveys import joined as survey_pages
from services.intake.surveys.importing import SurveyImports
from services.intake.typed import read_form, refused, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import Forbidden, Problem
from services.kernel.handover.told import Thread
from services.kernel.keyring import Words
from services.kernel.text import _
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.resumed import not_shown_yet

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat"
NAV: Final = (NavItem("desk", _("Catat"), PATH, RECEIVE), *survey_pages.NAV, *erasure_pages.NAV)
SAVED: Final = flash("complaint.received", _("Sudah tersimpan."))
ANSWERS: Final = ("in_person", "phone", "sms", "whatsapp", "email", "letter")
LABELS: Final = {
    "channel": _("Datang lewat"),
    "text": _("Apa yang disampaikan"),
    "kind": _("Jenis"),
    "service_unit": _("Unit layanan"),
    "incident_date": _("Tanggal kejadian"),
    "received_at": _("Kapan disampaikan"),
    "categories": _("Tentang"),
    "name": _("Nama"),
    "phone": _("Nomor telepon"),
    "email": _("Surel"),
    "address": _("Alamat"),
    "relation": _("Hubungan dengan pasien"),
    "wants_answer_by": _("Ingin dikabari lewat"),
    "confidentiality": _("Kerahasiaan"),
    "barrier": _("Hambatan saat menyampaikan"),
    "anonymous": _("Tanpa nama"),
}

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Desk = Annotated[Principal, requires(RECEIVE)]


def router(
    intake: Intake,
    importing: Importing,
    words: Words,
    nearby: Nearby,
    cases: Cases,
    erasing: Erasing,
    ended: Ended,
    survey_imports: SurveyImports,
    forums: Forums,
    thread: Thread,
    settling: Settling,
) -> APIRouter:
    """Return intake's pages; `nearby` answers what else came in about then, `cases` what the case
    of a complaint allows, `ended` which cases ended long ago, `forums` which meetings there are,
    `thread` what was written of a complaint, `settling` opens what came with messages."""
    pages = APIRouter(include_in_schema=False)
    _add_desk(pages, intake)
    import_pages.add(pages, intake, importing)
    offline_pages.add(pages, intake, LABELS, _choices)
    slip_pages.add(pages, intake)
    form_pages.add(pages, intake, words, cases, thread)
    poster_pages.add(pages, intake, _reachable)
    box_pages.add(pages, intake, _choices, _reachable)
    visits_pages.add(pages, intake, _reachable)
    forum_pages.add(pages, intake, forums, _choices)
    incoming_pages.add(pages, intake, settling, words, LABELS, _choices)
    suggesting = Suggesting(intake, nearby)
    complaint_pages.add(pages, intake, words, suggesting, cases, LABELS, _choices)
    receipt_pages.add(pages, intake, cases)
    erasure_pages.add(pages, intake, erasing, Keeping(intake, ended))
    public_pages.add(pages, intake, LABELS, _choices)
    survey_pages.add(pages, intake, survey_imports, words, _choices)
    return pages


def _add_desk(pages: APIRouter, intake: Intake) -> None:
    incoming = Incoming(intake)

    def show(
        request: Request,
        principal: Principal,
        here: Puskesmas | None,
        form: Form,
        status: int = 200,
        key: str = "",
    ) -> Response:
        return render(
            request,
            "intake/desk.html",
            status=status,
            section="desk",
            zone=ZoneInfo(here.zone) if here else None,
            place=here and here.name,
            here=here,
            reachable=_reachable(intake, principal),
            choices=_choices(intake, here, language_of(request)) if here else {},
            labels=LABELS,
            form=form,
            key=key or str(uuid4()),
            kept=False,
            came=incoming.count([here.code] if here else principal.scope(RECEIVE)),
        )

    @pages.get(PATH)
    def desk(request: Request, principal: Desk, puskesmas: str | None = None) -> Response:
        """Show the complaint form, after asking for which Puskesmas where there are several."""
        reachable = _reachable(intake, principal)
        code = puskesmas or (reachable[0].code if len(reachable) == 1 else None)
        if code is None:
            return show(request, principal, None, Form())
        here = intake.at(code)
        principal.role_for(RECEIVE, code)
        return show(request, principal, here, Form())

    @pages.post(PATH)
    def write_down(request: Request, principal: Desk, values: Fields) -> Response:
        """Write a complaint down, and lead to its slip (SOP Lamaru 1c, 2b)."""
        here = intake.at(str(values.get("puskesmas", "")))
        principal.role_for(RECEIVE, here.code)
        try:
            not_shown_yet(values)
            body = read_form(values, ZoneInfo(here.zone), intake.clock())
            who = intent(principal, RECEIVE, here.code, body.received_at)
            repeat = once_of_form(principal.account_id, f"POST {PATH}", values)
            answer = intake.receive(here.code, form_of(body), who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = refused(values, problem)
            # What is put right is still the same entry, also where a browser kept it.
            return show(request, principal, here, form, problem.status, form.value("key"))
        # By the code a district's proxy finds where it was written down just now.
        slip = f"{PATH}/{answer.ids['id']}/slip?puskesmas={here.code}"
        return see_other(request, slip, SAVED)


def _reachable(intake: Intake, principal: Principal) -> list[Puskesmas]:
    scope = principal.scope(RECEIVE)
    return [each for each in intake.district.all_puskesmas if scope is None or each.code in scope]


def _choices(
    intake: Intake, here: Puskesmas, language: str
) -> Mapping[str, list[tuple[str, object]]]:
    """Return what may be chosen at this Puskesmas, by field: codes and their names."""
    district = intake.district
    named = {
        "service_unit": district.units_of(here.code),
        "categories": district.categories,
        "relation": district.relations,
        "barrier": district.barriers,
    }
    return {
        "channel": [(code, glossary.word("channel", code)) for code in here.channels],
        "wants_answer_by": [(code, glossary.word("channel", code)) for code in ANSWERS],
        "kind": [(code, glossary.word("kind", code)) for code in KINDS],
        "confidentiality": [(c, glossary.word("confidentiality", c)) for c in CONFIDENTIALITIES],
        **{
            field: [(each.code, each.name_in(language)) for each in entries]
            for field, entries in named.items()
        },
    }
