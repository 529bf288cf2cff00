"""A case: what the complaint team does with one complaint, step by step."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import DueV1, PlannedActionV1
from services.kernel.errors import StepNotAllowed, invalid
from services.kernel.text import _
from services.resolution.domain.steps import State, Step, allowed_steps

_OVERDUE = "overdue_"


class Case(Aggregate):
    """One case; its id is the complaint's."""

    TOPIC = "resolution.Case"

    class Event(Aggregate.Event):
        """A step of a case."""

        def apply(self, aggregate: "Case") -> None:
            """Let the case take the step in."""
            aggregate.take(self)

    class Opened(Event, Created):
        """A received complaint became a case."""

        TOPIC = "resolution.CaseOpened"
        number: str
        kind: str
        deadlines: list[DueV1]
        confidentiality: str
        entered_by: str
        service_unit: str | None

    class TeamNotified(Event):
        """The complaint team was told."""

        TOPIC = "resolution.TeamNotified"
        roles: list[str]
        how: str

    class Graded(Event):
        """The complaint was graded."""

        TOPIC = "resolution.CaseGraded"
        grade: str
        reason: SealedBox | None
        deadlines: list[DueV1]

    class ComplainantMet(Event):
        """The team met the person."""

        TOPIC = "resolution.ComplainantMet"
        people: list[str]
        note: SealedBox | None

    class ImmediateAnswerGiven(Event):
        """A solution was given at once."""

        TOPIC = "resolution.ImmediateAnswerGiven"
        answer: SealedBox

    class Analysed(Event):
        """Cause and finding were written down."""

        TOPIC = "resolution.ComplaintAnalysed"
        root_cause: SealedBox
        finding: str

    class Planned(Event):
        """The follow-up plan was made."""

        TOPIC = "resolution.ResponsePlanned"
        actions: list[PlannedActionV1]

    class FollowedUp(Event):
        """One action of the plan was carried out."""

        TOPIC = "resolution.FollowUpCarriedOut"
        action_number: int
        done_on: date
        note: SealedBox
        plan_complete: bool

    class Documented(Event):
        """The result was written on the complaint form."""

        TOPIC = "resolution.ResolutionDocumented"
        summary: SealedBox
        outcome: str
        documented_by: str

    class Evaluated(Event):
        """The quality chair judged the handling."""

        TOPIC = "resolution.EvaluationRecorded"
        effective: bool
        note: SealedBox | None

    class Reopened(Event):
        """The case went back to analysis."""

        TOPIC = "resolution.CaseReopened"
        reason: str

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        number: str
        kind: str
        confidentiality: str
        entered_by: str
        service_unit: str | None
        received_at: datetime
        state: State
        grade: str | None
        finding: str | None
        actions: list[PlannedActionV1]
        done: dict[int, date]
        deadlines: list[DueV1]
        reminded: set[str]
        last_step_at: datetime

    @classmethod
    def open(
        cls, act: Act, *, id: UUID, puskesmas: str, deadlines: list[DueV1], **form: Any
    ) -> "Case":
        """Open the case of a complaint; it begins when the complaint was received."""
        return cls.begin(cls.Opened, act, id=id, puskesmas=puskesmas, deadlines=deadlines, **form)

    @property
    def allowed(self) -> tuple[Step, ...]:
        """The steps that the case allows now, the expected one first."""
        return allowed_steps(self.state, self.finding)

    @property
    def closed(self) -> bool:
        """Whether the case has come to its end: evaluated as effective."""
        return self.state is State.EVALUATED

    def notify_team(self, act: Act, roles: list[str], how: str) -> None:
        """Record that the team was told."""
        self._must_allow(Step.TEAM_CALL)
        if act.occurred_at < self.received_at:
            raise invalid("when", _before_the_complaint())
        self.record(self.TeamNotified, act, roles=roles, how=how)

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
        self.record(self.Graded, act, grade=grade, reason=reason, deadlines=deadlines)

    def meet(self, act: Act, people: list[str], note: SealedBox | None) -> None:
        """Record that the team met the person."""
        self._must_allow(Step.MEETING)
        if act.occurred_at < self.received_at:
            raise invalid("when", _before_the_complaint())
        self.record(self.ComplainantMet, act, people=people, note=note)

    def answer(self, act: Act, answer: SealedBox) -> None:
        """Give a solution at once (the direct path)."""
        self._must_allow(Step.IMMEDIATE_ANSWER)
        self._must_follow(act, "answered_at")
        self.record(self.ImmediateAnswerGiven, act, answer=answer)

    def analyse(self, act: Act, root_cause: SealedBox, finding: str) -> None:
        """Write down cause and finding (the other path)."""
        self._must_allow(Step.ANALYSIS)
        self._must_follow(act, "occurred_at")
        self.record(self.Analysed, act, root_cause=root_cause, finding=finding)

    def plan(self, act: Act, actions: list[PlannedActionV1]) -> None:
        """Make the follow-up plan."""
        self._must_allow(Step.PLAN)
        self._must_follow(act, "occurred_at")
        self.record(self.Planned, act, actions=actions)

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
            self.FollowedUp,
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
            self.Documented,
            act,
            summary=summary,
            outcome=outcome or self._outcome(),
            documented_by=act.actor,
        )

    def evaluate(self, act: Act, effective: bool, note: SealedBox | None) -> None:
        """Judge the handling; not effective brings the case back to analysis."""
        self._must_allow(Step.EVALUATION)
        self._must_follow(act, "occurred_at")
        self.record(self.Evaluated, act, effective=effective, note=note)
        if not effective:
            self.record(self.Reopened, act, reason="not_effective")

    def take(self, event: Aggregate.Event) -> None:
        """Change the state as the recorded step says."""
        if not isinstance(event, Case.Opened | Case.TeamNotified | Case.ComplainantMet):
            self.last_step_at = event.occurred_at
        match event:
            case Case.Opened():
                self._begin(event)
            case Case.TeamNotified() if event.actor == SYSTEM and event.how.startswith(_OVERDUE):
                self.reminded.add(event.how.removeprefix(_OVERDUE))
            case Case.Graded():
                self.reminded -= {due.name for due in self.deadlines if due not in event.deadlines}
                self.grade, self.deadlines = event.grade, event.deadlines
                if self.state is State.RECEIVED:
                    self.state = State.GRADED
            case Case.ImmediateAnswerGiven():
                self.state = State.ANSWERED
            case Case.Analysed():
                self.state, self.finding = State.ANALYSED, event.finding
            case Case.Planned():
                self.state, self.actions, self.done = State.PLANNED, event.actions, {}
            case Case.FollowedUp():
                self.done[event.action_number] = event.done_on
                if event.plan_complete:
                    self.state = State.ACTED
            case Case.Documented():
                self.state = State.DOCUMENTED
            case Case.Evaluated() if event.effective:
                self.state = State.EVALUATED
            case Case.Reopened():
                self.state, self.finding = State.REOPENED, None
                self.actions, self.done, self.reminded = [], {}, set()

    def _begin(self, event: "Case.Opened") -> None:
        self.puskesmas = event.puskesmas
        self.number, self.kind = event.number, event.kind
        self.confidentiality, self.entered_by = event.confidentiality, event.entered_by
        self.service_unit = event.service_unit
        self.received_at = self.last_step_at = event.occurred_at
        self.deadlines, self.reminded = event.deadlines, set()
        self.state, self.grade, self.finding = State.RECEIVED, None, None
        self.actions, self.done = [], {}

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
