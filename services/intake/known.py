"""A complaint as it is known here: its steps in this store, and those that others wrote of it.

What is said later about a complaint is written where it is said (design, section 2), so its history
may lie in several stores. It is replayed in one order, which is that of the facts: the same
correction stands last here and in every report, whichever came first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from services.intake.domain import Complaint
from services.intake.outbox import OUTBOX
from services.kernel.aggregate import Act
from services.kernel.contracts import Message, in_order, read
from services.kernel.errors import NotFound
from services.kernel.follower import arrived
from services.kernel.handover.told import origin_of
from services.kernel.store import Service, must_be_at
from services.kernel.text import _

STEPS: Final[Mapping[str, type[Complaint.Event]]] = {
    contract.type: event for event, contract in OUTBOX.items() if issubclass(event, Complaint.Event)
}
"""What each published step of a complaint is here."""


def known(service: Service, id: UUID, expected: int | None = None) -> Complaint:
    """Return a complaint as it stands by all that is known here; raises NotFound, and StaleVersion
    when the reader had seen less of it."""
    elsewhere = arrived(service, str(id))
    if not elsewhere:
        return service.read(Complaint, id, expected)
    own = service.history(id)
    history = _ordered([*own, *elsewhere])
    complaint, origin = _replayed(history), origin_of(history[0].source)
    complaint.recorded_already(len(own))
    complaint.received_in = origin
    complaint.written_elsewhere = len(elsewhere)
    must_be_at(expected, complaint.known_version)
    return complaint


def known_history(service: Service, id: UUID) -> list[Message]:
    """Return the steps of a complaint in order; their `id` is the version that each made."""
    history = _ordered([*service.history(id), *arrived(service, str(id))])
    return [msgspec.structs.replace(each, id=place) for place, each in enumerate(history, 1)]


def _ordered(history: Sequence[Message]) -> list[Message]:
    """Return a history in its order, the receipt first: a clock elsewhere may have been behind."""
    first = Complaint.Received
    return sorted(history, key=lambda each: (STEPS[each.type] is not first, in_order(each)))


def _replayed(history: Sequence[Message]) -> Complaint:
    first, *later = history
    if STEPS[first.type] is not Complaint.Received:
        raise NotFound(_("Keluhan ini belum tiba."))
    complaint = Complaint.receive(
        _act(first), id=UUID(first.subject), puskesmas=first.puskesmas, **_facts(first)
    )
    for message in later:
        complaint.record(STEPS[message.type], _act(message), **_facts(message))
    return complaint


def _act(message: Message) -> Act:
    return Act(
        actor=message.actor,
        role=message.role,
        occurred_at=read(message).occurred_at,
        recorded_at=message.time,
        correlation_id=message.correlation_id,
        causation_id=message.causation_id,
    )


def _facts(message: Message) -> dict[str, Any]:
    event = read(message)
    return {name: getattr(event, name) for name in event.__struct_fields__ if name != "occurred_at"}
