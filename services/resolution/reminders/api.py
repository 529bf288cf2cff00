"""The calls of the reader's own digests (JSON, under /api/v1)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.web import requires
from services.kernel.commands import Body, Moment
from services.kernel.web.language import language_of, translator
from services.kernel.web.refusals import refusals
from services.resolution.application import Resolution
from services.resolution.reminders.digests import LINES, Digests
from services.resolution.reminders.reminding import Owing

READ = "case.read"
MOST = 1_000_000
Slot = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}T\d{4}$", examples=["2026-11-02T0730"])]


class DigestRow(BaseModel):
    """A digest: of how much somebody was reminded at once."""

    slot: str = Field(description="date and time, of the Puskesmas", examples=["2026-11-02T0730"])
    made_at: datetime
    things: int
    late: int = Field(description="how many of them were past their time")
    seen: bool


class DigestRows(BaseModel):
    """The digests of the last 30 days, the newest first."""

    items: list[DigestRow]


class DigestLine(BaseModel):
    """One thing of which somebody was reminded: number, step and time, never words."""

    puskesmas: str
    about: str = Field(description="response, settlement, action/<n>, or a duty of the agenda")
    name: str = Field(description="the case's number, or the duty's name")
    complaint: str | None = Field(description="the case's id; null: a duty")
    due_at: datetime
    late: bool = Field(description="it was past its time when the digest was made")
    open: bool = Field(description="it is still owed")
    step: str | None = Field(description="the step that the case expects next")


class DigestLines(BaseModel):
    """A page of a digest, the most urgent first; `next` is the cursor of the following one."""

    slot: str
    things: int
    late: int
    items: list[DigestLine]
    next: int | None


class SeenBody(Body):
    """Up to when a reader has seen what they were told."""

    until: Annotated[Moment, Field(description="RFC 3339 with offset; `made_at` of the newest")]


def router(resolution: Resolution, owing: Owing) -> APIRouter:
    """Return the calls; `owing` gives which duties are still open."""
    api = APIRouter(prefix="/api/v1", tags=["resolution"])
    digests = Digests(resolution, owing)

    @api.get("/digests", response_model=DigestRows)
    def list_digests(request: Request, principal: Annotated[Principal, requires(READ)]) -> Any:
        """Return the reader's digests of reminders."""
        access: AccessStore = request.app.state.access
        until = access.told_until(principal.account_id)
        found = access.digests(principal.account_id)
        return {
            "items": [
                each._asdict() | {"seen": until is not None and each.made_at <= until}
                for each in found
            ]
        }

    @api.put("/digests/seen", status_code=204)
    def saw_digests(
        request: Request, body: SeenBody, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Take what the reader was told until a moment as seen; what came since stays new."""
        access: AccessStore = request.app.state.access
        access.saw(principal.account_id, min(body.until, resolution.clock()))
        return Response(status_code=204)

    @api.get("/digests/{slot}", response_model=DigestLines, responses=refusals(404))
    def read_digest(
        request: Request,
        slot: Slot,
        principal: Annotated[Principal, requires(READ)],
        cursor: Annotated[int, Query(ge=0, le=MOST)] = 0,
    ) -> Any:
        """Return a page of one of the reader's digests, and what of it is done by now."""
        among = digests.of(principal, slot)
        things, translate = sum(each.things for each in among), translator(language_of(request))
        found = digests.lines(among, slot, cursor)
        return {
            "slot": slot,
            "things": things,
            "late": sum(each.late for each in among),
            "items": [
                {
                    "puskesmas": each.owed.puskesmas,
                    "about": each.owed.about,
                    "name": translate(each.owed.name) if each.owed.page else each.owed.name,
                    "complaint": None if each.owed.page else each.owed.subject,
                    "due_at": each.owed.due_at,
                    "late": each.late,
                    "open": each.open,
                    "step": each.step,
                }
                for each in found
            ],
            "next": cursor + LINES if cursor + LINES < things else None,
        }

    return api
