"""The page on which the visits of a month are written down, or those of many taken from a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.typed import Values, line
from services.intake.visits import Counted, check, record_all, record_visits, recorded, whole_number
from services.intake.visits_files import read_visits
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, Forbidden, InvalidInput, Problem
from services.kernel.files.content import REQUEST_BYTES
from services.kernel.months import Month
from services.kernel.text import Text, _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

RECORD: Final = "visits.record"
PATH: Final = "/kunjungan"
SAVED: Final = flash("visits.recorded", _("Kunjungan sudah tersimpan."))
LABELS: Final[Mapping[str, Text]] = {
    "month": _("Bulan"),
    "visits": _("Seluruh kunjungan"),
    "file": _("Berkas"),
}
_OF_UNIT: Final = "unit_"

Reachable = Callable[[Intake, Principal], Sequence[Puskesmas]]
Recorder = Annotated[Principal, requires(RECORD)]


async def typed(request: Request) -> dict[str, str]:
    """Return a form's fields."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def sent(request: Request) -> tuple[dict[str, str], bytes]:
    """Return a form's fields and its file."""
    form = await request.form()
    file = form.get("file")
    data = await file.read(REQUEST_BYTES) if isinstance(file, UploadFile) else b""
    return {name: value for name, value in form.items() if isinstance(value, str)}, data


def add(pages: APIRouter, intake: Intake, reachable: Reachable) -> None:
    """Add the page; `reachable` is the desk's."""

    def show(
        request: Request,
        principal: Principal,
        here: Puskesmas | None,
        month: Month | None,
        form: Form,
        status: int = 200,
    ) -> Response:
        language = language_of(request)
        units = intake.district.units_of(here.code) if here else ()
        found = recorded(intake, here.code, month) if here and month else None
        by_unit = {each.unit: each.visits for each in found.by_unit} if found else {}
        return render(
            request,
            "intake/visits.html",
            status=status,
            section="desk",
            zone=ZoneInfo(here.zone) if here else None,
            place=here and here.name,
            here=here,
            reachable=reachable(intake, principal),
            month=month,
            found=found,
            units=[(each.code, each.name_in(language), by_unit.get(each.code)) for each in units],
            labels=_labels({each.code: each.name_in(language) for each in units}),
            form=form,
            key=form.value("key") or str(uuid4()),
        )

    @pages.get(PATH)
    def visits(
        request: Request, principal: Recorder, puskesmas: str | None = None, month: str = ""
    ) -> Response:
        """Show the visits of a month, first of the last that is over."""
        among = reachable(intake, principal)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        if code is None:
            return show(request, principal, None, None, Form())
        here = intake.at(code)
        principal.role_for(RECORD, code)
        asked = Month.written(month) if month else _last_over(intake, here)
        return show(request, principal, here, asked, Form())

    @pages.post(PATH)
    def write_down(
        request: Request, principal: Recorder, values: Annotated[dict[str, str], Depends(typed)]
    ) -> Response:
        """Write the visits of a month down, or put them right."""
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(RECORD, here.code)
        month = None
        try:
            not_shown_yet(values)
            month = Month.written(line(values, "month"))
            who = intent(principal, RECORD, here.code)
            repeat = once_of_form(principal.account_id, f"POST {PATH}", values)
            record_visits(intake, here.code, _read(values, month), who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused({**values, "key": ""}, problem, _placed(problem))
            return show(request, principal, here, month, form, problem.status)
        return see_other(request, f"{PATH}?puskesmas={here.code}&month={month}", SAVED)

    @pages.post(PATH + "/berkas")
    def take_file(
        request: Request,
        principal: Recorder,
        given: Annotated[tuple[dict[str, str], bytes], Depends(sent)],
    ) -> Response:
        """Take the visits of all months of a file, or none."""
        values, data = given
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(RECORD, here.code)
        try:
            not_shown_yet(values)
            months = read_visits(data, intake.district.units_of(here.code))
            who = intent(principal, RECORD, here.code)
            _check(here, months)
            record_all(intake, here.code, months, who).result()
        except Forbidden:
            raise
        except Problem as problem:
            errors = tuple(FieldError("file", each.message) for each in problem.errors)
            form = Form.refused(values, problem, errors)
            last = _last_over(intake, here)
            return show(request, principal, here, last, form, problem.status)
        address = f"{PATH}?puskesmas={here.code}&month={months[-1].month}"
        return see_other(request, address, SAVED)


def _last_over(intake: Intake, here: Puskesmas) -> Month:
    return Month.of(intake.clock().astimezone(ZoneInfo(here.zone)).date()).before


def _check(here: Puskesmas, months: Sequence[Counted]) -> None:
    """Raise InvalidInput with every wrong figure of a file, each with its month."""
    errors = []
    for each in months:
        try:
            check(here, each)
        except InvalidInput as problem:
            errors += [
                FieldError("file", _("{month}: {what}", month=str(each.month), what=error.message))
                for error in problem.errors
            ]
    if errors:
        raise InvalidInput(*errors)


def _labels(units: Mapping[str, str]) -> Mapping[str, Text | str]:
    return {**LABELS, **{_OF_UNIT + code: name for code, name in units.items()}}


def _read(values: Values, month: Month) -> Counted:
    """Return the figures that were typed; raises InvalidInput for what is no number."""
    errors: list[FieldError] = []

    def number(name: str) -> int:
        found = whole_number(line(values, name))
        if found is None:
            message = _("Tulis kunjungannya dengan angka bulat, 0 bila tidak ada.")
            errors.append(FieldError(name, message))
        return found or 0

    visits = number("visits")
    by_unit = {
        name.removeprefix(_OF_UNIT): number(name)
        for name in values
        if name.startswith(_OF_UNIT) and line(values, name)
    }
    if errors:
        raise InvalidInput(*errors)
    return Counted(month, visits, by_unit)


def _placed(problem: Problem) -> tuple[FieldError, ...]:
    """Return the errors at the fields of the page."""
    return tuple(
        FieldError(each.field.replace("units.", _OF_UNIT), each.message) for each in problem.errors
    )
