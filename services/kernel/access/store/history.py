"""What happened with the accounts, a line each, and how lines are written."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.kernel.access.known import KnownTokens
from services.kernel.access.records import AccountEvent, time_of
from services.kernel.access.schema import bring_up_to_date
from services.kernel.access.usernames import network_of
from services.kernel.clock import Clock
from services.kernel.fleeting import REVOKED, Alone, Fleeting
from services.kernel.store.database import Connection, Database, Row, place_of
from services.kernel.store.direct import Direct
from services.kernel.store.rows import marks

KEPT: Final = timedelta(days=365)
"""So long it is kept who signed in from which network: what an audit of the past year asks for."""
FORGET_EVERY: Final = timedelta(days=1)
SIGN_INS: Final = ("signed_in", "sign_in_failed", "sign_in_closed")
FLEETING: Final = (*SIGN_INS, "signed_out", "session_opened")
"""What tells when somebody came and went; all else tells what became of an account."""


class History:
    """The store with its history. Safe to share between threads and processes."""

    def __init__(
        self,
        place: Path | Database,
        clock: Clock,
        *,
        ticks: Callable[[], float] = time.monotonic,
        fleeting: Fleeting | None = None,
    ) -> None:
        self._clock = clock
        self._fleeting = fleeting = fleeting or Alone()
        database = place_of(place)
        self._direct = Direct(database, ticks)
        self._known = KnownTokens(self._direct, ticks, lambda: fleeting.hears_others)
        fleeting.on(REVOKED, self._known.look_again)
        with self._direct.transaction() as write:
            bring_up_to_date(database, write)
            self._forget_old(write)

    def close(self) -> None:
        """Let go of the store."""
        self._direct.close()

    def account_events(self, account_id: str | None = None, limit: int = 200) -> list[AccountEvent]:
        """Return the latest lines of the history, of one account or of all, newest first."""
        if account_id is None:
            return self._events("true", (), limit)
        return self._events("account_id = ?", (account_id,), limit)

    def sign_ins(self, limit: int, before: int | None = None) -> list[AccountEvent]:
        """Return who signed in and who failed, of all accounts, newest first; `before` goes on
        after the line of that number."""
        return self._events(
            f"kind IN {marks(SIGN_INS)} AND id < ?",
            [*SIGN_INS, 1 << 62 if before is None else before],
            limit,
        )

    def _events(self, condition: str, values: Sequence[object], limit: int) -> list[AccountEvent]:
        rows = self._rows(
            f"SELECT * FROM account_event WHERE {condition} ORDER BY id DESC LIMIT ?",  # noqa: S608
            *values,
            limit,
        )
        return [
            AccountEvent(
                row["id"],
                time_of(row["at"]),
                row["account_id"],
                row["kind"],
                row["network"],
                row["by_account"],
            )
            for row in rows
        ]

    def _forget_old(self, write: Connection) -> None:
        """Delete who came and went so long ago; what was done to an account stays."""
        self._forgot_at = self._now()
        before = self._now() - int(KEPT.total_seconds())
        write.execute(
            f"DELETE FROM account_event WHERE at < ? AND kind IN {marks(FLEETING)}",  # noqa: S608
            (before, *FLEETING),
        )
        write.execute("DELETE FROM session WHERE ended_at < ? OR expires_at < ?", (before, before))

    def _note(
        self,
        write: Connection,
        account_id: str | None,
        kind: str,
        address: str = "",
        by: str | None = None,
    ) -> None:
        if self._now() - self._forgot_at >= FORGET_EVERY.total_seconds():
            self._forget_old(write)
        write.execute(
            "INSERT INTO account_event(at, account_id, kind, network, by_account)"
            " VALUES (?, ?, ?, ?, ?)",
            (self._now(), account_id, kind, network_of(address), by),
        )

    @contextmanager
    def _revoking(self) -> Iterator[Connection]:
        """Yield a transaction after which what is remembered of tokens may hold no more."""
        with self._direct.transaction() as write:
            yield write
            write.execute(
                "INSERT INTO revision VALUES (1, 1)"
                " ON CONFLICT (id) DO UPDATE SET number = revision.number + 1"
            )
        self._fleeting.ring(REVOKED)

    def _rows(self, query: str, *values: object) -> list[Row]:
        return self._direct.rows(query, values)

    def _row(self, query: str, *values: object) -> Row | None:
        return self._direct.row(query, values)

    def _now(self) -> int:
        return int(self._clock().timestamp())
