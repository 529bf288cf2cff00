"""What resolution publishes: the steps of a case, as both SOPs ask for them."""

from datetime import date

import msgspec

from services.kernel.contracts.fields import Internal, Moment, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


class DueV1(msgspec.Struct, frozen=True, kw_only=True):
    """A promise: what is due, when, and by which version of the rules."""

    name: Public[str]
    due_at: Public[Moment]
    rules_version: Public[int]


class PlannedActionV1(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the follow-up plan (RTL)."""

    number: Public[int]
    action: Sealed[SealedBox]
    person_responsible: Internal[str]
    due_on: Internal[date]


@published("resolution")
class CaseOpenedV1(Event, frozen=True):
    """A received complaint became a case of its home Puskesmas."""

    number: Public[str]
    kind: Public[str]
    deadlines: Public[list[DueV1]]


@published("resolution")
class TeamNotifiedV1(Event, frozen=True):
    """The complaint team was told (SOP Lamaru 1d, 2c)."""

    roles: Internal[list[str]]
    how: Internal[str]


@published("resolution")
class CaseGradedV1(Event, frozen=True):
    """The complaint was graded red, yellow or green, which sets its deadlines."""

    grade: Public[str]
    reason: Sealed[SealedBox | None]
    deadlines: Public[list[DueV1]]


@published("resolution")
class ComplainantMetV1(Event, frozen=True):
    """The team came to meet the person (SOP Lamaru 1e)."""

    people: Internal[list[str]]
    note: Sealed[SealedBox | None]


@published("resolution")
class ImmediateAnswerGivenV1(Event, frozen=True):
    """The team gave a solution at once (SOP Lamaru 1f, SOP Puring 2b)."""

    answer: Sealed[SealedBox]


@published("resolution")
class ComplaintAnalysedV1(Event, frozen=True):
    """The team analysed the complaint (SOP Lamaru 2d, SOP Puring 2c)."""

    root_cause: Sealed[SealedBox]
    finding: Public[str]


@published("resolution")
class ResponsePlannedV1(Event, frozen=True):
    """The team made the follow-up plan, RTL (SOP Lamaru 2e)."""

    actions: Public[list[PlannedActionV1]]


@published("resolution")
class FollowUpCarriedOutV1(Event, frozen=True):
    """One action of the plan was done (SOP Lamaru 2f)."""

    action_number: Public[int]
    done_on: Public[date]
    note: Sealed[SealedBox]
    plan_complete: Public[bool]


@published("resolution")
class ResolutionDocumentedV1(Event, frozen=True):
    """The result was written on the complaint form (SOP Lamaru 1g, 2g)."""

    summary: Sealed[SealedBox]
    outcome: Public[str]
    documented_by: Internal[str]


@published("resolution")
class EvaluationRecordedV1(Event, frozen=True):
    """The quality chair judged the handling (SOP Lamaru 1i, 2h)."""

    effective: Public[bool]
    note: Sealed[SealedBox | None]


@published("resolution")
class CaseReopenedV1(Event, frozen=True):
    """The case went back to analysis."""

    reason: Internal[str]


@published("resolution")
class RulesChangedV1(Event, frozen=True):
    """A version of the deadline rules came into force; the file itself is quoted whole."""

    version: Public[int]
    in_force_from: Public[date]
    digest: Public[str]


@published("resolution")
class CalendarChangedV1(Event, frozen=True):
    """A day of one Puskesmas' calendar was declared working or closed."""

    day: Public[date]
    working: Public[bool]
    why: Public[str]
    version: Public[int]
