"""Reporting's call about recaps of several months, added up."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.months import Stretch
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.asked import After, asked_when
from services.reporting.queries import When
from services.reporting.recap_api import READ, RecapFigures
from services.reporting.recap_lines import on_time
from services.reporting.rollup import RollUps


class Shares(BaseModel):
    """Shares of promises that were kept, reckoned from the sums; null: none fell due."""

    responses: float | None
    settlements: float | None


class AddedUp(BaseModel):
    """The figures of one part over the months."""

    group: str = Field(description="all, puskesmas, area, cluster, unit, channel or category")
    part: str | None
    as_reported: RecapFigures | None = Field(description="null: nothing was reported")
    as_now: RecapFigures | None = Field(description="null where several Puskesmas are asked for")
    reported_shares: Shares | None


class NotReported(BaseModel):
    """A month that is over and was not reported; that is not zero."""

    puskesmas: str
    month: str


class Evaluated(BaseModel):
    """How effective the handling was, as of now, and which barriers people met."""

    effective: int = Field(description="evaluations that found it so")
    ineffective: int
    barriers: dict[str, int] = Field(description="by code, of what came in")


class RollUp(BaseModel):
    """Recaps of a quarter, half-year or year, as they are stated last."""

    period: str
    reported: int = Field(description="how many monthly recaps are in the sums")
    zero: int = Field(description="how many of them reported that nothing came in")
    missing: list[NotReported]
    adjusted: int = Field(description="what late events moved between one closing and the next")
    effectiveness: Evaluated
    found: dict[str, int] = Field(description="months by how effective the team found them")
    lines: list[AddedUp]


def router(reporting: Reporting, rollups: RollUps) -> APIRouter:
    """Return the call."""
    api = APIRouter(prefix="/api/v1", tags=["reporting"])

    @api.get("/reports/recap/rollup", response_model=RollUp, responses=refusals(404))
    def rolled_up(
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        period: Annotated[str, Query(description="2026-Q1, 2026-S1 or 2026")],
        puskesmas: Annotated[str | None, Query(description="null: all that you may see")] = None,
        after: After = None,
    ) -> Any:
        """Return monthly recaps added up: what moved is summed, what stands is that of the first
        and the last month, shares are reckoned anew."""
        if puskesmas is not None:
            principal.role_for(READ, puskesmas)
        if after is not None:
            reporting.wait_for(after)
        stretch = Stretch.written(period)
        found = rollups.of(puskesmas, stretch, principal.scope(READ), when)
        return {
            "period": str(stretch),
            "reported": found.reported,
            "zero": found.zero,
            "missing": [
                {"puskesmas": each.reported.puskesmas, "month": str(each.month)}
                for each in found.missing
            ],
            "adjusted": found.adjusted,
            "effectiveness": found.effectiveness,
            "found": found.found,
            "lines": [_line(each) for each in found.lines],
        }

    return api


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    said = line["as_reported"]
    return {**line, "reported_shares": None if said is None else on_time(said)}
