"""The task that sends one letter: look, record the attempt, hand over, record what came of it.

Whatever it is killed in the middle of, a letter is sent at most once: an attempt that has no
outcome stays unknown, and the bell tells the same. What it says is what is owed as it is sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from services.kernel import failpoints
from services.kernel.access.principal import Principal
from services.kernel.access.records import Account
from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Queued,
    Refused,
    Sent,
    Unknown,
    Words,
)
from services.kernel.jobs import BACKOFF
from services.kernel.store import UnitOfWork
from services.kernel.web.language import DEFAULT
from services.resolution.reminders.digests import LINES, PATH, Digests, Standing
from services.resolution.reminders.letters import table, wording
from services.resolution.reminders.letters.application import Posting, kind_of
from services.resolution.reminders.letters.table import CODE, Posted, State, Wish
from services.resolution.reminders.letters.wording import Addressee
from services.resolution.reminders.reminding import Accounts, Owing

log = structlog.get_logger()
_UTC: Final = "UTC"
"""The clock of a letter that names no time."""


class Sending:
    """Sends letters. `owing` gives which duties are still open, when it is first asked for."""

    def __init__(self, posting: Posting, owing: Callable[[], Owing], accounts: Accounts) -> None:
        self._posting, self._resolution = posting, posting.resolution
        self._owing, self._accounts = owing, accounts

    def __call__(self, argument: str) -> datetime | None:
        """Do what is due for one letter; return when to come again."""
        posted = table.letter(self._resolution, argument)
        if posted is None or posted.state not in ("waiting", "attempted"):
            return None
        wish = self._posting.wish(posted.account)
        sender = self._posting.sender(wish) if wish else None
        if posted.state == "attempted":
            known = sender.ask(posted.id, posted.attempts) if sender else Unknown()
            return self._settle(posted, known)
        if self._resolution.clock() > posted.latest:
            return self._end(posted, "failed", "too_late")
        if wish is None:
            return self._end(posted, "void", "ended")
        if sender is None:
            return self._end(posted, "failed", "not_set_up")
        letter = self._letter(posted, wish)
        if isinstance(letter, str):
            return self._end(posted, "void", letter)
        attempted = self._move(posted, "attempted", tried=True)
        if attempted is None:
            return None  # another process has it
        failpoints.hit(failpoints.MESSAGE_ATTEMPTED)
        outcome = sender.send(letter)
        failpoints.hit(failpoints.MESSAGE_HANDED_OVER)
        return self._settle(attempted, outcome)

    def _letter(self, posted: Posted, wish: Wish) -> Letter | str:
        """Return what goes out as things stand now, or why nothing does."""
        account = self._account(posted.account)
        if account is None:
            return "ended"
        if posted.kind == CODE:
            words = self._code(posted, wish, account)
        else:
            words = self._digest(posted, wish, account) if wish.verified_at else None
        if words is None:
            return "nothing_left"
        language = account.language or DEFAULT
        return Letter(posted.id, posted.attempts + 1, wish.address, language, words)

    def _account(self, id: str) -> Account | None:
        found = (each for each in self._accounts.list_accounts() if each.id == id)
        return next((each for each in found if each.disabled_at is None), None)

    def _code(self, posted: Posted, wish: Wish, account: Account) -> Words | None:
        if wish.verified_at or posted.about != f"{CODE}/{wish.version}":
            return None
        return wording.code(self._posting.code(wish), self._addressee(account, _UTC))

    def _digest(self, posted: Posted, wish: Wish, account: Account) -> Words | None:
        slot, _slash, zone = posted.about.partition("/")
        found: list[Standing] = []
        for each in self._still_owed(account, slot, zone):
            if kind_of(each.owed) in wish.kinds:
                found.append(each)
            if len(found) > LINES:
                break
        if not found:
            return None
        to = self._addressee(account, zone)
        return wording.digest(found[:LINES], len(found) > LINES, f"{PATH}/{slot}", to)

    def _still_owed(self, account: Account, slot: str, zone: str) -> Iterator[Standing]:
        """Yield what of a digest is owed still, of the Puskesmas of one time zone."""
        digests = Digests(self._resolution, self._owing())
        who = Principal(account.id, account.username, account.display_name, account.grants)
        place = self._resolution.district.puskesmas
        among = [each for each in digests.reaching(who, slot) if place(each.puskesmas).zone == zone]
        for after in range(0, sum(each.things for each in among), LINES):
            yield from (each for each in digests.lines(among, slot, after) if each.open)

    def _addressee(self, account: Account, zone: str) -> Addressee:
        return Addressee(
            account.language or DEFAULT,
            ZoneInfo(zone),
            self._posting.public_url,
            self._resolution.clock(),
        )

    def _settle(self, posted: Posted, outcome: Outcome) -> datetime | None:
        """Record what came of an attempt; return when to come again."""
        match outcome:
            case Sent() | Queued():
                return self._end(posted, "sent")
            case Refused(why):
                return self._end(posted, "failed", str(why))
            case Later(why):
                self._move(posted, "waiting", str(why))
                return self._resolution.clock() + BACKOFF[min(posted.attempts, len(BACKOFF) - 1)]
        return self._end(posted, "unknown")

    def _end(self, posted: Posted, state: State, reason: str | None = None) -> datetime | None:
        """Record how a letter ended: nothing comes again of it."""
        if self._move(posted, state, reason) is not None:
            log.info("reminder_letters", kind=posted.kind, state=state, reason=reason)
        return None

    def _move(
        self, posted: Posted, state: State, reason: str | None = None, *, tried: bool = False
    ) -> Posted | None:
        """Record how a letter stands now and return it; None where it stood otherwise already."""
        now = replace(posted, state=state, reason=reason, attempts=posted.attempts + tried)

        def work(uow: UnitOfWork) -> bool:
            return table.move(uow, posted, now)

        return now if self._resolution.transact(work).result() else None
