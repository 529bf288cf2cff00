"""Domain events to bytes and back, by their declared types, with the library's upcasting kept."""

from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import get_topic, resolve_topic

IDENTITY = ("originator_id", "originator_version")


class JSON(Transcoder):
    """Plain JSON, so that a stored event can be read by any tool."""

    def encode(self, obj: Any) -> bytes:
        """Return `obj` as JSON."""
        return msgspec.json.encode(obj)

    def decode(self, data: bytes) -> Any:
        """Return JSON as plain objects."""
        return msgspec.json.decode(data)


class TypedMapper(Mapper[UUID]):
    """Decodes an event straight into the types that its class declares."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Return the event as it is stored."""
        cls = domain_event.__class__
        state = dict(vars(domain_event))
        state.pop("originator_id")
        state.pop("originator_version")
        version = getattr(cls, "class_version", 1)
        if version > 1:
            state["class_version"] = version
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(cls),
            state=msgspec.json.encode(state),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the event that was stored, upcast to its class's present version."""
        cls = resolve_topic(stored_event.topic)
        present = getattr(cls, "class_version", 1)
        if present == 1:
            typed = msgspec.json.decode(stored_event.state, type=_state_type(cls))
        else:
            state = msgspec.json.decode(stored_event.state)
            for version in range(state.pop("class_version", 1), present):
                getattr(cls, f"upcast_v{version}_v{version + 1}")(state)
            typed = msgspec.convert(state, _state_type(cls), strict=False)
        event_state = msgspec.structs.asdict(typed)
        event_state["originator_id"] = stored_event.originator_id
        event_state["originator_version"] = stored_event.originator_version
        event = object.__new__(cls)
        object.__setattr__(event, "__dict__", event_state)
        return event


@cache
def _state_type(cls: type[Any]) -> type[msgspec.Struct]:
    hints = get_type_hints(cls, include_extras=True)
    names = [field.name for field in fields(cls) if field.name not in IDENTITY]
    return msgspec.defstruct(cls.__qualname__, [(name, hints[name]) for name in names])
