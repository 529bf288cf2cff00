"""What an account was told in the product and has seen: up to which arrival, and its digests.

A digest is named by the time at which it was due (`2026-11-02T0730`, of the Puskesmas); here is
only that there is one and of how many things, for the figure on the bell of every page.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.kernel.access.records import instant_of, microseconds_of, time_of
from services.kernel.access.store.accounts import Accounts

SHOWN: Final = timedelta(days=30)
"""So long a digest is listed."""
KEPT: Final = timedelta(days=60)


class Digest(NamedTuple):
    """Of how many things an account was reminded at once, and how many of them were late."""

    slot: str
    made_at: datetime
    things: int
    late: int


class Told(Accounts):
    """The store with what each account was told."""

    def told_until(self, account_id: str) -> datetime | None:
        """Return up to which arrival an account has seen what it was told, None for nothing yet."""
        row = self._row("SELECT told_until FROM account WHERE id = ?", account_id)
        return instant_of(row["told_until"]) if row and row["told_until"] is not None else None

    def saw(self, account_id: str, until: datetime) -> None:
        """Record that an account has seen what it was told up to this arrival; never less."""
        with self._direct.transaction() as write:
            write.execute(
                "UPDATE account SET told_until = max(coalesce(told_until, 0), ?) WHERE id = ?",
                (microseconds_of(until), account_id),
            )

    def note_digests(
        self, slot: str, made_at: datetime, found: Iterable[tuple[str, int, int]]
    ) -> None:
        """Note the digests of one time, each as account id, things and late ones. One that is noted
        already and has grown is new again; one that has not stays as it is."""
        at = microseconds_of(made_at)
        with self._direct.transaction() as write:
            for account_id, things, late in found:
                write.execute(
                    "INSERT INTO digest(account_id, slot, made_at, things, late)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (account_id, slot) DO UPDATE"
                    " SET made_at = excluded.made_at, things = excluded.things,"
                    " late = excluded.late WHERE digest.things <> excluded.things",
                    (account_id, slot, at, things, late),
                )
            write.execute(
                "DELETE FROM digest WHERE made_at < ?", (microseconds_of(made_at - KEPT),)
            )

    def digests(self, account_id: str) -> list[Digest]:
        """Return an account's digests of the last `SHOWN`, the newest first."""
        rows = self._rows(
            "SELECT * FROM digest WHERE account_id = ? AND made_at > ? ORDER BY slot DESC",
            account_id,
            self._shown_since(),
        )
        return [
            Digest(row["slot"], instant_of(row["made_at"]), row["things"], row["late"])
            for row in rows
        ]

    def unread_digests(self, account_id: str) -> int:
        """Return how many of these an account has not seen."""
        row = self._row(
            "SELECT count(*) AS count FROM digest JOIN account ON account.id = digest.account_id"
            " WHERE account_id = ? AND made_at > ? AND made_at > coalesce(told_until, 0)",
            account_id,
            self._shown_since(),
        )
        return int(row["count"]) if row else 0

    def _shown_since(self) -> int:
        return microseconds_of(time_of(self._now()) - SHOWN)
