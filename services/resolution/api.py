"""Resolution's calls (JSON, under /api/v1): one for each step of a case."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see
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
from services.kernel.vocabulary import GRADES
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals
from services.resolution.application import Action, Resolution
from services.resolution.domain import FINDINGS, OUTCOMES
from services.resolution.view import CaseView, view


class TeamCallBody(Body):
    """Whom of the team was called, how, and when."""

    who: list[Line] = Field(min_length=1, max_length=20)
    how: Line
    when: Moment | None = None


class GradeBody(Body):
    """A grade and why."""

    grade: str = Field(json_schema_extra={"enum": [*GRADES]})
    reason: Words | None = None
    occurred_at: Moment | None = None


class MeetingBody(Body):
    """Who met the person, when."""

    who: list[Line] = Field(min_length=1, max_length=20)
    note: Words | None = None
    when: Moment | None = None


class AnswerBody(Body):
    """A solution given at once."""

    answer: Words
    answered_at: Moment | None = None


class AnalysisBody(Body):
    """Cause and finding."""

    root_cause: Words
    finding: str = Field(json_schema_extra={"enum": [*FINDINGS]})
    occurred_at: Moment | None = None


class ActionBody(Body):
    """One line of the follow-up plan."""

    action: Words
    person_responsible: Line
    due_on: date


class PlanBody(Body):
    """The follow-up plan (RTL)."""

    actions: list[ActionBody] = Field(min_length=1, max_length=50)
    occurred_at: Moment | None = None


class ActionDoneBody(Body):
    """What was done, on which day."""

    done_on: date
    note: Words


class DocumentationBody(Body):
    """The result, as it goes on the complaint form."""

    summary: Words
    outcome: str | None = Field(None, json_schema_extra={"enum": [*OUTCOMES, None]})
    occurred_at: Moment | None = None


class EvaluationBody(Body):
    """The quality chair's judgement; false brings the case back to analysis."""

    effective: bool
    note: Words | None = None
    occurred_at: Moment | None = None


class DayBody(Body):
    """A day on which a Puskesmas' calendar differs from the national one."""

    day: date
    working: bool
    why: Line


class CaseStepDone(StepDone):
    """A step of a case was recorded."""

    state: str


Call = TypeVar("Call", bound=Callable[..., Any])


def steps(
    api: APIRouter, resolution: Resolution
) -> tuple[Callable[[str, str], Callable[[Call], Call]], Callable[..., Any]]:
    """Return what declares a step's call at a path with a permission, and what takes the step."""

    def take(call: Stepping, id: UUID, command: Any, *facts: Any, at: Any = None) -> Any:
        case, units = resolution.get(id), resolution.district.units_in
        must_see(call.principal, call.permission, case.puskesmas, case.service_unit, units)
        return call.take(case.puskesmas, command, id, *facts, at=at)

    def step(path: str, permission: str) -> Callable[[Call], Call]:
        return api.post(
            f"/cases/{{id}}{path}",
            dependencies=[requires(permission)],
            response_model=CaseStepDone,
            responses=refusals(409, 503),
        )

    return step, take


def router(resolution: Resolution) -> APIRouter:
    """Return resolution's calls."""
    api = APIRouter(prefix="/api/v1", tags=["resolution"])

    step, take = steps(api, resolution)

    @api.get("/cases/{id}", response_model=CaseView)
    def read_case(
        id: UUID, principal: Annotated[Principal, requires("case.read")], response: Response
    ) -> Any:
        """Return a case: its state, the steps that it allows, its deadlines and history."""
        case = resolution.get(id)
        principal.role_for("case.read", case.puskesmas)
        response.headers["ETag"] = etag(case.version)
        return view(resolution, case)

    @api.post("/puskesmas/{code}/calendar", status_code=201, response_model=StepDone)
    def declare_day(
        code: str,
        body: DayBody,
        principal: Annotated[Principal, requires("calendar.change")],
        once: Idempotency,
    ) -> Any:
        """Declare a day working or closed; deadlines promised from now on count with it."""
        who = intent(principal, "calendar.change", code)
        future = resolution.declare_day(code, who, body.day, body.working, body.why, once=once)
        return done(future.result())

    @step("/team-call", "case.team_call")
    def call_team(id: UUID, body: TeamCallBody, call: Stepping) -> Any:
        """Record that the team was called by hand (SOP Lamaru 1d, 2c)."""
        return take(call, id, resolution.call_team, body.who, body.how, at=body.when)

    @step("/grade", "case.grade")
    def grade(id: UUID, body: GradeBody, call: Stepping) -> Any:
        """Grade the complaint; the grade sets its deadlines."""
        return take(call, id, resolution.grade, body.grade, body.reason, at=body.occurred_at)

    @step("/meeting-with-complainant", "case.meet")
    def meet(id: UUID, body: MeetingBody, call: Stepping) -> Any:
        """Record that the team met the person (SOP Lamaru 1e)."""
        return take(call, id, resolution.meet, body.who, body.note, at=body.when)

    @step("/immediate-answer", "case.answer")
    def answer(id: UUID, body: AnswerBody, call: Stepping) -> Any:
        """Give a solution at once (SOP Lamaru 1f, SOP Puring 2b)."""
        return take(call, id, resolution.answer, body.answer, at=body.answered_at)

    @step("/analysis", "case.analyse")
    def analyse(id: UUID, body: AnalysisBody, call: Stepping) -> Any:
        """Write down cause and finding (SOP Lamaru 2d, SOP Puring 2c)."""
        facts = (body.root_cause, body.finding)
        return take(call, id, resolution.analyse, *facts, at=body.occurred_at)

    @step("/plan", "case.plan")
    def plan(id: UUID, body: PlanBody, call: Stepping) -> Any:
        """Make the follow-up plan, RTL (SOP Lamaru 2e); anew while none of it was carried out."""
        actions = [
            Action(each.action, each.person_responsible, each.due_on) for each in body.actions
        ]
        return take(call, id, resolution.plan, actions, at=body.occurred_at)

    @step("/actions/{n}", "case.act")
    def carry_out(
        id: UUID, n: Annotated[int, Path(ge=1, le=50)], body: ActionDoneBody, call: Stepping
    ) -> Any:
        """Record one action of the plan as done (SOP Lamaru 2f)."""
        return take(call, id, resolution.carry_out, n, body.done_on, body.note)

    @step("/documentation", "case.document")
    def document(id: UUID, body: DocumentationBody, call: Stepping) -> Any:
        """Write the result on the complaint form (SOP Lamaru 1g, 2g)."""
        facts = (body.summary, body.outcome)
        return take(call, id, resolution.document, *facts, at=body.occurred_at)

    @step("/evaluation", "case.evaluate")
    def evaluate(id: UUID, body: EvaluationBody, call: Stepping) -> Any:
        """Judge the handling; false reopens the case (SOP Lamaru 1i, 2h)."""
        facts = (body.effective, body.note)
        return take(call, id, resolution.evaluate, *facts, at=body.occurred_at)

    return api
