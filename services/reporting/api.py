"""Reporting's calls (JSON, under /api/v1)."""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import PUBLIC, requires, trying_a_code
from services.kernel.commands import Body
from services.kernel.district import District
from services.kernel.web.refusals import refusals
from services.reporting.answers import (
    Audit,
    Board,
    Complaints,
    Events,
    Operations,
    ReceiptStatus,
    Replayed,
    TotalsAnswer,
)
from services.reporting.application import Reporting
from services.reporting.asked import After, Asked, Instant, instant
from services.reporting.exports import routes as exports
from services.reporting.exports.exporting import Exporting
from services.reporting.figures import api as figures_api
from services.reporting.queries import When
from services.reporting.queries.complaints import Order
from services.reporting.queries.totals import By
from services.reporting.replay import api as replayed

log = structlog.get_logger()
READ = "report.read"
Reader = Annotated[Principal, requires(READ)]
Auditor = Annotated[Principal, requires("audit.read")]
Question = Annotated[Asked, Depends()]


class ReceiptBody(Body):
    """The code on a receipt."""

    receipt: str = Field(min_length=1, max_length=60, examples=["K7Q2-9MFX-TR4W"])


def router(reporting: Reporting, district: District) -> APIRouter:
    """Return reporting's calls; `district` says which units are of an area."""
    api = APIRouter(prefix="/api/v1", tags=["reporting"])
    figures_api.add(api, reporting, district)
    _add_reports(api, reporting, district)
    _add_audit(api, reporting)
    replayed.add(api, reporting, district)
    exports.add_calls(api, reporting, district, Exporting(reporting, district))
    _add_public(api, reporting)
    _add_upkeep(api, reporting)
    return api


def _add_reports(api: APIRouter, reporting: Reporting, district: District) -> None:
    @api.get("/reports/complaints", response_model=Complaints)
    def list_complaints(
        asked: Question,
        principal: Reader,
        order: Annotated[Order, Query(description="deadline: what is due first")] = "received",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: str | None = None,
    ) -> Any:
        """Return complaints and where they stand, at any instant, without their words."""
        filters = asked.filters(principal, READ, district)
        _wait(reporting, asked.after)
        page = reporting.complaints(filters, asked.when, order=order, limit=limit, cursor=cursor)
        missing = reporting.incomplete(district, filters, asked.when)
        return {"incomplete": missing, "items": page.items, "next": page.next}

    @api.get("/reports/totals", response_model=TotalsAnswer)
    def control_totals(asked: Question, principal: Reader, by: By | None = None) -> Any:
        """Return the control totals of the days asked for, over cases."""
        filters = asked.filters(principal, READ, district)
        _wait(reporting, asked.after)
        missing = reporting.incomplete(district, filters, asked.when)
        return {"incomplete": missing, "items": reporting.totals(filters, asked.when, by)}


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

    @api.get("/events", response_model=Events, responses=refusals(404))
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


def _add_public(api: APIRouter, reporting: Reporting) -> None:
    @api.post(
        "/receipts/status",
        dependencies=[PUBLIC],
        response_model=ReceiptStatus,
        responses=refusals(404, 429),
    )
    def receipt_status(request: Request, body: ReceiptBody) -> Any:
        """Return how far the complaint of a receipt is, and the published answer."""
        with trying_a_code(request):
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


def _add_upkeep(api: APIRouter, reporting: Reporting) -> None:
    @api.get(
        "/operations",
        dependencies=[requires("operations.read")],
        response_model=Operations,
    )
    def operations() -> Any:
        """Return how far the log copy and each follower are, and what waits, failed or is late."""
        return reporting.operations()

    @api.post(
        "/operations/queues/{subject}/replay",
        dependencies=[requires("operations.mend")],
        response_model=Replayed,
    )
    def replay_queue(subject: str) -> Any:
        """Try a subject's set-aside events again, in order; a repeat handles nothing twice."""
        return {"subject": subject, "items": reporting.replay_queue(subject)}


def _wait(reporting: Reporting, after: str | None) -> None:
    if after is not None:
        reporting.wait_for(after)
