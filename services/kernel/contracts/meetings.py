"""What resolution publishes of meetings: called, held, their minutes and what was decided."""

from datetime import date

import msgspec

from services.kernel.contracts.fields import Internal, Moment, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


class DecisionV1(msgspec.Struct, frozen=True, kw_only=True):
    """What a meeting decided: who does it, by when, and the case that it is about (None: none).

    Words about a case are sealed under its complaint's key, others under the meeting's.
    `action_number`: the line of the case's follow-up plan that it became (None: none).
    """

    number: Public[int]
    decision: Sealed[SealedBox]
    person_responsible: Internal[str]
    due_on: Internal[date]
    complaint: Public[str | None]
    action_number: Public[int | None]


@published("resolution")
class MeetingPlannedV1(Event, frozen=True):
    """A meeting was called (SOP Puring 1.8, 2c, 3c).

    `kind`: quality_meeting, monthly_lokmin, quarterly_lokmin, linsek, smd, mmd or
    management_review. `months`: those whose recaps are to be discussed; `complaints`: the cases.
    """

    kind: Public[str]
    starts_at: Public[Moment]
    venue: Internal[str]
    months: Public[list[str]]
    complaints: Public[list[str]]
    invitees: Sealed[SealedBox | None]
    agenda: Sealed[SealedBox | None]


@published("resolution")
class MeetingReplannedV1(Event, frozen=True):
    """What a meeting was called for was changed; all of it as it stands now."""

    kind: Public[str]
    starts_at: Public[Moment]
    venue: Internal[str]
    months: Public[list[str]]
    complaints: Public[list[str]]
    invitees: Sealed[SealedBox | None]
    agenda: Sealed[SealedBox | None]


@published("resolution")
class MeetingCancelledV1(Event, frozen=True):
    """A meeting that was called did not take place."""

    reason: Sealed[SealedBox]


@published("resolution")
class MeetingHeldV1(Event, frozen=True):
    """A meeting was held (SOP Puring 2c, 3c); `occurred_at` is when it began.

    `outcome` is what goes into the recaps of `months` (SOP Puring 3d); who was there is sealed with
    the minutes, for people of the villages are among them, and `attended` counts them.
    """

    kind: Public[str]
    months: Public[list[str]]
    chair: Internal[str]
    note_taker: Internal[str]
    attended: Public[int]
    attendance: Sealed[SealedBox]
    minutes: Sealed[SealedBox]
    outcome: Sealed[SealedBox | None]
    decisions: Public[list[DecisionV1]]


@published("resolution")
class MinutesCorrectedV1(Event, frozen=True):
    """The minutes of a meeting were put right; all of them as they stand now."""

    attended: Public[int]
    attendance: Sealed[SealedBox]
    minutes: Sealed[SealedBox]
    outcome: Sealed[SealedBox | None]
    reason: Sealed[SealedBox]


@published("resolution")
class DecisionDoneV1(Event, frozen=True):
    """What a meeting decided was done."""

    decision_number: Public[int]
    done_on: Public[date]
    note: Sealed[SealedBox]


@published("resolution")
class ForumAnsweredV1(Event, frozen=True):
    """The forum in which a complaint was raised was told what came of it, at its next meeting
    (SOP Puring 3f); it lies with the complaint."""

    meeting: Public[str]
