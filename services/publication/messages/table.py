"""Which messages a complaint has, and how each stands: a look-up table beside the events, written
with each."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from services.kernel.store import Service, UnitOfWork
from services.kernel.store.rows import marks
from services.publication.domain.message import UNDER_WAY, OutgoingMessage

TABLES: Final = """
CREATE TABLE IF NOT EXISTS messages (
    place     INTEGER PRIMARY KEY,
    message   TEXT NOT NULL UNIQUE,
    complaint TEXT NOT NULL,
    state     TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_of ON messages (complaint);
"""
_NOTE: Final = """
INSERT INTO messages (message, complaint, state) VALUES (?, ?, ?)
ON CONFLICT (message) DO UPDATE SET state = excluded.state
"""
_UNDER_WAY: Final = f"SELECT 1 FROM messages WHERE complaint = ? AND state IN {marks(UNDER_WAY)}"  # noqa: S608


def note(uow: UnitOfWork, message: OutgoingMessage) -> None:
    """Write down how a message stands now."""
    facts = (str(message.id), message.complaint, message.state)
    uow.connection.execute(_NOTE, facts)


def of_complaint(service: Service, complaint: str) -> list[OutgoingMessage]:
    """Return the messages about a complaint, the oldest first."""
    rows = service.select(
        "SELECT message FROM messages WHERE complaint = ? ORDER BY place", (complaint,)
    )
    return [service.read(OutgoingMessage, UUID(row["message"])) for row in rows]


def is_under_way(uow: UnitOfWork, complaint: str) -> bool:
    """Say whether another message about a complaint could be one too many, also of what is being
    written now."""
    found = uow.connection.execute(_UNDER_WAY, (complaint, *sorted(UNDER_WAY))).fetchone()
    return found is not None


def newest(service: Service, complaints: Collection[str]) -> dict[str, str]:
    """Return how the newest message about each complaint stands; those without one are left out."""
    rows = service.select(
        f"SELECT complaint, state FROM messages WHERE complaint IN {marks(complaints)} "  # noqa: S608
        "ORDER BY place",
        tuple(complaints),
    )
    return {row["complaint"]: row["state"] for row in rows}
