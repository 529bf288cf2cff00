"""What a service does when others' events arrive: the shape that every policy.py fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.contracts import Event, Message
from services.kernel.store import UnitOfWork

Handler = Callable[[UnitOfWork, Message, Any], None]


@dataclass(frozen=True)
class Policy:
    """`handlers` act on events of Puskesmas whose home this is; `remembers` are kept as they
    came, so that a page about one case can show the other services' steps."""

    acts_for: Callable[[str], bool]
    handlers: Mapping[type[Event], Handler] = field(default_factory=dict)
    remembers: frozenset[type[Event]] = frozenset()

    def by_type(self) -> dict[str, Handler | None]:
        """Return what is done for each `ce_type` of interest (None: only remembered)."""
        found: dict[str, Handler | None] = {each.type: None for each in self.remembers}
        return found | {each.type: handler for each, handler in self.handlers.items()}


def belongs_to(message: Message) -> str:
    """Return the id of what a message is part of; one that names none is a beginning itself."""
    return message.correlation_id or f"{message.source}:{message.id}"


def caused_by(message: Message) -> Intent:
    """Return the intent of a step that the system takes because `message` arrived."""
    return Intent(
        actor=SYSTEM,
        role="policy",
        correlation_id=belongs_to(message),
        causation_id=f"{message.source}:{message.id}",
    )
