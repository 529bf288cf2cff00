"""What was raised in a meeting is entered: one line for each, all of it at once (SOP Puring 3a)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake import rows
from services.intake.application import Intake
from services.intake.filled import MEETING
from services.intake.filled import Form as Filled
from services.intake.forms import form_of
from services.intake.forums import Forums, Meeting
from services.intake.typed import Values, line, moment, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, Forbidden, InvalidInput, Problem
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat/pertemuan"
FIELDS: Final = rows.fields(_("Yang disampaikan"))

Choices = Callable[[Intake, Puskesmas, str], Mapping[str, list[tuple[str, object]]]]
Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Desk = Annotated[Principal, requires(RECEIVE)]


def add(pages: APIRouter, intake: Intake, forums: Forums, choices: Choices) -> None:
    """Add the page; `forums` knows the meetings, `choices` are the desk's."""

    def show(
        request: Request,
        id: UUID,
        meeting: Meeting,
        form: Form,
        many: int = rows.MORE,
        status: int = 200,
    ) -> Response:
        here = intake.at(meeting.puskesmas)
        zone = ZoneInfo(here.zone)
        return render(
            request,
            "intake/forum.html",
            status=status,
            section="meetings",
            zone=zone,
            place=here.name,
            here=here,
            id=id,
            meeting=meeting,
            choices=choices(intake, here, language_of(request)),
            labels=_labels(many),
            fields=FIELDS,
            form=form,
            rows=many,
            most=rows.MOST,
            heard_at=meeting.at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            key=form.value("key") or str(uuid4()),
        )

    @pages.get(PATH)
    def forum(request: Request, principal: Desk, puskesmas: str, rapat: UUID) -> Response:
        """Show the form for what was raised in one meeting."""
        here = intake.at(puskesmas)
        principal.role_for(RECEIVE, here.code)
        return show(request, rapat, forums.meeting(here.code, rapat), Form())

    @pages.post(PATH)
    def raised(request: Request, principal: Desk, values: Fields) -> Response:
        """Write all of it down, or nothing; once however often it is sent."""
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(RECEIVE, here.code)
        id = _id(line(values, "rapat"))
        meeting = forums.meeting(here.code, id)
        many = max(rows.count(values), rows.MORE)
        if line(values, "go") == "more":
            return show(request, id, meeting, Form(values), min(many + rows.MORE, rows.MOST))
        filled = rows.filled(values, many)
        try:
            not_shown_yet(values)
            at, forms = _read(values, many, ZoneInfo(here.zone), id)
            who = intent(principal, RECEIVE, here.code, at)
            repeat = once_of_form(principal.account_id, f"POST {PATH}", values)
            answer = intake.receive_together(here.code, forms, who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            errors = tuple(
                FieldError(_at(each.field, filled), each.message) for each in problem.errors
            )
            form = Form.refused(values, problem, errors)
            return show(request, id, meeting, form, many, problem.status)
        return render(
            request,
            "intake/forum_raised.html",
            status=201,
            section="meetings",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            id=id,
            meeting=meeting,
            complaints=answer.ids["complaints"],
        )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(
            FieldError("meeting", _("Buka halaman rapatnya, lalu catat masukannya dari sana."))
        ) from None


def _labels(many: int) -> Mapping[str, Text]:
    found = {"heard_at": _("Kapan disampaikan")}
    for row in range(many):
        for name, label in FIELDS.items():
            found[f"{name}_{row}"] = _("Masukan {n}, {what}", n=row + 1, what=label)
    return found


def _read(
    values: Values, many: int, zone: ZoneInfo, meeting: UUID
) -> tuple[datetime | None, list[Filled]]:
    """Return when it was said, and the forms; raises InvalidInput with every wrong field."""
    errors: list[FieldError] = []
    at = moment(line(values, "heard_at"), "heard_at", zone, errors)
    if not rows.filled(values, many):
        errors.append(FieldError("text_0", _("Tulis sedikitnya satu masukan.")))
    forms = [
        form_of(each.model_copy(update={"meeting": meeting}))
        for each in rows.read(values, many, MEETING, zone, errors)
    ]
    if errors:
        raise InvalidInput(*errors)
    return at, forms


def _at(field: str, filled: Sequence[int]) -> str:
    """Return the field of the page that an error is about."""
    return "heard_at" if field == "received_at" else rows.place(field, filled) or field
