"""The keys to all sealed words of one origin, who they belong to, and who has used them."""

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from services.kernel import failpoints
from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox
from services.kernel.keyring.sealing import (
    KEY_BYTES,
    Entropy,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
    unwrap,
    wrap,
)
from services.kernel.store import GroupWriter
from services.kernel.store.connection import connect
from services.kernel.store.rows import insert_rows

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id         TEXT PRIMARY KEY,
    wrapped    BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS persons (
    contact TEXT NOT NULL,
    key     TEXT NOT NULL REFERENCES keys (id),
    PRIMARY KEY (contact, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS openings (
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    account TEXT NOT NULL,
    role    TEXT NOT NULL,
    page    TEXT NOT NULL,
    boxes   TEXT NOT NULL
) STRICT
"""


class StillWritten(RuntimeError):
    """A destroyed key can be read by nobody here, but its bytes are still in the file's log."""


@dataclass(frozen=True)
class Opening:
    """One entry of the access log: who opened which sealed places of which keys, on what page."""

    at: datetime
    account: str
    role: str
    page: str
    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NewKey:
    """A key as it is used: to seal words, and to open files.

    One of `Keyring.new_key` is not stored yet: what is sealed with it is saved after it is.
    """

    id: str
    secret: bytes

    def seal(self, text: str, place: str, entropy: Entropy) -> SealedBox:
        """Seal words under this key."""
        return seal(text, self.secret, self.id, place, entropy)

    def seal_file(self, data: bytes, place: str, entropy: Entropy) -> bytes:
        """Seal a file under this key."""
        return seal_bytes(data, self.secret, self.id, place, entropy)

    def open_file(self, sealed: bytes, place: str) -> bytes:
        """Return a file that was sealed under this key; raises DoesNotOpen."""
        return unseal_bytes(sealed, self.secret, self.id, place)


@dataclass(frozen=True)
class WrappedKey:
    """A key as it is stored: sealed with the master key, beside its person's hashed contacts."""

    id: str
    secret: bytes
    contacts: tuple[str, ...] = ()


class Keyring:
    """One store of keys. A key is durable before the event that needs it."""

    def __init__(self, path: Path, master: bytes, clock: Clock, entropy: Entropy) -> None:
        self._master = master
        self._clock = clock
        self.entropy = entropy
        self._writer = GroupWriter(path, "keyring", failpoints.KEY_STORED)
        self._writer.run(_create)
        self._path = path

    def new_key(self, id: str) -> NewKey:
        """Return a fresh key for one complaint (or draft, or import file)."""
        return NewKey(id, self.entropy(KEY_BYTES))

    def wrapped(self, key: NewKey, contacts: Sequence[str] = ()) -> WrappedKey:
        """Return a key as it is stored, with the keyed hashes of its person's contacts
        (normalised phone, e-mail)."""
        wrapped = wrap(key.secret, key.id, self._master, self.entropy)
        return WrappedKey(key.id, wrapped, tuple(map(self._contact, contacts)))

    def store(self, keys: Sequence[WrappedKey]) -> None:
        """Store keys; they are durable when this returns."""
        at = self._clock().isoformat()
        rows = [(key.id, key.secret, at) for key in keys]
        persons = [(contact, key.id) for key in keys for contact in key.contacts]

        def work(connection: sqlite3.Connection) -> None:
            insert_rows(connection, "INSERT OR IGNORE INTO keys VALUES", rows)
            insert_rows(connection, "INSERT OR IGNORE INTO persons VALUES", persons)

        self._writer.run(work)

    def keep_contacts(self, id: str, contacts: Sequence[str]) -> None:
        """Forget every contact of a key's person but these."""
        kept = tuple(map(self._contact, contacts))
        marks = ", ".join("?" * len(kept))
        self._writer.run(
            lambda connection: connection.execute(
                f"DELETE FROM persons WHERE key = ? AND contact NOT IN ({marks})",  # noqa: S608
                (id, *kept),
            )
        )

    def key(self, id: str) -> NewKey | None:
        """Return a stored key, to seal more words under it; None where there is none (yet, or any
        more)."""
        secret = self._secrets([id]).get(id)
        return None if secret is None else NewKey(id, secret)

    def destroy(self, id: str) -> None:
        """Destroy a key for ever, its bytes too; it may be gone already.

        What was sealed under it opens nowhere any more. Raises StillWritten when a reader kept the
        file's write-ahead log from being cut off: call again.
        """

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM persons WHERE key = ?", (id,))
            connection.execute("DELETE FROM keys WHERE id = ?", (id,))

        self._writer.run(work)
        # Until it is carried over and cut off, the write-ahead log still holds the key's pages.
        connection = connect(self._path)
        try:
            busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        if busy:
            raise StillWritten(id)

    def open(
        self, boxes: Sequence[SealedBox], account: str, role: str, page: str
    ) -> list[str | None]:
        """Return the words of each box, None where there is no key; one access-log entry a call.

        The caller has checked that this role may. The entry is durable before the words are
        returned.
        """
        if not boxes:
            return []
        secrets = self._secrets({box.key for box in boxes})
        entry = (
            self._clock().isoformat(),
            account,
            role,
            page,
            msgspec.json.encode([(box.key, box.place) for box in boxes]).decode(),
        )
        self._writer.run(
            lambda connection: connection.execute(
                "INSERT INTO openings (at, account, role, page, boxes) VALUES (?, ?, ?, ?, ?)",
                entry,
            )
        )
        return [unseal(box, secrets[box.key]) if box.key in secrets else None for box in boxes]

    def openings(self, key: str) -> list[Opening]:
        """Return who has opened words under a key, oldest first."""
        rows = self._read(
            "SELECT * FROM openings WHERE EXISTS "
            "(SELECT 1 FROM json_each(boxes) WHERE json_extract(value, '$[0]') = ?) ORDER BY id",
            (key,),
        )
        return [
            Opening(
                datetime.fromisoformat(row["at"]),
                row["account"],
                row["role"],
                row["page"],
                tuple((key, place) for key, place in msgspec.json.decode(row["boxes"])),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Finish what is being written, and close the file."""
        self._writer.close()

    def _secrets(self, ids: Sequence[str] | set[str]) -> Mapping[str, bytes]:
        marks = ", ".join("?" * len(ids))
        rows = self._read(f"SELECT id, wrapped FROM keys WHERE id IN ({marks})", tuple(ids))  # noqa: S608
        return {row["id"]: unwrap(row["wrapped"], row["id"], self._master) for row in rows}

    def _read(self, statement: str, values: Sequence[object]) -> list[sqlite3.Row]:
        connection = connect(self._path)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def _contact(self, contact: str) -> str:
        return hmac.new(self._master, b"contact:" + contact.encode(), hashlib.sha256).hexdigest()


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten with zeros
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)
