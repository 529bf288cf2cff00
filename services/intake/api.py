"""Intake's calls (JSON, under /api/v1)."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Header, Query, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from services.intake import erasure_api, later_api, receipt_api, visits_api
from services.intake.application import Intake
from services.intake.cases import Cases
from services.intake.erasing import Erasing
from services.intake.forms import ComplaintBody, form_of
from services.intake.forums import Forums
from services.intake.imported import Outcome
from services.intake.importing import Importing
from services.intake.incoming import api as incoming_api
from services.intake.known import known
from services.intake.register import Register
from services.intake.surveys import api as surveys_api
from services.intake.surveys.application import Surveys
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    KEY_LENGTH,
    Done,
    Idempotency,
    Moment,
    answered,
    done,
    intent,
)
from services.kernel.errors import NotFound
from services.kernel.handover.told import Thread
from services.kernel.text import _
from services.kernel.web.direct import DirectRoute
from services.kernel.web.language import language_of, say
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals

IMPORT_BYTES = 11 << 20
WAIT_SECONDS = 20.0
ASK_SECONDS = 0.1
BY_ID = "/complaints/{id}"


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
    """What became of a file's rows so far; each row was judged alone."""

    id: UUID | None = Field(
        alias="import", description="the import; null when rows were only checked"
    )
    state: Literal["waiting", "running", "ended", "stopped", "lost"] = Field(
        description="waiting: to be confirmed on its page; stopped, lost: its other rows were not "
        "taken, because somebody said so or because the file could not be opened any more"
    )
    rows: int = Field(description="rows of the file")
    taken: int = Field(description="rows that have been judged so far")
    accepted: int
    repeated: int = Field(description="rows that had been taken before")
    rejected: list[RejectedField]
    ids: list[UUID] = Field(description="of the accepted and repeated rows, in the file's order")


class AttachmentView(BaseModel):
    """A file that was put with a complaint; its name is sealed."""

    id: UUID
    media_type: str
    size: int = Field(description="bytes, as it lies sealed")


class ComplaintView(BaseModel):
    """What may be shown of a complaint without opening its words."""

    id: UUID
    version: int = Field(description="also the `ETag`; goes up with every change")
    number: str
    puskesmas: str
    channel: str
    kind: str
    service_unit: str | None
    categories: list[str]
    confidentiality: str
    received_at: Moment
    recorded_at: Moment
    withdrawn: bool
    duplicate_of: UUID | None = Field(description="the original that it was linked to")
    attachments: list[AttachmentView]


def router(
    intake: Intake,
    importing: Importing,
    thread: Thread,
    cases: Cases,
    erasing: Erasing,
    forums: Forums,
) -> APIRouter:
    """Return intake's calls; `thread` tells of complaints that were received elsewhere, `cases`
    what the case of one allows, `forums` in which meeting one may have been raised."""
    api = APIRouter(prefix="/api/v1", tags=["intake"], responses=refusals(421))

    async def receive_complaint(
        code: str,
        body: ComplaintBody,
        principal: Annotated[Principal, requires("complaint.receive")],
        once: Idempotency,
    ) -> Any:
        """Write a complaint down. It is on the disk when the answer comes."""
        who = intent(principal, "complaint.receive", code, body.received_at)
        if body.meeting is not None:
            await run_in_threadpool(forums.meeting, code, body.meeting)
        answer = await answered(intake.receive(code, form_of(body), who, once))
        return done(answer) | {"receipt": intake.receipt(UUID(answer.ids["id"]))}

    api.add_api_route(
        "/puskesmas/{code}/complaints",
        receive_complaint,
        methods=["POST"],
        status_code=201,
        response_model=Received,
        route_class_override=DirectRoute,
    )
    _add_imports(api, importing)
    by_id, person = APIRouter(), APIRouter()
    _add_reading(by_id, intake)
    later_api.add_by_id(by_id, intake, thread, cases)
    erasure_api.add_by_id(person, erasing)
    erasure_api.add(api, erasing, Register(intake))
    # The same calls once more, by which a district's proxy finds the endpoint of a Puskesmas.
    of_code = [Depends(_of_code(intake))]
    for calls, prefix in ((by_id, BY_ID), (person, erasure_api.PERSON)):
        api.include_router(calls, prefix=prefix)
        api.include_router(calls, prefix="/puskesmas/{code}" + prefix, dependencies=of_code)
    later_api.add_box(api, intake)
    visits_api.add(api, intake)
    incoming_api.add(api, intake)
    receipt_api.add(api, intake, cases)
    surveys_api.add(api, intake, Surveys(intake))
    return api


def _of_code(intake: Intake) -> Callable[[UUID, str], None]:
    def of_code(id: UUID, code: str) -> None:
        if known(intake, id).puskesmas != intake.at(code).code:
            raise NotFound(_("Keluhan ini tidak ada di Puskesmas ini."))

    return of_code


def _add_reading(api: APIRouter, intake: Intake) -> None:
    @api.get("", response_model=ComplaintView)
    def read_complaint(
        id: UUID, principal: Annotated[Principal, requires("complaint.read")], response: Response
    ) -> Any:
        """Return what was written down, without its sealed words."""
        complaint = intake.get(id)
        principal.role_for("complaint.read", complaint.puskesmas)
        response.headers["ETag"] = etag(complaint.known_version)
        return {
            "id": str(id),
            "version": complaint.known_version,
            "duplicate_of": complaint.original,
            "attachments": [
                {"id": id, "media_type": each.media_type, "size": each.size}
                for id, each in complaint.attachments.items()
            ],
            **{name: getattr(complaint, name) for name in SHOWN},
        }


def _add_imports(api: APIRouter, importing: Importing) -> None:
    @api.post(
        "/puskesmas/{code}/imports",
        response_model=Imported,
        responses={202: {"model": Imported, "description": "still being taken; see `Location`"}},
        max_body_size=IMPORT_BYTES,
    )
    async def import_complaints(
        request: Request,
        response: Response,
        code: str,
        file: Annotated[UploadFile, File(description="CSV, XLSX or a WhatsApp chat export")],
        principal: Annotated[Principal, requires("import.run")],
        dry_run: Annotated[bool, Query(description="only check the rows")] = False,
        channel: Annotated[str, Query(description="of rows that name none")] = "",
        wait: Annotated[
            float, Query(ge=0, le=WAIT_SECONDS, description="seconds to wait for the result")
        ] = WAIT_SECONDS,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=KEY_LENGTH,
                description="The same key and file are the same import.",
            ),
        ] = None,
    ) -> Any:
        """Import complaints from a file; a row that was taken before adds nothing.

        The file is stored, sealed, when the answer comes; its rows are taken one after the other
        and go on by themselves after a restart. 202: it takes longer than `wait`.
        """
        who = intent(principal, "import.run", code)
        name = file.filename or ""
        data = await file.read()
        language = language_of(request)
        if dry_run:
            checked = await run_in_threadpool(importing.check, code, data, name, channel)
            return _imported(None, checked, language)
        id = await run_in_threadpool(
            importing.begin, code, data, name, who, idempotency_key, channel=channel
        )
        until = monotonic() + wait
        while True:
            found = await run_in_threadpool(importing.outcome, code, id)
            if found.ended or monotonic() >= until:
                break
            await asyncio.sleep(ASK_SECONDS)
        if not found.ended:
            response.status_code = 202
            response.headers["Location"] = f"/api/v1/puskesmas/{code}/imports/{id}"
            response.headers["Retry-After"] = "1"
        return _imported(id, found, language)

    @api.post("/puskesmas/{code}/imports/{id}/stop", response_model=Imported)
    def stop_import(
        request: Request,
        code: str,
        id: UUID,
        principal: Annotated[Principal, requires("import.run")],
    ) -> Any:
        """Take no further rows of an import; those that were taken stay.

        What is being written at this moment is still written: ask again until it has ended.
        """
        principal.role_for("import.run", code)
        importing.stop(code, str(id))
        return _imported(str(id), importing.outcome(code, str(id)), language_of(request))

    @api.get("/puskesmas/{code}/imports/{id}", response_model=Imported)
    def read_import(
        request: Request,
        code: str,
        id: UUID,
        principal: Annotated[Principal, requires("import.run")],
    ) -> Any:
        """Return how far an import is, and what became of its rows."""
        principal.role_for("import.run", code)
        return _imported(str(id), importing.outcome(code, str(id)), language_of(request))


def _imported(id: str | None, found: Outcome, language: str) -> dict[str, Any]:
    return {
        "import": id,
        "state": found.state,
        "rows": found.rows,
        "taken": found.taken,
        "accepted": found.accepted,
        "repeated": found.repeated,
        "rejected": [
            {"row": row, "field": error.field, "message": say(error.message, language)}
            for row, error in found.rejected
        ],
        "ids": found.ids,
    }


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
    "withdrawn",
)
