"""A case as the API and the case page show it: from its own store, words still sealed."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.kernel.contracts import Message, read
from services.kernel.deadlines import Deadline
from services.resolution.application import Resolution
from services.resolution.domain import Case, State
from services.resolution.verdicts import Judged, judged


class StepView(BaseModel):
    """One step of the thread, with both its times."""

    name: str = Field(examples=["CaseGraded"])
    source: str
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime


class SkippedView(BaseModel):
    """A day that was not counted."""

    day: date
    reason: Literal["sunday", "saturday", "holiday", "joint_leave", "override", "paused"]
    name: str = Field(description="of the holiday or closing, in Indonesian; may be empty")


class CountView(BaseModel):
    """How working days were counted."""

    day_zero: date = Field(description="the day from which it counts; the day after is day 1")
    counted: int
    skipped: list[SkippedView]
    work_days: int = Field(description="working days of this Puskesmas' week, 5 or 6")
    calendar_version: int = Field(description="goes up with each day that the district declares")
    estimated: bool = Field(description="a decree or a moving holiday may still shift it")


class HowView(BaseModel):
    """The rule behind a promise, and its arithmetic."""

    basis: Literal["hours", "working_days"] = Field(description="hours run by the clock")
    amount: int
    source: str = Field(description="where the rule comes from")
    source_mark: Literal["verified", "second_hand", "own_choice"]
    count: CountView | None = Field(description="null for hours")


class DeadlineView(BaseModel):
    """A promise, the version of the rules that made it, and whether it was kept."""

    name: str = Field(examples=["response", "settlement"])
    due_at: datetime = Field(description="the last moment that is on time")
    rules_version: int
    verdict: Literal["on_time", "late", "overdue", "not_yet_due", "ended"] = Field(
        description="on_time, late: it was done by or after `due_at`; overdue, not_yet_due: not "
        "done yet; ended: the case was over before, and nothing is promised any more"
    )
    done_at: datetime | None = Field(
        description="response: the first answer; settlement: the documented result"
    )
    paused_seconds: int = Field(description="how long the clock stood; whole days where it counts")
    how: HowView | None = Field(
        description="null when the calendar was changed after the promise was made"
    )


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
    paused_since: datetime | None = Field(description="while it waits for the complainant")
    escalated: bool = Field(description="the district office may read its words")
    before_district: bool = Field(description="the district office has yet to answer")
    words: Literal["here", "coming", "handed_over", "erased", "locked"] = Field(
        description="coming: the key is still on its way, and nothing with words can be recorded"
    )
    assignee: str | None
    assigned_unit: str | None
    duplicate_of: str | None = Field(description="the complaint with which it is answered")
    allowed: list[str]
    deadlines: list[DeadlineView]
    actions: list[ActionView]
    steps: list[StepView]
    version: int


def view(resolution: Resolution, case: Case) -> dict[str, Any]:
    """Return a case and everything known here about it."""
    thread = resolution.thread(case.id)
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
        "paused_since": case.pauses[-1].since if case.paused else None,
        "escalated": case.escalated,
        "before_district": case.before_district,
        "words": resolution.stand(case.id).how.value,
        "assignee": case.assignee,
        "assigned_unit": case.assigned_unit,
        "duplicate_of": case.other if case.state is State.DUPLICATE else None,
        "allowed": [step.value for step in case.allowed],
        "deadlines": [
            _deadline(case, each)
            for each in judged(resolution.promises, case, thread, resolution.clock())
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
        "steps": [_step(message) for message in thread],
        "version": case.version,
    }


def _deadline(case: Case, found: Judged) -> dict[str, Any]:
    return {
        "name": found.promise.name,
        "due_at": found.promise.due_at,
        "rules_version": found.promise.rules_version,
        "verdict": "ended" if found.ended else found.verdict.value,
        "done_at": found.done_at,
        "paused_seconds": int(found.paused(case.received_at).total_seconds()),
        "how": found.how and _how(found.how),
    }


def _how(deadline: Deadline) -> dict[str, Any]:
    count = deadline.count
    return {
        "basis": deadline.basis,
        "amount": deadline.amount,
        "source": deadline.source.text,
        "source_mark": deadline.source.mark,
        "count": count
        and {
            "day_zero": count.day_zero,
            "counted": count.counted,
            "skipped": [
                {"day": each.day, "reason": each.reason.value, "name": each.name}
                for each in count.skipped
            ],
            "work_days": count.work_days,
            "calendar_version": count.calendar_version,
            "estimated": count.estimated,
        },
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
