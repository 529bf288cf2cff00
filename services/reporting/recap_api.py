"""Reporting's calls about the months of a Puskesmas: closing one, and its recap."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.reach import sees
from services.kernel.access.web import requires
from services.kernel.commands import Done, Idempotency, answered, done, intent
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.asked import After, asked_when
from services.reporting.completeness import Incomplete
from services.reporting.monthly import Monthly
from services.reporting.queries import When

READ = "report.read"
CLOSE = "recap.close"


class MonthClosed(Done):
    """A month was closed; `id` is the recap's."""

    month: str = Field(examples=["2026-03"])


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

    group: str = Field(description="all, unit, channel or category")
    part: str | None = Field(description="null: all, or those that name none")
    as_reported: RecapFigures | None
    as_now: RecapFigures
    differs: list[str] = Field(description="the figures that differ")


class Closing(BaseModel):
    """How a month was closed."""

    closed_at: datetime
    role: str = Field(description="in which it was closed")
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


class Recap(BaseModel):
    """A month of one Puskesmas."""

    puskesmas: str
    month: str
    over: bool
    incomplete: list[Incomplete] = Field(description="whose data is not whole; empty: nobody's")
    closing: Closing | None = Field(description="null: not closed")
    lines: list[RecapLine]
    cases: list[ChangedCase]
    more: int = Field(description="changed cases that are not listed, or not for this reader")


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
