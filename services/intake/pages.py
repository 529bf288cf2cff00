"""Intake's pages: the desk where complaints are written down, their slip, and the public's form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake import complaint_pages, import_pages, offline_pages, receipt_pages
from services.intake.application import Intake
from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.intake.forms import form_of
from services.intake.importing import Importing
from services.intake.typed import line, once, read_form, refused, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.throttle import FormThrottle
from services.kernel.access.web import PUBLIC, client_address, requires
from services.kernel.aggregate import Intent
from services.kernel.commands import intent
from services.kernel.district import Limit, Puskesmas
from services.kernel.errors import Forbidden, KeyReused, Problem, TooMany, invalid
from services.kernel.keyring import Words
from services.kernel.text import _
from services.kernel.vocabulary import CASE_KINDS
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat"
NAV: Final = (NavItem("desk", _("Catat"), PATH, RECEIVE),)
SAVED: Final = flash("complaint.received", _("Sudah tersimpan."))
ANYBODY: Final = "public"
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
_PUBLIC_PLACES: Final = {"complainant": "anonymous", "confidentiality": "anonymous"}
_PUBLIC_FIELDS: Final = ("text", "kind", "service_unit", "name", "phone")

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Desk = Annotated[Principal, requires(RECEIVE)]


def router(intake: Intake, importing: Importing, words: Words) -> APIRouter:
    """Return intake's pages."""
    pages = APIRouter(include_in_schema=False)
    _add_desk(pages, intake)
    import_pages.add(pages, intake, importing)
    offline_pages.add(pages, intake, LABELS, _choices)
    _add_slip(pages, intake)
    complaint_pages.add(pages, intake, words, LABELS, _choices)
    receipt_pages.add(pages, intake)
    _add_public(pages, intake)
    return pages


def _add_desk(pages: APIRouter, intake: Intake) -> None:
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
        )

    @pages.get(PATH)
    def desk(request: Request, principal: Desk, puskesmas: str | None = None) -> Response:
        """Show the complaint form, after asking for which Puskesmas where there are several."""
        reachable = _reachable(intake, principal)
        code = puskesmas or (reachable[0].code if len(reachable) == 1 else None)
        if code is None:
            return show(request, principal, None, Form())
        here = intake.district.puskesmas(code)
        principal.role_for(RECEIVE, code)
        return show(request, principal, here, Form())

    @pages.post(PATH)
    def write_down(request: Request, principal: Desk, values: Fields) -> Response:
        """Write a complaint down, and lead to its slip (SOP Lamaru 1c, 2b)."""
        here = intake.district.puskesmas(str(values.get("puskesmas", "")))
        principal.role_for(RECEIVE, here.code)
        try:
            body = read_form(values, ZoneInfo(here.zone))
            who = intent(principal, RECEIVE, here.code, body.received_at)
            repeat = once(principal.account_id, f"POST {PATH}", values)
            answer = intake.receive(here.code, form_of(body), who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = refused(values, problem)
            # What is put right is still the same entry, also where a browser kept it.
            key = "" if isinstance(problem, KeyReused) else line(values, "key")
            return show(request, principal, here, form, problem.status, key)
        return see_other(request, f"{PATH}/{answer.ids['id']}/slip", SAVED)


def _add_slip(pages: APIRouter, intake: Intake) -> None:
    @pages.get(PATH + "/{id}/slip")
    def slip(request: Request, id: UUID, principal: Desk) -> Response:
        """Show the slip that the complainant takes home; it is printed from the browser."""
        complaint = intake.get(id)
        principal.role_for(RECEIVE, complaint.puskesmas)
        here = intake.district.puskesmas(complaint.puskesmas)
        response = render(
            request,
            "intake/slip.html",
            section="desk",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            complaint=complaint,
            has_case=complaint.kind in CASE_KINDS,
            **_receipt(request, intake, here, id, complaint.kind, complaint.received_at),
        )
        response.headers["cache-control"] = "no-store"
        return response


def _add_public(pages: APIRouter, intake: Intake) -> None:
    throttle = FormThrottle()

    def show(request: Request, here: Puskesmas, form: Form, status: int = 200) -> Response:
        return render(
            request,
            "intake/report.html",
            status=status,
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            choices=_choices(intake, here, language_of(request)),
            labels=LABELS,
            form=form,
            key=str(uuid4()),
        )

    @pages.get("/p/{code}/lapor", dependencies=[PUBLIC])
    def report_form(request: Request, code: str) -> Response:
        """Show the public's form."""
        return show(request, intake.district.puskesmas(code), Form())

    @pages.post("/p/{code}/lapor", dependencies=[PUBLIC])
    def report(request: Request, code: str, values: Fields) -> Response:
        """Write down what somebody sends, and answer with the code: it is in no address."""
        here = intake.district.puskesmas(code)
        # Only these fields are the public's to fill in; the rest of the form is the desk's.
        typed: dict[str, str | list[str]] = {
            name: values[name] for name in _PUBLIC_FIELDS if name in values
        }
        typed["channel"] = "web"
        typed["confidentiality"] = "anonymous" if values.get("anonymous") else "open"
        try:
            throttle.take(client_address(request.scope))
            if values.get("anonymous") and (values.get("name") or values.get("phone")):
                message = _("Kosongkan nama dan nomor telepon, atau hapus centang ini.")
                raise invalid("anonymous", message)
            body = read_form(typed, ZoneInfo(here.zone))
            repeat = once(ANYBODY, f"POST /p/{code}/lapor", values)
            who = Intent(ANYBODY, ANYBODY)
            answer = intake.receive(here.code, form_of(body), who, repeat).result()
        except Problem as problem:
            page = show(request, here, refused(values, problem, _PUBLIC_PLACES), problem.status)
            if isinstance(problem, TooMany):
                page.headers["retry-after"] = str(problem.extra["retry_after"])
            return page
        id = UUID(answer.ids["id"])
        complaint = intake.get(id)
        response = render(
            request,
            "intake/thanks.html",
            status=201,
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            complaint=complaint,
            **_receipt(request, intake, here, id, complaint.kind, complaint.received_at),
        )
        response.headers["cache-control"] = "no-store"
        return response


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


class _Picture(str):
    """A drawing as segno wrote it, which pages take as it is (`__html__` says so to Jinja).

    It holds nothing that anybody typed; the code is in its squares, not in its text.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return self


def _receipt(
    request: Request, intake: Intake, here: Puskesmas, id: UUID, kind: str, received_at: datetime
) -> dict[str, Any]:
    """Return what a receipt shows: the code, the way to it, and how soon there is a response."""
    code = intake.receipt(id)
    base = getattr(request.app.state, "public_url", None) or str(request.base_url)
    link = f"{base.rstrip('/')}/r#{code}"
    drawn = segno.make(link, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    picture = _Picture(drawn)
    limit = _response_limit(intake, here, kind, received_at)
    return {"code": code, "link": link, "picture": picture, "limit": limit}


def _response_limit(
    intake: Intake, here: Puskesmas, kind: str, received_at: datetime
) -> Limit | None:
    """Return the limit for a response to what is not graded yet; None for praise.

    It is said as a length, not as a day: the days that this Puskesmas declared closed are known
    to the case, whose receipt names the day.
    """
    if kind not in CASE_KINDS:
        return None
    received_on = received_at.astimezone(ZoneInfo(here.zone)).date()
    rules = intake.district.rules_at(received_on)
    return rules.limit("response", kind=kind, grade=None, misconduct=False)
