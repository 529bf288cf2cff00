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


@published("resolution", version=2)
class CaseOpenedV2(Event, frozen=True):
    """A received complaint became a case of its home Puskesmas.

    As version 1, with all that the case takes over from the complaint's form: what is not said on
    the stream, no proof covers.
    """

    number: Public[str]
    kind: Public[str]
    deadlines: Public[list[DueV1]]
    confidentiality: Internal[str]
    entered_by: Internal[str]
    service_unit: Public[str | None]


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
class TeamCallAcknowledgedV1(Event, frozen=True):
    """Somebody of the team said that the call reached them (SOP Lamaru 1d, 2c)."""

    who: Internal[str]


@published("resolution")
class CaseAssignedV1(Event, frozen=True):
    """The case was given to somebody, and to a unit (SOP Puring 1.5: the team coordinates)."""

    assignee: Internal[str]
    assigned_unit: Public[str | None]


@published("resolution")
class CaseCommentedV1(Event, frozen=True):
    """Somebody who works on the case, or coordinates its area, remarked on it (SOP Puring 1.5)."""

    comment: Sealed[SealedBox]


@published("resolution")
class CasePausedV1(Event, frozen=True):
    """The case waits for the complainant, and its clock stands.

    `deadlines` are those that stay as they were (kept, or overdue before); the others are made
    anew with CaseResumed.
    """

    reason: Sealed[SealedBox]
    deadlines: Public[list[DueV1]]


@published("resolution")
class CaseResumedV1(Event, frozen=True):
    """The clock of the case runs again; `deadlines` are all of them, moved by the pause."""

    note: Sealed[SealedBox | None]
    deadlines: Public[list[DueV1]]


@published("resolution")
class CaseEscalatedV1(Event, frozen=True):
    """The case was put before the district office, which may read its words from now on.

    `by_rule`: the district file's rule did it, for the promise `overdue`; else a person, for
    `reason`.
    """

    by_rule: Public[bool]
    overdue: Public[str | None]
    reason: Sealed[SealedBox | None]


@published("resolution")
class EscalationAnsweredV1(Event, frozen=True):
    """The district office said what is to be done, and the case is its Puskesmas' again."""

    decision: Sealed[SealedBox]


@published("resolution")
class CaseReferredV1(Event, frozen=True):
    """The complaint was handed to whoever can settle it ("no wrong door"): an end here.

    `told`: the complainant knows of it, and by which way (`told_by`).
    """

    referred_to: Internal[str]
    reason: Sealed[SealedBox]
    told: Public[bool]
    told_by: Internal[str | None]


@published("resolution")
class CaseCorrectedV1(Event, frozen=True):
    """The case follows its complaint form, which was put right; `deadlines` are those of the kind
    that stands now."""

    kind: Public[str]
    service_unit: Public[str | None]
    confidentiality: Internal[str]
    deadlines: Public[list[DueV1]]


@published("resolution")
class CaseWithdrawnV1(Event, frozen=True):
    """The case ended because its complaint was taken back.

    `by`: `complainant`, `officer`, or `correction` (the form was corrected to praise).
    """

    by: Public[str]


@published("resolution")
class CaseJoinedV1(Event, frozen=True):
    """The case ended as a duplicate: it is answered with the case of `other`."""

    other: Public[str]


@published("resolution")
class CaseRestoredV1(Event, frozen=True):
    """What had ended the case was taken back: it stands in `state` again, where it had stood."""

    state: Public[str]


@published("resolution")
class CaseRequestRefusedV1(Event, frozen=True):
    """What was asked of the complaint came when the case, in `state`, no longer allowed it.

    `request`: `withdrawal`, `duplicate` or `reopening`.
    """

    request: Public[str]
    state: Public[str]


@published("resolution")
class KeySharedV1(Event, frozen=True):
    """The key of a complaint's words went from one origin to another. It never travels on the
    stream; this only says that it did, and where a copy of it is.

    `purpose`: `home` (received elsewhere, it went to where the case is) or `escalated` (the district
    office may read the words).
    """

    key: Public[str]
    sender: Internal[str]
    receiver: Internal[str]
    purpose: Public[str]


@published("resolution")
class RecapCompletedV1(Event, frozen=True):
    """The team wrote its part of a month's recap (SOP Puring 3d), all of it as it stands now.

    `effectiveness`: how effective the handling was: `effective`, `partly`, `not_effective`, or
    `nothing` (there was nothing to handle). The words are sealed under a key of their own.
    """

    month: Public[str]
    effectiveness: Public[str]
    effectiveness_note: Sealed[SealedBox | None]
    barriers_note: Sealed[SealedBox | None]
    meeting_note: Sealed[SealedBox | None]


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
