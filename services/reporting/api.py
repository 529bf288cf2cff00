"""Reporting's calls (JSON, under /api/v1)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import PUBLIC, requires
from services.kernel.commands import Body
from services.reporting.application import Reporting
from services.reporting.asked import After, Asked, Instant, instant
from services.reporting.queries import When
from services.reporting.queries.complaints import Order

READ = "report.read"
Reader = Annotated[Principal, requires(READ)]
Auditor = Annotated[Principal, requires("audit.read")]
Question = Annotated[Asked, Depends()]


class ComplaintItem(BaseModel):
    """What a complaint is and where it stands; praise has no state and no promise."""

    id: UUID
    number: str
    puskesmas: str
    kind: str
    channel: str
    service_unit: str | None
    categories: list[str]
    confidentiality: str
    received_at: datetime
    recorded_at: datetime
    state: str | None
    closed: bool | None
    grade: str | None
    response_due: datetime | None
    settlement_due: datetime | None
    responded_at: datetime | None
    settled_at: datetime | None
    rules_version: int | None
    overdue: bool = Field(description="not closed, and the day of settlement has gone by")
    published: bool
    informed: bool


class Complaints(BaseModel):
    """A page of the list; `next` is the `cursor` of the following one."""

    items: list[ComplaintItem]
    next: str | None


class EventItem(BaseModel):
    """One event of the log copy: who, when, where it lies, and what its bytes hash to."""

    position: str = Field(examples=["/node-3f9a/resolution:42"])
    source: str
    id: int
    offset: int
    partition: int
    subject: str
    puskesmas: str
    type: str = Field(examples=["tanggap.CaseGraded.v1"])
    occurred_at: datetime | None = Field(description="when it happened, as stated")
    time: datetime = Field(description="when its store recorded it")
    arrived_at: datetime = Field(description="when the stream took it")
    actor: str
    role: str
    trouble: str | None = Field(description="why its payload could not be read")
    hash: str = Field(description="SHA-256 of its attributes and value")


class Audit(BaseModel):
    """The events behind one complaint, in the order of its history."""

    id: UUID
    number: str
    puskesmas: str
    state: str | None
    rules_version: int | None = Field(description="the version of the rules that its dates obey")
    items: list[EventItem]


class ReplayStep(BaseModel):
    """A step, and the state after it."""

    step: str
    role: str
    source: str
    id: int
    publication: UUID | None
    detail: str | None
    occurred_at: datetime
    happened_at: datetime = Field(description="never before the step that it follows")
    recorded_at: datetime
    arrived_at: datetime
    state: str | None


class Replay(BaseModel):
    """One complaint's history, step by step."""

    id: UUID
    items: list[ReplayStep]


class Events(BaseModel):
    """Events in the order of arrival; `next` may be given as `since`."""

    items: list[EventItem]
    next: str | None


class ReceiptBody(Body):
    """The code on a receipt."""

    receipt: str = Field(min_length=1, max_length=60, examples=["K7Q2-9MFX-TR4W"])


class ReceiptStep(BaseModel):
    """A step that was taken, and when."""

    step: str
    happened_at: datetime


class PublicAnswer(BaseModel):
    """An answer that was published."""

    answer: str
    published_at: datetime


class ReceiptStatus(BaseModel):
    """How far one's own complaint is; never who or what was said."""

    number: str
    puskesmas: str
    kind: str
    state: str | None
    closed: bool | None
    received_at: datetime
    response_due: datetime | None
    settlement_due: datetime | None
    steps: list[ReceiptStep]
    answers: list[PublicAnswer]


class BoardItem(BaseModel):
    """One published result; a confidential one shows neither unit nor date."""

    id: UUID
    text: str
    media: list[str]
    service_unit: str | None
    received_at: datetime | None
    published_at: datetime | None


class Board(BaseModel):
    """What a Puskesmas shows now."""

    puskesmas: str
    items: list[BoardItem]


def router(reporting: Reporting) -> APIRouter:
    """Return reporting's calls."""
    api = APIRouter(tags=["reporting"])
    _add_reports(api, reporting)
    _add_audit(api, reporting)
    _add_public(api, reporting)
    return api


def _add_reports(api: APIRouter, reporting: Reporting) -> None:
    @api.get("/reports/complaints", response_model=Complaints)
    def list_complaints(
        asked: Question,
        principal: Reader,
        order: Annotated[Order, Query(description="deadline: what is due first")] = "received",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: str | None = None,
    ) -> Any:
        """Return complaints and where they stand, at any instant, without their words."""
        filters = asked.filters(principal, READ)
        _wait(reporting, asked.after)
        page = reporting.complaints(filters, asked.when, order=order, limit=limit, cursor=cursor)
        return {"items": page.items, "next": page.next}


def _add_audit(api: APIRouter, reporting: Reporting) -> None:
    @api.get("/audit/complaints/{id}", response_model=Audit)
    def audit_complaint(
        id: UUID,
        principal: Auditor,
        as_of: Instant = None,
        known_at: Instant = None,
        after: After = None,
    ) -> Any:
        """Return the events behind a complaint, each with its times, position and hash."""
        _wait(reporting, after)
        when = When(instant(as_of, "as_of"), instant(known_at, "known_at"))
        facts = reporting.facts(id, when)
        principal.role_for("audit.read", facts["puskesmas"])
        return {**facts, "items": reporting.history(id, when)}

    @api.get("/events", response_model=Events)
    def list_events(
        principal: Annotated[Principal, requires("events.read")],
        complaint: Annotated[str | None, Query(description="a number or id")] = None,
        since: Annotated[str | None, Query(description="a position")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> Any:
        """Return the log copy, or one complaint's part of it, with all its times."""
        if complaint is not None:
            found = reporting.find(complaint)
            principal.role_for("events.read", reporting.facts(found)["puskesmas"])
            return {"items": reporting.history(found), "next": None}
        items = reporting.events(principal.scope("events.read"), since, limit)
        return {"items": items, "next": items[-1]["position"] if len(items) == limit else None}

    @api.get("/replay/{number}", response_model=Replay)
    def replay(
        number: str,
        principal: Reader,
        as_of: Instant = None,
        known_at: Instant = None,
        after: After = None,
    ) -> Any:
        """Return a complaint's history step by step, with the state after each."""
        _wait(reporting, after)
        when = When(instant(as_of, "as_of"), instant(known_at, "known_at"))
        complaint = reporting.find(number, when)
        principal.role_for(READ, reporting.facts(complaint, when)["puskesmas"])
        return {"id": complaint, "items": reporting.replay(complaint, when)}


def _add_public(api: APIRouter, reporting: Reporting) -> None:
    @api.post("/receipts/status", dependencies=[PUBLIC], response_model=ReceiptStatus)
    def receipt_status(body: ReceiptBody) -> Any:
        """Return how far the complaint of a receipt is, and the published answer."""
        return reporting.receipt(body.receipt)

    @api.get("/puskesmas/{code}/board", dependencies=[PUBLIC], response_model=Board)
    def board(
        code: str,
        medium: Annotated[
            str | None, Query(description="notice_board, clinic_tv or social_media")
        ] = None,
    ) -> Any:
        """Return what a Puskesmas shows now."""
        return {"puskesmas": code, "items": reporting.board(code, medium)}


def _wait(reporting: Reporting, after: str | None) -> None:
    if after is not None:
        reporting.wait_for(after)
