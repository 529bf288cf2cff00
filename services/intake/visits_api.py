"""Intake's call for the visits of a month."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from services.intake.application import Intake
from services.intake.visits import VISITS_MOST, Counted, record_visits
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Idempotency, StepDone, answered, done, intent
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.months import Month
from services.kernel.text import _
from services.kernel.web.refusals import refusals

RECORD = "visits.record"
UNITS_MOST = 200
Visits = Annotated[int, Field(ge=0, le=VISITS_MOST)]


class UnitVisitsBody(Body):
    """The visits to one service unit."""

    unit: str = Field(description="its code", examples=["loket"])
    visits: Visits


class VisitsBody(Body):
    """The visits of a month; who is seen at two units is two there, and one of all."""

    visits: Visits = Field(description="all of the Puskesmas")
    units: Annotated[list[UnitVisitsBody], Field(max_length=UNITS_MOST)] = []


class VisitsRecorded(StepDone):
    """The visits stand so."""

    month: str = Field(examples=["2026-10"])


def add(api: APIRouter, intake: Intake) -> None:
    """Add the call."""

    @api.put(
        "/puskesmas/{code}/visits/{month}", response_model=VisitsRecorded, responses=refusals(404)
    )
    async def put_visits(
        code: str,
        month: str,
        body: VisitsBody,
        principal: Annotated[Principal, requires(RECORD)],
        once: Idempotency,
    ) -> Any:
        """Write down, or put right, how many visits a Puskesmas had in a month that is over."""
        who = intent(principal, RECORD, code)
        counted = Counted(Month.written(month), body.visits, _by_unit(body))
        return done(await answered(record_visits(intake, code, counted, who, once)))


def _by_unit(body: VisitsBody) -> dict[str, int]:
    """Return the visits by unit; raises InvalidInput for one that is named twice."""
    found: dict[str, int] = {}
    for place, each in enumerate(body.units):
        if each.unit in found:
            message = _("Unit ini sudah disebut. Hapus salah satu.")
            raise InvalidInput(FieldError(f"units[{place}].unit", message))
        found[each.unit] = each.visits
    return found
