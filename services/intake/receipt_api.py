"""What the holder of a receipt may call; anybody who has the code."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.intake.application import Intake
from services.intake.cases import Cases
from services.intake.domain import Complaint
from services.intake.forms import RatingBody, ReopenBody, TakenBackBody
from services.intake.receipts import Receipts
from services.kernel.access.web import PUBLIC, trying_a_code
from services.kernel.commands import Idempotency
from services.kernel.store import Answer
from services.kernel.web.refusals import refusals

REFUSED = refusals(404, 409, 429)


class Heard(BaseModel):
    """What the holder of a receipt said was recorded."""

    number: str = Field(examples=["PRG-2026-A-000417"])
    position: str


def add(api: APIRouter, intake: Intake, cases: Cases) -> None:
    """Add the calls."""
    receipts = Receipts(intake, cases)

    def found(request: Request, code: str) -> Complaint:
        with trying_a_code(request):
            return receipts.find(code)

    def heard(complaint: Complaint, answer: Answer) -> dict[str, Any]:
        return {"number": complaint.number, "position": f"{answer.source}:{answer.position}"}

    @api.post(
        "/receipts/rating",
        response_model=Heard,
        responses=REFUSED,
        dependencies=[PUBLIC],
    )
    def rate(request: Request, body: RatingBody, once: Idempotency) -> Any:
        """Say how well a complaint was handled; the last rating counts."""
        complaint = found(request, body.receipt)
        return heard(complaint, receipts.rate(complaint, body.rating, body.remark, once).result())

    @api.post(
        "/receipts/reopen-request",
        response_model=Heard,
        responses=REFUSED,
        dependencies=[PUBLIC],
    )
    def request_reopening(request: Request, body: ReopenBody, once: Idempotency) -> Any:
        """Ask for a case to be taken up again; whether it can be is decided there."""
        complaint = found(request, body.receipt)
        answer = receipts.request_reopening(complaint, body.reason, once).result()
        return heard(complaint, answer)

    @api.post(
        "/receipts/withdrawal",
        response_model=Heard,
        responses=REFUSED,
        dependencies=[PUBLIC],
    )
    def withdraw(request: Request, body: TakenBackBody, once: Idempotency) -> Any:
        """Take a complaint back."""
        complaint = found(request, body.receipt)
        return heard(complaint, receipts.withdraw(complaint, body.reason, once).result())
