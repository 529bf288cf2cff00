"""The access log: who opened which sealed words, on what page, in which role, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox
from services.kernel.store import GroupWriter
from services.kernel.store.database import Connection, Database, Row
from services.kernel.store.direct import Direct
from services.kernel.store.rows import insert_rows, marks

IDENTITY_FIELD: Final = ".complainant"
REASON_HOLDS: Final = timedelta(hours=12)
"""A working day: who said why is not asked again on each page."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS openings (
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    account TEXT NOT NULL,
    role    TEXT NOT NULL,
    page    TEXT NOT NULL,
    boxes   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS openings_of_account ON openings (account, id);
CREATE TABLE IF NOT EXISTS reasons (
    id        INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    account   TEXT NOT NULL,
    complaint TEXT NOT NULL,
    reason    TEXT NOT NULL,
    note      TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS reasons_of_account ON reasons (account, complaint);
CREATE INDEX IF NOT EXISTS openings_at ON openings (at);
CREATE TABLE IF NOT EXISTS looked (
    id         INTEGER PRIMARY KEY,
    rule       TEXT NOT NULL,
    puskesmas  TEXT NOT NULL,
    account    TEXT NOT NULL,
    day        TEXT NOT NULL,
    by_account TEXT NOT NULL,
    at         TEXT NOT NULL,
    count      INTEGER NOT NULL,
    note       TEXT NOT NULL
) STRICT
"""
OPENED: Final = """
CREATE TABLE opened (
    key     TEXT NOT NULL,
    opening INTEGER NOT NULL REFERENCES openings (id),
    PRIMARY KEY (key, opening)
) STRICT, WITHOUT ROWID
"""
"""Which openings a key has: what they hold is a list, and no page waits for all of them."""
INDEXES: Final = """
CREATE INDEX IF NOT EXISTS opened_of_complaint ON opened (complaint, opening);
CREATE INDEX IF NOT EXISTS opened_of_opening ON opened (opening)
"""
LATER: Final[Mapping[str, str]] = {
    "complaint": "TEXT",
    "puskesmas": "TEXT",
    "identity": "TEXT",
    "settled_at": "TEXT",
    "reason": "INTEGER REFERENCES reasons (id)",
}
"""Columns that `opened` did not have at first: of older openings they are not known. `identity` is
the confidentiality of a complaint whose complainant was among what was opened."""
_NOTED: Final = f"INSERT INTO opened (key, opening, {', '.join(LATER)}) VALUES"


@dataclass(frozen=True)
class Subject:
    """What is noted of a complaint whose words were opened: `settled_at` since when there was
    nothing left to do, `reason` the number of what was said of why (`Openings.give_reason`)."""

    complaint: str
    puskesmas: str
    confidentiality: str
    settled_at: datetime | None = None
    reason: int | None = None


@dataclass(frozen=True)
class Reason:
    """Why somebody opened words that their ordinary work does not ask for."""

    code: str
    note: str


@dataclass(frozen=True)
class Opening:
    """One entry of the access log: who opened which sealed places of which keys, on what page."""

    at: datetime
    account: str
    role: str
    page: str
    boxes: tuple[tuple[str, str], ...]
    reason: Reason | None = None


class Openings:
    """The log of one keyring; whoever opens writes there before any words are returned."""

    def __init__(self, writer: GroupWriter, direct: Direct, clock: Clock) -> None:
        self._writer = writer
        self._direct = direct
        self._clock = clock

    @staticmethod
    def create(database: Database, connection: Connection) -> None:
        """Make the tables that are missing, and the columns that the first ones did not have."""
        database.define(connection, SCHEMA)
        there = database.columns(connection, "opened")
        if not there:
            database.define(connection, OPENED)
            for row in connection.execute("SELECT id, boxes FROM openings").fetchall():
                keys = sorted({key for key, _place in msgspec.json.decode(row["boxes"])})
                rows = [(key, row["id"]) for key in keys]
                insert_rows(connection, "INSERT INTO opened (key, opening) VALUES", rows)
        for column, kind in LATER.items():
            if column not in there:
                database.define(connection, f"ALTER TABLE opened ADD COLUMN {column} {kind}")
        database.define(connection, INDEXES)

    def note(
        self,
        boxes: Sequence[SealedBox],
        account: str,
        role: str,
        page: str,
        subjects: Mapping[str, Subject],
    ) -> None:
        """Write one entry, which is durable when this returns; `subjects` by key, where known."""
        at = self._clock().isoformat()
        listed = msgspec.json.encode([(box.key, box.place) for box in boxes]).decode()
        named = {box.key for box in boxes if box.place.endswith(IDENTITY_FIELD)}

        def work(connection: Connection) -> None:
            (opening,) = connection.execute(
                "INSERT INTO openings (at, account, role, page, boxes) VALUES (?, ?, ?, ?, ?)"
                " RETURNING id",
                (at, account, role, page, listed),
            ).fetchone()
            insert_rows(
                connection,
                _NOTED,
                [
                    (key, opening, *_columns(subjects.get(key), named=key in named))
                    for key in sorted({box.key for box in boxes})
                ],
            )

        self._writer.run(work)

    def of(self, key: str, newest: int = 1 << 62) -> list[Opening]:
        """Return who has opened words under a key, oldest first; with `newest` so many of the
        latest."""
        rows = self._direct.rows(
            "SELECT openings.*, reasons.reason, reasons.note FROM opened"
            " JOIN openings ON openings.id = opened.opening"
            " LEFT JOIN reasons ON reasons.id = opened.reason"
            " WHERE opened.key = ? ORDER BY opened.opening DESC LIMIT ?",
            (key, newest),
        )
        return [_opening(row) for row in reversed(rows)]

    def give_reason(self, account: str, complaint: str, reason: Reason) -> None:
        """Note why somebody opens the words of a complaint from now on, for `REASON_HOLDS`."""
        facts = (self._clock().isoformat(), account, complaint, reason.code, reason.note)
        self._writer.run(
            lambda connection: connection.execute(
                "INSERT INTO reasons (at, account, complaint, reason, note) VALUES (?, ?, ?, ?, ?)",
                facts,
            )
        )

    def look(self, looked: tuple[str, str, str, str, str, str, int, str]) -> None:
        """Note that somebody has looked into reading that differs from the usual: rule, Puskesmas,
        account and day; by whom, when, how much it was, and what they found."""
        self._writer.run(
            lambda connection: connection.execute(
                "INSERT INTO looked (rule, puskesmas, account, day, by_account, at, count, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                looked,
            )
        )

    def reasons(self, account: str, complaints: Collection[str]) -> dict[str, int]:
        """Return, by complaint, the number of the reason that somebody gave and that still holds;
        the latest counts."""
        now, named = self._clock(), tuple(complaints)
        rows = self._direct.rows(
            "SELECT id, at, complaint FROM reasons WHERE account = ?"  # noqa: S608 - marks only
            f" AND complaint IN {marks(named)} ORDER BY id",
            (account, *named),
        )
        return {
            row["complaint"]: row["id"]
            for row in rows
            if now - datetime.fromisoformat(row["at"]) < REASON_HOLDS
        }


def _columns(subject: Subject | None, *, named: bool) -> tuple[str | int | None, ...]:
    if subject is None:
        return (None,) * len(LATER)
    return (
        subject.complaint,
        subject.puskesmas,
        subject.confidentiality if named else None,
        subject.settled_at.isoformat() if subject.settled_at else None,
        subject.reason,
    )


def _opening(row: Row) -> Opening:
    return Opening(
        datetime.fromisoformat(row["at"]),
        row["account"],
        row["role"],
        row["page"],
        tuple((key, place) for key, place in msgspec.json.decode(row["boxes"])),
        Reason(row["reason"], row["note"]) if row["reason"] is not None else None,
    )
