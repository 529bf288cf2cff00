"""Accounts, their sessions and bearer tokens, and the history of sign-ins, in one SQLite file.

Of a token only its SHA-256 is stored (it has 256 random bits, so a plain hash is enough). Reading
who is behind a token happens on every request and is answered from memory. A commit of this
process empties that memory before the next answer, one of another process (the command line) at
most a tenth of a second later: looking at the file each time cost the event loop more than all
the rest of the check.
"""

import hashlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uuid_utils

from services.kernel.access.passwords import Passwords
from services.kernel.access.principal import Grant, Principal
from services.kernel.access.records import (
    Account,
    AccountEvent,
    SessionInfo,
    account_of,
    maybe_time_of,
    packed,
    time_of,
)
from services.kernel.access.schema import SCHEMA
from services.kernel.access.throttle import SignInThrottle
from services.kernel.access.usernames import checked_username, folded, network_of
from services.kernel.clock import Clock
from services.kernel.errors import NotFound, NotSignedIn, invalid
from services.kernel.store.connection import connect
from services.kernel.text import _

SESSION_LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=10)
_CACHED_MOST = 10_000
_LOOK_EVERY_SECONDS = 0.1

SESSION = "session"
TOKEN = "token"  # noqa: S105 - the kind of a session, not a secret


@dataclass(slots=True)
class _Known:
    principal: Principal
    expires: float
    seen: float


class AccessStore:
    """The accounts of this deployment. Safe to share between threads and processes."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        passwords: Passwords | None = None,
        throttle: SignInThrottle | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._ticks = ticks
        self._look_at = float("-inf")
        self._passwords = passwords or Passwords()
        self.throttle = throttle or SignInThrottle()
        self._writer = connect(path)
        self._writer.execute("PRAGMA foreign_keys=ON")
        self._write_lock = threading.Lock()
        with self._transaction() as write:
            for statement in SCHEMA:
                write.execute(statement)
        # A connection of its own, because data_version tells only of other connections' commits.
        self._reader = connect(path)
        self._read_lock = threading.Lock()
        self._version = -1
        self._known: dict[bytes, _Known] = {}
        self._background = ThreadPoolExecutor(1, thread_name_prefix="access-seen")

    def close(self) -> None:
        """Write down what is still to be written and close the file."""
        self._background.shutdown()
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()

    # Accounts

    def add_account(
        self,
        username: str,
        password: str,
        grants: Sequence[Grant],
        *,
        display_name: str | None = None,
        language: str | None = None,
    ) -> Account:
        """Add somebody who can sign in; raise InvalidInput for a name in use or a bad password."""
        name = checked_username(username)
        stored = self._passwords.hash(password)
        account_id = str(uuid_utils.uuid7())
        try:
            with self._transaction() as write:
                write.execute(
                    "INSERT INTO account(id, username, display_name, language, grants, password,"
                    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        account_id,
                        name,
                        display_name or name,
                        language,
                        packed(grants),
                        stored,
                        self._now(),
                    ),
                )
                self._note(write, account_id, "added")
        except sqlite3.IntegrityError:
            raise invalid("username", _("Nama pengguna ini sudah dipakai.")) from None
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

    def set_grants(self, account_id: str, grants: Sequence[Grant]) -> None:
        """Replace what an account may do, from its next request on."""
        self._change(account_id, "grants = ?", packed(grants), "grants_changed")

    def set_password(self, account_id: str, password: str) -> None:
        """Give an account another password and end all its sessions and tokens."""
        stored = self._passwords.hash(password)
        self._change(account_id, "password = ?", stored, "password_changed", end=True)

    def set_language(self, account_id: str, language: str) -> None:
        """Remember the language that an account reads."""
        self._change(account_id, "language = ?", language, "language_changed")

    def disable(self, account_id: str) -> None:
        """Close an account for good or for now, and end its sessions and tokens."""
        self._change(account_id, "disabled_at = ?", self._now(), "disabled", end=True)

    def enable(self, account_id: str) -> None:
        """Open a closed account again."""
        self._change(account_id, "disabled_at = ?", None, "enabled")

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
            with self._transaction() as write:
                self._note(write, row["id"] if row else None, "sign_in_failed", address)
            return None
        renewed = None
        if self._passwords.outdated(row["password"]):
            renewed = self._passwords.hash(password)
        with self._transaction() as write:
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
        self, account_id: str, name: str = "", *, lifetime: timedelta | None = None
    ) -> str:
        """Make a bearer token for scripts, without end unless `lifetime` is given."""
        return self._open(account_id, TOKEN, name, lifetime)

    def end_session(self, token: str) -> None:
        """End the session or token; nothing happens when there is none."""
        with self._transaction() as write:
            ended = write.execute(
                "UPDATE session SET ended_at = ? WHERE digest = ? AND ended_at IS NULL"
                " RETURNING account_id",
                (self._now(), _digest(token)),
            ).fetchall()
            for row in ended:
                self._note(write, row["account_id"], "signed_out")

    def end_all(self, account_id: str) -> None:
        """End every session and token of an account."""
        with self._transaction() as write:
            self._end_all(write, account_id)

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
        rows = self._rows(
            "SELECT * FROM account_event WHERE ?1 IS NULL OR account_id = ?1"
            " ORDER BY id DESC LIMIT ?2",
            account_id,
            limit,
        )
        return [
            AccountEvent(time_of(row["at"]), row["account_id"], row["kind"], row["network"])
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
        with self._read_lock:
            if self._ticks() >= self._look_at:
                self._forget_what_changed()
            known = self._known.get(digest) or self._look_up(digest)
        if known is None or now >= known.expires:
            return None
        if now - known.seen >= SEEN_EVERY.total_seconds():
            known.seen = now
            self._background.submit(self._write_seen, digest, int(now))
        return known.principal

    # Inside

    def _forget_what_changed(self) -> None:
        self._look_at = self._ticks() + _LOOK_EVERY_SECONDS
        (version,) = self._reader.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._known.clear()
            self._version = version

    def _write_seen(self, digest: bytes, at: int) -> None:
        # A convenience for people: when the file is held too long by another, it is let go.
        with suppress(sqlite3.OperationalError), self._transaction() as write:
            write.execute("UPDATE session SET seen_at = ? WHERE digest = ?", (at, digest))

    def _look_up(self, digest: bytes) -> _Known | None:
        row = self._reader.execute(
            "SELECT account.*, session.seen_at, session.expires_at FROM session"
            " JOIN account ON account.id = session.account_id WHERE digest = ?"
            " AND ended_at IS NULL AND disabled_at IS NULL",
            (digest,),
        ).fetchone()
        if row is None:
            return None
        account = account_of(row)
        principal = Principal(
            account.id, account.username, account.display_name, account.grants, account.language
        )
        expires = row["expires_at"]
        known = _Known(principal, float("inf") if expires is None else expires, row["seen_at"])
        if len(self._known) >= _CACHED_MOST:
            self._known.clear()
        self._known[digest] = known
        return known

    def _open(self, account_id: str, kind: str, name: str, lifetime: timedelta | None) -> str:
        token = secrets.token_urlsafe(32)
        now = self._now()
        expires = None if lifetime is None else now + int(lifetime.total_seconds())
        try:
            with self._transaction() as write:
                write.execute(
                    "INSERT INTO session(digest, account_id, kind, name, created_at, seen_at,"
                    " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (_digest(token), account_id, kind, name, now, now, expires),
                )
                self._note(write, account_id, f"{kind}_opened")
        except sqlite3.IntegrityError:
            raise NotFound(_("Akun ini tidak ada.")) from None
        return token

    def _change(
        self, account_id: str, assignment: str, value: object, kind: str, *, end: bool = False
    ) -> None:
        with self._transaction() as write:
            changed = write.execute(
                f"UPDATE account SET {assignment} WHERE id = ?",  # noqa: S608 - our own constants
                (value, account_id),
            )
            if changed.rowcount == 0:
                raise NotFound(_("Akun ini tidak ada."))
            self._note(write, account_id, kind)
            if end:
                self._end_all(write, account_id)

    def _end_all(self, write: sqlite3.Connection, account_id: str) -> None:
        write.execute(
            "UPDATE session SET ended_at = ? WHERE account_id = ? AND ended_at IS NULL",
            (self._now(), account_id),
        )
        self._note(write, account_id, "all_ended")

    def _note(
        self, write: sqlite3.Connection, account_id: str | None, kind: str, address: str = ""
    ) -> None:
        write.execute(
            "INSERT INTO account_event(at, account_id, kind, network) VALUES (?, ?, ?, ?)",
            (self._now(), account_id, kind, network_of(address)),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            self._look_at = float("-inf")

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._read_lock:
            return self._reader.execute(query, values).fetchall()

    def _row(self, query: str, *values: object) -> sqlite3.Row | None:
        rows = self._rows(query, *values)
        return rows[0] if rows else None

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
