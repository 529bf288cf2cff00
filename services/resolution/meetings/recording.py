"""Use cases of meetings: calling, holding, minutes, what was decided, answers to a forum.

Words of a meeting are sealed under a key of its own; what it decides on a case, under that of the
case, so that erasing a person takes it along.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.aggregate import Act, Intent
from services.kernel.contracts import SealedBox
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.contracts.resolution import PlannedActionV1
from services.kernel.errors import Conflict, FieldError, InvalidInput, Problem, Unavailable, invalid
from services.kernel.keyring import NewKey, WrappedKey
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import Text, _
from services.resolution.application import Resolution
from services.resolution.domain import Case, Meeting
from services.resolution.domain.steps import Step
from services.resolution.meetings.checks import Checks, check_minutes
from services.resolution.meetings.noted import note_answered, note_meeting
from services.resolution.meetings.said import (
    Decided,
    Holding,
    Minutes,
    Plan,
    attendance_json,
)

ACTIONS_MOST: Final = 50
FORUMS: Final = frozenset({"linsek", "smd", "mmd"})
"""The meetings in which people from outside raise things, and are told what came of them."""
_SEALED: Final = "MeetingHeld.decision"


class Meetings:
    """Records meetings, and what comes of them."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._checks = Checks(resolution.district, resolution.clock)

    def get(self, id: UUID) -> Meeting:
        """Return one meeting; raises NotFound."""
        return self._resolution.read(Meeting, id)

    def new_id(self) -> UUID:
        """Return an id for another meeting."""
        return UUID(bytes=self._resolution.entropy(16), version=4)

    def call(
        self,
        puskesmas: str,
        intent: Intent,
        plan: Plan,
        holding: Holding | None = None,
        *,
        id: UUID,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Call a meeting; with `holding` it was held already, when `intent.occurred_at` says.

        One that is written down after it began counts as called when it began. Raises NotFound,
        Conflict for a Puskesmas at home elsewhere, InvalidInput with every wrong field.
        """
        self._must_be_home(puskesmas)
        self._checks.plan(puskesmas, plan)
        if holding is not None:
            self._checks.holding(puskesmas, holding, intent.occurred_at or plan.starts_at)
        key = self._resolution.keyring.new_key(str(id))
        sealed = self._sealed_plan(key, plan)

        def decide(uow: UnitOfWork) -> Ids:
            began = [plan.starts_at, uow.now]
            if holding is not None and intent.occurred_at is not None:
                began.append(intent.occurred_at)
            act = uow.act(replace(intent, occurred_at=min(began)))
            cases = self._known(uow, puskesmas, plan.cases, "cases")
            meeting = Meeting.call(act, id=id, puskesmas=puskesmas, complaints=cases, **sealed)
            if holding is not None:
                held_at = intent.occurred_at or plan.starts_at
                self._hold(uow, meeting, replace(intent, occurred_at=held_at), holding, key)
            return self._saved(uow, meeting)

        return self._resolution.command(decide, once, [self._wrapped(key)])

    def replan(self, id: UUID, intent: Intent, plan: Plan, **repeat: Any) -> "Future[Answer]":
        """Change what a meeting is called for."""
        meeting = self.get(id)
        self._checks.plan(meeting.puskesmas, plan)
        sealed = self._sealed_plan(self._key(id), plan)

        def decide(uow: UnitOfWork, meeting: Meeting) -> None:
            cases = self._known(uow, meeting.puskesmas, plan.cases, "cases")
            meeting.replan(uow.act(intent), complaints=cases, **sealed)

        return self._step(id, decide, **repeat)

    def cancel(self, id: UUID, intent: Intent, reason: str, **repeat: Any) -> "Future[Answer]":
        """Record that a meeting does not take place, and why."""
        box = self._seal(self._key(id), reason, "MeetingCancelled.reason")
        return self._step(id, lambda uow, meeting: meeting.cancel(uow.act(intent), box), **repeat)

    def hold(self, id: UUID, intent: Intent, holding: Holding, **repeat: Any) -> "Future[Answer]":
        """Record that a meeting was held, when `intent.occurred_at` says (None: as planned)."""
        meeting = self.get(id)
        held_at = intent.occurred_at or meeting.plan.starts_at
        self._checks.holding(meeting.puskesmas, holding, held_at)
        key = self._key(id)
        stated = replace(intent, occurred_at=held_at)
        return self._step(
            id, lambda uow, meeting: self._hold(uow, meeting, stated, holding, key), **repeat
        )

    def correct(
        self, id: UUID, intent: Intent, minutes: Minutes, reason: str, **repeat: Any
    ) -> "Future[Answer]":
        """Put the minutes right, and say why; what was decided stays."""
        check_minutes(minutes)
        key = self._key(id)
        why = self._seal(key, reason, "MinutesCorrected.reason")
        sealed = self._sealed_minutes(key, minutes, "MinutesCorrected")
        return self._step(
            id,
            lambda uow, meeting: meeting.correct(uow.act(intent), **sealed, reason=why),
            **repeat,
        )

    def complete(
        self, id: UUID, intent: Intent, number: int, done_on: date, note: str, **repeat: Any
    ) -> "Future[Answer]":
        """Record one decision as done, on a day: it counts from that day's last moment so far."""
        meeting, now = self.get(id), self._resolution.clock()
        zone = self._zone(meeting.puskesmas)
        if done_on > now.astimezone(zone).date():
            raise invalid("done_on", _("Tanggal ini belum tiba. Isi dengan hari yang sudah lewat."))
        ends = datetime.combine(done_on, time(23, 59, 59), tzinfo=zone)
        stated = replace(intent, occurred_at=min(ends, now))
        about = next((each.complaint for each in meeting.decisions if each.number == number), None)
        key = self._key_of(id, UUID(about) if about else None)
        box = self._seal(key, note, "DecisionDone.note")
        return self._step(
            id,
            lambda uow, meeting: meeting.complete(uow.act(stated, "done_on"), number, done_on, box),
            **repeat,
        )

    def answer_forum(
        self, id: UUID, intent: Intent, complaints: Sequence[UUID], **repeat: Any
    ) -> "Future[Answer]":
        """Record that a forum was told, at its meeting, what came of what it had raised."""

        def decide(uow: UnitOfWork, meeting: Meeting) -> None:
            meeting.must_be_held()
            self._answer(uow, meeting, intent, complaints, "complaints")

        return self._step(id, decide, **repeat)

    def _hold(
        self, uow: UnitOfWork, meeting: Meeting, intent: Intent, holding: Holding, key: NewKey
    ) -> None:
        act = uow.act(intent, "held_at")
        months = meeting.plan.months if holding.months is None else list(holding.months)
        decided = self._decided(uow, meeting, act, holding.decisions, key)
        meeting.hold(
            act,
            months=months,
            chair=holding.chair,
            note_taker=holding.note_taker,
            decisions=decided,
            **self._sealed_minutes(key, holding.minutes, "MeetingHeld"),
        )
        self._answer(uow, meeting, intent, holding.answered, "answered")

    def _decided(
        self,
        uow: UnitOfWork,
        meeting: Meeting,
        act: Act,
        decisions: Sequence[Decided],
        key: NewKey,
    ) -> list[DecisionV1]:
        """Return the decisions; those on a case whose path allows a plan become lines of it."""
        about = self._about(uow, meeting.puskesmas, decisions)
        found: list[DecisionV1] = []
        lines: dict[UUID, list[PlannedActionV1]] = {}
        for number, each in enumerate(decisions, start=1):
            case = about[number - 1]
            # What is decided on a case is erased with it.
            own = key if case is None else self._resolution.key(case.id)
            box = self._seal(own, each.decision, _SEALED)
            line = None
            if case is not None and _takes_plan(case, act):
                plan = lines.setdefault(case.id, [*case.actions])
                if len(plan) < ACTIONS_MOST:
                    line = len(plan) + 1
                    plan.append(
                        PlannedActionV1(
                            number=line,
                            action=box,
                            person_responsible=each.person_responsible,
                            due_on=each.due_on,
                        )
                    )
            found.append(
                DecisionV1(
                    number=number,
                    decision=box,
                    person_responsible=each.person_responsible,
                    due_on=each.due_on,
                    complaint=str(case.id) if case is not None else None,
                    action_number=line,
                )
            )
        for case in {each.id: each for each in about if each is not None}.values():
            if len(lines.get(case.id, ())) > len(case.actions):
                case.plan(act, lines[case.id])
                uow.save(case)
        return found

    def _about(
        self, uow: UnitOfWork, puskesmas: str, decisions: Sequence[Decided]
    ) -> list[Case | None]:
        """Return the case of each decision; raises InvalidInput for each that cannot be."""
        found: list[Case | None] = []
        kept: dict[UUID, Case] = {}
        errors: list[FieldError] = []
        for index, each in enumerate(decisions):
            case = kept.get(each.case) if each.case else None
            if each.case is not None and case is None:
                case = uow.find(Case, each.case)
                why = self._why_not(case, puskesmas)
                if why is not None:
                    errors.append(FieldError(f"decisions[{index}].case", why))
                elif case is not None:
                    kept[each.case] = case
            found.append(case)
        if errors:
            raise InvalidInput(*errors)
        return found

    def _why_not(self, case: Case | None, puskesmas: str) -> Text | None:
        if case is None or case.puskesmas != puskesmas:
            return _("Kasus ini tidak ada di Puskesmas ini. Periksa nomornya, atau kosongkan.")
        try:
            self._resolution.key(case.id)
        except (Conflict, Unavailable) as problem:
            return problem.detail
        return None

    def _answer(
        self,
        uow: UnitOfWork,
        meeting: Meeting,
        intent: Intent,
        complaints: Sequence[UUID],
        field: str,
    ) -> None:
        if complaints and meeting.kind not in FORUMS:
            raise invalid(
                field, _("Jawaban disampaikan di forumnya sendiri: lintas sektor, SMD, atau MMD.")
            )
        for index, id in enumerate(dict.fromkeys(complaints)):
            at = f"{field}[{index}]"
            case = uow.find(Case, id)
            if case is None or case.puskesmas != meeting.puskesmas:
                raise invalid(at, _("Kasus ini tidak ada di Puskesmas ini. Periksa nomornya."))
            act = uow.act(replace(intent, occurred_at=meeting.at))
            if act.occurred_at < case.received_at:
                raise invalid(at, _("Keluhan ini baru diterima sesudah rapat ini."))
            try:
                case.answer_forum(act, str(meeting.id))
            except Problem as problem:
                raise invalid(at, problem.detail) from None
            uow.save(case)
            note_answered(uow, str(id), str(meeting.id))

    def _known(self, uow: UnitOfWork, puskesmas: str, ids: Sequence[UUID], field: str) -> list[str]:
        wrong = []
        for index, id in enumerate(ids):
            case = uow.find(Case, id)
            if case is None or case.puskesmas != puskesmas:
                message = _("Kasus ini tidak ada di Puskesmas ini. Periksa nomornya.")
                wrong.append(FieldError(f"{field}[{index}]", message))
        if wrong:
            raise InvalidInput(*wrong)
        return [str(id) for id in dict.fromkeys(ids)]

    def _step(
        self,
        id: UUID,
        decide: Callable[[UnitOfWork, Meeting], None],
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        def command(uow: UnitOfWork) -> Ids:
            meeting = uow.get(Meeting, id, expected)
            decide(uow, meeting)
            return self._saved(uow, meeting)

        return self._resolution.command(command, once)

    @staticmethod
    def _saved(uow: UnitOfWork, meeting: Meeting) -> Ids:
        uow.save(meeting)
        note_meeting(uow, meeting)
        return {"id": str(meeting.id), "state": meeting.state, "version": meeting.version}

    def _sealed_plan(self, key: NewKey, plan: Plan) -> dict[str, Any]:
        def listed(lines: Sequence[str], place: str) -> SealedBox | None:
            return self._seal(key, "\n".join(lines), place) if lines else None

        return {
            "kind": plan.kind,
            "starts_at": plan.starts_at,
            "venue": plan.venue,
            "months": sorted(set(plan.months)),
            "invitees": listed(plan.invitees, "MeetingPlanned.invitees"),
            "agenda": listed(plan.agenda, "MeetingPlanned.agenda"),
        }

    def _sealed_minutes(self, key: NewKey, minutes: Minutes, event: str) -> dict[str, Any]:
        outcome, people = minutes.outcome, attendance_json(minutes.attendance)
        return {
            "attended": len(minutes.attendance),
            "attendance": self._seal(key, people, f"{event}.attendance"),
            "minutes": self._seal(key, minutes.minutes, f"{event}.minutes"),
            "outcome": self._seal(key, outcome, f"{event}.outcome") if outcome else None,
        }

    def _seal(self, key: NewKey, text: str, place: str) -> SealedBox:
        return key.seal(text, place, self._resolution.entropy)

    def _key(self, id: UUID) -> NewKey:
        key = self._resolution.keyring.key(str(id))
        if key is None:
            self.get(id)
            raise Unavailable(_("Kunci rapat ini tidak ada di sini; isinya tidak dapat ditulis."))
        return key

    def _key_of(self, id: UUID, case: UUID | None) -> NewKey:
        """Return the key of a decision's words: its case's, or once that is erased the meeting's,
        so that what was decided does not stay open for ever."""
        if case is not None:
            with suppress(Conflict):
                return self._resolution.key(case)
        return self._key(id)

    def _wrapped(self, key: NewKey) -> WrappedKey:
        return self._resolution.keyring.wrapped(key)

    def _must_be_home(self, puskesmas: str) -> None:
        home = self._resolution.district.puskesmas(puskesmas).home
        if home not in (None, self._resolution.origin):
            raise Conflict(
                _("Rapat Puskesmas ini dicatat di tempatnya sendiri, tempat kasus-kasusnya berada.")
            )

    def _zone(self, puskesmas: str) -> ZoneInfo:
        return ZoneInfo(self._resolution.district.puskesmas(puskesmas).zone)


def _takes_plan(case: Case, act: Act) -> bool:
    """Say whether what a meeting decided becomes part of a case's follow-up plan: the path allows
    one, and took no step after the meeting."""
    return Step.PLAN in case.allowed and act.occurred_at >= case.last_step_at
