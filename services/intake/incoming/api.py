"""The calls of messages that came in by themselves (JSON): what waits, and what becomes of it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application import Intake
from services.intake.forms import ComplaintBody, form_of
from services.intake.incoming.application import TOGETHER_MOST, Draft, Incoming
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Done, Idempotency, answered, done, intent
from services.kernel.web.refusals import refusals

RECEIVE = "complaint.receive"
PAGE_MOST = 100

Messages = Annotated[list[UUID], Field(min_length=1, max_length=TOGETHER_MOST)]
Reason = Literal["spam", "wrong_number", "answered", "part_of_other"]


class IncomingView(BaseModel):
    """A message that waits; its words and its sender open on its page, by role."""

    id: UUID
    channel: Literal["sms", "whatsapp"]
    sent_at: AwareDatetime
    file: Literal["none", "waiting", "kept", "refused"] = Field(description="what came along")
    refused: str | None = Field(description="why what came along was not kept")


class IncomingGroup(BaseModel):
    """Messages of one person within an hour: offered as one complaint, the oldest first."""

    messages: list[IncomingView]


class IncomingGroups(BaseModel):
    """A page of what waits, the newest messages first; on it, the group that was written to last
    stands first. Messages of one person may stand on two pages; either leads to all of them."""

    items: list[IncomingGroup]
    next: UUID | None = Field(description="give it as `after` for the following messages")


class ConfirmationBody(Body):
    """Messages as the one complaint that an officer makes of them.

    Its channel is theirs, whatever `complaint` says, and it was received when the first was sent.
    """

    messages: Messages
    complaint: ComplaintBody


class DismissalBody(Body):
    """Messages that become no complaint, and why."""

    messages: Messages
    reason: Reason
    complaint: UUID | None = Field(None, description="of part_of_other: the one it belongs to")


class Confirmed(Done):
    """The messages are a complaint."""

    number: str = Field(examples=["PRG-2026-A-000417"])
    receipt: str = Field(description="the code for the citizen", examples=["K7Q2-9MFX-TR4W"])


def add(api: APIRouter, intake: Intake) -> None:
    """Add the calls."""
    incoming = Incoming(intake)

    @api.get("/puskesmas/{code}/incoming", response_model=IncomingGroups)
    def list_incoming(
        code: str,
        principal: Annotated[Principal, requires(RECEIVE)],
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 50,
    ) -> Any:
        """Return the messages that wait at a Puskesmas, without their words."""
        intake.at(code)
        principal.role_for(RECEIVE, code)
        page = incoming.waiting([code], after, limit)
        return {
            "items": [{"messages": list(map(_view, group))} for group in page.groups],
            "next": page.next,
        }

    @api.post(
        "/puskesmas/{code}/incoming/confirmation",
        status_code=201,
        response_model=Confirmed,
        responses=refusals(409),
    )
    async def confirm_incoming(
        code: str,
        body: ConfirmationBody,
        principal: Annotated[Principal, requires(RECEIVE)],
        once: Idempotency,
    ) -> Any:
        """Write messages down as one complaint (SOP Lamaru 1c, 2b)."""
        who = intent(principal, RECEIVE, code)
        answer = await answered(
            incoming.confirm(code, body.messages, form_of(body.complaint), who, once)
        )
        return done(answer) | {"receipt": intake.receipt(UUID(answer.ids["id"]))}

    @api.post("/puskesmas/{code}/incoming/dismissal", response_model=Done, responses=refusals(409))
    async def dismiss_incoming(
        code: str,
        body: DismissalBody,
        principal: Annotated[Principal, requires(RECEIVE)],
        once: Idempotency,
    ) -> Any:
        """Say why messages become no complaint."""
        who = intent(principal, RECEIVE, code)
        dismissal = incoming.dismiss(code, body.messages, body.reason, body.complaint, who, once)
        return done(await answered(dismissal))


def _view(draft: Draft) -> dict[str, Any]:
    it = draft.message
    if it.kept is not None:
        file = "kept"
    elif it.refused is not None:
        file = "refused"
    else:
        file = "none" if it.file is None else "waiting"
    return {
        "id": it.id,
        "channel": it.channel,
        "sent_at": it.sent_at,
        "file": file,
        "refused": it.refused,
    }
