"""Resolution's calls beside a case's path (JSON, under /api/v1)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.kernel.commands import Body, Line, Moment, Stepping, Words
from services.resolution.accompanying import TOLD_BY, Accompanying
from services.resolution.api import steps
from services.resolution.application import Resolution


class AcknowledgementBody(Body):
    """Whom of the team the call reached, and when."""

    who: Line
    when: Moment | None = None


class AssignmentBody(Body):
    """To whom the case is given, and to which unit of the Puskesmas."""

    assignee: Line
    unit: str | None = None
    when: Moment | None = None


class CommentBody(Body):
    """A remark."""

    comment: Words
    when: Moment | None = None


class PauseBody(Body):
    """What the case waits for."""

    reason: Words
    occurred_at: Moment | None = None


class ResumptionBody(Body):
    """What came, or why it goes on without."""

    note: Words | None = None
    occurred_at: Moment | None = None


class EscalationBody(Body):
    """Why the district office is needed."""

    reason: Words
    when: Moment | None = None


class EscalationAnswerBody(Body):
    """What the district office decided."""

    decision: Words
    when: Moment | None = None


class ReferralBody(Body):
    """Who can settle it, why, and how the complainant was told; null: not told."""

    referred_to: Line
    reason: Words
    told_by: str | None = Field(None, json_schema_extra={"enum": [*TOLD_BY, None]})
    occurred_at: Moment | None = None


class ReopeningBody(Body):
    """Why the case is taken up again."""

    reason: Words
    occurred_at: Moment | None = None


def router(resolution: Resolution) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1", tags=["resolution"])
    step, take = steps(api, resolution)
    accompanying = Accompanying(resolution)

    @step("/team-call/acknowledgement", "case.acknowledge")
    def acknowledge(id: UUID, body: AcknowledgementBody, call: Stepping) -> Any:
        """Record that the team call reached somebody (SOP Lamaru 1d, 2c)."""
        return take(call, id, accompanying.acknowledge, body.who, at=body.when)

    @step("/assignment", "case.assign")
    def assign(id: UUID, body: AssignmentBody, call: Stepping) -> Any:
        """Give the case to somebody, and to a unit (SOP Puring 1.5)."""
        return take(call, id, accompanying.assign, body.assignee, body.unit, at=body.when)

    @step("/comments", "case.comment")
    def comment(id: UUID, body: CommentBody, call: Stepping) -> Any:
        """Remark on the case; a closed one, too."""
        return take(call, id, accompanying.comment, body.comment, at=body.when)

    @step("/pause", "case.pause")
    def pause(id: UUID, body: PauseBody, call: Stepping) -> Any:
        """Stop the clock while the complainant is waited for; the path stands still meanwhile."""
        return take(call, id, accompanying.pause, body.reason, at=body.occurred_at)

    @step("/resumption", "case.pause")
    def resume(id: UUID, body: ResumptionBody, call: Stepping) -> Any:
        """Let the clock run again; promises not kept yet move by the pause."""
        return take(call, id, accompanying.resume, body.note, at=body.occurred_at)

    @step("/escalation", "case.escalate")
    def escalate(id: UUID, body: EscalationBody, call: Stepping) -> Any:
        """Put the case before the district office, which may read its words from then on."""
        return take(call, id, accompanying.escalate, body.reason, at=body.when)

    @step("/escalation/answer", "case.advise")
    def advise(id: UUID, body: EscalationAnswerBody, call: Stepping) -> Any:
        """Answer an escalation as the district office: the case is its Puskesmas' again."""
        return take(call, id, accompanying.advise, body.decision, at=body.when)

    @step("/referral", "case.refer")
    def refer(id: UUID, body: ReferralBody, call: Stepping) -> Any:
        """Hand the complaint to whoever can settle it; the case ends here."""
        facts = (body.referred_to, body.reason, body.told_by)
        return take(call, id, accompanying.refer, *facts, at=body.occurred_at)

    @step("/reopening", "case.reopen")
    def reopen(id: UUID, body: ReopeningBody, call: Stepping) -> Any:
        """Bring a closed case back to analysis."""
        return take(call, id, accompanying.reopen, body.reason, at=body.occurred_at)

    return api
