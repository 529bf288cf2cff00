"""The calls of meetings (JSON, under /api/v1)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    Body,
    Idempotency,
    Line,
    Moment,
    StepDone,
    Stepping,
    Words,
    done,
    intent,
)
from services.kernel.vocabulary import MEETING_KINDS
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals
from services.resolution.application import Resolution
from services.resolution.domain import Meeting
from services.resolution.meetings import said
from services.resolution.meetings.lists import PAGE, MeetingLists
from services.resolution.meetings.recording import Meetings

READ, RECORD, FOLLOW_UP = "meeting.read", "meeting.record", "meeting.follow_up"
PEOPLE_MOST = 500
Call = TypeVar("Call", bound=Callable[..., Any])
_Month = Annotated[str, Field(examples=["2026-10"], max_length=7)]


class AttendeeBody(Body):
    """Somebody who was there, and as what."""

    name: Line
    position: Annotated[str, Field(max_length=200)] = ""


class DecidedBody(Body):
    """What was decided: who does it, by when, and the case that it is about."""

    decision: Words
    person_responsible: Line
    due_on: date
    case: UUID | None = Field(None, description="the complaint's id; null: of no case")


class MinutesBody(Body):
    """Who was there and what was said; sealed."""

    attendance: Annotated[list[AttendeeBody], Field(max_length=PEOPLE_MOST)]
    minutes: Words
    outcome: Words | None = Field(None, description="what goes into the recap of the months")

    def said(self) -> said.Minutes:
        """Return it as the application takes it."""
        people = [said.Attendee(each.name, each.position.strip()) for each in self.attendance]
        return said.Minutes(people, self.minutes, self.outcome)


class HoldingBody(MinutesBody):
    """A meeting as it was held."""

    chair: Line
    note_taker: Line
    held_at: Moment | None = Field(None, description="when it began; as planned")
    decisions: Annotated[list[DecidedBody], Field(max_length=50)] = []
    months: Annotated[list[_Month], Field(max_length=12)] | None = Field(
        None, description="whose recaps were discussed; those of the plan"
    )
    answered: Annotated[list[UUID], Field(max_length=500)] = Field(
        [], description="complaints of whose result the forum was told"
    )

    def held(self) -> said.Holding:
        """Return it as the application takes it."""
        decisions = [
            said.Decided(each.decision, each.person_responsible, each.due_on, each.case)
            for each in self.decisions
        ]
        facts = (self.chair, self.note_taker, self.said(), decisions)
        return said.Holding(*facts, months=self.months, answered=self.answered)


class PlanBody(Body):
    """What a meeting is called for; `months` are those whose recaps it discusses, `cases` the
    complaints that it speaks about."""

    kind: str = Field(json_schema_extra={"enum": [*MEETING_KINDS]})
    starts_at: Annotated[Moment, Field(description="RFC 3339 with offset")]
    venue: Line
    invitees: Annotated[list[Line], Field(max_length=PEOPLE_MOST)] = []
    agenda: Annotated[list[Line], Field(max_length=50)] = []
    months: Annotated[list[_Month], Field(max_length=12)] = []
    cases: Annotated[list[UUID], Field(max_length=500)] = []

    def plan(self) -> said.Plan:
        """Return it as the application takes it."""
        facts = (self.invitees, self.agenda, self.months, self.cases)
        return said.Plan(self.kind, self.starts_at, self.venue, *facts)


class MeetingBody(PlanBody):
    """A meeting that is called; with `held` it took place already."""

    held: HoldingBody | None = None


class CancellationBody(Body):
    """Why a meeting does not take place; sealed."""

    reason: Words


class CorrectionBody(MinutesBody):
    """The minutes as they should stand, and why; sealed."""

    reason: Words


class DoneBody(Body):
    """What was done of a decision, on which day."""

    done_on: date
    note: Words


class AnswersBody(Body):
    """The complaints of whose result the forum was told."""

    complaints: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class MeetingDone(StepDone):
    """A step of a meeting was recorded."""

    state: str


class DecisionView(BaseModel):
    """What was decided, without its words."""

    number: int
    person_responsible: str
    due_on: date
    done_on: date | None
    complaint: UUID | None
    action_number: int | None = Field(description="the line of the case's plan that it became")


class MeetingView(BaseModel):
    """A meeting, its words still sealed."""

    id: UUID
    puskesmas: str
    kind: str
    state: Literal["planned", "held", "cancelled"]
    at: Moment
    venue: str
    months: list[str]
    cases: list[UUID]
    chair: str | None
    note_taker: str | None
    attended: int | None
    decisions: list[DecisionView]
    heard: list[UUID] = Field(description="complaints that were raised in it")
    answered: list[UUID] = Field(description="complaints of whose result the forum was told")
    allowed: list[str]
    version: int


class MeetingRow(BaseModel):
    """A meeting in a list."""

    id: UUID
    kind: str
    state: str
    at: Moment
    decisions: int
    done: int


class MeetingRows(BaseModel):
    """A page of meetings; `next` is the cursor of the following one."""

    items: list[MeetingRow]
    next: UUID | None


def router(resolution: Resolution) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1", tags=["resolution"])
    meetings, lists = Meetings(resolution), MeetingLists(resolution)

    @api.post(
        "/puskesmas/{code}/meetings",
        status_code=201,
        response_model=MeetingDone,
        responses=refusals(409),
    )
    def call_meeting(
        code: str,
        body: MeetingBody,
        principal: Annotated[Principal, requires(RECORD)],
        once: Idempotency,
        response: Response,
    ) -> Any:
        """Call a meeting; with `held`, record it at once as it was held."""
        resolution.district.puskesmas(code)
        holding = body.held.held() if body.held else None
        at = body.held.held_at if body.held else None
        who = intent(principal, RECORD, code, at)
        facts = (code, who, body.plan(), holding)
        answer = meetings.call(*facts, id=meetings.new_id(), once=once).result()
        response.headers["ETag"] = etag(answer.ids["version"])
        return done(answer)

    @api.get("/puskesmas/{code}/meetings", response_model=MeetingRows)
    def list_meetings(
        code: str,
        principal: Annotated[Principal, requires(READ)],
        which: Annotated[
            Literal["upcoming", "past"], Query(description="upcoming: called, not yet held")
        ] = "upcoming",
        cursor: UUID | None = None,
    ) -> Any:
        """Return the meetings of a Puskesmas: those to come, the next first, or those that are
        over, the newest first."""
        resolution.district.puskesmas(code)
        principal.role_for(READ, code)
        found = lists.upcoming({code}) if which == "upcoming" else lists.past({code}, after=cursor)
        more = which == "past" and len(found) > PAGE
        rows = found[:PAGE]
        return {
            "items": [{name: getattr(each, name) for name in ROW} for each in rows],
            "next": rows[-1].id if more else None,
        }

    @api.get("/meetings/{id}", response_model=MeetingView)
    def read_meeting(
        id: UUID, principal: Annotated[Principal, requires(READ)], response: Response
    ) -> Any:
        """Return a meeting, without its sealed words."""
        meeting = meetings.get(id)
        principal.role_for(READ, meeting.puskesmas)
        response.headers["ETag"] = etag(meeting.version)
        return view(meeting, lists)

    _add_steps(api, meetings)
    return api


def _add_steps(api: APIRouter, meetings: Meetings) -> None:
    def take(call: Stepping, id: UUID, command: Any, *facts: Any, at: Any = None) -> Any:
        return call.take(meetings.get(id).puskesmas, command, id, *facts, at=at)

    def step(path: str, permission: str = RECORD) -> Callable[[Call], Call]:
        return api.post(
            f"/meetings/{{id}}{path}",
            dependencies=[requires(permission)],
            response_model=MeetingDone,
            responses=refusals(409, 503),
        )

    @step("/plan")
    def replan(id: UUID, body: PlanBody, call: Stepping) -> Any:
        """Change what a meeting is called for: all of it as it stands now."""
        return take(call, id, meetings.replan, body.plan())

    @step("/cancellation")
    def cancel(id: UUID, body: CancellationBody, call: Stepping) -> Any:
        """Record that a meeting does not take place; once only."""
        return take(call, id, meetings.cancel, body.reason)

    @step("/holding")
    def hold(id: UUID, body: HoldingBody, call: Stepping) -> Any:
        """Record that a meeting was held: who was there, its minutes, what was decided
        (SOP Puring 2c, 3c). Decisions on a case whose path allows a plan become lines of it."""
        return take(call, id, meetings.hold, body.held(), at=body.held_at)

    @step("/minutes")
    def correct(id: UUID, body: CorrectionBody, call: Stepping) -> Any:
        """Put the minutes right; what was decided stays."""
        return take(call, id, meetings.correct, body.said(), body.reason)

    @step("/decisions/{n}", FOLLOW_UP)
    def complete(
        id: UUID, n: Annotated[int, Path(ge=1, le=50)], body: DoneBody, call: Stepping
    ) -> Any:
        """Record what was decided as done."""
        return take(call, id, meetings.complete, n, body.done_on, body.note)

    @step("/forum-answers", FOLLOW_UP)
    def answer_forum(id: UUID, body: AnswersBody, call: Stepping) -> Any:
        """Record that the forum was told what came of what it had raised (SOP Puring 3f)."""
        return take(call, id, meetings.answer_forum, body.complaints)


ROW: Sequence[str] = ("id", "kind", "state", "at", "decisions", "done")


def view(meeting: Meeting, lists: MeetingLists) -> dict[str, Any]:
    """Return a meeting without its words."""
    held = meeting.held
    return {
        "id": meeting.id,
        "puskesmas": meeting.puskesmas,
        "kind": meeting.kind,
        "state": meeting.state,
        "at": meeting.at,
        "venue": meeting.plan.venue,
        "months": meeting.months,
        "cases": meeting.plan.complaints,
        "chair": held and held.chair,
        "note_taker": held and held.note_taker,
        "attended": meeting.minutes and meeting.minutes.attended,
        "decisions": [
            {
                "number": each.number,
                "person_responsible": each.person_responsible,
                "due_on": each.due_on,
                "done_on": ended.done_on if (ended := meeting.done.get(each.number)) else None,
                "complaint": each.complaint,
                "action_number": each.action_number,
            }
            for each in meeting.decisions
        ],
        "heard": lists.heard_in(meeting.id),
        "answered": lists.answered_in(meeting.id),
        "allowed": list(meeting.allowed),
        "version": meeting.version,
    }
