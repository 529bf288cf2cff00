"""Intake's pages about erasing a person: whom it concerns, what will happen, and how far it is.

No words stand on them: numbers lead to the complaints' own pages, where they are opened by role.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain import HOLD_REASONS, REASONS, Complaint, Stage
from services.intake.erasing import Erasing
from services.intake.person import WHY_NOT
from services.intake.register import Register
from services.intake.retention import Keeping
from services.intake.typed import Values, line, refused, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.aggregate import Intent
from services.kernel.commands import intent, once_of_form
from services.kernel.errors import Conflict, Forbidden, NotFound, Problem, Unavailable, invalid
from services.kernel.text import Text, _
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.others import namer, version_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.resumed import not_shown_yet

READ: Final = "erasure.read"
ERASE: Final = "person.erase"
HOLD: Final = "person.hold"
PATH: Final = "/penghapusan"
NAV: Final = (NavItem("erasure", _("Penghapusan data"), PATH, READ, rare=True),)
ASKED: Final = flash("person.erasure_asked", _("Penghapusan dicatat."))
CALLED_BACK: Final = flash("person.erasure_called_back", _("Penghapusan dibatalkan."))
HELD: Final = flash("person.held", _("Penahanan hukum dicatat."))
LIFTED: Final = flash("person.hold_lifted", _("Penahanan hukum dicabut."))
WHY: Final[Mapping[str, Text]] = {
    "subject_request": _("Orangnya meminta datanya dihapus"),
    "consent_withdrawn": _("Persetujuannya ditarik"),
    "unlawful": _("Datanya diperoleh tanpa dasar yang sah"),
    "retention": _("Masa simpannya habis"),
}
HELD_FOR: Final[Mapping[str, Text]] = {
    "legal_case": _("Terkait perkara hukum"),
    "law_enforcement": _("Diminta penegak hukum"),
    "archive_schedule": _("Jadwal retensi arsip"),
    "public_interest": _("Kepentingan umum penyelenggaraan negara"),
}
STAGES: Final[Mapping[Stage, Text]] = {
    Stage.REQUESTED: _("Menunggu jawaban rumah Puskesmasnya"),
    Stage.SCHEDULED: _("Isi ditutup, menunggu dimusnahkan"),
    Stage.REFUSED: _("Ditolak"),
    Stage.CALLED_BACK: _("Dibatalkan"),
    Stage.ERASED: _("Dihapus"),
}
HOLDS: Final = "/tahan"
LABELS: Final = {
    "reason": _("Mengapa"),
    "until": _("Sampai hari"),
    "number": _("Nomor keluhan"),
    "ends_open_cases": _("Kasus yang masih ditangani"),
}
Fields = Annotated[Values, Depends(typed_fields)]
Reader = Annotated[Principal, requires(READ)]
Eraser = Annotated[Principal, requires(ERASE)]
Holder = Annotated[Principal, requires(HOLD)]
Do = Callable[[Intent, dict[str, Any]], Any]


def add(pages: APIRouter, intake: Intake, erasing: Erasing, keeping: Keeping) -> None:
    """Add the list, and the page of one person."""
    _add_list(pages, intake, erasing, keeping)
    _add_person(pages, intake, erasing)


def _add_list(pages: APIRouter, intake: Intake, erasing: Erasing, keeping: Keeping) -> None:
    register = Register(intake)

    @pages.get(PATH)
    def erasures(request: Request, principal: Reader, number: str = "") -> Response:
        """List the erasures that this reader may see; a number leads to its person."""
        form = Form()
        if number.strip():
            found = register.by_number(number)
            if found is not None and principal.may(READ, intake.get(found).puskesmas):
                return see_other(request, f"{PATH}/{found}")
            form = refused({"number": number}, invalid("number", _("Nomor ini tidak ditemukan.")))
        return render(
            request,
            "intake/erasures.html",
            status=422 if form.errors else 200,
            section="erasure",
            form=form,
            labels=LABELS,
            found=erasing.listed(principal.scope(READ)),
            keeps=any(rules.keep_years for rules in intake.district.rules),
            proposed=_proposed(keeping, principal),
            stages=STAGES,
            why=WHY,
        )


def _add_person(pages: APIRouter, intake: Intake, erasing: Erasing) -> None:
    def show(
        request: Request, principal: Principal, id: UUID, form: Form, status: int = 200
    ) -> Response:
        it = intake.get(id)
        here = intake.at(it.puskesmas)
        found = erasing.person(id, principal.role_for(READ, it.puskesmas))
        why_not = found.refused(ends_open_cases=True)
        response = render(
            request,
            "intake/erasure.html",
            status=status,
            section="erasure",
            zone=ZoneInfo(here.zone),
            place=here.name,
            it=it,
            person=found,
            erasure=it.erasure,
            refused=WHY_NOT.get(it.erasure.refused_for) if it.erasure else None,
            home=intake.home_of(it.puskesmas),
            why_not=WHY_NOT[why_not] if why_not else None,
            may={name: principal.may(name, it.puskesmas) for name in (ERASE, HOLD)},
            days=intake.district.erasure.destroy_after_days,
            can_call_back=_can_call_back(it, intake),
            reasons=[(code, WHY[code]) for code in REASONS],
            hold_reasons=[(code, HELD_FOR[code]) for code in HOLD_REASONS],
            why=WHY,
            held_for=HELD_FOR,
            stages=STAGES,
            labels=LABELS,
            who=namer(request.app.state.access),
            form=form,
            erases=Form() if request.url.path.endswith(HOLDS) else form,
            holds=form if request.url.path.endswith(HOLDS) else Form(),
            key=str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    def take(
        request: Request,
        id: UUID,
        principal: Principal,
        permission: str,
        values: Values,
        do: Do,
        said: Flash,
    ) -> Response:
        """Do one thing, and show the person again, or what is to be mended."""
        here = intake.get(id).puskesmas
        who = intent(principal, permission, here)
        try:
            not_shown_yet(values)
            more = {
                "once": once_of_form(principal.account_id, f"POST {request.url.path}", values),
                "expected": version_of(values),
            }
            do(who, more).result()
        except (Forbidden, NotFound):
            raise
        except Problem as problem:
            return show(request, principal, id, refused(values, problem), problem.status)
        return see_other(request, f"{PATH}/{id}", said)

    @pages.get(PATH + "/{id}")
    def person(request: Request, id: UUID, principal: Reader) -> Response:
        """Show whom an erasure would concern, or how far it is."""
        return show(request, principal, id, Form())

    @pages.post(PATH + "/{id}/hapus")
    def erase(request: Request, id: UUID, values: Fields, principal: Eraser) -> Response:
        """Ask for the person to be erased."""

        def do(who: Intent, more: dict[str, Any]) -> Any:
            ends = line(values, "ends_open_cases") == "true"
            return erasing.request(id, who, _reason(values), ends, _seen(values), **more)

        return take(request, id, principal, ERASE, values, do, ASKED)

    @pages.post(PATH + "/{id}/batalkan")
    def call_back(request: Request, id: UUID, values: Fields, principal: Eraser) -> Response:
        """Call the erasure back before its time."""
        return take(
            request,
            id,
            principal,
            ERASE,
            values,
            lambda who, more: erasing.call_back(id, who, **more),
            CALLED_BACK,
        )

    @pages.post(PATH + "/{id}" + HOLDS)
    def hold(request: Request, id: UUID, values: Fields, principal: Holder) -> Response:
        """Place a legal hold."""

        def do(who: Intent, more: dict[str, Any]) -> Any:
            until = _day(line(values, "until"))
            return erasing.hold(id, who, _reason(values), until, **more)

        return take(request, id, principal, HOLD, values, do, HELD)

    @pages.post(PATH + "/{id}/lepas")
    def lift(request: Request, id: UUID, values: Fields, principal: Holder) -> Response:
        """Take the legal hold away."""
        return take(
            request,
            id,
            principal,
            HOLD,
            values,
            lambda who, more: erasing.lift(id, who, **more),
            LIFTED,
        )


def _proposed(keeping: Keeping, principal: Principal) -> list[dict[str, Any]] | None:
    """Return what the rules propose; None while the lists do not answer."""
    try:
        return keeping.proposed(principal.scope(READ))
    except Unavailable:
        return None


def _can_call_back(it: Complaint, intake: Intake) -> bool:
    asked = it.erasure
    if asked is None or asked.stage is not Stage.SCHEDULED or asked.destroy_at is None:
        return False
    return intake.is_home(it.puskesmas) and intake.clock() < asked.destroy_at


def _seen(values: Values) -> list[UUID]:
    """Return the complaints that the form showed; raises Conflict for what is no id."""
    try:
        return [UUID(each) for each in line(values, "seen").split()]
    except ValueError:
        raise Conflict(_("Muat ulang halaman ini, lalu ulangi.")) from None


def _reason(values: Values) -> str:
    """Return the reason that was chosen; raises InvalidInput where none was."""
    if not (chosen := line(values, "reason")):
        raise invalid("reason", _("Pilih salah satu."))
    return chosen


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise invalid("until", _("Pilih harinya.")) from None
