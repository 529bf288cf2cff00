"""Intake's calls (JSON, under /api/v1)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.application import Form, Intake, Person
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import (
    Body,
    Done,
    Idempotency,
    Line,
    Moment,
    Words,
    answered,
    done,
    intent,
)


class ComplainantBody(Body):
    """Who the complainant is; sealed as soon as it arrives."""

    name: Line | None = None
    phone: Annotated[str, Field(max_length=40, pattern=r"^[0-9+() .-]*$")] | None = None
    email: Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    address: Line | None = None
    relation: str | None = Field(None, description="a slug of the district file")
    wants_answer_by: str | None = Field(None, description="a channel")


class ComplaintBody(Body):
    """The complaint form (Form Keluhan Pengguna Layanan)."""

    channel: str = Field(description="how it came in", examples=["in_person"])
    text: Words = Field(description="what was said, in the complainant's words; sealed")
    kind: str = Field("complaint", examples=["complaint", "suggestion", "praise"])
    service_unit: str | None = Field(None, description="the unit it is about")
    categories: list[str] = Field(default_factory=list, max_length=20)
    occurred_at: Moment | None = Field(None, description="when the thing happened")
    received_at: Moment | None = Field(None, description="when the Puskesmas heard it; now")
    complainant: ComplainantBody | None = None
    confidentiality: str = Field("open", description="open, confidential, anonymous")
    barrier: str | None = Field(None, description="culture, language, habit, other")


class Received(Done):
    """A complaint was written down."""

    number: str = Field(examples=["PRG-2026-A-000417"])
    receipt: str = Field(description="the code for the citizen", examples=["K7Q2-9MFX-TR4W"])


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


def form_of(body: ComplaintBody) -> Form:
    """Return a body as the form that the application takes."""
    who = body.complainant or ComplainantBody()
    return Form(
        channel=body.channel,
        text=body.text,
        kind=body.kind,
        service_unit=body.service_unit,
        categories=body.categories,
        incident_at=body.occurred_at,
        confidentiality=body.confidentiality,
        relation=who.relation,
        barrier=body.barrier,
        wants_answer_by=who.wants_answer_by,
        person=Person(who.name, who.phone, who.email, who.address),
    )


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
