"""Intake's calls about surveys (SOP Puring 5.1a-5.1c, 1.6, 1.7)."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.intake.application import Intake
from services.intake.domain.satisfaction import Index, Means, Method, Result
from services.intake.domain.survey import Survey
from services.intake.surveys.application import Surveys
from services.intake.surveys.forms import (
    AnswersBody,
    CoordinationBody,
    ProposalBody,
    PublicationBody,
    ReturnBody,
    StepBody,
    TableBody,
)
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Idempotency, StepDone, Stepping, done, intent
from services.kernel.errors import NotFound
from services.kernel.text import _
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals

BY_ID = "/surveys/{id}"
ANSWERS_BYTES = 4 << 20


class Answered(StepDone):
    """Answers were taken."""

    answers: list[UUID] = Field(description="in the order that they were sent in")


class ElementView(BaseModel):
    """The figures of one element, as the method writes them."""

    element: str
    mean: str = Field(description="NRR, 1 to 4", examples=["3.2500"])
    weighted: str
    converted: str = Field(description="25 to 100", examples=["81.25"])
    quality: str = Field(description="A to D")


class IndexView(BaseModel):
    """An index in total, and of each element, the lowest first."""

    value: str = Field(description="1 to 4")
    converted: str
    quality: str
    elements: list[ElementView]


class PartView(BaseModel):
    """The result of a unit or of a group of respondents."""

    kind: str = Field(examples=["unit", "gender"])
    name: str
    respondents: int | None
    index: IndexView | None = Field(description="null: nobody in it answered some element")


class ResultView(BaseModel):
    """A survey's result, so far or as it closed, with the method that it was reckoned by."""

    survey: UUID
    puskesmas: str
    state: str
    period: str
    opens_on: date
    closes_on: date
    asked: str
    method: str
    population: int
    sample: int
    basis: str = Field(description="answers, or a table of counts or means in their place")
    source: str | None = Field(description="who made the table; null: there is none")
    answers: int | None = Field(description="questionnaires that came in; null: there is a table")
    respondents: int | None = Field(description="those that the index is reckoned from")
    left_out: int | None = Field(description="dropped for a blank, where the method does so")
    blanks: int | None = Field(description="null: a table of means does not say")
    index: IndexView | None = Field(description="null: nobody has answered")
    parts: list[PartView]


def add(api: APIRouter, intake: Intake, surveys: Surveys) -> None:
    """Add the calls, those by id also below the Puskesmas, by which a district's proxy finds it."""

    @api.post("/puskesmas/{code}/surveys", status_code=201, response_model=StepDone)
    def propose_survey(
        code: str,
        body: ProposalBody,
        principal: Annotated[Principal, requires("survey.propose")],
        once: Idempotency,
        response: Response,
    ) -> Any:
        """Write the terms of reference of a survey; the head approves them or gives them back."""
        who = intent(principal, "survey.propose", code)
        answer = surveys.propose(code, body.taken(), who, once).result()
        response.headers["ETag"] = etag(answer.ids["version"])
        return done(answer)

    by_id = APIRouter()
    _add_terms(by_id, surveys)
    _add_answering(by_id, surveys)
    _add_result(by_id, surveys)
    api.include_router(by_id, prefix=BY_ID)
    api.include_router(
        by_id, prefix="/puskesmas/{code}" + BY_ID, dependencies=[Depends(_of_code(intake, surveys))]
    )


def _of_code(intake: Intake, surveys: Surveys) -> Callable[[UUID, str], None]:
    def of_code(id: UUID, code: str) -> None:
        if surveys.get(id).puskesmas != intake.at(code).code:
            raise NotFound(_("Survei ini tidak ada di Puskesmas ini."))

    return of_code


def _add_terms(api: APIRouter, surveys: Surveys) -> None:
    @api.post(
        "/proposal",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.propose")],
    )
    def propose_again(id: UUID, body: ProposalBody, step: Stepping) -> Any:
        """Write the terms of reference anew, after they came back."""
        return step.take(surveys.get(id).puskesmas, surveys.propose_again, id, body.taken())

    @api.post(
        "/return",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.return")],
    )
    def return_survey(id: UUID, body: ReturnBody, step: Stepping) -> Any:
        """Give the terms of reference back, with what to mend."""
        here = surveys.get(id).puskesmas
        return step.take(here, surveys.give_back, id, body.remarks, at=body.occurred_at)

    @api.post(
        "/approval",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.approve")],
    )
    def approve_survey(id: UUID, body: StepBody, step: Stepping) -> Any:
        """Approve the terms of reference; not whoever wrote them."""
        return step.take(surveys.get(id).puskesmas, surveys.approve, id, at=body.occurred_at)

    @api.post(
        "/coordination",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.coordinate")],
    )
    def coordinate_survey(id: UUID, body: CoordinationBody, step: Stepping) -> Any:
        """Record that the units were coordinated with."""
        here = surveys.get(id).puskesmas
        told = (body.units, body.who, body.note)
        return step.take(here, surveys.coordinate, id, *told, at=body.occurred_at)


def _add_answering(api: APIRouter, surveys: Surveys) -> None:
    @api.post(
        "/opening",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.open")],
    )
    def open_survey(id: UUID, body: StepBody, step: Stepping) -> Any:
        """Let the survey take answers; it was approved and coordinated before (409)."""
        return step.take(surveys.get(id).puskesmas, surveys.open, id, at=body.occurred_at)

    @api.post(
        "/answers",
        status_code=201,
        response_model=Answered,
        responses=refusals(409),
        max_body_size=ANSWERS_BYTES,
    )
    def answer_survey(
        id: UUID,
        body: AnswersBody,
        principal: Annotated[Principal, requires("survey.answer")],
        once: Idempotency,
    ) -> Any:
        """Take answers, all or none; a link that answered before is refused (409)."""
        here = surveys.get(id).puskesmas
        who = intent(principal, "survey.answer", here, body.occurred_at)
        return done(surveys.answering.answer(id, who, body.way, body.taken(), once).result())

    @api.post(
        "/table",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.answer")],
        max_body_size=ANSWERS_BYTES,
    )
    def tabulate_survey(id: UUID, body: TableBody, step: Stepping) -> Any:
        """Record a table of counts or means in place of answers; a second one says that it
        replaces the first, and where somebody has answered there is none (409)."""
        here = surveys.get(id).puskesmas
        step.principal.role_for(step.permission, here)
        table, replaces = body.taken(), body.replaces
        return step.take(here, surveys.tabulate, id, table, replaces, at=body.occurred_at)

    @api.post(
        "/closing",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.close")],
    )
    def close_survey(id: UUID, body: StepBody, step: Stepping) -> Any:
        """Take no more answers, and let the index stand."""
        return step.take(surveys.get(id).puskesmas, surveys.close, id, at=body.occurred_at)

    @api.post(
        "/publication",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("survey.publish")],
    )
    def publish_survey(id: UUID, body: PublicationBody, step: Stepping) -> Any:
        """Publish the result, with what follows from it."""
        words = body.model_dump(include={"analysis", "follow_up", "followed_up"})
        here = surveys.get(id).puskesmas
        return step.take(here, surveys.publish, id, body.media, words, at=body.occurred_at)


def _add_result(api: APIRouter, surveys: Surveys) -> None:
    @api.get("/result", response_model=ResultView)
    def read_result(
        id: UUID,
        principal: Annotated[Principal, requires("survey.read")],
        response: Response,
        method: Annotated[
            str | None, Query(max_length=200, description="another one, to compare")
        ] = None,
    ) -> Any:
        """Return the result so far, by the recorded method unless another is asked for."""
        survey = surveys.get(id)
        principal.role_for("survey.read", survey.puskesmas)
        response.headers["ETag"] = etag(survey.version)
        used = Method.parse(survey.terms.method if method is None else method)
        answers = surveys.answering.count(id) if survey.table is None else None
        return _view(survey, answers, used, surveys.result_if_any(survey, used))


def _view(
    survey: Survey, answers: int | None, method: Method, result: Result | None
) -> dict[str, Any]:
    terms = survey.terms
    means = result.means if result else Means({}, None)
    return {
        "survey": survey.id,
        "puskesmas": survey.puskesmas,
        "state": str(survey.state),
        "period": terms.period,
        "opens_on": terms.opens_on,
        "closes_on": terms.closes_on,
        "asked": terms.asked,
        "method": str(method),
        "population": terms.population,
        "sample": terms.sample,
        "basis": survey.basis,
        "source": survey.table and survey.table.source,
        "answers": answers,
        "respondents": means.respondents,
        "left_out": means.left_out,
        "blanks": means.blanks,
        "index": result and _index(result.index, method),
        "parts": [
            {
                "kind": each.kind,
                "name": each.name,
                "respondents": each.means.respondents,
                "index": each.index and _index(each.index, method),
            }
            for each in (result.parts if result else ())
        ],
    }


def _index(index: Index, method: Method) -> dict[str, Any]:
    return {
        "value": method.shown(index.value),
        "converted": str(index.converted),
        "quality": index.quality.quality_class,
        "elements": [
            {
                "element": each.key,
                "mean": method.shown(each.mean),
                "weighted": method.shown(each.weighted),
                "converted": str(each.converted),
                "quality": each.quality.quality_class,
            }
            for each in index.lowest_first
        ],
    }
