"""Intake's calls for what is done later: corrections, withdrawals, links, files; and the box."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Header, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from services.intake.amending import Amending
from services.intake.application import Intake
from services.intake.attachments import Attaching
from services.intake.boxes import check_count
from services.intake.cases import Cases
from services.intake.domain import BY_OFFICER
from services.intake.forms import BoxOpeningBody, CorrectionBody, WithdrawalBody
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    KEY_LENGTH,
    Done,
    Expected,
    Idempotency,
    StepDone,
    Stepping,
    answered,
    done,
    intent,
)
from services.kernel.files.content import EXTENSIONS, REQUEST_BYTES
from services.kernel.handover.told import Thread
from services.kernel.keyring import Words
from services.kernel.keyring.words import NOTE_MOST, ReasonCode
from services.kernel.web.files import file_response
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals

SLIP_BYTES = 8 << 20


class Slipped(BaseModel):
    """A slip became a complaint."""

    id: UUID
    number: str
    receipt: str


class OpeningReason(BaseModel):
    """Why words are opened that ordinary work does not ask for."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: ReasonCode
    note: str = Field("", max_length=NOTE_MOST, description="a reference, no sealed words")


class BoxOpened(Done):
    """The opening was recorded, and each of its slips."""

    complaints: list[Slipped] = Field(description="in the order of the slips")


class AttachmentAdded(StepDone):
    """A file was put with a complaint."""

    attachment: UUID
    media_type: str = Field(description="what its content is", examples=["image/jpeg"])
    size: int = Field(description="bytes that are kept")


def add_by_id(api: APIRouter, intake: Intake, thread: Thread, cases: Cases) -> None:
    """Add the calls about one complaint, to a router whose prefix names its `{id}`."""
    _add_amending(api, intake, cases)
    _add_attachments(api, intake, thread, cases)


def _add_amending(api: APIRouter, intake: Intake, cases: Cases) -> None:
    amending = Amending(intake, cases)

    @api.post(
        "/corrections",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("complaint.correct")],
    )
    def correct_complaint(id: UUID, body: CorrectionBody, step: Stepping) -> Any:
        """Put right what stands on the form; what is left out stays as it is."""
        here = intake.get(id).puskesmas
        return step.take(
            here,
            amending.correct,
            id,
            body.changes(),
            body.reason,
            at=body.corrected_at,
        )

    @api.post(
        "/withdrawal",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("complaint.withdraw")],
    )
    def withdraw_complaint(id: UUID, body: WithdrawalBody, step: Stepping) -> Any:
        """Record that the person took the complaint back.

        What is handled already, or ended otherwise, is withdrawn no more (409).
        """
        here = intake.get(id).puskesmas
        return step.take(
            here,
            amending.withdraw,
            id,
            BY_OFFICER,
            body.reason,
            at=body.withdrawn_at,
        )

    @api.put(
        "/duplicate-of/{other}",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("complaint.link")],
    )
    def link_duplicate(id: UUID, other: UUID, step: Stepping) -> Any:
        """Say that a complaint is a duplicate of another one of the same Puskesmas."""
        return step.take(intake.get(id).puskesmas, amending.link, id, other)

    @api.delete(
        "/duplicate-of/{other}",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("complaint.link")],
    )
    def unlink_duplicate(id: UUID, other: UUID, step: Stepping) -> Any:
        """Take such a link back."""
        return step.take(intake.get(id).puskesmas, amending.unlink, id, other)


def _add_attachments(api: APIRouter, intake: Intake, thread: Thread, cases: Cases) -> None:
    attaching, words = Attaching(intake, cases, thread), Words(intake.keyring)

    @api.post(
        "/attachments",
        status_code=201,
        response_model=AttachmentAdded,
        responses=refusals(409),
        max_body_size=REQUEST_BYTES,
    )
    async def add_attachment(
        response: Response,
        id: UUID,
        file: Annotated[UploadFile, File(description="JPEG, PNG, WebP or PDF, at most 10 MB")],
        principal: Annotated[Principal, requires("complaint.attach")],
        expected: Expected,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=KEY_LENGTH,
                description="The same key and file are the same attachment.",
            ),
        ] = None,
    ) -> Any:
        """Put a photo or PDF with a complaint. Photos are kept without their metadata."""
        complaint = await run_in_threadpool(intake.get, id)
        who = intent(principal, "complaint.attach", complaint.puskesmas)
        data = await file.read()
        name = file.filename or ""
        attached = await run_in_threadpool(
            attaching.attach, id, who, data, name, key=idempotency_key, expected=expected
        )
        response.headers["ETag"] = etag(attached.answer.ids["version"])
        return done(attached.answer)

    @api.post("/opening-reason", status_code=204, summary="Say why words are opened")
    def why_opened(
        id: UUID, body: OpeningReason, principal: Annotated[Principal, requires("words.open")]
    ) -> None:
        """Note why the words of a complaint whose case is long past are opened: they open for 12
        hours from then on. 403 `reason_needed` says that this is to be sent first."""
        complaint = intake.get(id)
        about = attaching.about(complaint, cases.standing(id).closed_at)
        boxes = [complaint.text, complaint.complainant]
        words.give_reason(principal, about, boxes, body.reason, body.note)

    @api.get(
        "/attachments/{attachment}",
        response_class=Response,
        responses={
            200: {
                "description": "the file, to be saved",
                "content": {each: {} for each in EXTENSIONS},
            }
        },
    )
    def read_attachment(
        id: UUID, attachment: UUID, principal: Annotated[Principal, requires("words.open")]
    ) -> Response:
        """Return a file to those who may open the words; who did is noted."""
        return file_response(attaching.open(id, attachment, principal))


def add_box(api: APIRouter, intake: Intake) -> None:
    """Add the call for an opening of the suggestion box."""

    @api.post(
        "/puskesmas/{code}/box-openings",
        status_code=201,
        response_model=BoxOpened,
        max_body_size=SLIP_BYTES,
    )
    async def open_box(
        code: str,
        body: BoxOpeningBody,
        principal: Annotated[Principal, requires("box.open")],
        once: Idempotency,
    ) -> Any:
        """Record an opening of a suggestion box and write its slips down, all or nothing."""
        who = intent(principal, "box.open", code, body.opened_at)
        check_count(body.counted, len(body.slips))
        opening = intake.open_box(
            code, body.officers, body.taken(), who, once, box=body.box, witnesses=body.witnesses
        )
        answer = await answered(opening)
        return done(answer) | {
            "complaints": [
                each | {"receipt": intake.receipt(UUID(each["id"]))}
                for each in answer.ids["complaints"]
            ]
        }
