"""Who is behind a token, from memory: it is asked on every request.

The store decides, and says by its `revision` whether something was revoked: looking there each time
cost the event loop more than all the rest of the check. A commit of this process has it look before
the next answer, and so does the bell that another process rings. Where bells are heard it looks
every second all the same, lest one was lost; where none are, every tenth of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.kernel.access.principal import Principal
from services.kernel.access.records import account_of
from services.kernel.store.direct import Direct

_MOST = 10_000
LOOK_EVERY_SECONDS = 0.1
LOOK_WHERE_TOLD_SECONDS = 1.0


@dataclass(slots=True)
class Known:
    """Whose a token is, until when it holds and when it was last seen (seconds since 1970)."""

    principal: Principal
    expires: float
    seen: float


class KnownTokens:
    """The tokens that were asked for lately. Safe to share between threads.

    `is_told` says whether the bells of other processes are heard.
    """

    def __init__(
        self, direct: Direct, ticks: Callable[[], float], is_told: Callable[[], bool]
    ) -> None:
        self._direct = direct
        self._is_told = is_told
        self._ticks = ticks
        self._look_at = float("-inf")
        self._version = -1
        self._known: dict[bytes, Known] = {}

    def look_again(self) -> None:
        """Look at the store before the next answer."""
        self._look_at = float("-inf")

    def find(self, digest: bytes) -> Known | None:
        """Return what is known of a token; None for one that is unknown or ended."""
        if self._ticks() >= self._look_at:
            self._forget_what_changed()
        return self._known.get(digest) or self._look_up(digest)

    def _forget_what_changed(self) -> None:
        every = LOOK_WHERE_TOLD_SECONDS if self._is_told() else LOOK_EVERY_SECONDS
        self._look_at = self._ticks() + every
        row = self._direct.row("SELECT number FROM revision")
        version = 0 if row is None else row["number"]
        if version != self._version:
            # Another dictionary, so that a thread that looks up meanwhile fills the old one.
            self._known = {}
            self._version = version

    def _look_up(self, digest: bytes) -> Known | None:
        known = self._known
        row = self._direct.row(
            "SELECT account.*, session.seen_at, session.expires_at FROM session"
            " JOIN account ON account.id = session.account_id WHERE digest = ?"
            " AND ended_at IS NULL AND disabled_at IS NULL",
            (digest,),
        )
        if row is None:
            return None
        account = account_of(row)
        principal = Principal(
            account.id, account.username, account.display_name, account.grants, account.language
        )
        expires = row["expires_at"]
        found = Known(principal, float("inf") if expires is None else expires, row["seen_at"])
        if len(known) >= _MOST:
            known.clear()
        known[digest] = found
        return found
