"""What a store wrote and lost, taken back from the stream that heard it.

What is published of an event holds nearly all of it; what it does not is found in the event that
caused it. Whatever was made again must be published as exactly the message that it was made of.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import get_topic

from services.kernel.aggregate import Aggregate
from services.kernel.contracts import Message, UnknownType, read
from services.kernel.store.application import Service
from services.kernel.store.database import Connection
from services.kernel.store.unit_of_work import UnitOfWork

Facts = Mapping[str, Any]
Forms = Callable[[str], Sequence[Message]]
"""Gives what intake published of a complaint's form, in order, by the complaint's id."""
_FOLLOWED = (
    "INSERT INTO followed_before VALUES (?, ?, ?) ON CONFLICT (source, subject) "
    "DO UPDATE SET last_id = excluded.last_id WHERE excluded.last_id > followed_before.last_id"
)


class NotRetold(Exception):
    """An event cannot be made again of what was published of it."""


def _nothing(_kind: type[Aggregate.Event], _message: Message, _forms: Forms) -> Facts:
    return {}


@dataclass(frozen=True)
class Retold:
    """How a service's events are made again.

    `begins` gives the aggregate that each first event begins, `id_of` the id of what a message is a
    step of; `unpublished` are the facts that only the store had, `noted` writes its look-up tables
    for one aggregate and the messages that were taken back of it; `tables` are those of them that
    an older program did not make.
    """

    begins: Mapping[type[Aggregate.Event], type[Aggregate]]
    id_of: Callable[[Message, Facts], UUID]
    noted: Callable[[UnitOfWork, UUID, Sequence[Message]], None]
    unpublished: Callable[[type[Aggregate.Event], Message, Forms], Facts] = _nothing
    tables: str = ""


def take_back(service: Service, messages: Sequence[Message], retold: Retold, forms: Forms) -> int:
    """Append to a store what its present source wrote after all that is there; return how many.

    It ends before the first message that does not follow, or of which the event cannot be made.
    """

    def work(uow: UnitOfWork) -> int:
        if retold.tables:
            service.writer.database.define(uow.connection, retold.tables)
        taken: dict[UUID, list[Message]] = defaultdict(list)
        for message in messages:
            try:
                id = _append(service, message, retold, forms)
            except NotRetold:
                break
            taken[id].append(message)
            source, _colon, caused_by = message.causation_id.rpartition(":")
            if source and caused_by.isdigit():
                uow.connection.execute(_FOLLOWED, (source, message.subject, int(caused_by)))
        for id, of_it in taken.items():
            retold.noted(uow, id, of_it)
        return sum(map(len, taken.values()))

    return service.transact(work).result()


def _append(service: Service, message: Message, retold: Retold, forms: Forms) -> UUID:
    last = service.recorder.max_notification_id() or 0
    if service.incarnations.placed(last + 1) != (message.source, message.id):
        raise NotRetold
    try:
        read(message)
    except (UnknownType, msgspec.MsgspecError):
        raise NotRetold from None
    facts: dict[str, Any] = msgspec.json.decode(message.value)
    id = retold.id_of(message, facts)
    known = service.recorder.select_events(id, desc=True, limit=1)
    version = known[0].originator_version + 1 if known else 1
    kind = _kind(service, message, first=version == 1, begins=retold.begins)
    state = facts | {
        "timestamp": message.time,
        "puskesmas": message.puskesmas,
        "actor": message.actor,
        "role": message.role,
        "correlation_id": message.correlation_id,
        "causation_id": message.causation_id,
        **retold.unpublished(kind, message, forms),
    }
    if kind in retold.begins:
        state["originator_topic"] = get_topic(retold.begins[kind])
    stored = StoredEvent(id, version, get_topic(kind), msgspec.json.encode(state))
    event = service.mapper.to_domain_event(stored)
    if service.publish(last + 1, event) != msgspec.structs.replace(message, previous=0):
        raise NotRetold
    service.recorder.insert_events([service.mapper.to_stored_event(event)])
    return id


def _kind(
    service: Service, message: Message, *, first: bool, begins: Mapping[type[Any], type[Any]]
) -> type[Aggregate.Event]:
    """Return the event of which a message was published; of two, the one that begins a history is
    its first."""
    kinds = [kind for kind, contract in service.outbox.items() if contract.type == message.type]
    fitting = [kind for kind in kinds if (kind in begins) == first] or kinds
    if not fitting:
        raise NotRetold
    return fitting[0]


def followed_before(connection: Connection) -> dict[tuple[str, str], int]:
    """Return up to which id of which source and subject what was caused was taken back."""
    rows = connection.execute("SELECT source, subject, last_id FROM followed_before").fetchall()
    return {(row["source"], row["subject"]): row["last_id"] for row in rows}
