"""Sessions and bearer tokens: opened, ended, and who is behind one.

Of a token only its SHA-256 is stored (it has 256 random bits, so a plain hash is enough).
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.kernel.access.principal import Principal
from services.kernel.access.records import SessionInfo, maybe_time_of, time_of
from services.kernel.access.store.history import History
from services.kernel.access.usernames import network_of
from services.kernel.clock import Clock
from services.kernel.errors import NotFound
from services.kernel.fleeting import Fleeting
from services.kernel.store.database import Connection, Database, StoreUnavailable
from services.kernel.text import _

SESSION_LIFETIME: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=10)

SESSION: Final = "session"
TOKEN: Final = "token"  # noqa: S105 - the kind of a session, not a secret


class Sessions(History):
    """The store with its sessions and tokens."""

    def __init__(
        self,
        place: Path | Database,
        clock: Clock,
        *,
        ticks: Callable[[], float] = time.monotonic,
        fleeting: Fleeting | None = None,
    ) -> None:
        super().__init__(place, clock, ticks=ticks, fleeting=fleeting)
        self._background = ThreadPoolExecutor(1, thread_name_prefix="access-seen")

    def close(self) -> None:
        """Write down what is still to be written and let go of the store."""
        self._background.shutdown()
        super().close()

    def open_session(
        self, account_id: str, address: str = "", *, lifetime: timedelta = SESSION_LIFETIME
    ) -> str:
        """Open a session and return its token; this is the only moment at which it is known. Of
        the address only its network is kept."""
        return self._open(account_id, SESSION, "", lifetime, address=address)

    def open_token(
        self,
        account_id: str,
        name: str = "",
        *,
        lifetime: timedelta | None = None,
        by: str | None = None,
    ) -> str:
        """Make a bearer token for scripts, without end unless `lifetime` is given."""
        return self._open(account_id, TOKEN, name, lifetime, by)

    def end_session(self, token: str) -> None:
        """End the session or token; nothing happens when there is none."""
        with self._revoking() as write:
            ended = write.execute(
                "UPDATE session SET ended_at = ? WHERE digest = ? AND ended_at IS NULL"
                " RETURNING account_id",
                (self._now(), _digest(token)),
            ).fetchall()
            for row in ended:
                self._note(write, row["account_id"], "signed_out")

    def end_one(self, account_id: str, session: str, *, by: str | None = None) -> None:
        """End one session or token of an account, by its `SessionInfo.id`; raises NotFound where
        it has none such that is open."""
        with self._revoking() as write:
            open_ones = write.execute(
                "SELECT digest FROM session WHERE account_id = ? AND ended_at IS NULL",
                (account_id,),
            ).fetchall()
            digest = next((d for row in open_ones if _name(d := row["digest"]) == session), None)
            if digest is None:
                raise NotFound(_("Sesi atau token ini sudah berakhir."))
            write.execute("UPDATE session SET ended_at = ? WHERE digest = ?", (self._now(), digest))
            self._note(write, account_id, "one_ended", by=by)

    def session_of(self, token: str) -> str:
        """Return the `SessionInfo.id` of a token."""
        return _name(_digest(token))

    def end_all(self, account_id: str, *, by: str | None = None) -> None:
        """End every session and token of an account."""
        with self._revoking() as write:
            self._end_all(write, account_id, by)

    def sessions(self, account_id: str) -> list[SessionInfo]:
        """Return an account's sessions and tokens, newest first."""
        rows = self._rows(
            "SELECT * FROM session WHERE account_id = ? ORDER BY created_at DESC", account_id
        )
        return [
            SessionInfo(
                _name(row["digest"]),
                row["kind"],
                row["name"],
                time_of(row["created_at"]),
                time_of(row["seen_at"]),
                maybe_time_of(row["expires_at"]),
                maybe_time_of(row["ended_at"]),
                row["network"],
            )
            for row in rows
        ]

    def principal_of(self, token: str) -> Principal | None:
        """Return who is behind a token, or None when it is unknown, ended or expired.

        Never waits for a writer, so that it can be called on the event loop; that a session was
        used is written down from another thread, every ten minutes at most.
        """
        digest = _digest(token)
        now = self._clock().timestamp()
        known = self._known.find(digest)
        if known is None or now >= known.expires:
            return None
        if now - known.seen >= SEEN_EVERY.total_seconds():
            known.seen = now
            self._background.submit(self._write_seen, digest, int(now))
        return known.principal

    def _write_seen(self, digest: bytes, at: int) -> None:
        # A convenience for people: when the store is held too long by another, it is let go.
        with (
            suppress(sqlite3.OperationalError, StoreUnavailable),
            self._direct.transaction() as write,
        ):
            write.execute("UPDATE session SET seen_at = ? WHERE digest = ?", (at, digest))

    def _open(
        self,
        account_id: str,
        kind: str,
        name: str,
        lifetime: timedelta | None,
        by: str | None = None,
        address: str = "",
    ) -> str:
        token = secrets.token_urlsafe(32)
        now = self._now()
        expires = None if lifetime is None else now + int(lifetime.total_seconds())
        with self._direct.transaction() as write:
            whose = write.execute("SELECT id FROM account WHERE id = ?", (account_id,))
            if whose.fetchone() is None:
                raise NotFound(_("Akun ini tidak ada."))
            network = network_of(address)
            write.execute(
                "INSERT INTO session(digest, account_id, kind, name, created_at, seen_at,"
                " expires_at, network) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (_digest(token), account_id, kind, name, now, now, expires, network),
            )
            self._note(write, account_id, f"{kind}_opened", by=by)
        return token

    def _end_all(self, write: Connection, account_id: str, by: str | None) -> None:
        write.execute(
            "UPDATE session SET ended_at = ? WHERE account_id = ? AND ended_at IS NULL",
            (self._now(), account_id),
        )
        self._note(write, account_id, "all_ended", by=by)


def _name(digest: bytes) -> str:
    """Return what a session is called where it is listed: nobody finds the digest by it."""
    return hashlib.sha256(b"session:" + bytes(digest)).hexdigest()[:16]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
