"""Publication's calls (JSON, under /api/v1)."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Moment, StepDone, Stepping, Words
from services.kernel.web.refusals import refusals
from services.publication.application import Publishing
from services.publication.domain import Publication

Medium = Literal["notice_board", "clinic_tv", "social_media"]
Channel = Literal["in_person", "phone", "sms", "whatsapp", "email", "letter", "meeting", "receipt"]
Media = Annotated[list[Medium], Field(min_length=1, max_length=3)]


class DraftBody(Body):
    """The draft with another text."""

    text: Words


class Approval(Body):
    """Where a text that is approved may be shown."""

    media: Media = Field(default=["notice_board", "clinic_tv", "social_media"])
    confirm: bool = Field(False, description="the head's second word on a confidential one")


class ApprovalBody(Approval):
    """The redacted text that is approved, and where it may be shown."""

    text: Words


class ReturnBody(Body):
    """What is wrong with the draft."""

    reason: Words


class ReleaseBody(Body):
    """Where to show it; all approved media when left out. One that is out is shown there, too."""

    media: Media | None = None


class WithdrawalBody(Body):
    """Why the release is taken back."""

    reason: Words


class InformedBody(Body):
    """How and when the complainant was told."""

    channel: Channel
    informed_at: Moment | None = None


class PublicationView(BaseModel):
    """Where a publication stands; its words are shown on its page only."""

    id: UUID
    complaint: UUID
    number: str
    puskesmas: str
    state: str = Field(examples=["drafted", "returned", "approved", "released", "withdrawn"])
    confidentiality: str
    needs_confirmation: bool
    informed: bool
    media: list[str] = Field(description="for which it is approved")
    shown: list[str] = Field(description="in which it is public now")
    taken_back: bool = Field(description="the case was reopened: only a withdrawal is left")
    allowed: list[str]
    version: int


class Publications(BaseModel):
    """A complaint's publications, oldest first."""

    items: list[PublicationView]


class PublicationStepDone(StepDone):
    """A step of a publication was recorded."""

    state: str


Call = TypeVar("Call", bound=Callable[..., Any])


def router(publishing: Publishing) -> APIRouter:
    """Return publication's calls."""
    api = APIRouter(prefix="/api/v1/publications", tags=["publication"])

    def take(call: Stepping, id: UUID, command: Any, *facts: Any, at: Any = None) -> Any:
        return call.take(publishing.get(id).puskesmas, command, id, *facts, at=at)

    def step(path: str, permission: str) -> Callable[[Call], Call]:
        return api.post(
            path,
            dependencies=[requires(permission)],
            response_model=PublicationStepDone,
            responses=refusals(409, 503),
        )

    @api.get("", response_model=Publications)
    def list_publications(
        complaint: Annotated[UUID, Query(description="the complaint's id")],
        principal: Annotated[Principal, requires("publication.read")],
    ) -> Any:
        """Return the publications of one complaint."""
        found = publishing.of_complaint(complaint)
        for each in found:
            principal.role_for("publication.read", each.puskesmas)
        return {"items": [_view(publishing, each) for each in found]}

    @step("/{id}/draft", "publication.draft")
    def save_draft(id: UUID, body: DraftBody, call: Stepping) -> Any:
        """Save the draft with another text; an approval given before no longer holds."""
        return take(call, id, publishing.save_draft, body.text)

    @step("/{id}/approval", "publication.approve")
    def approve(id: UUID, body: ApprovalBody, call: Stepping) -> Any:
        """Approve a redacted text; the text sent is the text approved."""
        return take(call, id, publishing.approve, body.text, body.media, body.confirm)

    @step("/{id}/return", "publication.return")
    def give_back(id: UUID, body: ReturnBody, call: Stepping) -> Any:
        """Hand the draft back to whoever words it; an approval given before no longer holds."""
        return take(call, id, publishing.give_back, body.reason)

    @step("/{id}/release", "publication.release")
    def release(id: UUID, body: ReleaseBody, call: Stepping) -> Any:
        """Publish the approved text (SOP Puring 2d, SOP Lamaru 1h), or show it in more media."""
        return take(call, id, publishing.release, body.media)

    @step("/{id}/withdrawal", "publication.withdraw")
    def withdraw(id: UUID, body: WithdrawalBody, call: Stepping) -> Any:
        """Take a release back from every medium."""
        return take(call, id, publishing.withdraw, body.reason)

    @step("/{id}/informed", "publication.inform")
    def inform(id: UUID, body: InformedBody, call: Stepping) -> Any:
        """Record that the complainant was told (SOP Puring 3f)."""
        return take(call, id, publishing.inform, body.channel, at=body.informed_at)

    return api


def _view(publishing: Publishing, each: Publication) -> dict[str, Any]:
    return {
        "id": each.id,
        "complaint": each.complaint,
        "number": each.number,
        "puskesmas": each.puskesmas,
        "state": each.state,
        "confidentiality": each.confidentiality,
        "needs_confirmation": each.needs_confirmation,
        "informed": each.informed,
        "media": each.media,
        "shown": each.shown,
        "taken_back": publishing.taken_back(each),
        "allowed": list(publishing.allowed(each)),
        "version": each.version,
    }
