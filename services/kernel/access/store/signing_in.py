"""Signing in with a password: checked, throttled, and noted."""

import time
from collections.abc import Callable
from pathlib import Path

from services.kernel.access.passwords import Passwords
from services.kernel.access.records import Account, account_of
from services.kernel.access.store.linked import Linked
from services.kernel.access.throttle import SignInThrottle
from services.kernel.access.usernames import folded
from services.kernel.clock import Clock
from services.kernel.errors import NotSignedIn
from services.kernel.fleeting import Alone, Fleeting
from services.kernel.store.database import Database
from services.kernel.text import _


class AccessStore(Linked):
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
        fleeting = fleeting or Alone()
        super().__init__(place, clock, ticks=ticks, fleeting=fleeting)
        self._passwords = passwords or Passwords()
        self.throttle = SignInThrottle(fleeting)

    def sign_in(self, username: str, password: str, address: str) -> str:
        """Check a username and password and return the token of a new session.

        Raises NotSignedIn when they do not fit, TooMany when they failed too often lately.
        """
        account = self.verify_password(username, password, address)
        if account is None:
            raise NotSignedIn(_("Nama pengguna atau kata sandi tidak cocok."))
        return self.open_session(account.id, address)

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
                closed = fits and row is not None
                kind = "sign_in_closed" if closed else "sign_in_failed"
                self._note(write, row["id"] if row else None, kind, address)
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
