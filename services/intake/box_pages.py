"""The suggestion box is opened: when, who stood by, and one line for each slip that was in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import BOX, Intake, Slip
from services.intake.forms import form_of
from services.intake.typed import Values, line, moment, read_form, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, Forbidden, InvalidInput, KeyReused, Problem
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

OPEN: Final = "box.open"
PATH: Final = "/catat/kotak"
ROWS, ROWS_MOST = 6, 100
OFFICERS_MOST, NAME_MOST = 20, 200
LABELS: Final[Mapping[str, Text]] = {
    "opened_at": _("Kapan kotak dibuka"),
    "officers": _("Siapa yang hadir"),
}
FIELDS: Final[Mapping[str, Text]] = {
    "text": _("Isi surat"),
    "kind": _("Jenis"),
    "service_unit": _("Unit layanan"),
    "name": _("Nama"),
}
_SLIP = re.compile(r"slips\[(\d+)\]\.(?:complainant\.)?(\w+)")

Choices = Callable[[Intake, Puskesmas, str], Mapping[str, list[tuple[str, object]]]]
Reachable = Callable[[Intake, Principal], Sequence[Puskesmas]]
Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Opener = Annotated[Principal, requires(OPEN)]


def add(pages: APIRouter, intake: Intake, choices: Choices, reachable: Reachable) -> None:
    """Add the page; `choices` and `reachable` are the desk's."""

    def show(
        request: Request,
        principal: Principal,
        here: Puskesmas | None,
        form: Form,
        rows: int = ROWS,
        status: int = 200,
    ) -> Response:
        zone = ZoneInfo(here.zone) if here else None
        return render(
            request,
            "intake/box.html",
            status=status,
            section="desk",
            zone=zone,
            place=here and here.name,
            here=here,
            reachable=reachable(intake, principal),
            choices=choices(intake, here, language_of(request)) if here else {},
            labels=_labels(rows),
            fields=FIELDS,
            form=form,
            rows=rows,
            most=ROWS_MOST,
            now_local=intake.clock().astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            key=form.value("key") or str(uuid4()),
        )

    @pages.get(PATH)
    def box(request: Request, principal: Opener, puskesmas: str | None = None) -> Response:
        """Show the form, after asking for which Puskesmas where there are several."""
        among = reachable(intake, principal)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        if code is None:
            return show(request, principal, None, Form())
        here = intake.at(code)
        principal.role_for(OPEN, code)
        return show(request, principal, here, Form())

    @pages.post(PATH)
    def opened(request: Request, principal: Opener, values: Fields) -> Response:
        """Write the opening and all its slips down, or nothing; once however often it is sent."""
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(OPEN, here.code)
        rows = _rows(values)
        if line(values, "go") == "more":
            return show(request, principal, here, Form(values), min(rows + ROWS, ROWS_MOST))
        filled = [row for row in range(rows) if line(values, f"text_{row}")]
        try:
            not_shown_yet(values)
            at, officers, slips = _read(values, rows, filled, ZoneInfo(here.zone))
            who = intent(principal, OPEN, here.code, at)
            repeat = once_of_form(principal.account_id, f"POST {PATH}", values)
            answer = intake.open_box(here.code, officers, slips, who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            errors = tuple(
                FieldError(_at(each.field, filled), each.message) for each in problem.errors
            )
            kept = {**values, "key": ""} if isinstance(problem, KeyReused) else values
            form = Form(kept, errors, problem.detail)
            return show(request, principal, here, form, rows, problem.status)
        return render(
            request,
            "intake/box_opened.html",
            status=201,
            section="desk",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            at=at,
            officers=officers,
            complaints=answer.ids["complaints"],
        )


def _rows(values: Values) -> int:
    """Return how many rows the form has that was sent."""
    sent = sum(f"text_{row}" in values for row in range(ROWS_MOST))
    return max(sent, ROWS)


def _labels(rows: int) -> Mapping[str, Text]:
    found = dict(LABELS)
    for row in range(rows):
        for name, label in FIELDS.items():
            found[f"{name}_{row}"] = _("Surat {n}, {what}", n=row + 1, what=label)
    return found


def _read(
    values: Values, rows: int, filled: Sequence[int], zone: ZoneInfo
) -> tuple[datetime | None, list[str], list[Slip]]:
    """Return when, who and the slips; raises InvalidInput with every wrong field of every row."""
    errors: list[FieldError] = []
    at = moment(line(values, "opened_at"), "opened_at", zone, errors)
    if not line(values, "opened_at"):
        errors.append(FieldError("opened_at", _("Isi tanggal dan jamnya.")))
    officers = [each.strip() for each in line(values, "officers").splitlines() if each.strip()]
    if not officers:
        errors.append(FieldError("officers", _("Tulis sedikitnya satu nama, satu per baris.")))
    if len(officers) > OFFICERS_MOST or any(len(each) > NAME_MOST for each in officers):
        message = _("Paling banyak {limit} nama, satu per baris.", limit=OFFICERS_MOST)
        errors.append(FieldError("officers", message))
    for row in range(rows):
        if row not in filled and (
            line(values, f"name_{row}") or line(values, f"service_unit_{row}")
        ):
            errors.append(FieldError(f"text_{row}", _("Tulis apa yang disampaikan.")))
    slips = []
    for row in filled:
        typed = {name: line(values, f"{name}_{row}") for name in FIELDS}
        named = "open" if typed["name"] else "anonymous"
        try:
            body = read_form(typed | {"channel": BOX, "confidentiality": named}, zone)
        except InvalidInput as problem:
            errors += [
                FieldError(f"{each.field.split('.')[-1]}_{row}", each.message)
                for each in problem.errors
            ]
        else:
            slips.append(Slip(form_of(body)))
    if errors:
        raise InvalidInput(*errors)
    return at, officers, slips


def _at(field: str, filled: Sequence[int]) -> str:
    """Return the field of the page that an error of a slip is about."""
    found = _SLIP.match(field)
    return f"{found[2]}_{filled[int(found[1])]}" if found else field
