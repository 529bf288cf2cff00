"""How a case stands: what its events, one after the other, make of it. What may be done next is
the case's own (`case.py`)."""

from datetime import date, datetime
from typing import Final

from services.kernel.aggregate import SYSTEM, Aggregate
from services.kernel.contracts.resolution import DueV1, PlannedActionV1
from services.kernel.deadlines import Pause
from services.resolution.domain import events
from services.resolution.domain.steps import ENDS, State

OVERDUE: Final = "overdue_"
"""Begins how a team was told that a promise was not kept; the deadline's name follows."""
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


class Standing:
    """What is known of a case after its last event; it changes only by `take`."""

    puskesmas: str
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

    @property
    def closed(self) -> bool:
        """Whether the case has come to its end: evaluated as effective, or ended otherwise."""
        return self.state is State.EVALUATED or self.state in ENDS

    def take(self, event: Aggregate.Event) -> None:
        """Change the state as the recorded step says."""
        if not isinstance(event, _BESIDE_PATH):
            self.last_step_at = event.occurred_at
        match event:
            case events.OpenedV1():
                self._begin(event)
            case events.TeamNotified() if event.actor == SYSTEM and event.how.startswith(OVERDUE):
                self.reminded.add(event.how.removeprefix(OVERDUE))
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

    def _begin(self, event: "events.OpenedV1") -> None:
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
