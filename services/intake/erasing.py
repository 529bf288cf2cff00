"""Erasing a person: asked for where the call comes in, decided at the home, done at every origin.

What is to be done stands in the complaints' own histories; `settle` makes keys and files of this
origin agree with that, however often it is called. An event that closes or opens words is durable
before the keyring follows it; keys are destroyed before the event that says so.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake import copies
from services.intake.application import Intake
from services.intake.cases import UNASKED, Cases
from services.intake.domain import BY_OFFICER, Complaint, Erasure, Stage, erasure
from services.intake.domain.erasure import is_unsaid
from services.intake.domain.incoming import KEY
from services.intake.incoming.erased import erase_messages, is_message
from services.intake.known import known, known_history
from services.intake.person import WHY_NOT, Person, is_open, must_be_as_seen
from services.kernel import failpoints
from services.kernel.access.permissions import DISTRICT
from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.contracts import intake as contracts
from services.kernel.errors import Conflict, NotFound, StepNotAllowed, Unavailable
from services.kernel.keyring import Mark, StillWritten
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.store.rows import marks
from services.kernel.text import _

TASK: Final = "intake.erase"
LISTED: Final = 200
IMPORT_PAUSE: Final = timedelta(seconds=10)
"""So long is waited for a file that is being taken in and holds the words as well."""
_NOTED: Final = (
    "ON CONFLICT (complaint) DO UPDATE SET erasure = excluded.erasure, since = excluded.since"
)
Step = (
    contracts.ErasureRequestedV1
    | contracts.ErasureScheduledV1
    | contracts.ErasureRefusedV1
    | contracts.ErasureCalledBackV1
    | contracts.PersonErasedV1
)


def note_erasure(uow: UnitOfWork, complaint: str, erasure: str, puskesmas: str) -> None:
    """Have this origin do its part of an erasure soon, if this transaction is committed."""
    row = (complaint, erasure, puskesmas, uow.now.isoformat())
    uow.insert("INSERT INTO erasures VALUES", row, on_conflict=_NOTED)
    uow.soon(TASK, complaint)


class Erasing:
    """Asks for persons to be erased, decides at their home, and does this origin's part."""

    def __init__(self, intake: Intake, cases: Cases = UNASKED) -> None:
        self._intake = intake
        self._cases = cases

    def person(self, id: UUID, role: str) -> Person:
        """Return the person of a complaint, as far as a role reaches: the district all at this
        home, others those of the same Puskesmas. Raises NotFound, NotServedHere."""
        named = self._intake.get(id)
        if not self._intake.is_home(named.puskesmas):
            return Person([named], at_home=False)
        keys = self._intake.keyring.person(str(id))
        every = [self._found(UUID(each)) for each in keys if not each.startswith(KEY)]
        ours = [each for each in every if each is not None and self._intake.is_home(each.puskesmas)]
        near = [each for each in ours if role == DISTRICT or each.puskesmas == named.puskesmas]
        cases = {each.id: self._cases.standing(each.id) for each in near}
        under_way = frozenset(each.id for each in near if is_open(each, cases[each.id]))
        return Person(
            sorted(near, key=lambda each: (each.received_at, str(each.id))),
            at_home=True,
            open_cases=under_way,
            in_vain=frozenset(id for id, case in cases.items() if case.in_vain),
            held=tuple(each for each in near if erasure.is_held(each, self._today(each.puskesmas))),
            beyond=len(ours) - len(near),
        )

    def request(
        self,
        id: UUID,
        intent: Intent,
        reason: str,
        ends_open_cases: bool = False,
        seen: Collection[UUID] | None = None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Ask for the person of a complaint to be erased (UU 27/2022 Ps 8, 14).

        At the home the words are closed when this returns; elsewhere the home answers. `seen` are
        the complaints that were shown to who asks: others are not erased unseen. Raises NotFound,
        InvalidInput, AlreadyDone, StaleVersion, StepNotAllowed for a legal hold or an open case,
        Conflict where the person has other complaints than were seen.
        """
        intake, found = self._intake, self.person(id, intent.role)
        given = str(intake.new_id())

        def decide(uow: UnitOfWork) -> Ids:
            complaint = intake.standing(uow, id, expected)
            act = uow.act(intent)
            erasure.request(complaint, act, given, reason, ends_open_cases=ends_open_cases)
            uow.save(complaint)
            if found.at_home:
                must_be_as_seen(found, seen)
                if why := found.refused(ends_open_cases=ends_open_cases):
                    raise StepNotAllowed(WHY_NOT[why], ())
                self._schedule(uow, found, act, given, reason)
            else:
                note_erasure(uow, str(id), given, complaint.puskesmas)
            version = intake.standing(uow, id).known_version
            return {"id": str(id), "version": version, "erasure": given}

        done = intake.command(decide, once)
        self._settle_now(done.result().ids["erasure"])
        return done

    def call_back(
        self,
        id: UUID,
        intent: Intent,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Call an erasure back, for all complaints of the person, before its time has come.

        Raises NotFound, StaleVersion, StepNotAllowed, Conflict away from the home.
        """
        self._must_be_home(id)

        def decide(uow: UnitOfWork) -> Ids:
            complaint = self._intake.standing(uow, id, expected)
            self._call_back(uow, complaint, uow.act(intent))
            version = self._intake.standing(uow, id).known_version
            return {"id": str(id), "version": version}

        return self._decided(id, decide, once)

    def hold(
        self,
        id: UUID,
        intent: Intent,
        reason: str,
        until: date,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Keep the person of a complaint from being erased through a day (UU 27/2022 Ps 15); an
        erasure that waits for its time is called back.

        Raises NotFound, InvalidInput, StaleVersion, StepNotAllowed, Conflict away from the home.
        """
        self._must_be_home(id)

        def decide(uow: UnitOfWork) -> Ids:
            complaint = self._intake.standing(uow, id, expected)
            act = uow.act(intent)
            erasure.hold(complaint, act, reason, until, self._today(complaint.puskesmas))
            uow.save(complaint)
            standing = complaint.erasure
            if standing is not None and standing.stage is Stage.SCHEDULED:
                self._call_back(uow, self._intake.standing(uow, id), act)
            version = self._intake.standing(uow, id).known_version
            return {"id": str(id), "version": version}

        return self._decided(id, decide, once)

    def lift(
        self,
        id: UUID,
        intent: Intent,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Take a legal hold away; raises NotFound, StaleVersion, StepNotAllowed where there is
        none, Conflict away from the home."""
        self._must_be_home(id)

        def decide(uow: UnitOfWork) -> Ids:
            complaint = self._intake.standing(uow, id, expected)
            erasure.lift(complaint, uow.act(intent))
            uow.save(complaint)
            return {"id": str(id), "version": complaint.known_version}

        return self._intake.command(decide, once)

    def find(self, id: UUID) -> Complaint:
        """Return a complaint as it is known here; raises NotFound, NotServedHere."""
        return self._intake.get(id)

    def puskesmas_of(self, id: UUID) -> str:
        """Return the Puskesmas of a complaint; raises NotFound, NotServedHere."""
        return self._intake.get(id).puskesmas

    def listed(self, scope: Collection[str] | None) -> list[Complaint]:
        """Return the complaints of these Puskesmas (None: all) whose erasure was asked for, the
        latest first, as far as a page shows."""
        where = "" if scope is None else f"WHERE puskesmas IN {marks(scope)}"
        rows = self._intake.select(
            f"SELECT complaint FROM erasures {where} ORDER BY since DESC, complaint LIMIT ?",  # noqa: S608
            (*(scope or ()), LISTED),
        )
        found = [self._found(UUID(row["complaint"])) for row in rows]
        return [each for each in found if each is not None and each.erasure is not None]

    def erasure_of(self, id: UUID) -> str | None:
        """Return the last erasure that a complaint was part of."""
        rows = self._intake.select("SELECT erasure FROM erasures WHERE complaint = ?", (str(id),))
        return rows[0]["erasure"] if rows else None

    def settle(self, id: str) -> datetime | None:
        """Do this origin's part of the erasure of one complaint, as far as its time has come;
        return when to go on. Raises StillWritten, Unavailable: call again."""
        intake = self._intake
        if is_message(intake, id):
            return None
        complaint = known(intake, UUID(id))
        asked, at_home = complaint.erasure, intake.is_home(complaint.puskesmas)
        if at_home and intake.keyring.erased.mark(id) is Mark.DESTROYED and is_unsaid(asked):
            self._say_again(complaint)
            return None
        if asked is None:
            return None
        if asked.stage is Stage.REQUESTED:
            return self._answer(complaint, asked) if at_home else None
        if not asked.closes_words:
            intake.keyring.erased.reopen(id)
            return None
        intake.keyring.erased.close(id, copies.keys_of(intake, complaint))
        if asked.stage is Stage.SCHEDULED and not at_home:
            return None
        if asked.destroy_at is not None and at_home and intake.clock() < asked.destroy_at:
            return asked.destroy_at
        if intake.origin in asked.destroyed and not copies.lie_here(intake, complaint):
            return None
        if copies.import_under_way(intake, id):
            return intake.clock() + IMPORT_PAUSE
        lay_here = copies.destroy(intake, complaint)
        failpoints.hit(failpoints.KEYS_DESTROYED)
        if intake.origin not in asked.destroyed and (
            at_home or lay_here or intake.origin in asked.copies
        ):
            self._say_destroyed(complaint)
        return None

    def _decided(
        self, id: UUID, decide: Callable[[UnitOfWork], Ids], once: Once | None
    ) -> "Future[Answer]":
        """Run a command that decides about an erasure, then do this origin's part at once."""
        done = self._intake.command(decide, once)
        done.result()
        self._settle_now(self.erasure_of(id))
        return done

    def _settle_now(self, given: str | None) -> None:
        """Do this origin's part at once; what does not succeed is tried again by the task."""
        rows = self._intake.select("SELECT complaint FROM erasures WHERE erasure = ?", (given,))
        for row in rows:
            with suppress(StillWritten, Unavailable, OSError):
                self.settle(row["complaint"])

    def _schedule(self, uow: UnitOfWork, person: Person, act: Act, given: str, reason: str) -> None:
        days = self._intake.district.erasure.destroy_after_days
        for each in person.complaints:
            complaint = self._intake.standing(uow, each.id)
            if complaint.erasure is not None and complaint.erasure.closes_words:
                continue
            if each.id in person.open_cases:
                in_vain = each.id in person.in_vain
                complaint.withdraw(act, BY_OFFICER, None, in_vain=in_vain)
            elsewhere = copies.origins_of(self._intake, complaint)
            destroy_at = uow.now + timedelta(days=days)
            erasure.schedule(complaint, act, given, reason, destroy_at, elsewhere)
            uow.save(complaint)
            note_erasure(uow, str(each.id), given, each.puskesmas)
            erase_messages(self._intake, uow, complaint, act)

    def _answer(self, complaint: Complaint, asked: Erasure) -> datetime:
        """Decide at the home what was asked for elsewhere; return when to do what follows."""
        history = known_history(self._intake, complaint.id)
        message = next(each for each in reversed(history) if each.name == "ErasureRequested")
        found = self.person(complaint.id, message.role)
        intent = Intent(SYSTEM, "policy", causation_id=f"{message.source}:{message.id}")

        def work(uow: UnitOfWork) -> None:
            uow.after(message.time)
            standing = self._intake.standing(uow, complaint.id)
            if standing.erasure is None or standing.erasure.stage is not Stage.REQUESTED:
                return
            act = uow.act(intent)
            if why := found.refused(ends_open_cases=asked.ends_open_cases):
                erasure.refuse(standing, act, why)
                uow.save(standing)
            else:
                self._schedule(uow, found, act, asked.id, asked.reason)

        self._intake.transact(work).result()
        return self._intake.clock()

    def _call_back(self, uow: UnitOfWork, complaint: Complaint, act: Act) -> None:
        erasure.call_back(complaint, act)
        given = complaint.erasure.id if complaint.erasure else ""
        uow.save(complaint)
        rows = self._intake.select("SELECT complaint FROM erasures WHERE erasure = ?", (given,))
        for row in rows:
            note_erasure(uow, row["complaint"], given, complaint.puskesmas)
            other = self._intake.standing(uow, UUID(row["complaint"]))
            if other.erasure is not None and other.erasure.stage is Stage.SCHEDULED:
                erasure.call_back(other, act)
                uow.save(other)

    def _say_destroyed(self, complaint: Complaint) -> None:
        last = known_history(self._intake, complaint.id)[-1]
        intent = Intent(SYSTEM, "policy", causation_id=f"{last.source}:{last.id}")

        def work(uow: UnitOfWork) -> None:
            uow.after(last.time)
            standing = self._intake.standing(uow, complaint.id)
            erasure.destroyed(standing, uow.act(intent), self._intake.origin)
            uow.save(standing)

        self._intake.transact(work).result()

    def _say_again(self, complaint: Complaint) -> None:
        """Say of a complaint whose words were destroyed that they are, where what said so is lost:
        a backup was restored from before. A case that was open then ends, as it did."""
        case = self._cases.standing(complaint.id)
        last = known_history(self._intake, complaint.id)[-1]
        intent = Intent(SYSTEM, "policy", causation_id=f"{last.source}:{last.id}")
        given = str(self._intake.new_id())

        def work(uow: UnitOfWork) -> None:
            uow.after(last.time)
            standing = self._intake.standing(uow, complaint.id)
            act = uow.act(intent)
            if is_open(standing, case):
                standing.withdraw(act, BY_OFFICER, None, in_vain=case.in_vain)
            erasure.found_destroyed(standing, act, given, self._intake.origin)
            uow.save(standing)
            note_erasure(uow, str(complaint.id), given, complaint.puskesmas)

        self._intake.transact(work).result()

    def _found(self, id: UUID) -> Complaint | None:
        """Return a complaint; None for a key whose event was never written, or has not come."""
        try:
            return known(self._intake, id)
        except NotFound:
            return None

    def _must_be_home(self, id: UUID) -> None:
        here = self._intake.get(id).puskesmas
        if not self._intake.is_home(here):
            home = self._intake.home_of(here)
            raise Conflict(_("Ini hanya dapat dilakukan di {home}, rumah keluhan ini.", home=home))

    def _today(self, puskesmas: str) -> date:
        zone = ZoneInfo(self._intake.district.puskesmas(puskesmas).zone)
        return self._intake.clock().astimezone(zone).date()
