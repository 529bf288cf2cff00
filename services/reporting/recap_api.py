"""Reporting's calls about the months of a Puskesmas: closing, correcting and acknowledging one, its
recap, and who has closed theirs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.reach import sees
from services.kernel.access.web import requires
from services.kernel.commands import Body, Done, Idempotency, answered, done, intent
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.asked import After, asked_when
from services.reporting.completeness import Incomplete
from services.reporting.discipline import Standing
from services.reporting.duties import State
from services.reporting.monthly import Monthly
from services.reporting.queries import When

READ = "report.read"
CLOSE = "recap.close"
CORRECT = "recap.correct"
ACKNOWLEDGE = "recap.acknowledge"


class MonthClosed(Done):
    """A month was closed; `id` is the recap's."""

    month: str = Field(examples=["2026-03"])


class StatementDone(MonthClosed):
    """A closed month was corrected or acknowledged."""

    statement: int = Field(description="0: the closing; 1: the first correction")


class CorrectionBody(Body):
    """Why a closed month is corrected; words about it stand in the recap's form, at its home."""

    reason: Literal["late_entry", "wrong_entry", "duplicate", "taken_back", "explained"]


class AcknowledgementBody(Body):
    """Which statement the head read: a correction that came since is refused."""

    statement: Annotated[int | None, Field(ge=0, description="null: what is stated last")] = None


class RecapFigures(BaseModel):
    """The figures of a month; praise is counted apart."""

    brought_forward: int
    received: int
    brought_back: int
    closed: int
    carried_forward: int
    praise: int
    responses_due: int = Field(description="first answers that fell due in the month")
    responses_on_time: int
    settlements_due: int = Field(description="settlements that fell due in the month")
    settlements_on_time: int


class RecapLine(BaseModel):
    """The figures of one part: as they were reported (null: not closed), and as they are."""

    group: str = Field(description="all, unit, channel, category, area (KMP …) or cluster (2024)")
    part: str | None = Field(description="null: all, or those that name none")
    as_reported: RecapFigures | None
    as_corrected: RecapFigures | None = Field(description="by the last correction; null: none")
    as_now: RecapFigures
    differs: list[str] = Field(description="the figures that differ")


class Closing(BaseModel):
    """How a month was closed, or put right."""

    number: int = Field(description="0: the closing; 1: the first correction")
    closed_at: datetime
    role: str = Field(description="in which it was closed")
    reason: str | None = Field(description="of a correction")
    as_of: datetime
    known_at: datetime
    position: str = Field(description="of the event that the figures are written down in")
    reproduced: bool = Field(description="counted again from the log, the figures are the same")


class Change(BaseModel):
    """What of a case differs: a figure that it adds to, or its unit, channel or categories."""

    name: str
    before: int | str | list[str] | None
    after: int | str | list[str] | None


class Behind(BaseModel):
    """An event that counts now and did not when the month was closed."""

    position: str
    event: str = Field(examples=["ComplaintCorrected"])
    role: str
    occurred_at: datetime
    recorded_at: datetime
    arrived_at: datetime
    late: bool = Field(description="it had happened by then, and came afterwards")


class ChangedCase(BaseModel):
    """A case that adds something else now, and why."""

    id: UUID
    number: str
    unit: str | None
    changes: list[Change]
    events: list[Behind]


class Acknowledgement(BaseModel):
    """That the head of the Puskesmas knows what is reported."""

    at: datetime
    statement: int
    current: bool = Field(description="it is what is stated now")


class Effectiveness(BaseModel):
    """How effective the handling was, and which barriers people met, as of now."""

    effective: int = Field(description="evaluations in the month that found it so")
    ineffective: int
    barriers: dict[str, int] = Field(description="by code, of what came in")
    found: str | None = Field(description="by the team, in the recap's form; null: not written")


class BoxOpening(BaseModel):
    """The opening of a suggestion box that fell due in a month."""

    box: str
    title: str = Field(description="the box's name")
    due_on: date = Field(description="a working day there")
    state: State = Field(
        description="ahead; done; done_late; overdue: can still be done; missed: cannot"
    )
    days_late: int = Field(description="in working days; 0: in time")
    opened_at: datetime | None
    slips: int | None = Field(description="found in it; 0 is a result")


class Recap(BaseModel):
    """A month of one Puskesmas."""

    puskesmas: str
    month: str
    number: str = Field(description="as a document of the Puskesmas")
    over: bool
    due_on: date = Field(description="the last day on which it is closed in time")
    late: bool = Field(description="closed after that day, or not closed and past it")
    incomplete: list[Incomplete] = Field(description="whose data is not whole; empty: nobody's")
    closing: Closing | None = Field(description="null: not closed")
    corrections: list[Closing]
    acknowledged: Acknowledgement | None
    effectiveness: Effectiveness
    openings: list[BoxOpening] = Field(description="as they stand at `as_of`")
    lines: list[RecapLine]
    settled: bool = Field(description="what is stated last is how it stands")
    cases: list[ChangedCase]
    more: int = Field(description="changed cases that are not listed, or not for this reader")


class Reported(BaseModel):
    """Whether one Puskesmas has reported a month. No report is not zero."""

    puskesmas: str
    month: str
    state: Literal["running", "open", "overdue", "closed", "closed_late"]
    due_on: date
    closed_at: datetime | None
    zero: bool = Field(description="it was reported that nothing came in")
    received: int | None = Field(description="as stated last; null: not reported")
    corrections: int
    acknowledged_at: datetime | None = Field(description="of what is stated now")


class Discipline(BaseModel):
    """Who has reported a month."""

    month: str
    items: list[Reported]


def router(reporting: Reporting, monthly: Monthly, district: District) -> APIRouter:
    """Return the calls; `district` says which units are of an area."""
    api = APIRouter(prefix="/api/v1", tags=["reporting"])

    @api.post(
        "/puskesmas/{code}/recaps/{month}/closing",
        status_code=201,
        response_model=MonthClosed,
        responses=refusals(404, 409, 503),
    )
    async def close(
        code: str, month: str, principal: Annotated[Principal, requires(CLOSE)], once: Idempotency
    ) -> Any:
        """Close a month (2026-03) of a Puskesmas that is over: its figures are kept as they are."""
        asked = Month.written(month)
        who = intent(principal, CLOSE, code)
        answer = await answered(monthly.close(code, asked, who, once))
        return done(answer)

    @api.post(
        "/puskesmas/{code}/recaps/{month}/corrections",
        status_code=201,
        response_model=StatementDone,
        responses=refusals(404, 409, 503),
    )
    async def correct(
        code: str,
        month: str,
        body: CorrectionBody,
        principal: Annotated[Principal, requires(CORRECT)],
        once: Idempotency,
    ) -> Any:
        """Let a closed month report its figures as they stand now; what it reported stays, too."""
        asked = Month.written(month)
        who = intent(principal, CORRECT, code)
        return done(await answered(monthly.correct(code, asked, who, body.reason, once)))

    @api.post(
        "/puskesmas/{code}/recaps/{month}/acknowledgement",
        status_code=201,
        response_model=StatementDone,
        responses=refusals(404, 409),
    )
    async def acknowledge(
        code: str,
        month: str,
        principal: Annotated[Principal, requires(ACKNOWLEDGE)],
        once: Idempotency,
        body: AcknowledgementBody | None = None,
    ) -> Any:
        """Note that the head of the Puskesmas knows what a month's recap reports."""
        asked = Month.written(month)
        who = intent(principal, ACKNOWLEDGE, code)
        seen_by = None if body is None else body.statement
        return done(await answered(monthly.acknowledge(code, asked, who, seen_by, once)))

    @api.get("/reports/recaps", response_model=Discipline)
    def discipline(
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        month: Annotated[str, Query(description="2026-03")],
        after: After = None,
    ) -> Any:
        """Return which Puskesmas have closed a month, which are late, which reported zero."""
        if after is not None:
            reporting.wait_for(after)
        asked = Month.written(month)
        found = monthly.district(asked, principal.scope(READ), when)
        return {"month": str(asked), "items": [_reported(each) for each in found]}

    @api.get("/reports/recap", response_model=Recap, responses=refusals(404))
    def recap(
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: Annotated[str, Query(description="a Puskesmas' code")],
        month: Annotated[
            str | None, Query(description="2026-03; the last that is over, when left out")
        ] = None,
        after: After = None,
    ) -> Any:
        """Return a month as it was reported beside how it is by now, and what explains each
        difference: the cases, and the events that came late."""
        if after is not None:
            reporting.wait_for(after)
        asked = Month.written(month) if month else None
        return seen(principal, monthly, district, puskesmas, asked, when)

    return api


def _reported(standing: Standing) -> dict[str, Any]:
    of = standing.reported
    return {
        "puskesmas": of.puskesmas,
        "month": of.month,
        "state": standing.state,
        "due_on": standing.due_on,
        "closed_at": of.closing and of.closing.stated_at,
        "zero": standing.zero,
        "received": of.latest and of.latest.whole["received"],
        "corrections": len(of.statements[1:]),
        "acknowledged_at": of.acknowledged_at if of.known_to_head else None,
    }


def seen(
    principal: Principal,
    monthly: Monthly,
    district: District,
    puskesmas: str,
    month: Month | None,
    when: When,
) -> dict[str, Any]:
    """Return a month's recap as a reader may see it: of its changed cases only those of the
    reader's own area are named. Raises Forbidden, and NotFound for an unknown Puskesmas."""
    principal.role_for(READ, puskesmas)
    report = monthly.report(puskesmas, month or monthly.last_over(puskesmas), when)
    shown = [
        case
        for case in report["cases"]
        if sees(principal, READ, puskesmas, case["unit"], district.units_in)
    ]
    hidden = len(report["cases"]) - len(shown)
    return report | {"cases": shown, "more": report["more"] + hidden}
