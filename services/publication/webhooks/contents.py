"""What leaves of an event: its public fields, and nothing that the public's pages would not show.
Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final

import msgspec

from services.kernel.contracts import Message, public_part, read, types

NEVER: Final = frozenset(
    {
        *("ErasureRequested", "ErasureScheduled", "ErasureRefused", "ErasureCalledBack"),
        *("PersonErased", "LegalHoldPlaced", "LegalHoldLifted", "KeyShared"),
    }
)
"""Their subject is a person, or a key: that there was one is nobody's business outside."""
CONFIDENTIAL: Final = "confidential"
_UNIT: Final = "service_unit"
_TEXT: Final = "text"


def offered() -> Mapping[str, Sequence[str]]:
    """Return the names of the events that may leave, by the service that writes them."""
    found: dict[str, list[str]] = {}
    for type, model in types().items():
        name = type.split(".")[1]
        names = found.setdefault(model.owner, [])
        if name not in NEVER and name not in names:
            names.append(name)
    return found


def names() -> frozenset[str]:
    """Return the names of all events that may leave."""
    return frozenset(name for each in offered().values() for name in each)


def event_id(message: Message) -> str:
    """Return by what a receiver knows an event that comes again: the same for every try and every
    redelivery, and saying nothing of how many there are."""
    place = f"{message.source}:{message.id}"
    return "evt_" + hashlib.sha256(b"tanggap-webhook:" + place.encode()).hexdigest()[:32]


def body_of(message: Message) -> bytes:
    """Return what is sent of an event, in the shape that Standard Webhooks gives it.

    Of a confidential complaint neither its unit leaves nor the words of its result: the board hides
    unit and date, and whoever is told as it happens knows the date.
    """
    event: Any = read(message)
    fields = public_part(event)
    if getattr(event, "confidentiality", None) == CONFIDENTIAL and _UNIT in fields:
        fields[_UNIT] = None
    if not fields.get("shows_unit_and_date", True):
        fields[_TEXT] = None
    return msgspec.json.encode(
        {
            "type": message.type,
            "timestamp": message.time.astimezone(UTC),
            "data": {
                "subject": message.subject,
                "puskesmas": message.puskesmas,
                "fields": fields,
            },
        }
    )


def without_text(body: bytes) -> bytes:
    """Return a body without the published words: they were taken back."""
    found = msgspec.json.decode(body)
    found["data"]["fields"][_TEXT] = None
    return msgspec.json.encode(found)


def published_in(body: bytes) -> str:
    """Return the publication that the body of a released text is about."""
    return str(msgspec.json.decode(body)["data"]["fields"]["publication"])
