"""Resolution's use cases: each step of a case, and the district's rules and calendars."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.calendar import Override
from services.kernel.clock import Clock
from services.kernel.contracts import Message, SealedBox, in_order
from services.kernel.contracts.resolution import DueV1, PlannedActionV1
from services.kernel.district import District
from services.kernel.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    NotFound,
    Unavailable,
    invalid,
)
from services.kernel.follower import arrived
from services.kernel.handover.told import origin_of
from services.kernel.keyring import ERASED_SAID, Entropy, Keyring, NewKey, Stand, standing
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.store.database import Database
from services.kernel.text import _
from services.kernel.vocabulary import GRADES
from services.resolution.domain import (
    FINDINGS,
    OUTCOMES,
    CalendarBook,
    Case,
    RuleBook,
    State,
)
from services.resolution.jobs import OVERDUE
from services.resolution.meetings import noted as meetings
from services.resolution.outbox import OUTBOX
from services.resolution.promises import Promises
from services.resolution.reminders import table as reminders
from services.resolution.reminders.letters import table as reminder_letters
from services.resolution.sharing import TABLES, note_escalation

Decide = Callable[[Case, Act], None]
Noted = Callable[[UnitOfWork, Case, Act], None]
PLANNED_AHEAD = timedelta(days=366)
"""No action of a plan is due later than this: a year that was mistyped, not one that is meant."""


@dataclass(frozen=True)
class Action:
    """One line of a follow-up plan, as it was typed."""

    action: str
    person_responsible: str
    due_on: date


class Resolution(Service):
    """The resolution service: its store and its commands."""

    name = "resolution"
    outbox = OUTBOX
    tables = TABLES + meetings.TABLES + reminders.TABLES + reminder_letters.TABLES

    def __init__(
        self,
        place: Path | Database,
        origin: str,
        clock: Clock,
        keyring: Keyring,
        district: District,
    ) -> None:
        super().__init__(place, origin, clock)
        self.writer.store_first(keyring.store)
        self.keyring = keyring
        self.district = district
        self._declared: dict[str, tuple[Override, ...]] = {}
        self.promises = Promises(district, self._declared_days)

    @property
    def entropy(self) -> Entropy:
        """Where what seals words takes its chance from."""
        return self.keyring.entropy

    def get(self, id: UUID) -> Case:
        """Return one case; raises NotFound."""
        return self.read(Case, id)

    def thread(self, id: UUID) -> list[Message]:
        """Return everything known here about a case, its own steps and others', in order."""
        own = self.history(id)
        return sorted([*own, *arrived(self, str(id))], key=in_order)

    def call_team(
        self, id: UUID, intent: Intent, roles: Sequence[str], how: str, **repeat: Any
    ) -> "Future[Answer]":
        """Record by hand that the team was called (SOP Lamaru 1d, 2c)."""
        return self.step(
            id, intent, lambda case, act: case.notify_team(act, list(roles), how), "when", **repeat
        )

    def grade(
        self, id: UUID, intent: Intent, grade: str, reason: str | None, **repeat: Any
    ) -> "Future[Answer]":
        """Grade a complaint red, yellow or green."""
        _known("grade", grade, GRADES)
        box = self.seal(id, reason, "CaseGraded.reason")

        def decide(case: Case, act: Act) -> None:
            case.give_grade(act, grade, box, self._deadlines(case, grade))

        return self.step(id, intent, decide, **repeat)

    def meet(
        self, id: UUID, intent: Intent, people: Sequence[str], note: str | None, **repeat: Any
    ) -> "Future[Answer]":
        """Record that the team met the person (SOP Lamaru 1e)."""
        box = self.seal(id, note, "ComplainantMet.note")
        return self.step(
            id, intent, lambda case, act: case.meet(act, list(people), box), "when", **repeat
        )

    def answer(self, id: UUID, intent: Intent, answer: str, **repeat: Any) -> "Future[Answer]":
        """Give a solution at once (SOP Lamaru 1f, SOP Puring 2b)."""
        box = self.key(id).seal(answer, "ImmediateAnswerGiven.answer", self.entropy)
        return self.step(
            id, intent, lambda case, act: case.answer(act, box), "answered_at", **repeat
        )

    def analyse(
        self, id: UUID, intent: Intent, root_cause: str, finding: str, **repeat: Any
    ) -> "Future[Answer]":
        """Write down cause and finding (SOP Lamaru 2d, SOP Puring 2c)."""
        _known("finding", finding, FINDINGS)
        box = self.key(id).seal(root_cause, "ComplaintAnalysed.root_cause", self.entropy)
        return self.step(id, intent, lambda case, act: case.analyse(act, box, finding), **repeat)

    def plan(
        self, id: UUID, intent: Intent, actions: Sequence[Action], **repeat: Any
    ) -> "Future[Answer]":
        """Make the follow-up plan, RTL (SOP Lamaru 2e); it takes the place of one before."""
        self._must_be_near(id, [each.due_on for each in actions])
        key = self.key(id)
        planned = [
            PlannedActionV1(
                number=number,
                action=key.seal(each.action, "ResponsePlanned.action", self.entropy),
                person_responsible=each.person_responsible,
                due_on=each.due_on,
            )
            for number, each in enumerate(actions, start=1)
        ]
        return self.step(id, intent, lambda case, act: case.plan(act, planned), **repeat)

    def _must_be_near(self, id: UUID, days: Sequence[date]) -> None:
        """Refuse the days of a plan that cannot be meant."""
        received = self._local_day(id, self.get(id).received_at)
        latest = self._local_day(id, self.clock()) + PLANNED_AHEAD
        early = _("Batas ini mendahului diterimanya keluhan.")
        late = _("Batas ini lebih dari setahun lagi. Periksa tahunnya.")
        wrong = [
            FieldError(f"actions[{index}].due_on", early if day < received else late)
            for index, day in enumerate(days)
            if not received <= day <= latest
        ]
        if wrong:
            raise InvalidInput(*wrong)

    def carry_out(
        self, id: UUID, intent: Intent, number: int, done_on: date, note: str, **repeat: Any
    ) -> "Future[Answer]":
        """Record one action of the plan as done (SOP Lamaru 2f).

        A day is stated, not an hour: the step counts from that day's last moment so far.
        """
        box = self.key(id).seal(note, "FollowUpCarriedOut.note", self.entropy)
        zone = self._zone(id)
        end_of_day = datetime.combine(done_on, time(23, 59, 59), tzinfo=zone)
        now = self.clock()
        if done_on > now.astimezone(zone).date():
            raise invalid("done_on", _("Tanggal ini belum tiba. Isi dengan hari yang sudah lewat."))
        stated = Intent(
            intent.actor,
            intent.role,
            min(end_of_day, now),
            intent.correlation_id,
            intent.causation_id,
        )

        def noted(uow: UnitOfWork, case: Case, act: Act) -> None:
            meetings.carried_out(uow, case, act, number, done_on, box)

        return self.step(
            id,
            stated,
            lambda case, act: case.carry_out(act, number, done_on, box),
            "done_on",
            noted=noted,
            **repeat,
        )

    def document(
        self, id: UUID, intent: Intent, summary: str, outcome: str | None, **repeat: Any
    ) -> "Future[Answer]":
        """Write the result on the complaint form (SOP Lamaru 1g, 2g)."""
        if outcome is not None:
            _known("outcome", outcome, OUTCOMES)
        box = self.key(id).seal(summary, "ResolutionDocumented.summary", self.entropy)
        return self.step(id, intent, lambda case, act: case.document(act, box, outcome), **repeat)

    def evaluate(
        self, id: UUID, intent: Intent, effective: bool, note: str | None, **repeat: Any
    ) -> "Future[Answer]":
        """Judge the handling; not effective reopens the case (SOP Lamaru 1i, 2h)."""
        box = self.seal(id, note, "EvaluationRecorded.note")
        return self.step(id, intent, lambda case, act: case.evaluate(act, effective, box), **repeat)

    def declare_day(
        self, puskesmas: str, intent: Intent, day: date, working: bool, why: str, **repeat: Any
    ) -> "Future[Answer]":
        """Declare a day of one Puskesmas' calendar working or closed, from now on."""
        self.district.puskesmas(puskesmas)
        at = CalendarBook.id_of(puskesmas)

        def decide(uow: UnitOfWork) -> Ids:
            book = uow.find(CalendarBook, at)
            act = uow.act(intent)
            if book is None:
                book = CalendarBook.start(act, puskesmas, day, working, why)
            else:
                book.declare(act, day, working, why)
            uow.save(book)
            self._declared.pop(puskesmas, None)
            return {"id": str(at), "version": book.version}

        return self.command(decide, repeat.get("once"))

    def _declared_days(self, puskesmas: str) -> tuple[Override, ...]:
        if puskesmas not in self._declared:
            try:
                days = self.read(CalendarBook, CalendarBook.id_of(puskesmas)).days
            except NotFound:
                days = {}
            self._declared[puskesmas] = tuple(
                Override(day, working, why) for day, (working, why) in days.items()
            )
        return self._declared[puskesmas]

    def record_district(self) -> None:
        """Record the versions of the deadline rules, where they are not recorded yet."""

        def work(uow: UnitOfWork) -> None:
            act = uow.act(Intent(SYSTEM, "district_file"))
            book = uow.find(RuleBook, RuleBook.ID)
            for rules in self.district.rules:
                facts = (rules.version, rules.in_force_from, rules.digest)
                if book is None:
                    book = RuleBook.start(act, *facts)
                elif book.versions.get(rules.version) != rules.digest:
                    book.change(act, *facts)
            if book is not None:
                uow.save(book)

        self.transact(work).result()

    def step(
        self,
        id: UUID,
        intent: Intent,
        decide: Decide,
        field: str = "occurred_at",
        *,
        noted: Noted | None = None,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Have `decide` take a case one step further; `field` names when, in a refusal. `noted`
        does, in the same transaction, what follows from it elsewhere."""

        def command(uow: UnitOfWork) -> Ids:
            case = uow.get(Case, id, expected)
            state, promised, escalated = case.state, case.deadlines, case.escalated
            act = uow.act(intent, field)
            decide(case, act)
            uow.save(case)
            if noted is not None:
                noted(uow, case, act)
            if case.escalated and not escalated:
                note_escalation(uow, case)
            # A grade may move a promise, and reopening takes a settlement back.
            reopened = case.state is State.REOPENED and case.state is not state
            again = [due for due in case.deadlines if reopened or due not in promised]
            uow.schedule(OVERDUE, {f"{id}/{due.name}": due.due_at for due in again})
            return {"id": str(id), "state": case.state.value, "version": case.version}

        return self.command(command, once)

    def _deadlines(self, case: Case, grade: str) -> list[DueV1]:
        return self.promises.made(case.puskesmas, case.kind, grade, case.received_at, case.pauses)

    def _zone(self, id: UUID) -> ZoneInfo:
        return ZoneInfo(self.district.puskesmas(self.get(id).puskesmas).zone)

    def _local_day(self, id: UUID, moment: datetime) -> date:
        return moment.astimezone(self._zone(id)).date()

    def stand(self, id: UUID) -> Stand:
        """Return how the key of a case's words stands here."""
        received = [each for each in self.thread(id) if each.name == "ComplaintReceived"]
        return self.stand_of(id, origin_of(received[0].source) if received else self.origin)

    def stand_of(self, id: UUID, received_by: str) -> Stand:
        """Return how the key of any complaint stands here; `received_by` is an origin."""
        return standing(self.keyring, str(id), received_by, self.origin)

    def key(self, id: UUID) -> NewKey:
        """Return the key of a case's words; raises NotFound, Conflict where they are erased, and
        Unavailable where it has not come yet."""
        key = self.keyring.key(str(id))
        if key is None:
            self.get(id)
            if self.keyring.erased.mark(str(id)) is not None:
                raise Conflict(ERASED_SAID)
            raise Unavailable(_("Kunci keluhan ini belum tiba; isinya tidak dapat ditulis."))
        return key

    def seal(self, id: UUID, text: str | None, place: str) -> SealedBox | None:
        """Return words sealed under a case's key; None for none."""
        return self.key(id).seal(text, place, self.entropy) if text else None


def _known(field: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise invalid(field, _("Pilih salah satu: {known}.", known=", ".join(known)))
