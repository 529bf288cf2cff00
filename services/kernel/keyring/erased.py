"""Which complaints' words are closed for good, or on the way there: marks beside the keys.

A mark outlives its keys: a key that comes late from another origin, or is stored again by a
request that was under way, finds it and is not kept. Marks hold ids only.
"""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final

from services.kernel.clock import Clock
from services.kernel.store import GroupWriter
from services.kernel.store.database import Connection
from services.kernel.store.direct import Direct
from services.kernel.store.rows import insert_rows, marks

NOT_CLOSED: Final = "id NOT IN (SELECT key FROM erased)"
"""The keys that words may be opened with."""
_NOTHING: Final = "ON CONFLICT DO NOTHING"


class Mark(StrEnum):
    """How the words of a complaint are closed."""

    CLOSED = "closed"
    """Nobody opens them; their keys still lie here, and the erasure may be called back."""
    DESTROYED = "destroyed"


class Erased:
    """Closes words, opens them again, and destroys their keys. `forget` has the bytes of deleted
    keys overwritten, and raises where they could not be."""

    def __init__(
        self, writer: GroupWriter, direct: Direct, clock: Clock, forget: Callable[[], None]
    ) -> None:
        self._writer, self._direct = writer, direct
        self._clock, self._forget = clock, forget

    def mark(self, complaint: str) -> Mark | None:
        """Return how the words of a complaint are closed; None: they are not."""
        row = self._direct.row(
            "SELECT destroyed_at FROM erased WHERE key = ? AND complaint = key", (complaint,)
        )
        if row is None:
            return None
        return Mark.CLOSED if row["destroyed_at"] is None else Mark.DESTROYED

    def among(self, complaints: Collection[str]) -> frozenset[str]:
        """Return those of these complaints whose words are closed."""
        rows = self._direct.rows(
            f"SELECT key FROM erased WHERE key IN {marks(complaints)}",  # noqa: S608
            tuple(complaints),
        )
        return frozenset(row["key"] for row in rows)

    def count(self) -> int:
        """Return how many keys are marked as destroyed."""
        row = self._direct.row("SELECT count(destroyed_at) AS n FROM erased")
        return int(row["n"]) if row else 0

    def destroyed(self) -> dict[str, frozenset[str]]:
        """Return the keys that are marked as destroyed, by complaint."""
        found: dict[str, set[str]] = {}
        for row in self._direct.rows(
            "SELECT complaint, key FROM erased WHERE destroyed_at IS NOT NULL"
        ):
            found.setdefault(row["complaint"], set()).add(row["key"])
        return {complaint: frozenset(keys) for complaint, keys in found.items()}

    def close(self, complaint: str, keys: Collection[str]) -> None:
        """Have nobody open the words of a complaint under these keys, here or when they come;
        durable when this returns."""
        self._writer.run(lambda connection: self._marked(connection, complaint, keys))

    def reopen(self, complaint: str) -> None:
        """Let the words of a complaint be opened again; what is destroyed stays so."""
        self._writer.run(
            lambda connection: connection.execute(
                "DELETE FROM erased WHERE complaint = ? AND destroyed_at IS NULL", (complaint,)
            )
        )

    def destroy(self, complaint: str, keys: Collection[str]) -> bool:
        """Destroy a complaint's keys for ever, their bytes too, with whose they are and the copies
        that an edge's are kept in; say whether any lay here.

        May be called again. Raises StillWritten when a reader kept the file's write-ahead log from
        being cut off: call again.
        """
        ids = {complaint, *keys}
        at = self._clock().isoformat()

        def work(connection: Connection) -> bool:
            self._marked(connection, complaint, ids)
            connection.execute(
                "UPDATE erased SET destroyed_at = ? WHERE complaint = ? AND destroyed_at IS NULL",
                (at, complaint),
            )
            every = "IN (SELECT key FROM erased WHERE complaint = ?)"
            connection.execute(f"DELETE FROM persons WHERE key {every}", (complaint,))  # noqa: S608
            connection.execute("DELETE FROM later WHERE complaint = ?", (complaint,))
            gone = connection.execute(
                f"DELETE FROM keys WHERE id {every} RETURNING id",  # noqa: S608
                (complaint,),
            ).fetchall()
            copies = connection.execute(
                f"DELETE FROM kept WHERE complaint = ? OR key {every} RETURNING key",  # noqa: S608
                (complaint, complaint),
            ).fetchall()
            return bool(gone or copies)

        lay_here = self._writer.run(work)
        self._forget()
        return lay_here

    def _marked(self, connection: Connection, complaint: str, keys: Collection[str]) -> None:
        at = self._clock().isoformat()
        rows = [(key, complaint, at, None) for key in sorted({complaint, *keys})]
        insert_rows(connection, "INSERT INTO erased VALUES", rows, _NOTHING)


def destroyed_among(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Return which of these keys are destroyed and must not be stored again."""
    found = connection.execute(
        f"SELECT key FROM erased WHERE destroyed_at IS NOT NULL AND key IN {marks(ids)}",  # noqa: S608
        tuple(ids),
    )
    return frozenset(row["key"] for row in found.fetchall())


def closed_on_arrival(connection: Connection, key: str, complaint: str, at: str) -> bool:
    """Give a key that comes in the mark of its complaint; say whether it is not to be kept."""
    row = connection.execute(
        "SELECT destroyed_at FROM erased WHERE key = ?", (complaint,)
    ).fetchone()
    if row is None:
        return False
    mark = (key, complaint, at, row["destroyed_at"])
    insert_rows(connection, "INSERT INTO erased VALUES", [mark], _NOTHING)
    return row["destroyed_at"] is not None
