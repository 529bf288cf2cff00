"""Which messages a complaint has, and how each stands: a look-up table beside the events, written
with each. And how far the mailbox was read to which e-mails come back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
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
CREATE TABLE IF NOT EXISTS message_bounces (
    mailbox   TEXT PRIMARY KEY,
    validity  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    left_over INTEGER NOT NULL,
    looked_at TEXT,
    failure   TEXT
);
"""
_NOTE: Final = """
INSERT INTO messages (message, complaint, state) VALUES (?, ?, ?)
ON CONFLICT (message) DO UPDATE SET state = excluded.state
"""
_MAILBOX: Final = "bounces"
_UNDER_WAY: Final = f"SELECT 1 FROM messages WHERE complaint = ? AND state IN {marks(UNDER_WAY)}"  # noqa: S608


@dataclass(frozen=True)
class Looked:
    """How the mailbox was found when it was looked into last: up to which `number` of its
    `validity` it was read, how much nobody has read of that, and why it was not (`failure`)."""

    validity: int = 0
    number: int = 0
    left: int = 0
    at: datetime | None = None
    failure: str | None = None


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


def looked(service: Service) -> Looked | None:
    """Return how the mailbox was found last; None: it was not looked into yet."""
    for row in service.select("SELECT * FROM message_bounces"):
        at = datetime.fromisoformat(row["looked_at"]) if row["looked_at"] else None
        return Looked(row["validity"], row["number"], row["left_over"], at, row["failure"])
    return None


def note_place(uow: UnitOfWork, validity: int, number: int) -> None:
    """Note up to where the mailbox was read."""
    uow.connection.execute(
        "INSERT INTO message_bounces (mailbox, validity, number, left_over) VALUES (?, ?, ?, 0)"
        " ON CONFLICT (mailbox) DO UPDATE SET validity = excluded.validity,"
        " number = excluded.number",
        (_MAILBOX, validity, number),
    )


def note_looked(uow: UnitOfWork, found: Looked) -> None:
    """Note how the mailbox was found."""
    note_place(uow, found.validity, found.number)
    uow.connection.execute(
        "UPDATE message_bounces SET left_over = ?, looked_at = ?, failure = NULL",
        (found.left, found.at.isoformat() if found.at else None),
    )


def note_failure(uow: UnitOfWork, failure: str) -> None:
    """Note that the mailbox could not be looked into."""
    uow.connection.execute(
        "INSERT INTO message_bounces (mailbox, validity, number, left_over, failure)"
        " VALUES (?, 0, 0, 0, ?) ON CONFLICT (mailbox) DO UPDATE SET failure = excluded.failure",
        (_MAILBOX, failure),
    )
