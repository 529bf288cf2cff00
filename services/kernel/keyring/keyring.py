"""The keys to all sealed words of one origin, who they belong to, and who has used them."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.kernel import failpoints
from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox
from services.kernel.keyring.erased import (
    NOT_CLOSED,
    Erased,
    closed_on_arrival,
    destroyed_among,
)
from services.kernel.keyring.kept import Copied, Copy, Kept
from services.kernel.keyring.openings import Openings, Subject
from services.kernel.keyring.sealing import (
    KEY_BYTES,
    DoesNotOpen,
    Entropy,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
    unwrap,
    wrap,
)
from services.kernel.keyring.tables import FORGETFUL, TABLES
from services.kernel.store import GroupWriter
from services.kernel.store.database import Connection, Database, Row, place_of
from services.kernel.store.direct import Direct
from services.kernel.store.files import shredding
from services.kernel.store.rows import insert_rows, marks

NOTHING = "ON CONFLICT DO NOTHING"


class StillWritten(RuntimeError):
    """A destroyed key can be read by nobody here, but its bytes are still in the file's log."""


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


class KeyDiffers(ValueError):
    """Another key is kept under this id already; that one stays."""


@dataclass(frozen=True)
class Way:
    """A key went from one origin to another; `at` is when it was known here."""

    key: str
    sender: str
    receiver: str
    purpose: str
    at: datetime


class Keyring:
    """One store of keys. A key is durable before the event that needs it."""

    def __init__(
        self, place: Path | Database, master: bytes, clock: Clock, entropy: Entropy
    ) -> None:
        self._database = shredding(place_of(place))
        self._master = master
        self._clock = clock
        self.entropy = entropy
        self._writer = GroupWriter(self._database, failpoints.KEY_STORED)
        self._writer.run(self._create)
        self.direct = Direct(self._database)
        self.log = Openings(self._writer, self.direct, clock)
        """Who opened what; `open` writes it."""
        self.locked = False
        """Whether nothing is opened: the master key that its keys are wrapped with is lost."""
        self.erased = Erased(self._writer, self.direct, clock, self._forget)
        self.copied = Copied(self._writer, self.direct)
        """Which keys the district has a copy of."""
        self.kept = Kept(self._writer, self.direct, lambda: self._forget("kept"))
        """The copies of edges' keys, at the district."""

    def _create(self, connection: Connection) -> None:
        self._database.define(connection, TABLES)
        Openings.create(self._database, connection)

    def now(self) -> datetime:
        """Return the present instant, as the log of openings has it."""
        return self._clock()

    def fits(self) -> bool:
        """Say whether the master key is the one that the newest key here is wrapped with."""
        rows = self._read("SELECT id, wrapped FROM keys ORDER BY created_at DESC LIMIT 1", ())
        try:
            return all(unwrap(row["wrapped"], row["id"], self._master) for row in rows)
        except DoesNotOpen:
            return False

    def new_key(self, id: str) -> NewKey:
        """Return a fresh key for one complaint (or draft, or import file)."""
        return NewKey(id, self.entropy(KEY_BYTES))

    def wrapped(self, key: NewKey, contacts: Sequence[str] = ()) -> WrappedKey:
        """Return a key as it is stored, with the keyed hashes of its person's contacts
        (normalised phone, e-mail)."""
        wrapped = wrap(key.secret, key.id, self._master, self.entropy)
        return WrappedKey(key.id, wrapped, tuple(map(self._contact, contacts)))

    def store(self, keys: Sequence[WrappedKey]) -> None:
        """Store keys; they are durable when this returns. One that was destroyed stays so."""
        at = self._clock().isoformat()

        def work(connection: Connection) -> None:
            gone = destroyed_among(connection, [key.id for key in keys])
            kept = [key for key in keys if key.id not in gone]
            rows = [(key.id, key.secret, at) for key in kept]
            persons = [(contact, key.id) for key in kept for contact in key.contacts]
            insert_rows(connection, "INSERT INTO keys VALUES", rows, NOTHING)
            insert_rows(connection, "INSERT INTO persons VALUES", persons, NOTHING)

        self._writer.run(work)

    def keep_contacts(self, id: str, contacts: Sequence[str]) -> None:
        """Forget every contact of a key's person but these."""
        kept = tuple(map(self._contact, contacts))
        other = f"AND contact NOT IN {marks(kept)}" if kept else ""
        self._writer.run(
            lambda connection: connection.execute(
                f"DELETE FROM persons WHERE key = ? {other}",  # noqa: S608
                (id, *kept),
            )
        )

    def key(self, id: str) -> NewKey | None:
        """Return a stored key, to seal more words under it; None where there is none (yet, or any
        more), or an erasure has closed its words."""
        secret = self._secrets([id]).get(id)
        return None if secret is None else NewKey(id, secret)

    def held(self, id: str) -> NewKey | None:
        """Return a stored key to hand it on, also one whose words an erasure has closed."""
        rows = self._read("SELECT wrapped FROM keys WHERE id = ?", (id,))
        return NewKey(id, unwrap(rows[0]["wrapped"], id, self._master)) if rows else None

    def person(self, complaint: str) -> list[str]:
        """Return the complaints of one's person: itself, and those here that have one of its
        telephone numbers or e-mail addresses."""
        rows = self._read(
            "SELECT DISTINCT coalesce(later.complaint, other.key) AS complaint FROM persons AS mine"
            " JOIN persons AS other ON other.contact = mine.contact"
            " LEFT JOIN later ON later.key = other.key WHERE mine.key = ? OR mine.key IN"
            " (SELECT key FROM later WHERE complaint = ?)",
            (complaint, complaint),
        )
        return sorted({complaint, *(row["complaint"] for row in rows)})

    def destroy(self, id: str) -> None:
        """Destroy a key for ever, its bytes too; it may be gone already.

        What was sealed under it opens nowhere any more. Raises StillWritten when a reader kept the
        file's write-ahead log from being cut off: call again.
        """

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM persons WHERE key = ?", (id,))
            connection.execute("DELETE FROM keys WHERE id = ?", (id,))

        self._writer.run(work)
        self._forget("keys", "persons")

    def take_in(
        self,
        key: NewKey,
        sender: str,
        receiver: str,
        purpose: str,
        *,
        complaint: str,
        contacts: Sequence[str] = (),
        recorded: bool,
    ) -> None:
        """Store a key that another origin sent, with its person's contacts where it is at home
        here; it and its way are durable when this returns.

        Where its complaint is erased it is not kept, and the sender lets go of it all the same.
        What is not `recorded` waits in `unrecorded`. Raises KeyDiffers.
        """
        wrapped, at = self.wrapped(key, contacts), self._clock().isoformat()
        persons = [(contact, key.id) for contact in wrapped.contacts]

        def work(connection: Connection) -> None:
            if closed_on_arrival(connection, key.id, complaint, at):
                _note(connection, [(key.id, sender, receiver, purpose, at, 1)])
                return
            kept = connection.execute("SELECT wrapped FROM keys WHERE id = ?", (key.id,)).fetchone()
            if kept is None:
                connection.execute(
                    "INSERT INTO keys VALUES (?, ?, ?)", (key.id, wrapped.secret, at)
                )
            elif unwrap(kept["wrapped"], key.id, self._master) != key.secret:
                raise KeyDiffers(key.id)
            insert_rows(connection, "INSERT INTO persons VALUES", persons, NOTHING)
            if key.id != complaint:
                insert_rows(connection, "INSERT INTO later VALUES", [(key.id, complaint)], NOTHING)
            _note(connection, [(key.id, sender, receiver, purpose, at, int(recorded))])

        self._writer.run(work)

    def take_back(self, copies: Sequence[tuple[Copy, bytes, Sequence[str]]]) -> None:
        """Store keys that a backup did not hold, each with its secret and its person's contacts;
        durable when this returns. One that was destroyed stays so."""
        later = [(each.key, each.complaint) for each, _, _ in copies if each.key != each.complaint]
        self.store(
            [self.wrapped(NewKey(each.key, secret), contacts) for each, secret, contacts in copies]
        )
        self._writer.run(
            lambda connection: insert_rows(connection, "INSERT INTO later VALUES", later, NOTHING)
        )

    def hand_over(self, ids: Sequence[str], sender: str, receiver: str, purpose: str) -> None:
        """Destroy keys, their bytes too, that their receiver has stored; all of it or nothing.

        Some may be gone already: handed over before, or erased. Raises StillWritten: call again.
        """
        at = self._clock().isoformat()

        def work(connection: Connection) -> None:
            connection.execute(f"DELETE FROM persons WHERE key IN {marks(ids)}", tuple(ids))  # noqa: S608
            gone = connection.execute(
                f"DELETE FROM keys WHERE id IN {marks(ids)} RETURNING id",  # noqa: S608
                tuple(ids),
            ).fetchall()
            _note(connection, [(row["id"], sender, receiver, purpose, at, 1) for row in gone])

        self._writer.run(work)
        self._forget("keys")

    def note_shared(self, id: str, sender: str, receiver: str, purpose: str) -> None:
        """Note that a key which stays here went to another origin as well."""
        way = (id, sender, receiver, purpose, self._clock().isoformat(), 0)
        self._writer.run(lambda connection: _note(connection, [way]))

    def ways(self, id: str) -> list[Way]:
        """Return which ways a key went, as far as is known here, the latest last."""
        return _ways(self._read("SELECT * FROM ways WHERE key = ? ORDER BY at", (id,)))

    def unrecorded(self, limit: int) -> list[Way]:
        """Return ways of keys that no event tells of yet, the oldest first."""
        return _ways(
            self._read("SELECT * FROM ways WHERE recorded = 0 ORDER BY at LIMIT ?", (limit,))
        )

    def recorded(self, way: Way) -> None:
        """Note that an event tells of a way (or that none ever will)."""
        self._writer.run(
            lambda connection: connection.execute(
                "UPDATE ways SET recorded = 1 WHERE key = ? AND sender = ? AND receiver = ?",
                (way.key, way.sender, way.receiver),
            )
        )

    def _forget(self, *tables: str) -> None:
        if not self._database.forget(*tables or FORGETFUL):
            raise StillWritten

    def open(
        self,
        boxes: Sequence[SealedBox],
        account: str,
        role: str,
        page: str,
        subjects: Mapping[str, Subject] | None = None,
    ) -> list[str | None]:
        """Return the words of each box, None where there is no key; one access-log entry a call.

        The caller has checked that this role may, and tells by key which complaints they belong
        to. The entry is durable before the words are returned.
        """
        if not boxes or self.locked:
            return [None] * len(boxes)
        found = self.unsealed(boxes)
        self.log.note(boxes, account, role, page, subjects or {})
        return found

    def unsealed(self, boxes: Sequence[SealedBox]) -> list[str | None]:
        """Return the words of each box for a comparison in memory: nobody is shown them, so that
        the log says nothing of it."""
        secrets = self._secrets({box.key for box in boxes})
        return [unseal(box, secrets[box.key]) if box.key in secrets else None for box in boxes]

    def close(self) -> None:
        """Finish what is being written, and let go of the store."""
        self._writer.close()
        self.direct.close()

    def _secrets(self, ids: Sequence[str] | set[str]) -> Mapping[str, bytes]:
        if self.locked:
            return {}
        rows = self._read(
            f"SELECT id, wrapped FROM keys WHERE id IN {marks(ids)} AND {NOT_CLOSED}",  # noqa: S608
            tuple(ids),
        )
        return {row["id"]: unwrap(row["wrapped"], row["id"], self._master) for row in rows}

    def _read(self, statement: str, values: Sequence[object]) -> list[Row]:
        return self.direct.rows(statement, values)

    def _contact(self, contact: str) -> str:
        return hmac.new(self._master, b"contact:" + contact.encode(), hashlib.sha256).hexdigest()


def _note(connection: Connection, ways: Sequence[tuple[str, str, str, str, str, int]]) -> None:
    insert_rows(connection, "INSERT INTO ways VALUES", ways, NOTHING)


def _ways(rows: Sequence[Row]) -> list[Way]:
    return [
        Way(
            row["key"],
            row["sender"],
            row["receiver"],
            row["purpose"],
            datetime.fromisoformat(row["at"]),
        )
        for row in rows
    ]
