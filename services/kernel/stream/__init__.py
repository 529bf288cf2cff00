"""The one shared stream: a port, and the adapters that keep its promise."""

from services.kernel.stream.ahead import ReadAhead
from services.kernel.stream.embedded import EmbeddedStream
from services.kernel.stream.port import (
    Delivery,
    Reader,
    Sender,
    Stream,
    StreamUnavailable,
    unread,
)

__all__ = [
    "Delivery",
    "EmbeddedStream",
    "ReadAhead",
    "Reader",
    "Sender",
    "Stream",
    "StreamUnavailable",
    "unread",
]
