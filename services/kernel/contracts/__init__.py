"""What is published about events: typed models, their field classes, and the envelope."""

from services.kernel.contracts import (
    incoming,
    intake,
    meetings,
    publication,
    reporting,
    resolution,
    surveys,
)
from services.kernel.contracts.envelope import MalformedMessage, Message, from_headers, in_order
from services.kernel.contracts.fields import SealedBox, field_classes, public_part
from services.kernel.contracts.registry import Event, UnknownType, read, types

__all__ = [
    "Event",
    "MalformedMessage",
    "Message",
    "SealedBox",
    "UnknownType",
    "field_classes",
    "from_headers",
    "in_order",
    "incoming",
    "intake",
    "meetings",
    "public_part",
    "publication",
    "read",
    "reporting",
    "resolution",
    "surveys",
    "types",
]
