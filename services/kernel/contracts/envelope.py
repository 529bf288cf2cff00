"""The envelope of every published event: CloudEvents 1.0 in Kafka's binary mode.

The attributes travel as `ce_*` headers and the JSON payload as the value; the embedded log keeps
the same two things, so that a message is the same bytes on either transport.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

CONTENT_TYPE = b"application/json"
UNCHAINED = -1
"""`previous` of what claims no place in a chain: it was not written by a relay of ours."""
STRAY = "tanggap.Stray.v0"
"""The type of what lies on the stream and is no event of ours; its value is kept all the same."""
UNREADABLE = "tanggap.Unreadable.v0"
"""The type of what a store holds at a position and cannot be read as an event."""
_MOST = 2**63
_READ = (
    *("ce_id", "ce_source", "ce_subject", "ce_type", "ce_time", "ce_puskesmas", "ce_actor"),
    *("ce_correlationid", "ce_causationid", "ce_previous"),
)
_TYPE = re.compile(r"[a-z]+\.[A-Za-z]+\.v[0-9]+")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it travels.

    `id` is the event's position in its source's notification log, `source` is
    `/<origin>/<service>`, `subject` (also the key) keeps one complaint's events in order.
    `time` is when the source recorded it. `previous` is the id that the source last sent to the
    same partition (0 at first): a follower that misses one sees the hole.
    """

    id: int
    source: str
    subject: str
    type: str
    time: datetime
    puskesmas: str
    actor: str
    role: str
    correlation_id: str
    causation_id: str
    previous: int = 0
    value: bytes = b""

    @property
    def key(self) -> bytes:
        """The partition key."""
        return self.subject.encode()

    @property
    def name(self) -> str:
        """The event's name without prefix and version: `ComplaintReceived`."""
        return self.type.split(".")[1]

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the headers in their fixed order."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(self.id).encode()),
            ("ce_source", self.source.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", self.time.isoformat().encode()),
            ("ce_puskesmas", self.puskesmas.encode()),
            ("ce_actor", f"{self.actor};{self.role}".encode()),
            ("ce_correlationid", self.correlation_id.encode()),
            ("ce_causationid", self.causation_id.encode()),
            ("ce_previous", str(self.previous).encode()),
            ("content-type", CONTENT_TYPE),
        ]


def in_order(message: Message) -> tuple[datetime, str, int]:
    """Sort one subject's history by this: when recorded, where, at which position."""
    return message.time, message.source, message.id


def stray(partition: int, offset: int, arrived_at: datetime, value: bytes) -> Message:
    """Return what stands for a record that is no event: whoever follows takes it and goes on, the
    log copy keeps its bytes and shows it."""
    return Message(
        id=offset + 1,
        source=f"/stray/{partition}",
        subject="stray",
        type=STRAY,
        time=arrived_at,
        puskesmas="",
        actor="",
        role="",
        correlation_id="",
        causation_id="",
        previous=UNCHAINED,
        value=value,
    )


def unreadable(id: int, source: str, value: bytes) -> Message:
    """Return what stands for an event that its own store cannot read any more."""
    return Message(
        id=id,
        source=source,
        subject="unreadable",
        type=UNREADABLE,
        time=datetime.min.replace(tzinfo=UTC),
        puskesmas="",
        actor="",
        role="",
        correlation_id="",
        causation_id="",
        value=value,
    )


class MalformedMessage(ValueError):
    """Headers that are not those of an event of ours."""


def from_headers(headers: list[tuple[str, bytes]], value: bytes) -> Message:
    """Read a message back; raises MalformedMessage and names the header that is wrong."""
    given = dict(headers)
    try:
        texts = [given[name].decode() for name in _READ]
    except (KeyError, UnicodeDecodeError):
        raise MalformedMessage(_why_unreadable(given)) from None
    id, source, subject, type, time, puskesmas, who, correlation_id, causation_id, previous = texts
    if not _is_type(type):
        raise MalformedMessage("header ce_type is not the type of an event of ours")
    actor, _, role = who.partition(";")
    return Message(
        id=_whole("ce_id", id),
        source=source,
        subject=subject,
        type=type,
        time=_moment("ce_time", time),
        puskesmas=puskesmas,
        actor=actor,
        role=role,
        correlation_id=correlation_id,
        causation_id=causation_id,
        previous=_whole("ce_previous", previous),
        value=value,
    )


def _why_unreadable(given: Mapping[str, bytes]) -> str:
    for name in _READ:
        if name not in given:
            return f"header {name} is missing"
        try:
            given[name].decode()
        except UnicodeDecodeError:
            break
    return f"header {name} is not UTF-8"


@lru_cache(maxsize=1000)
def _is_type(text: str) -> bool:
    return _TYPE.fullmatch(text) is not None


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:20]) < _MOST:
        raise MalformedMessage(f"header {name} is not a whole number")
    return int(text)


def _moment(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedMessage(f"header {name} is not a time") from None
    if found.tzinfo is None:
        raise MalformedMessage(f"header {name} has no offset")
    return found
