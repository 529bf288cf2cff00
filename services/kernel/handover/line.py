"""The edge's side: hands keys and files over, fetches its own, and goes on after any break.

Nothing is kept of how far it is but what waits in the stores themselves: a key is dropped by its
sender only after its receiver holds it durably, and whatever is repeated does no harm.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import structlog

from services.kernel import failpoints
from services.kernel.clock import Clock
from services.kernel.handover.copies import Copies
from services.kernel.handover.district import DistrictCalls, Refused
from services.kernel.handover.told import Contacts, Thread, told
from services.kernel.handover.wire import (
    NOT_KNOWN,
    PAGE,
    EdgeState,
    FileAt,
    Greeting,
    Hello,
    KeyOf,
    Leaving,
    WrappedFor,
)
from services.kernel.handover.wrapping import Pair
from services.kernel.keyring import DoesNotOpen, KeyDiffers, Keyring, Mark, NewKey
from services.kernel.keyring.standing import ESCALATED, HOME, Standing, standing
from services.kernel.worker import Worker

log = structlog.get_logger()
PAUSE_SECONDS: Final = 1.0
HELLO_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 300.0


class Shares(Protocol):
    """The cases at home here whose keys the district is to have as well."""

    def waiting(self, limit: int) -> list[str]:
        """Return such cases, the oldest first."""

    def done(self, complaint: str) -> None:
        """Wait no more for one."""


class KeyLine:
    """Runs while an edge does. `away` are the Puskesmas that are not at home here, `stands` tells
    events and messages that wait, `district_key` is the public key that came with the token."""

    def __init__(
        self,
        calls: DistrictCalls,
        pair: Pair,
        district_key: str,
        keyring: Keyring,
        leaving: Leaving,
        shares: Shares,
        thread: Thread,
        contacts: Contacts,
        away: frozenset[str],
        stands: Callable[[], tuple[int, datetime | None, int | None]],
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls, self._pair, self._district_key = calls, pair, district_key
        self._keyring, self._leaving, self._shares = keyring, leaving, shares
        self._thread, self._contacts = thread, contacts
        self._away, self._stands = away, stands
        self._clock, self._ticks = clock, ticks
        self._greeted: Greeting | None = None
        self._greet_at = 0.0
        self._refused: dict[str, tuple[float, str]] = {}
        self._copies = Copies(calls, keyring.copied)
        self.heard_at: datetime | None = None
        """When the district last answered; None: not since this process began."""
        self.worker = Worker("keys", self._go_on, failed=self._greet_again, close=calls.close)

    @property
    def refused(self) -> int:
        """How many keys and files the district will not have; tried again after minutes."""
        return sum(code != NOT_KNOWN for _until, code in self._refused.values())

    def waiting(self) -> tuple[int, int, datetime | None]:
        """Return how many keys and files wait to be handed over, and since when the oldest does."""
        keys, files, since = self._leaving.counts(self._away)
        return keys + len(self._shares.waiting(PAGE)), files, since

    def _go_on(self) -> None:
        if not self.step():
            self.worker.pause(PAUSE_SECONDS)

    def step(self) -> bool:
        """Do a page of each; say whether there may be more at once."""
        greeted = self._greet()
        now = self._ticks()
        self._refused = {item: each for item, each in self._refused.items() if each[0] > now}
        moved = self._give_keys(greeted.origin) + self._give_files()
        if greeted.waiting:
            moved += self._take_keys(greeted.origin) + self._take_files()
            self._greet_at = 0.0 if moved else self._greet_at
        # After those that come: what was fetched must not look as if it had only been shared.
        moved += self._share(greeted.origin)
        moved += self._copies.step(greeted)
        return moved > 0

    def _greet_again(self) -> None:
        self._greeted = None

    def _greet(self) -> Greeting:
        if self._greeted is None or self._ticks() >= self._greet_at:
            unsent, oldest, unread = self._stands()
            keys, files, _since = self.waiting()
            state = EdgeState(
                unsent=unsent, oldest_unsent_at=oldest, unread=unread, keys=keys, files=files
            )
            self._greeted = self._calls.hello(Hello(self._pair.public, state))
            self._greet_at = self._ticks() + HELLO_SECONDS
            self.heard_at = self._clock()
        return self._greeted

    def _give_keys(self, district: str) -> int:
        """Hand over keys of complaints whose home is not here; what is stored there goes."""
        stored = self._hand_over(self._leaving.keys(self._away, self._page()), district, HOME)
        if stored:
            keys = [each.key for each in stored]
            self._keyring.hand_over(keys, self._pair.origin, district, HOME)
            failpoints.hit(failpoints.KEY_DROPPED)
        for each in stored:
            self._leaving.key_gone(*each)
        return len(stored)

    def _share(self, district: str) -> int:
        """Give the district the keys of escalated cases; they stay here as well."""
        ids = []
        for id in self._shares.waiting(self._page()):
            if self._keyring.held(id) is not None:
                ids.append(id)
            elif self._is_gone(id):
                self._shares.done(id)
        stored = self._hand_over([KeyOf(id, id) for id in ids], district, ESCALATED)
        for id, _key in stored:
            self._keyring.note_shared(id, self._pair.origin, district, ESCALATED)
            self._shares.done(id)
        return len(stored)

    def _hand_over(self, waiting: Sequence[KeyOf], district: str, purpose: str) -> list[KeyOf]:
        """Give keys to the district; return those that it has stored.

        Also those that are gone already: they were given before what had to follow was broken off.
        """
        page = [each for each in waiting if each.key not in self._refused][:PAGE]
        keys = {each: key for each in page if (key := self._keyring.held(each.key)) is not None}
        given = [
            WrappedFor.of(
                each,
                purpose,
                self._pair.wrap(key.secret, key.id, district, self._district_key),
            )
            for each, key in keys.items()
        ]
        refused = self._calls.give_keys(given) if given else []
        for each in refused:
            self._refuse(str(each.key), each.code)
        return [each for each in page if each.key not in self._refused]

    def _give_files(self) -> int:
        moved = 0
        for complaint, attachment in self._leaving.files(self._away, self._page()):
            if attachment in self._refused or moved == PAGE:
                continue
            sealed = self._leaving.read_file(complaint, attachment)
            if sealed is not None:
                try:
                    self._calls.give_file(FileAt(UUID(complaint), UUID(attachment)), sealed)
                except Refused as refusal:
                    self._refuse(attachment, str(refusal))
                    continue
            self._leaving.drop_file(complaint, attachment)
            moved += 1
        return moved

    def _take_keys(self, district: str) -> int:
        """Store keys that open what they are for; then the district lets go of them."""
        taken = [each.key for each in self._calls.waiting_keys() if self._take_key(each, district)]
        if taken:
            failpoints.hit(failpoints.KEY_TAKEN)
            self._calls.keys_taken(taken)
        return len(taken)

    def _take_key(self, given: WrappedFor, district: str) -> bool:
        complaint, id = given.at
        found = told(self._thread(UUID(complaint)))
        if found is None or found.sealed_by(id) is None:  # its words are still on their way
            return False
        try:
            secret = self._pair.unwrap(given.wrapped, id, district)
            if not found.opens(id, secret):
                raise DoesNotOpen(id)
            person = found.person(id, secret)
            self._keyring.take_in(
                NewKey(id, secret),
                district,
                self._pair.origin,
                given.purpose,
                complaint=complaint,
                contacts=self._contacts(person) if person else (),
                # Of a case's own key the case is told: what came with later words is no news.
                recorded=id != complaint,
            )
        except (DoesNotOpen, KeyDiffers) as refusal:
            self._refuse(id, type(refusal).__name__)
            return False
        return True

    def _take_files(self) -> int:
        taken = []
        for at in self._calls.waiting_files():
            found = told(self._thread(at.complaint))
            complaint, attachment = str(at.complaint), str(at.attachment)
            if found is None or attachment not in found.files or attachment in self._refused:
                continue
            sealed = self._calls.file(at)
            if hashlib.sha256(sealed).hexdigest() != found.files[attachment]:
                self._refuse(attachment, "hash")
                continue
            if self._keyring.erased.mark(complaint) is not Mark.DESTROYED:
                self._leaving.keep_file(complaint, attachment, sealed)
            taken.append(at)
        if taken:
            self._calls.files_taken(taken)
        return len(taken)

    def _is_gone(self, id: str) -> bool:
        found = told(self._thread(UUID(id)))
        received_by = self._pair.origin if found is None else found.received_by
        gone = standing(self._keyring, id, received_by, self._pair.origin)
        return found is not None and gone.how is Standing.ERASED

    def _refuse(self, item: str, code: str) -> None:
        """Note what is not taken, here or there; NOT_KNOWN is no fault, the stream is slower."""
        soon = code == NOT_KNOWN
        if not soon:
            log.warning("not_handed_over", item=item, code=code)
        self._refused[item] = (self._ticks() + (PAUSE_SECONDS if soon else RETRY_SECONDS), code)

    def _page(self) -> int:
        return PAGE + len(self._refused)
