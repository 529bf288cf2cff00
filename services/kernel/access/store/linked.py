"""Accounts that sign in elsewhere: which subject of which issuer is whose account here.

An admin says so; nothing that a provider tells of somebody (a name, an e-mail) ever does.
"""

from services.kernel.access.store.told import Told
from services.kernel.errors import Forbidden, invalid
from services.kernel.text import _

SUBJECT_MOST = 255


class Linked(Told):
    """The store with the identities of accounts at other providers."""

    def link(self, account_id: str, issuer: str, subject: str, *, by: str | None = None) -> None:
        """Let a subject of an issuer sign in as this account; raises InvalidInput for one that is
        linked already, or none at all."""
        if not 1 <= len(subject) <= SUBJECT_MOST or not subject.isprintable():
            raise invalid("subject", _("Isi 1 sampai {limit} huruf.", limit=SUBJECT_MOST))
        self.account(account_id)
        with self._direct.transaction() as write:
            added = write.execute(
                "INSERT INTO identity(issuer, subject, account_id, linked_at)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (issuer, subject) DO NOTHING",
                (issuer, subject, account_id, self._now()),
            )
            if added.rowcount == 0:
                raise invalid("subject", _("Akun instansi ini sudah dihubungkan."))
            self._note(write, account_id, "linked", by=by)

    def unlink(self, account_id: str, *, by: str | None = None) -> None:
        """Let nobody sign in elsewhere as this account any more, and end what is open: it may have
        been opened so."""
        with self._revoking() as write:
            gone = write.execute("DELETE FROM identity WHERE account_id = ?", (account_id,))
            if gone.rowcount:
                self._note(write, account_id, "unlinked", by=by)
                self._end_all(write, account_id, by)

    def linked(self, account_id: str) -> list[tuple[str, str]]:
        """Return which subjects (issuer, subject) sign in as this account."""
        rows = self._rows(
            "SELECT issuer, subject FROM identity WHERE account_id = ? ORDER BY linked_at",
            account_id,
        )
        return [(row["issuer"], row["subject"]) for row in rows]

    def sign_in_linked(self, issuer: str, subject: str, address: str) -> str:
        """Return the token of a new session for who an issuer says somebody is.

        Raises Forbidden where that is no account here, or a closed one.
        """
        row = self._row(
            "SELECT account.id, account.disabled_at FROM identity"
            " JOIN account ON account.id = identity.account_id WHERE issuer = ? AND subject = ?",
            issuer,
            subject,
        )
        closed = row is not None and row["disabled_at"] is not None
        kind = "sign_in_closed" if closed else "signed_in" if row else "sign_in_failed"
        with self._direct.transaction() as write:
            self._note(write, row["id"] if row else None, kind, address)
        if row is None:
            raise Forbidden(
                _(
                    "Akun instansi ini belum dihubungkan dengan akun Tanggap. Sampaikan pengenal "
                    "ini kepada pengelola sistem: {subject}",
                    subject=subject,
                )
            )
        if closed:
            raise Forbidden(_("Akun ini ditutup. Hubungi pengelola sistem."))
        return self.open_session(row["id"], address)
