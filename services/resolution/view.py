"""A case as the API and the case page show it: from its own store, words still sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.kernel.contracts import Message, read
from services.resolution.application import Resolution
from services.resolution.domain import Case


class StepView(BaseModel):
    """One step of the thread, with both its times."""

    name: str = Field(examples=["CaseGraded"])
    source: str
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime


class DeadlineView(BaseModel):
    """A promise and the version of the rules that made it."""

    name: str = Field(examples=["response", "settlement"])
    due_at: datetime
    rules_version: int


class ActionView(BaseModel):
    """One line of the plan."""

    number: int
    person_responsible: str
    due_on: str
    done_on: str | None


class CaseView(BaseModel):
    """Where a case stands, and what may be done next."""

    id: UUID
    number: str
    puskesmas: str
    kind: str
    state: str
    closed: bool
    grade: str | None
    finding: str | None
    confidentiality: str
    service_unit: str | None
    received_at: datetime
    allowed: list[str]
    deadlines: list[DeadlineView]
    actions: list[ActionView]
    steps: list[StepView]
    version: int


def view(resolution: Resolution, case: Case) -> dict[str, Any]:
    """Return a case and everything known here about it."""
    return {
        "id": case.id,
        "number": case.number,
        "puskesmas": case.puskesmas,
        "kind": case.kind,
        "state": case.state.value,
        "closed": case.closed,
        "grade": case.grade,
        "finding": case.finding,
        "confidentiality": case.confidentiality,
        "service_unit": case.service_unit,
        "received_at": case.received_at,
        "allowed": [step.value for step in case.allowed],
        "deadlines": [
            {"name": due.name, "due_at": due.due_at, "rules_version": due.rules_version}
            for due in case.deadlines
        ],
        "actions": [
            {
                "number": each.number,
                "person_responsible": each.person_responsible,
                "due_on": each.due_on.isoformat(),
                "done_on": done.isoformat() if (done := case.done.get(each.number)) else None,
            }
            for each in case.actions
        ],
        "steps": [_step(message) for message in resolution.thread(case.id)],
        "version": case.version,
    }


def _step(message: Message) -> dict[str, Any]:
    return {
        "name": message.name,
        "source": message.source,
        "actor": message.actor,
        "role": message.role,
        "occurred_at": read(message).occurred_at,
        "recorded_at": message.time,
    }
