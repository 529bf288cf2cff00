"""Which messages there are and how each stands, beside their histories: so that those that wait
are found. Who wrote one is in no table; its words and its sender lie sealed in its history."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.intake.domain.incoming import DISMISSED, IncomingMessage
from services.kernel.contracts import Event, Message, incoming
from services.kernel.store import UnitOfWork

INCOMING_TABLES: Final = """
CREATE TABLE IF NOT EXISTS incoming_messages (
    message   TEXT PRIMARY KEY,
    puskesmas TEXT NOT NULL,
    sent_at   TEXT NOT NULL,
    state     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS incoming_messages_at ON incoming_messages (puskesmas, state, sent_at);
"""
SETTLE: Final = "intake.message"
"""The task that fetches what came along, hands it on, and destroys what is past its days."""
GONE: Final = "gone"
"""A dismissed message whose key was destroyed, in this table only."""
_STANDS: Final = "ON CONFLICT (message) DO UPDATE SET state = excluded.state"
_STEPS: Final = (
    incoming.MessageCameV1,
    incoming.MessageConfirmedV1,
    incoming.MessageDismissedV1,
)


def save(uow: UnitOfWork, message: IncomingMessage) -> None:
    """Save a message with how it stands, and have done what follows from that."""
    uow.save(message)
    _note(uow, message)


def note_again(uow: UnitOfWork, message: Message, event: Event) -> None:
    """Write down how a message stands of which `event` was taken back."""
    if isinstance(event, _STEPS):
        _note(uow, uow.get(IncomingMessage, UUID(message.subject)))


def written(moment: datetime) -> str:
    """Return a time as it stands in the table: compared as text, so all are in one zone."""
    return moment.astimezone(UTC).isoformat()


def note_gone(uow: UnitOfWork, message: IncomingMessage) -> None:
    """Note that a dismissed message cannot be opened any more: it is on no list."""
    uow.connection.execute(
        "UPDATE incoming_messages SET state = ? WHERE message = ? AND state = ?",
        (GONE, str(message.id), DISMISSED),
    )


def _note(uow: UnitOfWork, message: IncomingMessage) -> None:
    row = (str(message.id), message.puskesmas, written(message.sent_at), message.state)
    uow.insert("INSERT INTO incoming_messages VALUES", row, on_conflict=_STANDS)
    uow.soon(SETTLE, str(message.id))
