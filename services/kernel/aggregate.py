"""The base of every aggregate and domain event: what a step carries besides its own facts.

A domain never reads a clock: who acts, when it happened and when it is recorded come in as an
`Act`. The event store's library supplies the aggregate itself; its names stop in this module.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

import eventsourcing.domain as library
from eventsourcing.utils import register_topic

from services.kernel.tracing import correlation

SYSTEM = "system"
"""The actor of steps that no person takes."""


@dataclass(frozen=True)
class Intent:
    """Who wants a thing done, when it happened, and what led to it.

    `occurred_at` is as the actor states it (None: now); it belongs to what is being done now unless
    another `correlation_id` is given.
    """

    actor: str
    role: str
    occurred_at: datetime | None = None
    correlation_id: str = field(default_factory=correlation)
    causation_id: str = ""


@dataclass(frozen=True)
class Act:
    """An intent with the time at which its store records it."""

    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: str


class Aggregate(library.Aggregate):
    """Something with a history of its own: a complaint, a case, a publication."""

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        puskesmas: str

    class Event(library.Aggregate.Event):
        """One recorded step. `timestamp` is when its store recorded it (`ce_time`)."""

        puskesmas: str
        occurred_at: datetime
        actor: str
        role: str
        correlation_id: str
        causation_id: str

        @property
        def subject(self) -> str:
            """The id under which this event is ordered on the stream (`ce_subject`)."""
            return str(self.originator_id)

    @classmethod
    def begin(
        cls, event: "type[Created]", act: Act, *, id: UUID, puskesmas: str, **facts: Any
    ) -> Self:
        """Return a new aggregate whose first event is `event` with these facts."""
        return cls._create(event, id=id, puskesmas=puskesmas, **_recorded(act), **facts)

    def record(self, event: type[Event], act: Act, **facts: Any) -> None:
        """Add a step to the history and let it change the state."""
        self.trigger_event(event, puskesmas=self.puskesmas, **_recorded(act), **facts)

    def recorded_already(self, version: int) -> None:
        """Take the steps so far as recorded, `version` of them in this store: the next one follows
        them here, wherever the others lie."""
        self.collect_events()
        self.version = version


# The library gives every aggregate a nested `Created`; ours name their first event themselves.
delattr(Aggregate, "Created")


class Created(Aggregate.Event, library.Aggregate.Created):
    """The first step of a history."""


E = TypeVar("E", bound=type[Aggregate.Event])


def apart(event: E) -> E:
    """Declare an event that stands outside the class of its aggregate, in a module of its own."""
    register_topic(vars(event)["TOPIC"], event)
    return event


def _recorded(act: Act) -> dict[str, Any]:
    return {
        "timestamp": act.recorded_at,
        "occurred_at": act.occurred_at,
        "actor": act.actor,
        "role": act.role,
        "correlation_id": act.correlation_id,
        "causation_id": act.causation_id,
    }
