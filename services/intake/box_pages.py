"""A suggestion box is opened: which, when, who stood by, and one line for each slip that was in it.

The lines are typed one below the other; what is known besides of a slip (unit, name) is put in
before it is saved (`go=rows` makes a row of each line) or later, on the slip's own page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake import rows
from services.intake.application import BOX, Intake, Slip
from services.intake.boxes import TypedSlip, check_count, lines_of
from services.intake.forms import SLIPS_MOST, form_of
from services.intake.typed import Values, line, moment, read_form, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, Forbidden, InvalidInput, Problem, invalid
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

OPEN: Final = "box.open"
PATH: Final = "/catat/kotak"
OFFICERS_MOST, NAME_MOST = 20, 200
LABELS: Final[Mapping[str, Text]] = {
    "box": _("Kotak"),
    "opened_at": _("Kapan kotak dibuka"),
    "officers": _("Siapa yang membuka"),
    "witnesses": _("Saksi"),
    "counted": _("Berapa surat di dalamnya"),
    "lines": _("Isi surat, satu baris tiap surat"),
}
FIELDS: Final = rows.fields(_("Isi surat"))

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
        many: int = 0,
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
            labels=_labels(many),
            fields=FIELDS,
            boxes=[(each.code, each.name) for each in here.boxes_in_use] if here else [],
            form=form,
            rows=many,
            most=rows.MOST,
            now_local=intake.clock().astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            key=form.value("key") or str(uuid4()),
        )

    @pages.get(PATH)
    def box(
        request: Request, principal: Opener, puskesmas: str | None = None, kotak: str = ""
    ) -> Response:
        """Show the form, after asking for which Puskesmas where there are several."""
        among = reachable(intake, principal)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        if code is None:
            return show(request, principal, None, Form())
        here = intake.at(code)
        principal.role_for(OPEN, code)
        return show(request, principal, here, Form({"box": kotak} if kotak else {}))

    @pages.post(PATH)
    def opened(request: Request, principal: Opener, values: Fields) -> Response:
        """Write the opening and all its slips down, or nothing; once however often it is sent."""
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(OPEN, here.code)
        many = rows.count(values)
        if line(values, "go") == "rows":
            typed = _as_rows(values, lines_of(str(values.get("lines", ""))))
            return show(request, principal, here, Form(typed), max(rows.count(typed), rows.MORE))
        if line(values, "go") == "more":
            return show(request, principal, here, Form(values), min(many + rows.MORE, rows.MOST))
        try:
            not_shown_yet(values)
            found = _read(values, many, ZoneInfo(here.zone))
            who = intent(principal, OPEN, here.code, found.at)
            repeat = once_of_form(principal.account_id, f"POST {PATH}", values)
            answer = intake.open_box(
                here.code,
                found.officers,
                found.slips,
                who,
                repeat,
                box=line(values, "box") or None,
                witnesses=found.witnesses,
            ).result()
        except Forbidden:
            raise
        except Problem as problem:
            errors = dict.fromkeys(
                FieldError(_at(each.field, values, many), each.message) for each in problem.errors
            )
            form = Form.refused(values, problem, tuple(errors))
            return show(request, principal, here, form, many, problem.status)
        return render(
            request,
            "intake/box_opened.html",
            status=201,
            section="desk",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            at=found.at,
            officers=found.officers,
            witnesses=found.witnesses,
            complaints=answer.ids["complaints"],
        )


@dataclass
class _Opened:
    """What was typed of an opening."""

    at: datetime | None
    officers: list[str]
    witnesses: list[str]
    slips: list[Slip]


def _as_rows(values: Values, slips: Sequence[TypedSlip]) -> dict[str, str | list[str]]:
    """Return the form with a row for each line; of more than fit the last stay as they are."""
    typed = {**values, "lines": "\n".join(each.text for each in slips[rows.MOST :])}
    for row, slip in enumerate(slips[: rows.MOST]):
        typed |= {f"text_{row}": slip.text, f"kind_{row}": slip.kind}
    return typed


def _labels(many: int) -> Mapping[str, Text]:
    found = dict(LABELS)
    for row in range(many):
        for name, label in FIELDS.items():
            found[f"{name}_{row}"] = _("Surat {n}, {what}", n=row + 1, what=label)
    return found


def _read(values: Values, many: int, zone: ZoneInfo) -> _Opened:
    """Return when, who and the slips; raises InvalidInput with every wrong field of every row."""
    errors: list[FieldError] = []
    at = moment(line(values, "opened_at"), "opened_at", zone, errors)
    if not line(values, "opened_at"):
        errors.append(FieldError("opened_at", _("Isi tanggal dan jamnya.")))
    officers = _names(values, "officers", errors)
    if not officers:
        errors.append(FieldError("officers", _("Tulis sedikitnya satu nama, satu per baris.")))
    witnesses = _names(values, "witnesses", errors)
    slips = (
        [Slip(form_of(each)) for each in rows.read(values, many, BOX, zone, errors)]
        if many
        else _lines_of(values, zone, errors)
    )
    try:
        check_count(_counted(values), len(slips))
    except InvalidInput as problem:
        errors += problem.errors
    if errors:
        raise InvalidInput(*errors)
    return _Opened(at, officers, witnesses, slips)


def _counted(values: Values) -> int:
    """Return how many slips were counted; raises InvalidInput where it is not said."""
    typed = line(values, "counted")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        raise invalid("counted", _("Hitung suratnya dulu dan tulis jumlahnya, 0 bila kosong."))
    return int(typed)


def _names(values: Values, field: str, errors: list[FieldError]) -> list[str]:
    """Return the names that were typed, one a line."""
    names = [each.strip() for each in line(values, field).splitlines() if each.strip()]
    if len(names) > OFFICERS_MOST or any(len(each) > NAME_MOST for each in names):
        message = _("Paling banyak {limit} nama, satu per baris.", limit=OFFICERS_MOST)
        errors.append(FieldError(field, message))
    return names


def _lines_of(values: Values, zone: ZoneInfo, errors: list[FieldError]) -> list[Slip]:
    """Return the slips that were typed one a line: complaints of nobody, unless a line says."""
    slips = []
    typed = lines_of(line(values, "lines"))
    if len(typed) > SLIPS_MOST:
        message = _("Paling banyak {limit} surat sekaligus.", limit=SLIPS_MOST)
        errors.append(FieldError("lines", message))
        return []
    for number, each in enumerate(typed, 1):
        given = {"text": each.text, "kind": each.kind, "channel": BOX}
        try:
            body = read_form(given | {"confidentiality": "anonymous"}, zone)
        except InvalidInput as problem:
            for error in problem.errors:
                message = _("Surat {n}: {what}", n=number, what=error.message)
                errors.append(FieldError("lines", message))
        else:
            slips.append(Slip(form_of(body)))
    return slips


def _at(field: str, values: Values, many: int) -> str:
    """Return the field of the page that an error of a slip is about."""
    if not many:
        return "lines" if field.startswith("slips[") else field
    return rows.place(field, rows.filled(values, many)) or field
