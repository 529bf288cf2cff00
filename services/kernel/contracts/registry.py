"""Every published event type and version, by the name that stands on the stream."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

import msgspec

from services.kernel.contracts.envelope import Message
from services.kernel.contracts.fields import Internal, Moment


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A published event. `occurred_at` is when it happened, as the officer states it."""

    type: ClassVar[str]
    owner: ClassVar[str]

    occurred_at: Internal[Moment]


E = TypeVar("E", bound=Event)
_TYPES: dict[str, type[Event]] = {}


def published(owner: str, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Register a model as `tanggap.<ClassName without V…>.v<version>`, written by `owner`."""

    def register(model: type[E]) -> type[E]:
        name = model.__name__.removesuffix(f"V{version}")
        model.type = f"tanggap.{name}.v{version}"
        model.owner = owner
        _TYPES[model.type] = model
        return model

    return register


class UnknownType(LookupError):
    """A type that this version of the program does not know (a newer writer, or not ours)."""


def types() -> dict[str, type[Event]]:
    """Return every published model by its `ce_type`."""
    return dict(_TYPES)


def read(message: Message) -> Event:
    """Return a message's payload as its typed model.

    Raises UnknownType for a type not published here, msgspec.ValidationError for a payload that
    breaks its contract.
    """
    try:
        model = _TYPES[message.type]
    except KeyError:
        raise UnknownType(message.type) from None
    return msgspec.json.decode(message.value, type=model)
