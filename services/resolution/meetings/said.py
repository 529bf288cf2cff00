"""What is said of a meeting, as it was typed: what it is called for, and how it was held."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Plan:
    """What a meeting is called for. `months` are `2026-10`, `cases` ids of complaints."""

    kind: str
    starts_at: datetime
    venue: str
    invitees: Sequence[str] = ()
    agenda: Sequence[str] = ()
    months: Sequence[str] = ()
    cases: Sequence[UUID] = ()


@dataclass(frozen=True)
class Attendee:
    """Somebody who was there, and as what."""

    name: str
    position: str = ""


@dataclass(frozen=True)
class Decided:
    """What was decided, as it was typed."""

    decision: str
    person_responsible: str
    due_on: date
    case: UUID | None = None


@dataclass(frozen=True)
class Minutes:
    """Who was there, what was said, and what of it goes into the recap."""

    attendance: Sequence[Attendee]
    minutes: str
    outcome: str | None = None


@dataclass(frozen=True)
class Holding:
    """A meeting as it was held. `months` None: those of its plan; `answered` are complaints whose
    result was told to the forum."""

    chair: str
    note_taker: str
    minutes: Minutes
    decisions: Sequence[Decided] = ()
    months: Sequence[str] | None = None
    answered: Sequence[UUID] = ()


def attendance_json(people: Sequence[Attendee]) -> str:
    """Return who was there as the words that are sealed."""
    return json.dumps([[each.name, each.position] for each in people], ensure_ascii=False)


def attendance_of(words: str) -> list[Attendee]:
    """Return who was there, of words that `attendance_json` made."""
    return [Attendee(name, position) for name, position in json.loads(words)]
