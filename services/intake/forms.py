"""The complaint form's fields as callers send them, checked one by one."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from services.intake.application import BOX, Slip
from services.intake.filled import Form, Person
from services.kernel.commands import Body, Line, Moment, Readable, Words
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import _

SLIPS_MOST: Final = 500
RECEIPT_LENGTH: Final = 60


class ComplainantBody(Body):
    """Who the complainant is; sealed as soon as it arrives."""

    name: Line | None = None
    phone: Annotated[str, Field(max_length=40, pattern=r"^[0-9+() .-]*$")] | None = None
    email: Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$"), Readable] | None = (
        None
    )
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
    meeting: UUID | None = Field(None, description="in which it was raised; channel meeting only")


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
        meeting=body.meeting,
    )


class SlipBody(ComplaintBody):
    """A slip from the suggestion box; heard when the box was opened, unless it says otherwise."""

    channel: str = Field(BOX, description="suggestion_box, which may be left out")


class BoxOpeningBody(Body):
    """An opening of a suggestion box (SOP Puring 1.8); no slips is an opening, too."""

    opened_at: Moment
    officers: Annotated[list[Line], Field(min_length=1, max_length=20)]
    slips: Annotated[list[SlipBody], Field(max_length=SLIPS_MOST)]
    box: str | None = Field(
        None, description="its code in the district file; may be left out where there is one"
    )
    witnesses: Annotated[list[Line], Field(max_length=20)] = []
    counted: int | None = Field(
        None, ge=0, le=SLIPS_MOST, description="how many were in it; must be as many as `slips`"
    )

    def taken(self) -> list[Slip]:
        """Return the slips as the application takes them."""
        return [Slip(form_of(each), each.received_at) for each in self.slips]


class CorrectionBody(Body):
    """What stands wrongly on the form, as it should stand; what is left out stays as it is.

    `null` empties a field. `complainant` is given whole, with `relation` and `wants_answer_by`.
    """

    reason: Words = Field(description="why; sealed")
    channel: str | None = None
    text: Words | None = None
    kind: str | None = None
    service_unit: str | None = None
    categories: Annotated[list[str], Field(max_length=20)] | None = None
    occurred_at: Moment | None = None
    complainant: ComplainantBody | None = None
    confidentiality: str | None = None
    barrier: str | None = None
    corrected_at: Moment | None = Field(None, description="when it was put right; now")

    def changes(self) -> Mapping[str, Any]:
        """Return what is to change, by the fields of `Form`.

        Raises InvalidInput for a field that cannot be empty.
        """
        given = self.model_fields_set - {"reason", "corrected_at"}
        empty = [
            FieldError(name, _("Tidak boleh kosong."))
            for name in ("channel", "text", "kind", "categories", "confidentiality")
            if name in given and getattr(self, name) is None
        ]
        if empty:
            raise InvalidInput(*empty)
        changes = {
            _FORM_NAMES.get(name, name): getattr(self, name) for name in given - {"complainant"}
        }
        if "complainant" in given:
            who = self.complainant or ComplainantBody()
            changes |= {
                "person": Person(who.name, who.phone, who.email, who.address),
                "relation": who.relation,
                "wants_answer_by": who.wants_answer_by,
            }
        return changes


class WithdrawalBody(Body):
    """The person takes the complaint back, and an officer writes that down."""

    reason: Words | None = Field(None, description="sealed")
    withdrawn_at: Moment | None = Field(None, description="when the person said so; now")


class ReceiptBody(Body):
    """The code on a receipt: who has it may speak about its complaint."""

    receipt: str = Field(min_length=1, max_length=RECEIPT_LENGTH, examples=["K7Q2-9MFX-TR4W"])


class RatingBody(ReceiptBody):
    """How well a complaint was handled."""

    rating: int = Field(ge=1, le=4, description="1 bad, 2 less good, 3 good, 4 very good")
    remark: Words | None = Field(None, description="sealed")


class ReopenBody(ReceiptBody):
    """A request to take a case up again."""

    reason: Words = Field(description="what is still not right; sealed")


class TakenBackBody(ReceiptBody):
    """A complaint is taken back by who made it."""

    reason: Words | None = Field(None, description="sealed")


_FORM_NAMES = {"occurred_at": "incident_at"}
