"""Named places where a drill may end the process, to prove that nothing is lost there.

Nothing happens at a failpoint unless a drill has armed it in this very process; production code
only names the places. The names are the seams between two durable writes.
"""

from collections.abc import Callable

KEY_STORED = "key-stored"
EVENTS_SAVED = "events-saved"
PAGE_WRITTEN = "page-written"
"""A page lies at the brokers, in a transaction that is not committed yet (Kafka only)."""
STREAM_STORED = "stream-stored"
PAGE_SENT = "page-sent"
POSITION_SAVED = "position-saved"
BATCH_HANDLED = "batch-handled"
FACTS_FOLDED = "facts-folded"
KEY_TAKEN = "key-taken"
KEY_DROPPED = "key-dropped"
COPY_KEPT = "copy-kept"
KEYS_DESTROYED = "keys-destroyed"

ALL = (
    KEY_STORED,
    EVENTS_SAVED,
    PAGE_WRITTEN,
    STREAM_STORED,
    PAGE_SENT,
    POSITION_SAVED,
    BATCH_HANDLED,
    FACTS_FOLDED,
)
BETWEEN_ORIGINS = (KEY_TAKEN, KEY_DROPPED, COPY_KEPT)
"""Passed only where a district has edges."""
ERASING = (KEYS_DESTROYED,)
"""Passed only where a person is erased."""
MESSAGE_ATTEMPTED = "message-attempted"
MESSAGE_HANDED_OVER = "message-handed-over"
SENDING = (MESSAGE_ATTEMPTED, MESSAGE_HANDED_OVER)
"""Passed only where a complainant is written to: before the peer has it, and before its answer is
recorded."""

_armed: dict[str, Callable[[], None]] = {}


def hit(name: str) -> None:
    """Pass the failpoint `name`; a drill may have something happen here."""
    if _armed and (action := _armed.get(name)):
        action()


def arm(name: str, action: Callable[[], None]) -> None:
    """Have `action` run whenever the failpoint is passed (drills only)."""
    if name not in ALL + BETWEEN_ORIGINS + ERASING + SENDING:
        raise ValueError(f"no failpoint is named {name}")
    _armed[name] = action
