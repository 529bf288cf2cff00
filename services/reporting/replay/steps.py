"""The steps of one complaint in the order of its history, with how it stands after each."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.kernel.contracts import Event, read
from services.kernel.contracts.resolution import DueV1
from services.reporting.messages import as_message
from services.reporting.queries.question import When, at, records

ENDS: Final = frozenset({"evaluated", "withdrawn", "duplicate", "referred"})
PROMISING: Final = frozenset(
    {"CaseOpened", "CaseGraded", "CaseCorrected", "CasePaused", "CaseResumed"}
)
"""The steps that say anew what is promised (folds/deadlines.sql)."""
ANSWERS: Final = frozenset(
    {
        "ComplainantMet",
        "ImmediateAnswerGiven",
        "ResponsePlanned",
        "ResolutionDocumented",
        "ComplainantInformed",
    }
)
"""The steps that are a first answer to whoever complained (folds/responses.sql)."""
BEGINNING: Final = frozenset({"ComplaintReceived", "CaseOpened", "CaseGraded"})
"""The steps that move only a case that stands as it was received (folds/states.sql)."""


@dataclass(frozen=True)
class Standing:
    """How a case stands: its state, what is promised and by when, and what was kept."""

    state: str | None = None
    reached: str = "received"
    """The state that the last step but those of the beginning set."""
    grade: str | None = None
    promises: tuple[DueV1, ...] = ()
    paused: bool = False
    escalated: bool = False
    responded_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether the case has come to an end."""
        return self.state in ENDS

    def due(self, name: str) -> datetime | None:
        """Return when a promise falls due, if it is made and its clock does not stand."""
        return next((each.due_at for each in self.promises if each.name == name), None)

    def kept_at(self, name: str) -> datetime | None:
        """Return when a promise was kept."""
        return self.responded_at if name == "response" else self.settled_at


@dataclass(frozen=True)
class Moved:
    """A promise that a step made, moved or suspended; None: there was or is none."""

    name: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Step:
    """One event of a history: who did it in which role, all its times, and what it changed."""

    name: str
    event: Event
    role: str
    actor: str
    source: str
    id: int
    publication: UUID | None
    detail: str | None
    occurred_at: datetime
    happened_at: datetime
    recorded_at: datetime
    arrived_at: datetime
    before: Standing
    after: Standing

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The promises that this step moved."""
        found = []
        for name in ("response", "settlement"):
            before, after = self.before.due(name), self.after.due(name)
            if before != after:
                found.append(Moved(name, before, after))
        return tuple(found)


def steps_of(connection: DuckDBPyConnection, complaint: UUID, when: When) -> list[Step]:
    """Return the steps that had happened and were known, in the order of the history."""
    found = connection.execute(
        f"""
        SELECT l.*, x.step, x.publication, x.detail, x.sets, x.recorded_at,
            x.happened_from AS happened_at
        FROM steps AS x JOIN log AS l ON l.source = x.source AND l.id = x.id
        WHERE x.complaint = $complaint AND l.complaint = $complaint AND {at("x")}
        ORDER BY x.seq
        """,
        {"complaint": complaint, **when.parameters},
    )
    standing = Standing()
    steps = []
    for row in records(found):
        step = _step(row, standing)
        standing = step.after
        steps.append(step)
    return steps


def moments(steps: Sequence[Step]) -> list[datetime]:
    """Return the instants at which something happened, in their order, each once."""
    return sorted({each.happened_at for each in steps})


def _step(row: dict[str, Any], before: Standing) -> Step:
    message = as_message(row)
    event = read(message)
    return Step(
        name=row["step"],
        event=event,
        role=message.role,
        actor=message.actor,
        source=message.source,
        id=message.id,
        publication=row["publication"],
        detail=row["detail"],
        occurred_at=row["occurred_at"],
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        arrived_at=row["arrived_at"],
        before=before,
        after=_after(before, row, event),
    )


def _after(before: Standing, row: dict[str, Any], event: Event) -> Standing:
    name, at_, sets = row["step"], row["happened_at"], row["sets"]
    changed: dict[str, Any] = {}
    if name == "CaseOpened" and before.state is not None:
        sets = None  # it makes a case of what was praise till then, and moves no other
    if sets is not None and (name not in BEGINNING or before.reached == "received"):
        changed["state"] = sets
    if sets is not None and name not in BEGINNING:
        changed["reached"] = sets
    if name in PROMISING:
        changed["promises"] = _promises(getattr(event, "deadlines", ()))
        changed["grade"] = row["grade"] or before.grade
    if name in ("CasePaused", "CaseResumed"):
        changed["paused"] = name == "CasePaused"
    if name in ("CaseEscalated", "EscalationAnswered"):
        changed["escalated"] = name == "CaseEscalated"
    if name in ANSWERS:
        changed["responded_at"] = min(at_, before.responded_at or at_)
    if name == "ResolutionDocumented":
        changed["settled_at"] = at_
    elif name == "CaseReopened":
        changed["settled_at"] = None
    return replace(before, **changed)


def _promises(deadlines: Iterable[DueV1]) -> tuple[DueV1, ...]:
    return tuple(sorted(deadlines, key=lambda each: each.name))
