"""What is recorded of a case: the domain events, one for each step.

All that they hold is published (`services.resolution.outbox`), but for version 1 of the first.
"""

from datetime import date
from typing import Any

from services.kernel.aggregate import Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import DueV1, PlannedActionV1


class CaseEvent(Aggregate.Event):
    """A step of a case."""

    def apply(self, aggregate: Any) -> None:
        """Let the case take the step in."""
        aggregate.take(self)


class OpenedV1(CaseEvent, Created):
    """A received complaint became a case, of which not all was published."""

    TOPIC = "resolution.CaseOpened"
    number: str
    kind: str
    deadlines: list[DueV1]
    confidentiality: str
    entered_by: str
    service_unit: str | None


class Opened(OpenedV1):
    """A received complaint became a case."""

    TOPIC = "resolution.CaseOpened.2"


class TeamNotified(CaseEvent):
    """The complaint team was told."""

    TOPIC = "resolution.TeamNotified"
    roles: list[str]
    how: str


class Graded(CaseEvent):
    """The complaint was graded."""

    TOPIC = "resolution.CaseGraded"
    grade: str
    reason: SealedBox | None
    deadlines: list[DueV1]


class ComplainantMet(CaseEvent):
    """The team met the person."""

    TOPIC = "resolution.ComplainantMet"
    people: list[str]
    note: SealedBox | None


class ImmediateAnswerGiven(CaseEvent):
    """A solution was given at once."""

    TOPIC = "resolution.ImmediateAnswerGiven"
    answer: SealedBox


class Analysed(CaseEvent):
    """Cause and finding were written down."""

    TOPIC = "resolution.ComplaintAnalysed"
    root_cause: SealedBox
    finding: str


class Planned(CaseEvent):
    """The follow-up plan was made."""

    TOPIC = "resolution.ResponsePlanned"
    actions: list[PlannedActionV1]


class FollowedUp(CaseEvent):
    """One action of the plan was carried out."""

    TOPIC = "resolution.FollowUpCarriedOut"
    action_number: int
    done_on: date
    note: SealedBox
    plan_complete: bool


class Documented(CaseEvent):
    """The result was written on the complaint form."""

    TOPIC = "resolution.ResolutionDocumented"
    summary: SealedBox
    outcome: str
    documented_by: str


class Evaluated(CaseEvent):
    """The quality chair judged the handling."""

    TOPIC = "resolution.EvaluationRecorded"
    effective: bool
    note: SealedBox | None


class Reopened(CaseEvent):
    """The case went back to analysis."""

    TOPIC = "resolution.CaseReopened"
    reason: str


class TeamCallAcknowledged(CaseEvent):
    """The call reached somebody of the team."""

    TOPIC = "resolution.TeamCallAcknowledged"
    who: str


class Assigned(CaseEvent):
    """The case was given to somebody."""

    TOPIC = "resolution.CaseAssigned"
    assignee: str
    assigned_unit: str | None


class Commented(CaseEvent):
    """Somebody remarked on the case."""

    TOPIC = "resolution.CaseCommented"
    comment: SealedBox


class Paused(CaseEvent):
    """The case waits for the complainant; its clock stands."""

    TOPIC = "resolution.CasePaused"
    reason: SealedBox
    deadlines: list[DueV1]


class Resumed(CaseEvent):
    """The clock runs again."""

    TOPIC = "resolution.CaseResumed"
    note: SealedBox | None
    deadlines: list[DueV1]


class Escalated(CaseEvent):
    """The case was put before the district office."""

    TOPIC = "resolution.CaseEscalated"
    by_rule: bool
    overdue: str | None
    reason: SealedBox | None


class EscalationAnswered(CaseEvent):
    """The district office said what is to be done."""

    TOPIC = "resolution.EscalationAnswered"
    decision: SealedBox


class Referred(CaseEvent):
    """The complaint was handed to whoever can settle it."""

    TOPIC = "resolution.CaseReferred"
    referred_to: str
    reason: SealedBox
    told: bool
    told_by: str | None


class Corrected(CaseEvent):
    """The case follows its complaint form, which was put right."""

    TOPIC = "resolution.CaseCorrected"
    kind: str
    service_unit: str | None
    confidentiality: str
    deadlines: list[DueV1]


class Withdrawn(CaseEvent):
    """The complaint was taken back."""

    TOPIC = "resolution.CaseWithdrawn"
    by: str


class Joined(CaseEvent):
    """The case is answered with another one."""

    TOPIC = "resolution.CaseJoined"
    other: str


class Restored(CaseEvent):
    """What had ended the case was taken back."""

    TOPIC = "resolution.CaseRestored"
    state: str


class RequestRefused(CaseEvent):
    """What was asked for came too late."""

    TOPIC = "resolution.CaseRequestRefused"
    request: str
    state: str


class KeyShared(CaseEvent):
    """The key of the complaint's words went from one origin to another."""

    TOPIC = "resolution.KeyShared"
    key: str
    sender: str
    receiver: str
    purpose: str


class ForumAnswered(CaseEvent):
    """The forum that raised the complaint was told what came of it."""

    TOPIC = "resolution.ForumAnswered"
    meeting: str
