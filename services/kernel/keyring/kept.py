"""Copies of an edge's keys at its district, so that a lost laptop is not a lost register.

They lie there as in the edge's own keyring, under a master key that the district never has: whoever
restores the edge has it from the backup. A copy goes when its key does.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.kernel.keyring.erased import destroyed_among
from services.kernel.keyring.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from services.kernel.store import GroupWriter
from services.kernel.store.database import Connection
from services.kernel.store.direct import Direct
from services.kernel.store.rows import insert_rows, marks

WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES
UPLOADED: Final = "%import/%"
"""Keys of uploaded files: the file lies in no other place than its key, and is short-lived."""
_NOTHING: Final = "ON CONFLICT DO NOTHING"
_WAITING: Final = (
    "SELECT keys.id, coalesce(later.complaint, keys.id) AS complaint, keys.wrapped FROM keys"
    " LEFT JOIN later ON later.key = keys.id WHERE keys.id NOT LIKE ?"
    " AND NOT EXISTS (SELECT 1 FROM copied WHERE copied.key = keys.id AND copied.stored = 1)"
    # What is about to be destroyed is not copied: who has a copy was said when it was decided.
    " AND NOT EXISTS (SELECT 1 FROM erased WHERE erased.key = keys.id)"
    " ORDER BY keys.created_at, keys.id LIMIT ?"
)


@dataclass(frozen=True)
class Copy:
    """A key as it lies in the keyring of its origin, and whose words it opens."""

    key: str
    complaint: str
    wrapped: bytes


class Copied:
    """Of which keys here the district has a copy (edge)."""

    def __init__(self, writer: GroupWriter, direct: Direct) -> None:
        self._writer, self._direct = writer, direct

    def waiting(self, limit: int) -> list[Copy]:
        """Return keys that the district has no copy of yet, the oldest first."""
        rows = self._direct.rows(_WAITING, (UPLOADED, limit))
        return [Copy(row["id"], row["complaint"], bytes(row["wrapped"])) for row in rows]

    def left(self, limit: int) -> list[str]:
        """Return keys that are gone here, and may have a copy there still."""
        rows = self._direct.rows(
            "SELECT key FROM copied WHERE key NOT IN (SELECT id FROM keys) LIMIT ?", (limit,)
        )
        return [row["key"] for row in rows]

    def holders(self, keys: Collection[str]) -> frozenset[str]:
        """Return the origins that may have a copy of any of these keys."""
        rows = self._direct.rows(
            f"SELECT DISTINCT holder FROM copied WHERE key IN {marks(keys)}",  # noqa: S608
            tuple(keys),
        )
        return frozenset(row["holder"] for row in rows)

    def count(self) -> int:
        """Return how many copies the district said that it has stored."""
        row = self._direct.row("SELECT count(*) AS n FROM copied WHERE stored = 1")
        return int(row["n"]) if row else 0

    def offered(self, keys: Collection[str], holder: str) -> None:
        """Note that copies of these are about to be given; durable when this returns, so that
        none can lie there that nobody here knows of."""
        rows = [(key, holder, 0) for key in keys]
        self._writer.run(
            lambda connection: insert_rows(connection, "INSERT INTO copied VALUES", rows, _NOTHING)
        )

    def stored(self, keys: Collection[str]) -> None:
        """Note that the district has stored these."""
        self._writer.run(
            lambda connection: connection.execute(
                f"UPDATE copied SET stored = 1 WHERE key IN {marks(keys)}",  # noqa: S608
                tuple(keys),
            )
        )

    def dropped(self, keys: Collection[str]) -> None:
        """Note that the district has none of these any more."""
        self._writer.run(
            lambda connection: connection.execute(
                f"DELETE FROM copied WHERE key IN {marks(keys)}",  # noqa: S608
                tuple(keys),
            )
        )

    def anew(self) -> None:
        """Have all be given again."""
        self._writer.run(lambda connection: connection.execute("UPDATE copied SET stored = 0"))


class Kept:
    """The copies of edges' keys (district). `forget` has the bytes of deleted ones overwritten, and
    raises where they could not be."""

    def __init__(self, writer: GroupWriter, direct: Direct, forget: Callable[[], None]) -> None:
        self._writer, self._direct, self._forget = writer, direct, forget

    def keep(self, origin: str, copies: Sequence[Copy]) -> None:
        """Store copies of an origin's keys; durable when this returns. Of what is erased none is
        kept."""

        def work(connection: Connection) -> None:
            named = {name for each in copies for name in (each.key, each.complaint)}
            gone = destroyed_among(connection, named)
            rows = [
                (origin, each.key, each.complaint, each.wrapped)
                for each in copies
                if gone.isdisjoint((each.key, each.complaint))
            ]
            again = (
                "ON CONFLICT (origin, key) DO UPDATE SET complaint = excluded.complaint,"
                " wrapped = excluded.wrapped"
            )
            insert_rows(connection, "INSERT INTO kept VALUES", rows, again)

        self._writer.run(work)

    def page(self, origin: str, after: str, limit: int) -> list[Copy]:
        """Return copies of an origin's keys, in the order of their keys, from behind one."""
        rows = self._direct.rows(
            "SELECT key, complaint, wrapped FROM kept WHERE origin = ? AND key > ?"
            " ORDER BY key LIMIT ?",
            (origin, after, limit),
        )
        return [Copy(row["key"], row["complaint"], bytes(row["wrapped"])) for row in rows]

    def count(self, origin: str) -> int:
        """Return how many copies of an origin's keys are kept."""
        row = self._direct.row("SELECT count(*) AS n FROM kept WHERE origin = ?", (origin,))
        return int(row["n"]) if row else 0

    def of(self, complaint: str, keys: Collection[str]) -> bool:
        """Say whether a copy of a complaint's keys is kept."""
        row = self._direct.row(
            f"SELECT 1 FROM kept WHERE complaint = ? OR key IN {marks(keys)} LIMIT 1",  # noqa: S608
            (complaint, *keys),
        )
        return row is not None

    def drop(self, origin: str, keys: Collection[str]) -> None:
        """Destroy copies whose keys are gone at their origin, their bytes too; some may be gone
        already. Raises StillWritten: call again."""
        self._writer.run(
            lambda connection: connection.execute(
                f"DELETE FROM kept WHERE origin = ? AND key IN {marks(keys)}",  # noqa: S608
                (origin, *keys),
            )
        )
        self._forget()
