"""Publication's calls (JSON, under /api/v1)."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Query, Request, Response, UploadFile
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    Body,
    Expected,
    Idempotency,
    Moment,
    StepDone,
    Stepping,
    Words,
    done,
    intent,
    once_of,
)
from services.kernel.errors import NotFound
from services.kernel.files.content import REQUEST_BYTES
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals
from services.publication.announcing import NO_PLAN, Announcing
from services.publication.application import Publishing
from services.publication.domain import Publication
from services.publication.proving import Proof, Proving, web_address
from services.publication.scheduling import Scheduling

Medium = Literal["notice_board", "clinic_tv", "social_media"]
Channel = Literal["in_person", "phone", "sms", "whatsapp", "email", "letter", "meeting", "receipt"]
Media = Annotated[list[Medium], Field(min_length=1, max_length=3)]


Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    Field(description="http or https", examples=["https://www.instagram.com/p/C0ffee/"]),
    AfterValidator(web_address),
]


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


class ScheduleBody(Body):
    """When to release it, and where; all approved media when left out."""

    release_at: AwareDatetime = Field(
        description="RFC 3339 with offset, to come", examples=["2026-11-30T08:00:00+07:00"]
    )
    media: Media | None = None


class CancellationBody(Body):
    """Calling off a scheduled release asks for nothing."""


class AnnouncementBody(Body):
    """What the plan of a case will change, in words for the public."""

    complaint: UUID
    text: Words


class EvidenceBody(Body):
    """What proves that a medium shows the text, as a page's form has it."""

    medium: Medium
    link: Link | None = None
    seen_at: Moment | None = None
    photo: bytes | None = None


class WithdrawalBody(Body):
    """Why the release is taken back."""

    reason: Words


class InformedBody(Body):
    """How and when the complainant was told."""

    channel: Channel
    informed_at: Moment | None = None


class ScheduledView(BaseModel):
    """A release at a set time."""

    release_at: datetime
    media: list[str]


class EvidenceView(BaseModel):
    """What proves that a medium shows the text; who recorded it, and when it was seen there."""

    id: UUID
    medium: str
    seen_at: datetime
    by: str
    has_link: bool = Field(description="its address is shown on the page only")
    media_type: str | None = Field(description="of its photo")


class PublicationView(BaseModel):
    """Where a publication stands; its words are shown on its page only."""

    id: UUID
    complaint: UUID
    number: str
    puskesmas: str
    state: str = Field(examples=["drafted", "returned", "approved", "released", "withdrawn"])
    planned: bool = Field(description="it announces what a plan will change; else it is a result")
    confidentiality: str
    needs_confirmation: bool
    informed: bool
    media: list[str] = Field(description="for which it is approved")
    shown: list[str] = Field(description="in which it is public now")
    scheduled: ScheduledView | None
    evidence: list[EvidenceView]
    unproven: list[str] = Field(description="in which it is public without any evidence")
    taken_back: bool = Field(description="its case went on: only a withdrawal is left")
    allowed: list[str]
    version: int


class Publications(BaseModel):
    """A complaint's publications, oldest first."""

    items: list[PublicationView]


class PublicationStepDone(StepDone):
    """A step of a publication was recorded."""

    state: str


class EvidenceRecorded(PublicationStepDone):
    """Evidence was recorded."""

    evidence: UUID


Call = TypeVar("Call", bound=Callable[..., Any])


def router(publishing: Publishing, proving: Proving) -> APIRouter:
    """Return publication's calls."""
    api = APIRouter(prefix="/api/v1/publications", tags=["publication"])
    scheduling, announcing = Scheduling(publishing), Announcing(publishing)

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

    @api.post(
        "", status_code=201, response_model=PublicationStepDone, responses=refusals(404, 409, 503)
    )
    def announce(
        response: Response,
        body: AnnouncementBody,
        principal: Annotated[Principal, requires("publication.draft")],
        once: Idempotency,
    ) -> Any:
        """Begin to announce what the plan of a case will change; it is approved and released as a
        result is, which takes its place."""
        plan = announcing.plan_of(body.complaint)
        if plan is None:
            raise NotFound(NO_PLAN)
        who = intent(principal, "publication.draft", plan.puskesmas)
        answer = announcing.announce(body.complaint, who, body.text, once=once).result()
        response.headers["ETag"] = etag(answer.ids["version"])
        return done(answer)

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

    @step("/{id}/schedule", "publication.release")
    def schedule(id: UUID, body: ScheduleBody, call: Stepping) -> Any:
        """Have the approved text published at a set time; void once it is changed or withdrawn."""
        return take(call, id, scheduling.schedule, body.release_at, body.media)

    @step("/{id}/cancellation", "publication.release")
    def call_off(id: UUID, body: CancellationBody, call: Stepping) -> Any:
        """Have it not published at the time that was set."""
        return take(call, id, scheduling.call_off)

    @step("/{id}/withdrawal", "publication.withdraw")
    def withdraw(id: UUID, body: WithdrawalBody, call: Stepping) -> Any:
        """Take a release back from every medium."""
        return take(call, id, publishing.withdraw, body.reason)

    @step("/{id}/informed", "publication.inform")
    def inform(id: UUID, body: InformedBody, call: Stepping) -> Any:
        """Record that the complainant was told (SOP Puring 3f)."""
        return take(call, id, publishing.inform, body.channel, at=body.informed_at)

    add_evidence(api, publishing, proving)
    return api


def add_evidence(api: APIRouter, publishing: Publishing, proving: Proving) -> None:
    """Add the call that takes evidence."""

    @api.post(
        "/{id}/evidence",
        status_code=201,
        response_model=EvidenceRecorded,
        responses=refusals(409, 503),
        max_body_size=REQUEST_BYTES,
    )
    def add(
        request: Request,
        response: Response,
        id: UUID,
        principal: Annotated[Principal, requires("publication.prove")],
        expected: Expected,
        medium: Annotated[Medium, Form()],
        link: Annotated[Link | None, Form()] = None,
        seen_at: Annotated[Moment | None, Form()] = None,
        file: Annotated[
            UploadFile | None, File(description="JPEG, PNG, WebP or PDF, at most 10 MB")
        ] = None,
        idempotency_key: Annotated[
            str | None,
            Header(description="The same key, fields and file are the same evidence."),
        ] = None,
    ) -> Any:
        """Record what proves that a medium shows the text: a photo of the board, the address of a
        post, or both. Photos are kept without their metadata, sealed."""
        who = intent(principal, "publication.prove", publishing.get(id).puskesmas, seen_at)
        photo = file.file.read() if file else None
        proof = Proof(medium, link, photo)
        # A form is read by then: what makes it the same one is what it said.
        said = repr((medium, link, seen_at)).encode()
        once = once_of(request, idempotency_key, said + b"\0" + (photo or b""))
        answer = proving.prove(id, who, proof, once=once, expected=expected)
        response.headers["ETag"] = etag(answer.ids["version"])
        return done(answer)


def _view(publishing: Publishing, each: Publication) -> dict[str, Any]:
    return {
        "id": each.id,
        "complaint": each.complaint,
        "number": each.number,
        "puskesmas": each.puskesmas,
        "state": each.state,
        "planned": each.planned,
        "confidentiality": each.confidentiality,
        "needs_confirmation": each.needs_confirmation,
        "informed": each.informed,
        "media": each.media,
        "shown": each.shown,
        "scheduled": each.scheduled
        and {"release_at": each.scheduled.at, "media": each.scheduled.media},
        "evidence": [
            {
                "id": proof.id,
                "medium": proof.medium,
                "seen_at": proof.seen_at,
                "by": proof.by,
                "has_link": proof.link is not None,
                "media_type": proof.media_type,
            }
            for proof in each.evidence
        ],
        "unproven": each.unproven,
        "taken_back": publishing.taken_back(each),
        "allowed": list(publishing.allowed(each)),
        "version": each.version,
    }
