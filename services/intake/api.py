"""Intake's calls (JSON, under /api/v1)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from services.intake.application import Intake
from services.intake.forms import ComplaintBody, form_of
from services.intake.importing import import_file
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    Done,
    Idempotency,
    Moment,
    answered,
    done,
    intent,
)
from services.kernel.web.language import language_of, say

IMPORT_BYTES = 11 << 20


class Received(Done):
    """A complaint was written down."""

    number: str = Field(examples=["PRG-2026-A-000417"])
    receipt: str = Field(description="the code for the citizen", examples=["K7Q2-9MFX-TR4W"])


class RejectedField(BaseModel):
    """A row that was not taken, and what to mend in it."""

    row: int
    field: str
    message: str


class Imported(BaseModel):
    """What became of a file; each row was judged alone."""

    accepted: int
    repeated: int
    rejected: list[RejectedField]
    ids: list[UUID] = Field(description="of the accepted and repeated rows, in the file's order")


class ComplaintView(Done):
    """What may be shown of a complaint without opening its words."""

    number: str
    puskesmas: str
    channel: str
    kind: str
    service_unit: str | None
    categories: list[str]
    confidentiality: str
    received_at: Moment
    recorded_at: Moment


def router(intake: Intake) -> APIRouter:
    """Return intake's calls."""
    api = APIRouter(tags=["intake"])

    @api.post("/puskesmas/{code}/complaints", status_code=201, response_model=Received)
    async def receive_complaint(
        code: str,
        body: ComplaintBody,
        principal: Annotated[Principal, requires("complaint.receive")],
        once: Idempotency,
    ) -> Any:
        """Write a complaint down. It is on the disk when the answer comes."""
        who = intent(principal, "complaint.receive", code, body.received_at)
        answer = await answered(intake.receive(code, form_of(body), who, once))
        return done(intake.source, answer) | {"receipt": intake.receipt(UUID(answer.ids["id"]))}

    @api.post("/puskesmas/{code}/imports", response_model=Imported, max_body_size=IMPORT_BYTES)
    def import_complaints(
        request: Request,
        code: str,
        file: Annotated[UploadFile, File(description="CSV, XLSX or a WhatsApp chat export")],
        principal: Annotated[Principal, requires("import.run")],
        dry_run: Annotated[bool, Query(description="only check the rows")] = False,
    ) -> Any:
        """Import complaints from a file; the same file again adds nothing."""
        who = intent(principal, "import.run", code)
        outcome = import_file(intake, code, file.file.read(), file.filename or "", who, dry_run)
        language = language_of(request)
        return {
            "accepted": outcome.accepted,
            "repeated": outcome.repeated,
            "rejected": [
                {"row": row, "field": error.field, "message": say(error.message, language)}
                for row, error in outcome.rejected
            ],
            "ids": outcome.ids,
        }

    @api.get("/complaints/{id}", response_model=ComplaintView)
    def read_complaint(
        id: UUID, principal: Annotated[Principal, requires("complaint.read")], response: Response
    ) -> Any:
        """Return what was written down, without its sealed words."""
        complaint = intake.get(id)
        principal.role_for("complaint.read", complaint.puskesmas)
        response.headers["ETag"] = f'"{complaint.version}"'
        return {
            "id": str(id),
            "position": f"{intake.source}:{complaint.version}",
            **{name: getattr(complaint, name) for name in SHOWN},
        }

    return api


SHOWN = (
    "number",
    "puskesmas",
    "channel",
    "kind",
    "service_unit",
    "categories",
    "confidentiality",
    "received_at",
    "recorded_at",
)
