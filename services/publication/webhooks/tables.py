"""Webhooks and their deliveries as publication's store keeps them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.kernel.store.database import Row

TABLES: Final = """
CREATE TABLE IF NOT EXISTS webhooks (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    address       TEXT NOT NULL,
    events        TEXT NOT NULL,
    puskesmas     TEXT NOT NULL,
    since         TEXT NOT NULL,
    state         TEXT NOT NULL,
    state_at      TEXT NOT NULL,
    generation    INTEGER NOT NULL,
    rotated_at    TEXT,
    failing_since TEXT,
    unanswered    INTEGER NOT NULL,
    rests_until   TEXT,
    version       INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS webhook_deliveries (
    place        INTEGER PRIMARY KEY,
    webhook      TEXT NOT NULL,
    event        TEXT NOT NULL,
    name         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    body         BLOB NOT NULL,
    queued_at    TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      TEXT,
    tried_at     TEXT,
    status       INTEGER,
    failure      TEXT,
    delivered_at TEXT,
    UNIQUE (webhook, event)
);
CREATE INDEX IF NOT EXISTS webhook_waiting ON webhook_deliveries (webhook, subject, place)
    WHERE delivered_at IS NULL;
CREATE INDEX IF NOT EXISTS webhook_listed ON webhook_deliveries (webhook, place);
CREATE INDEX IF NOT EXISTS webhook_delivered ON webhook_deliveries (webhook, delivered_at)
    WHERE delivered_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS webhook_published ON webhook_deliveries (subject)
    WHERE name IN ('ResolutionPublished', 'PlannedChangePublished');
CREATE TABLE IF NOT EXISTS webhook_changes (
    place   INTEGER PRIMARY KEY,
    webhook TEXT NOT NULL,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    what    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS webhook_history ON webhook_changes (webhook, place);
CREATE TABLE IF NOT EXISTS webhook_tracking (
    application_name TEXT PRIMARY KEY,
    notification_id  INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS webhook_followed (
    partition   INTEGER PRIMARY KEY,
    next_offset INTEGER NOT NULL
);
"""
ON: Final = "on"
OFF: Final = "off"
DISABLED: Final = "disabled"
REMOVED: Final = "removed"
OLD_SECRET_HOLDS: Final = timedelta(hours=24)
"""So long after a rotation deliveries are signed with the secret before as well."""


@dataclass(frozen=True)
class Webhook:
    """One receiver; empty `events` or `puskesmas`: all of them.

    `state` is on, off (by a person), disabled (after failing for long) or removed. `failing_since`
    is the first failure since the last delivery; after several without any answer nothing is sent
    before `rests_until`.
    """

    id: UUID
    name: str
    address: str
    events: tuple[str, ...]
    puskesmas: tuple[str, ...]
    since: datetime
    state: str
    state_at: datetime
    generation: int
    rotated_at: datetime | None
    failing_since: datetime | None
    unanswered: int
    rests_until: datetime | None
    version: int

    def wants(self, name: str, puskesmas: str) -> bool:
        """Say whether an event of a name, at a Puskesmas, is for this receiver."""
        return name in (self.events or (name,)) and puskesmas in (self.puskesmas or (puskesmas,))

    def generations(self, now: datetime) -> Sequence[int]:
        """Return which secrets hold now, the newest first."""
        if self.rotated_at is not None and now < self.rotated_at + OLD_SECRET_HOLDS:
            return (self.generation, self.generation - 1)
        return (self.generation,)


@dataclass(frozen=True)
class Delivery:
    """One event for one receiver: how often it was tried, and what came of the last time."""

    place: int
    event: str
    name: str
    subject: str
    body: bytes
    queued_at: datetime
    attempts: int
    next_at: datetime | None
    tried_at: datetime | None
    status: int | None
    failure: str | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class Change:
    """What somebody did to a webhook."""

    at: datetime
    actor: str
    what: str


def webhook_of(row: Row) -> Webhook:
    """Return a row of `webhooks`."""
    return Webhook(
        id=UUID(row["id"]),
        name=row["name"],
        address=row["address"],
        events=tuple(json.loads(row["events"])),
        puskesmas=tuple(json.loads(row["puskesmas"])),
        since=datetime.fromisoformat(row["since"]),
        state=row["state"],
        state_at=datetime.fromisoformat(row["state_at"]),
        generation=row["generation"],
        rotated_at=_maybe(row["rotated_at"]),
        failing_since=_maybe(row["failing_since"]),
        unanswered=row["unanswered"],
        rests_until=_maybe(row["rests_until"]),
        version=row["version"],
    )


def delivery_of(row: Row) -> Delivery:
    """Return a row of `webhook_deliveries`."""
    return Delivery(
        place=row["place"],
        event=row["event"],
        name=row["name"],
        subject=row["subject"],
        body=bytes(row["body"]),
        queued_at=datetime.fromisoformat(row["queued_at"]),
        attempts=row["attempts"],
        next_at=_maybe(row["next_at"]),
        tried_at=_maybe(row["tried_at"]),
        status=row["status"],
        failure=row["failure"],
        delivered_at=_maybe(row["delivered_at"]),
    )


def change_of(row: Row) -> Change:
    """Return a row of `webhook_changes`."""
    return Change(datetime.fromisoformat(row["at"]), row["actor"], row["what"])


def _maybe(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
