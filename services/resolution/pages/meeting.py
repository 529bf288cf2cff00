"""One meeting: what it is called for, and then its minutes, what was decided, what was raised in it
and what the forum was told."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.aggregate import Intent
from services.kernel.commands import intent, once_of_form
from services.kernel.errors import FieldError, Forbidden, Problem, Unavailable
from services.kernel.keyring import Words
from services.kernel.text import Text, _
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.others import version_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet
from services.resolution.application import Resolution
from services.resolution.domain import Meeting
from services.resolution.meetings.lists import MeetingLists
from services.resolution.meetings.recording import FORUMS, Meetings
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.meeting_forms import (
    DECISION,
    HOLDING,
    ROWS,
    ROWS_MOST,
    Fields,
    Sheet,
    labels,
    rows_of,
)
from services.resolution.pages.meeting_words import spoken_of
from services.resolution.pages.meetings import PATH, READ, RECORD, choices

FOLLOW_UP: Final = "meeting.follow_up"
SAVED: Final = flash("meeting.saved", _("Tersimpan."))
HELD: Final = flash("meeting.held", _("Notulen tersimpan."))
CANCELLED: Final = flash("meeting.cancelled", _("Rapat dibatalkan."), "soon")
Do = Callable[[Meeting, Intent, dict[str, Any], Sheet], Any]


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the page of a meeting and its forms."""
    meetings, found = Meetings(resolution), MeetingLists(resolution)

    def show(
        request: Request,
        principal: Principal,
        meeting: Meeting,
        form: Form,
        status: int = 200,
        refused: str = "",
    ) -> Response:
        here = resolution.district.puskesmas(meeting.puskesmas)
        zone = ZoneInfo(here.zone)
        rows = rows_of(form.values) if refused in ("laksana", "more") else ROWS
        said = spoken_of(
            resolution, found, words, principal, meeting, "meeting", language_of(request)
        )
        return render(
            request,
            "resolution/meeting.html",
            status=status,
            section="meetings",
            zone=zone,
            place=here.name,
            here=here,
            meeting=meeting,
            said=said,
            form=form,
            refused=refused,
            gone=bool(refused) and refused not in _open(meeting),
            labels=_labels(rows, meeting),
            fields=HOLDING,
            decision=DECISION,
            rows=rows,
            rows_most=ROWS_MOST,
            today=resolution.clock().astimezone(zone).date(),
            starts_at=_local(meeting.plan.starts_at, zone),
            now_local=_local(resolution.clock(), zone),
            over=meeting.plan.starts_at <= resolution.clock(),
            figures=_figures(lists, meeting, zone),
            is_forum=meeting.kind in FORUMS,
            records=principal.may(RECORD, meeting.puskesmas),
            follows=principal.may(FOLLOW_UP, meeting.puskesmas),
            receives=principal.may("complaint.receive", meeting.puskesmas),
            key=str(uuid4()),
            **_plan_choices(principal, meeting, request),
        )

    def _plan_choices(principal: Principal, meeting: Meeting, request: Request) -> dict[str, Any]:
        here = resolution.district.puskesmas(meeting.puskesmas)
        found = choices(resolution, lists, principal, here, request)
        codes = {code for code, _first in found["months"]}
        older = [(each, _first_day(each)) for each in meeting.months if each not in codes]
        return {**found, "months": [*found["months"], *older]}

    @pages.get(PATH + "/{id}")
    def read_meeting(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Show a meeting, words opened by role."""
        meeting = meetings.get(id)
        principal.role_for(READ, meeting.puskesmas)
        return show(request, principal, meeting, Form())

    def take(
        request: Request,
        id: UUID,
        values: dict[str, str | list[str]],
        name: str,
        do: Do,
        said: Flash = SAVED,
    ) -> Response:
        principal: Principal = request.state.principal
        meeting = meetings.get(id)
        permission = STEPS[name]
        principal.role_for(permission, meeting.puskesmas)
        zone = ZoneInfo(resolution.district.puskesmas(meeting.puskesmas).zone)
        sheet = Sheet(values, zone)
        if values.get("go") == "more":
            more = {f"decision_{rows_of(values) + n}": "" for n in range(1, ROWS + 1)}
            grown = {**more, **values} if rows_of(values) < ROWS_MOST else values
            return show(request, principal, meeting, Form(grown), refused="laksana")
        try:
            not_shown_yet(sheet.typed.values)
            at = sheet.typed.moment("held_at") if name == "laksana" else None
            who = intent(principal, permission, meeting.puskesmas, at)
            route = f"POST {request.url.path}"
            expected = version_of(values) if name not in BESIDE else None
            repeat = {
                "once": once_of_form(principal.account_id, route, values),
                "expected": expected,
            }
            do(meeting, who, repeat, sheet).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values, problem, _at(sheet, problem, name, request))
            return show(request, principal, meetings.get(id), form, problem.status, name)
        return see_other(request, f"{PATH}/{id}", said)

    @pages.post(PATH + "/{id}/rencana", dependencies=[requires(RECORD)])
    def replan(request: Request, id: UUID, values: Fields) -> Response:
        """Change what the meeting is called for."""
        return take(
            request,
            id,
            values,
            "rencana",
            lambda meeting, who, repeat, sheet: meetings.replan(
                meeting.id, who, sheet.plan(), **repeat
            ),
        )

    @pages.post(PATH + "/{id}/batal", dependencies=[requires(RECORD)])
    def cancel(request: Request, id: UUID, values: Fields) -> Response:
        """Record that the meeting does not take place."""

        def do(meeting: Meeting, who: Intent, repeat: dict[str, Any], sheet: Sheet) -> Any:
            reason = sheet.typed.must("reason")
            sheet.typed.check()
            return meetings.cancel(meeting.id, who, reason, **repeat)

        return take(request, id, values, "batal", do, CANCELLED)

    @pages.post(PATH + "/{id}/laksana", dependencies=[requires(RECORD)])
    def hold(request: Request, id: UUID, values: Fields) -> Response:
        """Record that the meeting was held: who was there, its minutes, what was decided."""

        def do(meeting: Meeting, who: Intent, repeat: dict[str, Any], sheet: Sheet) -> Any:
            return meetings.hold(meeting.id, who, sheet.holding(lists.find), **repeat)

        return take(request, id, values, "laksana", do, HELD)

    @pages.post(PATH + "/{id}/notulen", dependencies=[requires(RECORD)])
    def correct(request: Request, id: UUID, values: Fields) -> Response:
        """Put the minutes right."""

        def do(meeting: Meeting, who: Intent, repeat: dict[str, Any], sheet: Sheet) -> Any:
            minutes, why = sheet.minutes(), sheet.typed.must("why")
            sheet.typed.check()
            return meetings.correct(meeting.id, who, minutes, why, **repeat)

        return take(request, id, values, "notulen", do)

    @pages.post(PATH + "/{id}/keputusan/{n}", dependencies=[requires(FOLLOW_UP)])
    def complete(
        request: Request, id: UUID, n: Annotated[int, Path(ge=1, le=50)], values: Fields
    ) -> Response:
        """Record what was decided as done."""

        def do(meeting: Meeting, who: Intent, repeat: dict[str, Any], sheet: Sheet) -> Any:
            done_on, note = sheet.typed.day(f"done_on_{n}"), sheet.typed.must(f"note_{n}")
            sheet.typed.check()
            return meetings.complete(meeting.id, who, n, done_on, note, **repeat)

        return take(request, id, values, "keputusan", do)

    @pages.post(PATH + "/{id}/jawaban", dependencies=[requires(FOLLOW_UP)])
    def answer(request: Request, id: UUID, values: Fields) -> Response:
        """Record what the forum was told."""

        def do(meeting: Meeting, who: Intent, repeat: dict[str, Any], sheet: Sheet) -> Any:
            told = sheet.answers()
            return meetings.answer_forum(meeting.id, who, told, **repeat)

        return take(request, id, values, "jawaban", do)


STEPS: Final[Mapping[str, str]] = {
    "rencana": RECORD,
    "batal": RECORD,
    "laksana": RECORD,
    "notulen": RECORD,
    "keputusan": FOLLOW_UP,
    "jawaban": FOLLOW_UP,
}
BESIDE: Final = ("keputusan", "jawaban")
"""Steps that are in nobody's way: another's meanwhile does not cost what was typed."""


def _open(meeting: Meeting) -> tuple[str, ...]:
    """Return the forms that the page of a meeting shows."""
    if meeting.state == "planned":
        return ("rencana", "batal", "laksana")
    return ("notulen", "keputusan", "jawaban") if meeting.state == "held" else ()


def _at(sheet: Sheet, problem: Problem, name: str, request: Request) -> tuple[FieldError, ...]:
    errors = sheet.at_fields(problem)
    if name == "keputusan":
        n = request.path_params["n"]
        places = {"done_on": f"done_on_{n}", "n": f"note_{n}"}
        errors = tuple(
            FieldError(places.get(each.field, each.field), each.message) for each in errors
        )
    if name == "jawaban":
        errors = tuple(FieldError("answered", each.message) for each in errors)
    return errors


def _labels(rows: int, meeting: Meeting) -> Mapping[str, Text]:
    found = dict(labels(rows))
    for each in meeting.decisions:
        found[f"done_on_{each.number}"] = _("Keputusan {n}: dilakukan pada", n=each.number)
        found[f"note_{each.number}"] = _("Keputusan {n}: apa yang dilakukan", n=each.number)
    return found


def _figures(
    lists: CaseLists, meeting: Meeting, zone: ZoneInfo
) -> list[tuple[date, Mapping[str, int] | None]]:
    """Return the figures of each month that is discussed; None where the lists do not answer."""
    found: list[tuple[date, Mapping[str, int] | None]] = []
    for month in meeting.months:
        first = _first_day(month)
        after = first.replace(
            year=first.year + (first.month == 12), month=1 if first.month == 12 else first.month + 1
        )
        bounds = (datetime.combine(day, time(), tzinfo=zone) for day in (first, after))
        try:
            found.append((first, lists.month(meeting.puskesmas, *bounds)))
        except Unavailable:
            found.append((first, None))
    return found


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
