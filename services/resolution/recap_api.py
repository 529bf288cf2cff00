"""Resolution's call about the recap form of a month (JSON, under /api/v1)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    Body,
    Expected,
    Idempotency,
    StepDone,
    Words,
    answered,
    done,
    intent,
)
from services.kernel.months import Month
from services.kernel.web.refusals import refusals
from services.resolution.application import Resolution
from services.resolution.domain import EFFECTIVENESS
from services.resolution.recap_forms import RecapForms, Written

COMPLETE = "recap.complete"


class CompletionBody(Body):
    """What the team writes of a month; the words are sealed, and open at the Puskesmas' home."""

    effectiveness: str = Field(
        description="how effective the handling was", json_schema_extra={"enum": [*EFFECTIVENESS]}
    )
    effectiveness_note: Words | None = None
    barriers_note: Words | None = None
    meeting_note: Words | None = None


def router(resolution: Resolution) -> APIRouter:
    """Return the call."""
    api = APIRouter(prefix="/api/v1", tags=["resolution"])
    forms = RecapForms(resolution)

    @api.post(
        "/puskesmas/{code}/recaps/{month}/completion",
        status_code=201,
        response_model=StepDone,
        responses=refusals(404, 409, 412, 421),
    )
    async def complete(
        code: str,
        month: str,
        body: CompletionBody,
        principal: Annotated[Principal, requires(COMPLETE)],
        once: Idempotency,
        expected: Expected,
    ) -> Any:
        """Write the team's part of a month's recap, all of it as it stands now (SOP Puring 3d)."""
        who = intent(principal, COMPLETE, code)
        written = Written(**body.model_dump())
        asked = Month.written(month)
        return done(
            await answered(forms.complete(code, asked, who, written, once=once, expected=expected))
        )

    return api
