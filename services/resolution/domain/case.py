"""A case: what the complaint team does with one complaint, step by step."""

from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate
from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import DueV1, PlannedActionV1
from services.kernel.errors import StepNotAllowed, invalid
from services.kernel.text import _
from services.resolution.domain import events
from services.resolution.domain.standing import OVERDUE, Standing
from services.resolution.domain.steps import HANDLED, State, Step, allowed_steps

BY_CORRECTION: Final = "correction"
"""Who took a complaint back whose form was corrected to praise."""


class Case(Standing, Aggregate):
    """One case; its id is the complaint's."""

    TOPIC = "resolution.Case"

    # The library registers the topics of those events that are its aggregate's own.
    Event = events.CaseEvent
    OpenedV1 = events.OpenedV1
    Opened = events.Opened
    TeamNotified = events.TeamNotified
    Graded = events.Graded
    ComplainantMet = events.ComplainantMet
    ImmediateAnswerGiven = events.ImmediateAnswerGiven
    Analysed = events.Analysed
    Planned = events.Planned
    FollowedUp = events.FollowedUp
    Documented = events.Documented
    Evaluated = events.Evaluated
    Reopened = events.Reopened
    TeamCallAcknowledged = events.TeamCallAcknowledged
    Assigned = events.Assigned
    Commented = events.Commented
    Paused = events.Paused
    Resumed = events.Resumed
    Escalated = events.Escalated
    EscalationAnswered = events.EscalationAnswered
    Referred = events.Referred
    Corrected = events.Corrected
    Withdrawn = events.Withdrawn
    Joined = events.Joined
    Restored = events.Restored
    RequestRefused = events.RequestRefused
    KeyShared = events.KeyShared
    ForumAnswered = events.ForumAnswered

    @classmethod
    def open(
        cls, act: Act, *, id: UUID, puskesmas: str, deadlines: list[DueV1], **form: Any
    ) -> "Case":
        """Open the case of a complaint; it begins when the complaint was received."""
        return cls.begin(
            events.Opened, act, id=id, puskesmas=puskesmas, deadlines=deadlines, **form
        )

    @property
    def allowed(self) -> tuple[Step, ...]:
        """The steps that the case allows now, the expected one first."""
        return allowed_steps(
            self.state,
            self.finding,
            begun=bool(self.done),
            paused=self.paused,
            before_district=self.before_district,
        )

    @property
    def paused(self) -> bool:
        """Whether the case waits for the complainant."""
        return bool(self.pauses) and self.pauses[-1].until is None

    def notify_team(self, act: Act, roles: list[str], how: str) -> None:
        """Record that the team was told."""
        self._must_allow(Step.TEAM_CALL)
        if act.occurred_at < self.received_at:
            raise invalid("when", _before_the_complaint())
        self.record(events.TeamNotified, act, roles=roles, how=how)

    def remind(self, act: Act, roles: list[str], deadline: str) -> None:
        """Record that these were told of a promise not kept; of one deadline they are told once.

        A grade that moves the deadline, and a reopening, make it another one.
        """
        if deadline not in self.reminded:
            self.notify_team(act, roles, OVERDUE + deadline)

    def give_grade(
        self, act: Act, grade: str, reason: SealedBox | None, deadlines: list[DueV1]
    ) -> None:
        """Grade the complaint, or grade it anew; the grade sets the deadlines."""
        self._must_allow(Step.GRADE)
        self._must_follow(act, "occurred_at")
        self.record(events.Graded, act, grade=grade, reason=reason, deadlines=deadlines)

    def meet(self, act: Act, people: list[str], note: SealedBox | None) -> None:
        """Record that the team met the person."""
        self._must_allow(Step.MEETING)
        if act.occurred_at < self.received_at:
            raise invalid("when", _before_the_complaint())
        self.record(events.ComplainantMet, act, people=people, note=note)

    def answer(self, act: Act, answer: SealedBox) -> None:
        """Give a solution at once (the direct path)."""
        self._must_allow(Step.IMMEDIATE_ANSWER)
        self._must_follow(act, "answered_at")
        self.record(events.ImmediateAnswerGiven, act, answer=answer)

    def analyse(self, act: Act, root_cause: SealedBox, finding: str) -> None:
        """Write down cause and finding (the other path)."""
        self._must_allow(Step.ANALYSIS)
        self._must_follow(act, "occurred_at")
        self.record(events.Analysed, act, root_cause=root_cause, finding=finding)

    def plan(self, act: Act, actions: list[PlannedActionV1]) -> None:
        """Make the follow-up plan, or make it anew while none of it was carried out."""
        self._must_allow(Step.PLAN)
        self._must_follow(act, "occurred_at")
        self.record(events.Planned, act, actions=actions)

    def carry_out(self, act: Act, number: int, done_on: date, note: SealedBox) -> None:
        """Record one action of the plan as done; the last one completes the plan."""
        self._must_allow(Step.ACTION)
        if number not in {action.number for action in self.actions}:
            raise invalid("n", _("Rencana ini tidak punya tindakan bernomor {n}.", n=number))
        if number in self.done:
            raise StepNotAllowed(
                _("Tindakan {n} sudah dicatat sebagai selesai.", n=number), self.allowed
            )
        self._must_follow(act, "done_on")
        self.record(
            events.FollowedUp,
            act,
            action_number=number,
            done_on=done_on,
            note=note,
            plan_complete=len(self.done) + 1 == len(self.actions),
        )

    def document(self, act: Act, summary: SealedBox, outcome: str | None) -> None:
        """Write the result on the complaint form."""
        self._must_allow(Step.DOCUMENTATION)
        self._must_follow(act, "occurred_at")
        self.record(
            events.Documented,
            act,
            summary=summary,
            outcome=outcome or self._outcome(),
            documented_by=act.actor,
        )

    def evaluate(self, act: Act, effective: bool, note: SealedBox | None) -> None:
        """Judge the handling; not effective brings the case back to analysis."""
        self._must_allow(Step.EVALUATION)
        self._must_follow(act, "occurred_at")
        self.record(events.Evaluated, act, effective=effective, note=note)
        if not effective:
            self.record(events.Reopened, act, reason="not_effective")

    def acknowledge(self, act: Act, who: str) -> None:
        """Record that the call reached somebody of the team."""
        self._beside(Step.ACKNOWLEDGEMENT, events.TeamCallAcknowledged, act, who=who)

    def assign(self, act: Act, assignee: str, assigned_unit: str | None) -> None:
        """Give the case to somebody, or to somebody else."""
        facts = {"assignee": assignee, "assigned_unit": assigned_unit}
        self._beside(Step.ASSIGNMENT, events.Assigned, act, **facts)

    def comment(self, act: Act, comment: SealedBox) -> None:
        """Remark on the case."""
        self._beside(Step.COMMENT, events.Commented, act, comment=comment)

    def pause(self, act: Act, reason: SealedBox, deadlines: list[DueV1]) -> None:
        """Stop the clock, since the complainant is waited for; `deadlines` are those that stay."""
        self._must_allow(Step.PAUSE)
        self._must_follow(act, "occurred_at")
        self.record(events.Paused, act, reason=reason, deadlines=deadlines)

    def resume(self, act: Act, note: SealedBox | None, deadlines: list[DueV1]) -> None:
        """Let the clock run again; `deadlines` are all of them, moved by the pause."""
        self._must_allow(Step.RESUMPTION)
        self._must_follow(act, "occurred_at")
        self.record(events.Resumed, act, note=note, deadlines=deadlines)

    def escalate(self, act: Act, reason: SealedBox | None, overdue: str | None = None) -> None:
        """Put the case before the district office; by the district's rule where one is overdue."""
        facts = {"by_rule": overdue is not None, "overdue": overdue, "reason": reason}
        self._beside(Step.ESCALATION, events.Escalated, act, **facts)

    def advise(self, act: Act, decision: SealedBox) -> None:
        """Record what the district office decided; the case is before it no longer."""
        self._beside(Step.ESCALATION_ANSWER, events.EscalationAnswered, act, decision=decision)

    def refer(self, act: Act, referred_to: str, reason: SealedBox, told_by: str | None) -> None:
        """Hand the complaint to whoever can settle it; `told_by`: how the person was told of it."""
        self._must_allow(Step.REFERRAL)
        self._must_follow(act, "occurred_at")
        told = {"told": told_by is not None, "told_by": told_by}
        self.record(events.Referred, act, referred_to=referred_to, reason=reason, **told)

    def reopen(self, act: Act, reason: str) -> None:
        """Bring a closed case back to analysis."""
        self._must_allow(Step.REOPENING)
        self._must_follow(act, "occurred_at")
        self.record(events.Reopened, act, reason=reason)

    def follow_form(
        self,
        act: Act,
        *,
        kind: str,
        service_unit: str | None,
        confidentiality: str,
        deadlines: list[DueV1],
    ) -> None:
        """Follow the complaint form, which was put right; nothing where it says the same here."""
        form = {"kind": kind, "service_unit": service_unit, "confidentiality": confidentiality}
        if form != {name: getattr(self, name) for name in form}:
            self.record(events.Corrected, act, **form, deadlines=deadlines)

    def withdraw(self, act: Act, by: str) -> None:
        """End the case, for its complaint was taken back; too late once there is a result."""
        self._end(act, "withdrawal", events.Withdrawn, by=by)

    def join(self, act: Act, other: str) -> None:
        """End the case as a duplicate; too late once there is a result."""
        self._end(act, "duplicate", events.Joined, other=other)

    def part(self, act: Act, other: str) -> None:
        """Take the case up again where it stood, for it is no duplicate after all."""
        if self.state is State.DUPLICATE and self.other == other:
            self._restore(act)

    def no_praise(self, act: Act) -> None:
        """Take the case up again, for its form was corrected back from praise."""
        if self.state is State.WITHDRAWN and self.taken_back_by == BY_CORRECTION:
            self._restore(act)

    def ask_to_reopen(self, act: Act, reason: str) -> None:
        """Reopen a case with a result, as its complainant asks; while there is none, it goes on."""
        if self.state in HANDLED:
            self.record(events.Reopened, self._after_path(act), reason=reason)
        else:
            self._refuse(act, "reopening")

    def answer_forum(self, act: Act, meeting: str) -> None:
        """Record that the forum which raised it was told its result, in that meeting; each result
        once."""
        if self.state not in HANDLED:
            raise StepNotAllowed(
                _("Kasus {number} belum punya hasil untuk disampaikan.", number=self.number),
                self.allowed,
            )
        if self.forum_answered:
            raise StepNotAllowed(
                _("Hasil kasus {number} sudah disampaikan ke forum.", number=self.number),
                self.allowed,
            )
        if act.occurred_at < self.received_at:
            raise invalid("answered", _before_the_complaint())
        self.record(events.ForumAnswered, act, meeting=meeting)

    def share_key(self, act: Act, sender: str, receiver: str, purpose: str) -> None:
        """Record that the key of the words went from one origin to another; each way once."""
        if (sender, receiver) not in self.key_ways:
            at = max(act.occurred_at, self.received_at)
            ways = {"sender": sender, "receiver": receiver, "purpose": purpose}
            later = replace(act, occurred_at=at)
            self.record(events.KeyShared, later, key=str(self.id), **ways)

    def _end(self, act: Act, request: str, event: type[Aggregate.Event], **facts: str) -> None:
        if self.closed or self.state in HANDLED:
            self._refuse(act, request)
        else:
            self.record(event, self._after_path(act), **facts)

    def _refuse(self, act: Act, request: str) -> None:
        self.record(events.RequestRefused, act, request=request, state=self.state.value)

    def _restore(self, act: Act) -> None:
        back = self.left or State.RECEIVED
        self.record(events.Restored, self._after_path(act), state=back.value)

    def _beside(self, step: Step, event: type[Aggregate.Event], act: Act, **facts: Any) -> None:
        self._must_allow(step)
        if act.occurred_at < self.received_at:
            raise invalid("when", _before_the_complaint())
        self.record(event, act, **facts)

    def _after_path(self, act: Act) -> Act:
        """What another service's event brings about happened no earlier than the last step."""
        return replace(act, occurred_at=max(act.occurred_at, self.last_step_at))

    def _outcome(self) -> str:
        if self.finding is None or (self.finding == "upheld" and self.actions):
            return "resolved"
        return self.finding

    def _must_allow(self, step: Step) -> None:
        if step not in self.allowed:
            raise StepNotAllowed(
                _("Langkah ini belum atau tidak lagi bisa dilakukan pada kasus ini."), self.allowed
            )

    def _must_follow(self, act: Act, field: str) -> None:
        if act.occurred_at < self.last_step_at:
            raise invalid(
                field,
                _("Waktu ini mendahului langkah sebelumnya. Periksa tanggal dan jamnya."),
            )


def _before_the_complaint() -> Any:
    return _("Waktu ini mendahului diterimanya keluhan. Periksa tanggal dan jamnya.")
