"""Accounts: who they are, what they may do, and whether they are open."""

from collections.abc import Sequence

import uuid_utils

from services.kernel.access.passwords import Passwords
from services.kernel.access.permissions import ADMIN
from services.kernel.access.principal import Grant, Principal
from services.kernel.access.records import (
    Account,
    account_of,
    packed,
)
from services.kernel.access.store.sessions import Sessions
from services.kernel.access.usernames import checked_username, folded
from services.kernel.errors import Conflict, NotFound, invalid
from services.kernel.store.database import Connection
from services.kernel.text import _


class Accounts(Sessions):
    """The store with its accounts; a change of one may end its sessions and tokens."""

    _passwords: Passwords

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

    def principal(self, account_id: str) -> Principal:
        """Return who acts by an account that is open; raise NotFound where there is none."""
        found = self.account(account_id)
        if found.disabled_at is not None:
            raise NotFound(_("Akun ini tidak ada."))
        return Principal(found.id, found.username, found.display_name, found.grants, found.language)

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
