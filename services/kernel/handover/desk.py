"""The district's side: what its edges may fetch, say that they have stored, and hand over.

A key or file is destroyed here only after its home has said that it holds it durably; every call
may come again.
"""

import hashlib
from collections.abc import Callable, Sequence
from uuid import UUID

from services.kernel import failpoints
from services.kernel.access.edges import Edges
from services.kernel.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    Unavailable,
    invalid,
)
from services.kernel.handover.told import Contacts, Thread, told
from services.kernel.handover.wire import (
    COPIES,
    DOES_NOT_OPEN,
    NOT_KNOWN,
    NOT_YOURS,
    NOTES,
    PAGE,
    FileAt,
    Greeting,
    Hello,
    KeptKey,
    KeyOf,
    Leaving,
    Refusal,
    WrappedFor,
    encoded,
)
from services.kernel.handover.wrapping import NoPublicKey, Pair
from services.kernel.keyring import (
    DoesNotOpen,
    KeyDiffers,
    Keyring,
    Mark,
    NewKey,
    StillWritten,
)
from services.kernel.keyring.sealing import KEY_BYTES
from services.kernel.keyring.standing import ESCALATED, HOME
from services.kernel.text import _


class Desk:
    """Answers edges. `home_of` gives the home of a Puskesmas, `places_of` the Puskesmas that are
    at home at an origin; `thread` gives the log's messages of a complaint,
    `contacts` those of its person; `notes` gives checkpoints that an origin signed, as the log has
    them, so many at most."""

    def __init__(
        self,
        pair: Pair,
        edges: Edges,
        keyring: Keyring,
        leaving: Leaving,
        thread: Thread,
        home_of: Callable[[str], str],
        places_of: Callable[[str], frozenset[str]],
        contacts: Contacts,
        notes: Callable[[str, int], list[str]],
    ) -> None:
        self.edges = edges
        self._pair = pair
        self._keyring = keyring
        self._leaving = leaving
        self._thread = thread
        self._home_of = home_of
        self._places_of = places_of
        self._contacts = contacts
        self._notes = notes

    def hello(self, origin: str, said: Hello) -> Greeting:
        """Note how an edge stands; raises InvalidInput, and Conflict for another key than the one
        that it first came with."""
        try:
            self._pair.wrap(bytes(KEY_BYTES), "", origin, said.public_key)
        except (NoPublicKey, ValueError):
            raise invalid("public_key", _("Ini bukan kunci publik.")) from None
        self.edges.heard(origin, said.public_key, encoded(said.state))
        keys, files, _since = self._leaving.counts(self._places_of(origin))
        kept = self._keyring.kept.count(origin)
        return Greeting(self._pair.origin, waiting=keys + files > 0, kept=kept)

    def keys_for(self, origin: str) -> list[WrappedFor]:
        """Return a page of the keys that wait for an edge, wrapped for it."""
        public = self.edges.public_key(origin)
        if public is None:
            raise Conflict(_("Edge ini belum mengenalkan diri."))
        found = []
        for each in self._leaving.keys(self._places_of(origin), PAGE):
            key = self._keyring.held(each.key)
            if key is None:  # it was handed over, and what had to follow was broken off
                self._let_go(origin, [each])
                continue
            wrapped = self._pair.wrap(key.secret, key.id, origin, public)
            found.append(WrappedFor.of(each, HOME, wrapped))
        return found

    def keys_taken(self, origin: str, keys: Sequence[UUID]) -> None:
        """Destroy keys here that their home has stored.

        Raises Forbidden for one that does not go to this origin, Unavailable while the bytes of
        one could not be overwritten yet.
        """
        taken = [KeyOf(self._leaving.complaint_of(id) or id, id) for id in map(str, keys)]
        # Of later words nothing is left here after the first call: it is done already.
        left = [each for each in taken if not self._is_gone(each)]
        for each in left:
            self._must_go_to(origin, each.complaint)
        self._let_go(origin, left)

    def files_for(self, origin: str) -> list[FileAt]:
        """Return a page of the files that wait for an edge."""
        found = self._leaving.files(self._places_of(origin), PAGE)
        return [FileAt(UUID(complaint), UUID(attachment)) for complaint, attachment in found]

    def file_for(self, origin: str, file: FileAt) -> bytes:
        """Return a file that waits for an edge, sealed as it lies here; raises Forbidden,
        NotFound."""
        self._must_go_to(origin, str(file.complaint))
        sealed = self._leaving.read_file(str(file.complaint), str(file.attachment))
        if sealed is None:
            raise NotFound(_("Berkas ini tidak ada di sini (lagi)."))
        return sealed

    def files_taken(self, origin: str, files: Sequence[FileAt]) -> None:
        """Remove files here that their home has stored; raises Forbidden."""
        for file in files:
            self._must_go_to(origin, str(file.complaint))
        for file in files:
            self._leaving.drop_file(str(file.complaint), str(file.attachment))

    def take_keys(self, origin: str, given: Sequence[WrappedFor]) -> list[Refusal]:
        """Store keys that an edge hands over; return those that were not taken, and why."""
        refused = []
        for each in given:
            if code := self._take(origin, each):
                refused.append(Refusal(each.key, code))
        return refused

    def take_file(self, origin: str, file: FileAt, sealed: bytes) -> None:
        """Store a file that an edge hands over, if its complaint was not erased meanwhile; raises
        NotFound, Forbidden, InvalidInput."""
        found = told(self._thread(file.complaint))
        if found is None or str(file.attachment) not in found.files:
            raise NotFound(_("Keluhan atau berkas ini belum dikenal di sini."))
        if found.received_by != origin or self._home_of(found.puskesmas) == origin:
            raise _not_yours()
        if hashlib.sha256(sealed).hexdigest() != found.files[str(file.attachment)]:
            raise invalid("body", _("Berkas ini bukan yang dicatat."))
        complaint, attachment = str(file.complaint), str(file.attachment)
        if self._keyring.erased.mark(complaint) is Mark.DESTROYED:
            return
        self._leaving.keep_file(complaint, attachment, sealed)
        if self._home_of(found.puskesmas) != self._pair.origin:
            self._leaving.pass_on(complaint, attachment, found.puskesmas)

    def keep(self, origin: str, copies: Sequence[KeptKey]) -> None:
        """Keep copies of an edge's own keys; what is erased is not kept again."""
        self._keyring.kept.keep(origin, [each.copy for each in copies])

    def kept_for(self, origin: str, after: str) -> list[KeptKey]:
        """Return a page of the copies of an edge's own keys, from behind one."""
        return [KeptKey.of(each) for each in self._keyring.kept.page(origin, after, COPIES)]

    def drop_kept(self, origin: str, keys: Sequence[str]) -> None:
        """Destroy copies whose keys are gone at the edge; raises Unavailable while the bytes of
        one could not be overwritten yet."""
        try:
            self._keyring.kept.drop(origin, keys)
        except StillWritten:
            raise Unavailable(_("Kunci belum terhapus seluruhnya. Panggil lagi.")) from None

    def notes_of(self, origin: str) -> list[str]:
        """Return the checkpoints of an edge that came here, as signed notes: what it holds itself
        may have been rewritten since. Raises Unavailable."""
        return self._notes(origin, NOTES)

    def _take(self, origin: str, given: WrappedFor) -> str | None:
        complaint, id = given.at
        found = told(self._thread(UUID(complaint)))
        sealed_by = None if found is None else found.sealed_by(id)
        if found is None or sealed_by is None:
            return NOT_KNOWN
        home = self._home_of(found.puskesmas)
        if given.purpose == ESCALATED and home == origin:
            if home not in found.escalated_by:
                return NOT_KNOWN
        elif given.purpose != HOME or sealed_by != origin or home == origin:
            return NOT_YOURS
        try:
            secret = self._pair.unwrap(given.wrapped, id, origin)
        except DoesNotOpen:
            return DOES_NOT_OPEN
        if not found.opens(id, secret):
            return DOES_NOT_OPEN
        here = self._pair.origin
        try:
            person = found.person(id, secret) if home == here else None
            self._keyring.take_in(
                NewKey(id, secret),
                origin,
                here,
                given.purpose,
                complaint=complaint,
                contacts=self._contacts(person) if person else (),
                recorded=home != here or id != complaint,
            )
        except (DoesNotOpen, KeyDiffers):
            return DOES_NOT_OPEN
        if given.purpose == HOME and home != here:
            self._leaving.pass_on_key(complaint, id, found.puskesmas)
        return None

    def _is_gone(self, at: KeyOf) -> bool:
        """Say whether nothing is left of what may have been a key of later words."""
        return (
            self._keyring.held(at.key) is None
            and self._leaving.complaint_of(at.key) is None
            and told(self._thread(UUID(at.complaint))) is None
        )

    def _let_go(self, origin: str, keys: Sequence[KeyOf]) -> None:
        leave = [each.key for each in keys if not self._is_kept(each.key)]
        try:
            self._keyring.hand_over(leave, self._pair.origin, origin, HOME)
        except StillWritten:
            raise Unavailable(_("Kunci belum terhapus seluruhnya. Panggil lagi.")) from None
        failpoints.hit(failpoints.KEY_DROPPED)
        for each in keys:
            self._leaving.key_gone(*each)

    def _is_kept(self, id: str) -> bool:
        """Say whether a copy stays here, since the case was put before the district meanwhile."""
        ways = self._keyring.ways(id)
        return any(
            each.receiver == self._pair.origin and each.purpose == ESCALATED for each in ways
        )

    def _must_go_to(self, origin: str, complaint: str) -> None:
        found = told(self._thread(UUID(complaint)))
        if found is None or self._home_of(found.puskesmas) != origin:
            raise _not_yours()


def _not_yours() -> Problem:
    return Forbidden(_("Keluhan ini bukan milik edge ini."))
