"""What happened with the accounts, a line each, and how lines are written."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kernel.access.known import KnownTokens
from services.kernel.access.records import AccountEvent, time_of
from services.kernel.access.schema import bring_up_to_date
from services.kernel.access.usernames import network_of
from services.kernel.clock import Clock
from services.kernel.fleeting import REVOKED, Alone, Fleeting
from services.kernel.store.database import Connection, Database, Row, place_of
from services.kernel.store.direct import Direct


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

    def close(self) -> None:
        """Let go of the store."""
        self._direct.close()

    def account_events(self, account_id: str | None = None, limit: int = 200) -> list[AccountEvent]:
        """Return the latest lines of the history, of one account or of all, newest first."""
        whose = "" if account_id is None else "WHERE account_id = ?"
        rows = self._rows(
            f"SELECT * FROM account_event {whose} ORDER BY id DESC LIMIT ?",  # noqa: S608 - ours
            *([] if account_id is None else [account_id]),
            limit,
        )
        return [
            AccountEvent(
                time_of(row["at"]),
                row["account_id"],
                row["kind"],
                row["network"],
                row["by_account"],
            )
            for row in rows
        ]

    def _note(
        self,
        write: Connection,
        account_id: str | None,
        kind: str,
        address: str = "",
        by: str | None = None,
    ) -> None:
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
