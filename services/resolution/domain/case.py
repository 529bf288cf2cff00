"""A case: what the complaint team does with one complaint, step by step."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Act, Aggregate
from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import DueV1, PlannedActionV1
from services.kernel.deadlines import Pause
from services.kernel.errors import StepNotAllowed, invalid
from services.kernel.text import _
from services.resolution.domain import events
from services.resolution.domain.steps import ENDS, HANDLED, State, Step, allowed_steps

_OVERDUE = "overdue_"
BY_CORRECTION = "correction"
_BESIDE_PATH = (
    events.TeamNotified,
    events.ComplainantMet,
    events.TeamCallAcknowledged,
    events.Assigned,
    events.Commented,
    events.Escalated,
    events.EscalationAnswered,
    events.Corrected,
    events.RequestRefused,
    events.KeyShared,
    events.ForumAnswered,
)


class Case(Aggregate):
    """One case; its id is the complaint's."""

    TOPIC = "resolution.Case"

    # The library registers the topics of those events that are its aggregate's own.
    Event = events.CaseEvent
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

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        number: str
        kind: str
        confidentiality: str
        entered_by: str
        service_unit: str | None
        received_at: datetime
        opened_at: datetime
        state: State
        grade: str | None
        finding: str | None
        actions: list[PlannedActionV1]
        done: dict[int, date]
        deadlines: list[DueV1]
        reminded: set[str]
        pauses: list[Pause]
        escalated: bool
        before_district: bool
        forum_answered: bool
        assignee: str | None
        assigned_unit: str | None
        other: str | None
        left: State | None
        taken_back_by: str | None
        key_ways: set[tuple[str, str]]
        last_step_at: datetime
        end_recorded_at: datetime | None

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
    def closed(self) -> bool:
        """Whether the case has come to its end: evaluated as effective, or ended otherwise."""
        return self.state is State.EVALUATED or self.state in ENDS

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
            self.notify_team(act, roles, _OVERDUE + deadline)

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

    def take(self, event: Aggregate.Event) -> None:
        """Change the state as the recorded step says."""
        if not isinstance(event, _BESIDE_PATH):
            self.last_step_at = event.occurred_at
        match event:
            case events.Opened():
                self._begin(event)
            case events.TeamNotified() if event.actor == SYSTEM and event.how.startswith(_OVERDUE):
                self.reminded.add(event.how.removeprefix(_OVERDUE))
            case events.Assigned():
                self.assignee, self.assigned_unit = event.assignee, event.assigned_unit
            case events.Escalated():
                self.escalated = self.before_district = True
            case events.EscalationAnswered():
                self.before_district = False
            case events.ForumAnswered():
                self.forum_answered = True
            case events.KeyShared():
                self.key_ways.add((event.sender, event.receiver))
            case events.Paused():
                self._promise(event.deadlines)
                self.pauses = [*self.pauses, Pause(event.occurred_at)]
            case events.Resumed():
                self._promise(event.deadlines)
                self.pauses = [
                    *self.pauses[:-1],
                    Pause(self.pauses[-1].since, event.occurred_at),
                ]
            case events.Corrected():
                self._promise(event.deadlines)
                self.kind, self.service_unit = event.kind, event.service_unit
                self.confidentiality = event.confidentiality
            case events.Withdrawn() | events.Joined() | events.Referred():
                self._leave(event)
            case events.Restored():
                self.state, self.left = State(event.state), None
            case _:
                self._walk(event)
        if not self.closed:
            self.end_recorded_at = None
        elif self.end_recorded_at is None:
            self.end_recorded_at = event.timestamp

    def _walk(self, event: Aggregate.Event) -> None:
        match event:
            case events.Graded():
                self._promise(event.deadlines)
                self.grade = event.grade
                if self.state is State.RECEIVED:
                    self.state = State.GRADED
            case events.ImmediateAnswerGiven():
                self.state = State.ANSWERED
            case events.Analysed():
                self.state, self.finding = State.ANALYSED, event.finding
            case events.Planned():
                self.state, self.actions, self.done = State.PLANNED, event.actions, {}
            case events.FollowedUp():
                self.done[event.action_number] = event.done_on
                if event.plan_complete:
                    self.state = State.ACTED
            case events.Documented():
                self.state = State.DOCUMENTED
            case events.Evaluated() if event.effective:
                self.state = State.EVALUATED
            case events.Reopened():
                self.state, self.finding = State.REOPENED, None
                self.forum_answered = False
                self.actions, self.done, self.reminded = [], {}, set()

    def _promise(self, deadlines: list[DueV1]) -> None:
        self.reminded -= {due.name for due in self.deadlines if due not in deadlines}
        self.deadlines = deadlines

    def _leave(self, event: events.Withdrawn | events.Joined | events.Referred) -> None:
        self.left = self.state
        match event:
            case events.Withdrawn():
                self.state, self.taken_back_by = State.WITHDRAWN, event.by
            case events.Joined():
                self.state, self.other = State.DUPLICATE, event.other
            case events.Referred():
                self.state = State.REFERRED

    def _begin(self, event: "events.Opened") -> None:
        self.puskesmas = event.puskesmas
        self.number, self.kind = event.number, event.kind
        self.confidentiality, self.entered_by = event.confidentiality, event.entered_by
        self.service_unit = event.service_unit
        self.received_at = self.last_step_at = event.occurred_at
        self.opened_at, self.end_recorded_at = event.timestamp, None
        self.deadlines, self.reminded = event.deadlines, set()
        self.state, self.grade, self.finding = State.RECEIVED, None, None
        self.actions, self.done = [], {}
        self.pauses, self.key_ways = [], set()
        self.escalated = self.before_district = self.forum_answered = False
        self.assignee = self.assigned_unit = None
        self.other = self.left = self.taken_back_by = None

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
