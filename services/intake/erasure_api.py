"""Intake's calls about persons: who is meant, erasing one, calling that back, and legal holds.

A person has no record: they are the complaints at one home with the same telephone number or e-mail
address, and are named by the id of any of them.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.intake.domain import Complaint, Erasure
from services.intake.erasing import Erasing
from services.intake.person import Person
from services.intake.register import Register
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Moment, StepDone, Stepping
from services.kernel.errors import NotFound
from services.kernel.text import _
from services.kernel.web.refusals import refusals

READ = "erasure.read"
PERSON = "/persons/{id}"
Reason = Literal["subject_request", "consent_withdrawn", "unlawful", "retention"]
HoldReason = Literal["legal_case", "law_enforcement", "archive_schedule", "public_interest"]


class ErasureBody(Body):
    """Somebody asks for a person to be erased."""

    reason: Reason = Field(description="it stays in the history, so that it is never free text")
    ends_open_cases: bool = Field(
        False, description="cases under way end as withdrawn; without it they refuse the erasure"
    )
    complaints: list[UUID] | None = Field(
        None, max_length=10_000, description="those that were shown; others are not erased unseen"
    )
    requested_at: Moment | None = Field(None, description="when it was asked for; now")


class HoldBody(Body):
    """A person may not be erased for now."""

    reason: HoldReason
    until: date = Field(description="through this day of the Puskesmas")


class ErasureView(BaseModel):
    """How far the erasure of one complaint's words is."""

    id: UUID
    stage: Literal["requested", "scheduled", "refused", "called_back", "erased"]
    reason: str
    requested_at: datetime
    refused_for: str | None = Field(description="legal_hold or open_case")
    destroy_at: datetime | None = Field(description="until then it may be called back")
    destroyed_at_origins: list[str]
    pending: list[str] = Field(description="origins that have not said yet that it is destroyed")


class HoldView(BaseModel):
    """What keeps a person from being erased."""

    reason: str
    until: date


class PersonComplaint(BaseModel):
    """One of a person's complaints, without a word of it."""

    id: UUID
    number: str
    puskesmas: str
    received_at: datetime
    open_case: bool = Field(description="its case is under way")
    erasure: ErasureView | None
    hold: HoldView | None


class PersonView(BaseModel):
    """Whom an erasure concerns, and what stands against it."""

    id: UUID
    at_home: bool = Field(description="elsewhere only the one complaint is known, and asked for")
    complaints: list[PersonComplaint]
    beyond: int = Field(description="more of the same person, at Puskesmas beyond one's reach")
    refused_for: str | None = Field(description="legal_hold, or open_case unless it is ended")


class ErasureDone(StepDone):
    """An erasure was asked for."""

    erasure: UUID
    stage: str
    destroy_at: datetime | None
    pending: list[str]


def add(api: APIRouter, erasing: Erasing, register: Register) -> None:
    """Add the call that finds a person by a complaint's number."""

    @api.get("/persons", response_model=PersonView, responses=refusals(404))
    def find_person(
        number: Annotated[str, Query(max_length=40, examples=["PRG-2026-A-000417"])],
        principal: Annotated[Principal, requires(READ)],
    ) -> Any:
        """Return the person of the complaint of this number."""
        found = register.by_number(number)
        if found is None:
            raise NotFound(_("Nomor ini tidak ditemukan."))
        return seen(erasing, found, principal)


def add_by_id(api: APIRouter, erasing: Erasing) -> None:
    """Add the calls about one person, to a router whose prefix names the `{id}` of a complaint."""

    @api.get("", response_model=PersonView)
    def read_person(id: UUID, principal: Annotated[Principal, requires(READ)]) -> Any:
        """Return whom an erasure would concern, and how far one is."""
        return seen(erasing, id, principal)

    @api.post(
        "/erasure",
        response_model=ErasureDone,
        responses=refusals(409),
        dependencies=[requires("person.erase")],
    )
    def erase_person(id: UUID, body: ErasureBody, step: Stepping) -> Any:
        """Erase a person: nobody opens the words from now on, and after some days their keys are
        destroyed wherever a copy is. Every count stays.

        Away from the complaint's home it is asked for there. A legal hold refuses it, and so does
        a case under way unless it is to end.
        """
        done = step.take(
            erasing.puskesmas_of(id),
            erasing.request,
            id,
            body.reason,
            body.ends_open_cases,
            body.complaints,
            at=body.requested_at,
        )
        asked = erasing.find(id).erasure
        view = erasure_view(asked) if asked else {}
        return {**done, **{name: view.get(name) for name in ("stage", "destroy_at", "pending")}}

    @api.post(
        "/erasure/recall",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("person.erase")],
    )
    def call_erasure_back(id: UUID, step: Stepping) -> Any:
        """Call an erasure back, for all complaints of the person, before its time has come."""
        return step.take(erasing.puskesmas_of(id), erasing.call_back, id)

    @api.post(
        "/legal-hold",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("person.hold")],
    )
    def place_hold(id: UUID, body: HoldBody, step: Stepping) -> Any:
        """Keep the person from being erased; an erasure that waits for its time is called back."""
        here = erasing.puskesmas_of(id)
        return step.take(here, erasing.hold, id, body.reason, body.until)

    @api.delete(
        "/legal-hold",
        response_model=StepDone,
        responses=refusals(409),
        dependencies=[requires("person.hold")],
    )
    def lift_hold(id: UUID, step: Stepping) -> Any:
        """Take a legal hold away."""
        return step.take(erasing.puskesmas_of(id), erasing.lift, id)


def seen(erasing: Erasing, id: UUID, principal: Principal) -> dict[str, Any]:
    """Return a person as a reader sees them; raises NotFound, Forbidden."""
    role = principal.role_for(READ, erasing.puskesmas_of(id))
    found = erasing.person(id, role)
    return {
        "id": id,
        "at_home": found.at_home,
        "complaints": [_complaint(each, found) for each in found.complaints],
        "beyond": found.beyond,
        "refused_for": found.refused(ends_open_cases=False),
    }


def erasure_view(asked: Erasure) -> dict[str, Any]:
    """Return how far an erasure is, as its JSON."""
    return {
        "id": asked.id,
        "stage": asked.stage.value,
        "reason": asked.reason,
        "requested_at": asked.at,
        "refused_for": asked.refused_for or None,
        "destroy_at": asked.destroy_at,
        "destroyed_at_origins": list(asked.destroyed),
        "pending": list(asked.pending),
    }


def _complaint(each: Complaint, found: Person) -> dict[str, Any]:
    return {
        "id": each.id,
        "number": each.number,
        "puskesmas": each.puskesmas,
        "received_at": each.received_at,
        "open_case": each.id in found.open_cases,
        "erasure": erasure_view(each.erasure) if each.erasure else None,
        "hold": vars(each.hold) if each.hold else None,
    }
