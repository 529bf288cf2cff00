"""The edges of a district: which origins may hand keys and files over, and how they were heard.

An edge's token lets it do that for its own origin and nothing else; it is no account. Of the token
only its SHA-256 is stored (it has 256 random bits).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.kernel.access.records import maybe_time_of, time_of
from services.kernel.clock import Clock
from services.kernel.errors import Conflict
from services.kernel.store.database import Database, place_of
from services.kernel.store.direct import Direct
from services.kernel.text import _


@dataclass(frozen=True)
class Edge:
    """An edge as the district knows it; `told` is what it said of itself when it was last heard."""

    origin: str
    added_at: datetime
    public_key: str | None
    heard_at: datetime | None
    told: bytes | None


class Edges:
    """The edges of this district, in the store of `AccessStore`, which makes the table."""

    def __init__(self, place: Path | Database, clock: Clock) -> None:
        self._clock = clock
        self._direct = Direct(place_of(place))

    def add(self, origin: str) -> str:
        """Let an origin in and return its token; one that it had before lets nobody in any more,
        and the key that came with that is forgotten."""
        token = secrets.token_urlsafe(32)
        with self._direct.transaction() as write:
            write.execute("DELETE FROM edge WHERE origin = ?", (origin,))
            write.execute(
                "INSERT INTO edge(origin, digest, added_at) VALUES (?, ?, ?)",
                (origin, _digest(token), self._now()),
            )
        return token

    def remove(self, origin: str) -> bool:
        """Let an origin in no more; False: it was none of the edges."""
        with self._direct.transaction() as write:
            return write.execute("DELETE FROM edge WHERE origin = ?", (origin,)).rowcount > 0

    def origin_of(self, token: str) -> str | None:
        """Return whose token this is."""
        row = self._direct.row("SELECT origin FROM edge WHERE digest = ?", (_digest(token),))
        return None if row is None else str(row["origin"])

    def public_key(self, origin: str) -> str | None:
        """Return the public key of an edge; None until it has told it."""
        row = self._direct.row("SELECT public_key FROM edge WHERE origin = ?", (origin,))
        return None if row is None else row["public_key"]

    def heard(self, origin: str, public_key: str, told: bytes) -> None:
        """Note that an edge was heard, and its public key when it is the first time.

        Raises Conflict for another key than that: a second machine has the token.
        """
        with self._direct.transaction() as write:
            row = write.execute(
                "SELECT public_key FROM edge WHERE origin = ?", (origin,)
            ).fetchone()
            if row is not None and row["public_key"] not in (None, public_key):
                raise Conflict(
                    _("Token ini dipakai dengan kunci lain. Buat token baru untuk edge ini.")
                )
            write.execute(
                "UPDATE edge SET public_key = ?, heard_at = ?, told = ? WHERE origin = ?",
                (public_key, self._now(), told, origin),
            )

    def listed(self) -> list[Edge]:
        """Return every edge, by origin."""
        rows = self._direct.rows(
            "SELECT origin, added_at, public_key, heard_at, told FROM edge ORDER BY origin"
        )
        return [
            Edge(
                row["origin"],
                time_of(row["added_at"]),
                row["public_key"],
                maybe_time_of(row["heard_at"]),
                row["told"] and bytes(row["told"]),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Let go of the store."""
        self._direct.close()

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
