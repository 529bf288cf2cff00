"""The complaint form's fields as callers send them, checked one by one."""

from typing import Annotated

from pydantic import Field

from services.intake.application import Form, Person
from services.kernel.commands import Body, Line, Moment, Words


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
