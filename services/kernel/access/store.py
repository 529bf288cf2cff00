"""Accounts, their sessions and bearer tokens, and the history of sign-ins, in one SQLite file.

Of a token only its SHA-256 is stored (it has 256 random bits, so a plain hash is enough).
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import uuid_utils

from services.kernel.access.known import KnownTokens
from services.kernel.access.passwords import Passwords
from services.kernel.access.permissions import ADMIN
from services.kernel.access.principal import Grant, Principal
from services.kernel.access.records import (
    Account,
    AccountEvent,
    SessionInfo,
    account_of,
    instant_of,
    maybe_time_of,
    microseconds_of,
    packed,
    time_of,
)
from services.kernel.access.schema import bring_up_to_date
from services.kernel.access.throttle import SignInThrottle
from services.kernel.access.usernames import checked_username, folded, network_of
from services.kernel.clock import Clock
from services.kernel.errors import Conflict, NotFound, NotSignedIn, invalid
from services.kernel.fleeting import REVOKED, Alone, Fleeting
from services.kernel.store.database import (
    Connection,
    Database,
    Row,
    StoreUnavailable,
    place_of,
)
from services.kernel.store.direct import Direct
from services.kernel.text import _

SESSION_LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=10)

SESSION = "session"
TOKEN = "token"  # noqa: S105 - the kind of a session, not a secret


class AccessStore:
    """The accounts of this deployment. Safe to share between threads and processes."""

    def __init__(
        self,
        place: Path | Database,
        clock: Clock,
        *,
        passwords: Passwords | None = None,
        ticks: Callable[[], float] = time.monotonic,
        fleeting: Fleeting | None = None,
    ) -> None:
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._fleeting = fleeting = fleeting or Alone()
        self.throttle = SignInThrottle(fleeting)
        database = place_of(place)
        self._direct = Direct(database, ticks)
        self._known = KnownTokens(self._direct, ticks, lambda: fleeting.hears_others)
        fleeting.on(REVOKED, self._known.look_again)
        with self._direct.transaction() as write:
            bring_up_to_date(database, write)
        self._background = ThreadPoolExecutor(1, thread_name_prefix="access-seen")

    def close(self) -> None:
        """Write down what is still to be written and let go of the store."""
        self._background.shutdown()
        self._direct.close()

    # Accounts

    def add_account(
        self,
        username: str,
        password: str,
        grants: Sequence[Grant],
        *,
        display_name: str | None = None,
        language: str | None = None,
        by: str | None = None,
    ) -> Account:
        """Add somebody who can sign in; raise InvalidInput for a name in use or a bad password.

        Here and below, `by` is the account that does it (None: the owner, or the command line).
        """
        name = checked_username(username)
        stored = self._passwords.hash(password)
        account_id = str(uuid_utils.uuid7())
        facts = (account_id, name, display_name or name, language, packed(grants), stored)
        with self._direct.transaction() as write:
            added = write.execute(
                "INSERT INTO account(id, username, display_name, language, grants, password,"
                " created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING",
                (*facts, self._now()),
            )
            if added.rowcount == 0:
                raise invalid("username", _("Nama pengguna ini sudah dipakai."))
            self._note(write, account_id, "added", by=by)
        return self.account(account_id)

    def get_account(self, username: str) -> Account | None:
        """Return the account of this username, or None."""
        row = self._row("SELECT * FROM account WHERE username = ?", folded(username))
        return account_of(row) if row else None

    def account(self, account_id: str) -> Account:
        """Return the account of this id; raise NotFound when there is none."""
        row = self._row("SELECT * FROM account WHERE id = ?", account_id)
        if row is None:
            raise NotFound(_("Akun ini tidak ada."))
        return account_of(row)

    def list_accounts(self) -> list[Account]:
        """Return every account, by username."""
        return [account_of(row) for row in self._rows("SELECT * FROM account ORDER BY username")]

    def set_grants(
        self, account_id: str, grants: Sequence[Grant], *, by: str | None = None
    ) -> None:
        """Replace what an account may do, from its next request on; raises Conflict where nobody
        would be left to manage accounts."""
        stays = any(each.role == ADMIN for each in grants)
        self._change(
            account_id, "grants = ?", packed(grants), "grants_changed", by=by, needed=not stays
        )

    def set_password(self, account_id: str, password: str, *, by: str | None = None) -> None:
        """Give an account another password and end all its sessions and tokens."""
        stored = self._passwords.hash(password)
        self._change(account_id, "password = ?", stored, "password_changed", end=True, by=by)

    def set_language(self, account_id: str, language: str) -> None:
        """Remember the language that an account reads."""
        self._change(account_id, "language = ?", language, "language_changed")

    def disable(self, account_id: str, *, by: str | None = None) -> None:
        """Close an account for good or for now, and end its sessions and tokens; raises Conflict
        where nobody would be left to manage accounts."""
        now = self._now()
        self._change(account_id, "disabled_at = ?", now, "disabled", end=True, by=by, needed=True)

    def enable(self, account_id: str, *, by: str | None = None) -> None:
        """Open a closed account again."""
        self._change(account_id, "disabled_at = ?", None, "enabled", by=by)

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

    # Signing in

    def sign_in(self, username: str, password: str, address: str) -> str:
        """Check a username and password and return the token of a new session.

        Raises NotSignedIn when they do not fit, TooMany when they failed too often lately.
        """
        account = self.verify_password(username, password, address)
        if account is None:
            raise NotSignedIn(_("Nama pengguna atau kata sandi tidak cocok."))
        return self.open_session(account.id)

    def verify_password(self, username: str, password: str, address: str) -> Account | None:
        """Return the account when the password is its own; takes as long when nobody has the name.

        Failures count against the throttle (raises TooMany) and are kept, without what was typed:
        people type passwords into the wrong field.
        """
        self.throttle.check(username, address)
        row = self._row("SELECT * FROM account WHERE username = ?", folded(username))
        with self._passwords.turn():
            # Again, for those who came at once and waited: a burst gets no more guesses.
            self.throttle.check(username, address)
            fits = self._passwords.verify(row["password"] if row else None, password)
            accepted = row is not None and fits and row["disabled_at"] is None
            if not accepted:
                self.throttle.failed(username, address)
        if row is None or not accepted:
            with self._direct.transaction() as write:
                self._note(write, row["id"] if row else None, "sign_in_failed", address)
            return None
        renewed = None
        if self._passwords.outdated(row["password"]):
            renewed = self._passwords.hash(password)
        with self._direct.transaction() as write:
            if renewed is not None:
                write.execute(
                    "UPDATE account SET password = ? WHERE id = ? AND password = ?",
                    (renewed, row["id"], row["password"]),
                )
            self._note(write, row["id"], "signed_in", address)
        return account_of(row)

    def open_session(self, account_id: str, *, lifetime: timedelta = SESSION_LIFETIME) -> str:
        """Open a session and return its token; this is the only moment at which it is known."""
        return self._open(account_id, SESSION, "", lifetime)

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
                row["kind"],
                row["name"],
                time_of(row["created_at"]),
                time_of(row["seen_at"]),
                maybe_time_of(row["expires_at"]),
                maybe_time_of(row["ended_at"]),
            )
            for row in rows
        ]

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

    # Every request

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

    # Inside

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
    ) -> str:
        token = secrets.token_urlsafe(32)
        now = self._now()
        expires = None if lifetime is None else now + int(lifetime.total_seconds())
        with self._direct.transaction() as write:
            whose = write.execute("SELECT id FROM account WHERE id = ?", (account_id,))
            if whose.fetchone() is None:
                raise NotFound(_("Akun ini tidak ada."))
            write.execute(
                "INSERT INTO session(digest, account_id, kind, name, created_at, seen_at,"
                " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (_digest(token), account_id, kind, name, now, now, expires),
            )
            self._note(write, account_id, f"{kind}_opened", by=by)
        return token

    def _change(
        self,
        account_id: str,
        assignment: str,
        value: object,
        kind: str,
        *,
        end: bool = False,
        by: str | None = None,
        needed: bool = False,
    ) -> None:
        """`needed`: afterwards the account manages no accounts, so another must."""
        with self._revoking() as write:
            if needed:
                _another_must_manage(write, account_id)
            changed = write.execute(
                f"UPDATE account SET {assignment} WHERE id = ?",  # noqa: S608 - our own constants
                (value, account_id),
            )
            if changed.rowcount == 0:
                raise NotFound(_("Akun ini tidak ada."))
            self._note(write, account_id, kind, by=by)
            if end:
                self._end_all(write, account_id, by)

    def _end_all(self, write: Connection, account_id: str, by: str | None) -> None:
        write.execute(
            "UPDATE session SET ended_at = ? WHERE account_id = ? AND ended_at IS NULL",
            (self._now(), account_id),
        )
        self._note(write, account_id, "all_ended", by=by)

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


def _another_must_manage(write: Connection, account_id: str) -> None:
    """Raise Conflict where this account alone manages accounts."""
    rows = write.execute("SELECT * FROM account WHERE disabled_at IS NULL").fetchall()
    managing = {
        account.id
        for account in map(account_of, rows)
        if any(grant.role == ADMIN for grant in account.grants)
    }
    if managing == {account_id}:
        raise Conflict(
            _("Ini akun pengelola yang terakhir. Beri dahulu akun lain peran pengelola sistem.")
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
