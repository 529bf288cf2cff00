"""Which messages there are and how each stands, beside their histories: so that those that wait
are found. Who wrote one is in no table; its words and its sender lie sealed in its history."""

from datetime import UTC
from typing import Final
from uuid import UUID

from services.intake.domain.incoming import IncomingMessage
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


def _note(uow: UnitOfWork, message: IncomingMessage) -> None:
    # The times are compared as text, so all are written in one zone.
    sent_at = message.sent_at.astimezone(UTC).isoformat()
    row = (str(message.id), message.puskesmas, sent_at, message.state)
    uow.insert("INSERT INTO incoming_messages VALUES", row, on_conflict=_STANDS)
    uow.soon(SETTLE, str(message.id))
