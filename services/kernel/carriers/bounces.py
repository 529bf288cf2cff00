"""What a mail server says of an e-mail that it could not deliver (RFC 3464). Pure.

Anybody may write such a report, of any length and shape: it is read for one thing only, which of
our messages it is about and whether that failed for good, and what it does not say is not guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final
from uuid import UUID

MOST_BYTES: Final = 128 * 1024
"""So much of a mail is read: a report says first what it says, then what came back."""
_MOST_PARTS: Final = 50
"""Parts within parts without end take time and room, and no server writes so many."""
_ID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_RETURNED: Final = ("message/rfc822", "text/rfc822-headers")
_ACTIONS: Final = ("failed", "delayed", "delivered", "relayed", "expanded")


@dataclass(frozen=True)
class Report:
    """What is said of the message with this id; `failed`: it does not arrive, and is not tried any
    more (RFC 3464 2.3.3)."""

    message: UUID
    failed: bool


def report_of(mail: bytes) -> Report | None:
    """Return what a mail reports of one of our messages, by the `Message-ID` that we gave it; None
    for one that is no report, or does not say of which message or what."""
    read = mail[:MOST_BYTES]
    if read.lower().count(b"content-type") > _MOST_PARTS:
        return None
    whole = message_from_bytes(read)
    if not _reports(whole):
        return None
    parts = list(whole.walk())
    message, actions = _message(whole, parts), set(_actions(parts))
    if message is None or not actions & {*_ACTIONS}:
        return None
    return Report(message, "failed" in actions)


def _reports(whole: Message) -> bool:
    kind = whole.get_param("report-type")
    return (
        whole.get_content_type() == "multipart/report"
        and isinstance(kind, str)
        and kind.lower() == "delivery-status"
    )


def _message(whole: Message, parts: list[Message]) -> UUID | None:
    """Return which message came back: what it was called, else what the report answers."""
    returned = [
        _headers(each).get("Message-ID") for each in parts if each.get_content_type() in _RETURNED
    ]
    for said in (*returned, whole.get("In-Reply-To"), whole.get("References")):
        if found := _ID.search(str(said or "")):
            return UUID(found[1])
    return None


def _headers(part: Message) -> Message:
    payload = part.get_payload()
    if isinstance(payload, list):  # message/rfc822, which was read as one
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    return message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]


def _actions(parts: list[Message]) -> Iterator[str]:
    """Yield what is said of each recipient."""
    for part in parts:
        fields = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(fields, list):
            for each in fields:
                if isinstance(each, Message):
                    yield str(each.get("Action") or "").strip().lower()
