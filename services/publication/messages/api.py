"""The calls of messages (JSON, under /api/v1/publications)."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, StepDone, Stepping
from services.kernel.errors import NotFound
from services.kernel.text import _
from services.kernel.web.refusals import refusals
from services.publication.domain.message import OutgoingMessage
from services.publication.messages.application import Messaging

Channel = Literal["whatsapp", "sms", "email"]
Language = Literal["id", "en"]
Decision = Literal["send_again", "consider_sent", "call_off", "came_back"]


class MessageBody(Body):
    """How the complainant is to be written to. What it says follows from the publication."""

    channel: Channel
    language: Language = "id"
    agreed: bool = Field(False, description="asked, they agreed to a way that they did not choose")


class DecisionBody(Body):
    """What a person decides: about a doubt, to send nothing while it still waits, or that an e-mail
    came back."""

    decision: Decision


class MessageView(BaseModel):
    """Where a message stands; its address and its words are not among what is known of it."""

    id: UUID
    publication: UUID
    channel: str
    language: str
    state: str = Field(
        examples=["waiting", "attempted", "sent", "delivered", "failed", "unknown", "considered"]
    )
    reason: str | None = Field(description="why it failed, or waits for another attempt")
    attempts: int
    not_before: AwareDatetime | None
    decisions: list[str]
    version: int


class MessageViews(BaseModel):
    """The messages about one complaint, the oldest first; the channels that are set up here."""

    channels: list[str]
    items: list[MessageView]


class MessageDone(StepDone):
    """A message was asked for, or decided about."""

    state: str


def router(messaging: Messaging) -> APIRouter:
    """Return the calls of messages."""
    api = APIRouter(prefix="/api/v1/publications/{id}/messages", tags=["publication"])

    @api.get("", response_model=MessageViews)
    def list_messages(id: UUID, principal: Annotated[Principal, requires("message.read")]) -> Any:
        """Return the messages about the complaint of a publication."""
        publication = messaging.publishing.get(id)
        principal.role_for("message.read", publication.puskesmas)
        found = messaging.of_complaint(publication.complaint)
        return {"channels": messaging.channels, "items": [_view(each) for each in found]}

    @api.post(
        "",
        dependencies=[requires("message.send")],
        response_model=MessageDone,
        responses=refusals(409),
    )
    def request_message(id: UUID, body: MessageBody, call: Stepping) -> Any:
        """Have the complainant written to (SOP Puring 3f): number, state and the receipt's link."""
        puskesmas = messaging.publishing.get(id).puskesmas
        facts = body.channel, body.language, body.agreed
        return call.take(puskesmas, messaging.request, id, *facts)

    @api.post(
        "/{message}/decision",
        dependencies=[requires("message.send")],
        response_model=MessageDone,
        responses=refusals(409),
    )
    def decide_message(id: UUID, message: UUID, body: DecisionBody, call: Stepping) -> Any:
        """Decide about a message whose outcome nobody knows, call one off that waits, or say that
        one came back."""
        puskesmas = messaging.publishing.get(id).puskesmas
        call.principal.role_for(call.permission, puskesmas)
        one_of(messaging, id, message)
        return call.take(puskesmas, messaging.decide, message, body.decision)

    return api


def one_of(messaging: Messaging, publication: UUID, message: UUID) -> OutgoingMessage:
    """Return a message of a publication; raises NotFound for one of another."""
    it = messaging.get(message)
    if it.publication != str(publication):
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
    return it


def _view(each: OutgoingMessage) -> dict[str, Any]:
    return {
        "id": each.id,
        "publication": each.publication,
        "channel": each.channel,
        "language": each.language,
        "state": each.state,
        "reason": each.reason,
        "attempts": each.attempt,
        "not_before": each.not_before,
        "decisions": list(each.decisions),
        "version": each.version,
    }
