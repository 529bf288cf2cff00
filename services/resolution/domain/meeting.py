"""A meeting: called, held, its minutes, and what it decided (SOP Puring 1.8, 2c, 3c-3f).

Planned with date and place, then held or cancelled; a meeting that is held has minutes, people who
were there, and decisions, each with who does it by when. Words come sealed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.errors import AlreadyDone, StepNotAllowed, invalid
from services.kernel.text import Text, _

_SUBJECT: Final = "meeting:"


class MeetingEvent(Aggregate.Event):
    """A step of a meeting."""

    @property
    def subject(self) -> str:
        """The meeting, told apart from a complaint, whose subject is a bare id."""
        return f"{_SUBJECT}{self.originator_id}"

    def apply(self, aggregate: Any) -> None:
        """Let the meeting take the step in."""
        aggregate.take(self)


class Meeting(Aggregate):
    """One meeting of a Puskesmas, from its invitation to the last of its decisions."""

    TOPIC = "resolution.Meeting"
    Event = MeetingEvent

    class Planned(MeetingEvent, Created):
        """The meeting was called."""

        TOPIC = "resolution.MeetingPlanned"
        kind: str
        starts_at: datetime
        venue: str
        months: list[str]
        complaints: list[str]
        invitees: SealedBox | None
        agenda: SealedBox | None

    class Replanned(MeetingEvent):
        """What it was called for was changed."""

        TOPIC = "resolution.MeetingReplanned"
        kind: str
        starts_at: datetime
        venue: str
        months: list[str]
        complaints: list[str]
        invitees: SealedBox | None
        agenda: SealedBox | None

    class Cancelled(MeetingEvent):
        """It did not take place."""

        TOPIC = "resolution.MeetingCancelled"
        reason: SealedBox

    class Held(MeetingEvent):
        """It was held."""

        TOPIC = "resolution.MeetingHeld"
        kind: str
        months: list[str]
        chair: str
        note_taker: str
        attended: int
        attendance: SealedBox
        minutes: SealedBox
        outcome: SealedBox | None
        decisions: list[DecisionV1]

    class MinutesCorrected(MeetingEvent):
        """Its minutes were put right."""

        TOPIC = "resolution.MinutesCorrected"
        attended: int
        attendance: SealedBox
        minutes: SealedBox
        outcome: SealedBox | None
        reason: SealedBox

    class DecisionDone(MeetingEvent):
        """What it decided was done."""

        TOPIC = "resolution.DecisionDone"
        decision_number: int
        done_on: date
        note: SealedBox

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        plan: "Meeting.Planned | Meeting.Replanned"
        state: str
        called_at: datetime
        recorded_by: str
        cancelled: "Meeting.Cancelled | None"
        held: "Meeting.Held | None"
        minutes: "Meeting.Held | Meeting.MinutesCorrected | None"
        corrections: "list[Meeting.MinutesCorrected]"
        done: "dict[int, Meeting.DecisionDone]"

    @classmethod
    def call(cls, act: Act, *, id: UUID, puskesmas: str, **plan: Any) -> "Meeting":
        """Call a meeting (the fields of `Planned`)."""
        return cls.begin(cls.Planned, act, id=id, puskesmas=puskesmas, **plan)

    @staticmethod
    def id_in(subject: str) -> UUID:
        """Return the id of the meeting that a message is about, by its subject."""
        return UUID(subject.removeprefix(_SUBJECT))

    @property
    def kind(self) -> str:
        """What sort of meeting it is (`vocabulary.MEETING_KINDS`)."""
        return self.plan.kind

    @property
    def at(self) -> datetime:
        """When it began, or is to begin."""
        return self.held.occurred_at if self.held else self.plan.starts_at

    @property
    def months(self) -> list[str]:
        """The months whose recaps it discusses."""
        return self.held.months if self.held else self.plan.months

    @property
    def decisions(self) -> list[DecisionV1]:
        """What it decided."""
        return self.held.decisions if self.held else []

    @property
    def allowed(self) -> tuple[str, ...]:
        """The steps that it allows now, by the names of the calls."""
        if self.state == "planned":
            return ("holding", "plan", "cancellation")
        if self.state == "held":
            return ("minutes", "forum-answers", "decisions")
        return ()

    def replan(self, act: Act, **plan: Any) -> None:
        """Change what it is called for."""
        self._must_be_planned()
        self.record(self.Replanned, act, **plan)

    def cancel(self, act: Act, reason: SealedBox) -> None:
        """Record that it does not take place; raises AlreadyDone for the second time."""
        if self.cancelled is not None:
            raise AlreadyDone(_("Rapat ini sudah dibatalkan; tidak perlu dibatalkan lagi."))
        self._must_be_planned()
        self.record(self.Cancelled, act, reason=reason)

    def hold(
        self,
        act: Act,
        *,
        attended: int,
        decisions: Sequence[DecisionV1],
        months: list[str],
        **minutes: Any,
    ) -> None:
        """Record that it was held: who was there, its minutes, and what it decided."""
        self._must_be_planned()
        must_have_attendance(attended)
        # Forms know minutes: in the minute of the invitation it is not before it.
        if act.occurred_at < self.called_at.replace(second=0, microsecond=0):
            raise invalid("held_at", _("Waktu ini mendahului undangannya. Periksa tanggalnya."))
        self.record(
            self.Held,
            replace(act, occurred_at=max(act.occurred_at, self.called_at)),
            kind=self.kind,
            months=months,
            attended=attended,
            decisions=list(decisions),
            **minutes,
        )

    def correct(self, act: Act, *, attended: int, **minutes: Any) -> None:
        """Put the minutes right; what was decided stays."""
        self.must_be_held()
        must_have_attendance(attended)
        self.record(self.MinutesCorrected, act, attended=attended, **minutes)

    def complete(self, act: Act, number: int, done_on: date, note: SealedBox) -> None:
        """Record one decision as done."""
        self.must_be_held()
        if number not in {each.number for each in self.decisions}:
            raise invalid("n", _("Rapat ini tidak punya keputusan bernomor {n}.", n=number))
        if number in self.done:
            raise StepNotAllowed(
                _("Keputusan {n} sudah dicatat sebagai selesai.", n=number), self.allowed
            )
        if act.occurred_at < self.at:
            raise invalid("done_on", _("Tanggal ini mendahului rapatnya. Periksa tanggalnya."))
        self.record(self.DecisionDone, act, decision_number=number, done_on=done_on, note=note)

    def take(self, event: MeetingEvent) -> None:
        """Change the state as the recorded step says."""
        match event:
            case Meeting.Planned():
                self.puskesmas, self.plan, self.state = event.puskesmas, event, "planned"
                self.called_at, self.recorded_by = event.occurred_at, event.actor
                self.cancelled = self.held = self.minutes = None
                self.corrections, self.done = [], {}
            case Meeting.Replanned():
                self.plan = event
            case Meeting.Cancelled():
                self.cancelled, self.state = event, "cancelled"
            case Meeting.Held():
                self.held = self.minutes = event
                self.state = "held"
            case Meeting.MinutesCorrected():
                self.minutes = event
                self.corrections = [*self.corrections, event]
            case Meeting.DecisionDone():
                self.done = {**self.done, event.decision_number: event}

    def _must_be_planned(self) -> None:
        if self.state == "held":
            raise StepNotAllowed(
                _("Rapat ini sudah dicatat terlaksana. Perbaiki notulennya bila perlu."),
                self.allowed,
            )
        if self.state == "cancelled":
            raise StepNotAllowed(_("Rapat ini dibatalkan. Rencanakan rapat yang baru."), ())

    def must_be_held(self) -> None:
        """Raise StepNotAllowed for a meeting that was not held, or not written down yet."""
        if self.state != "held":
            raise StepNotAllowed(
                _("Rapat ini belum dicatat terlaksana. Catat notulennya dahulu."), self.allowed
            )


def must_have_attendance(attended: int) -> None:
    """Raise InvalidInput for minutes of a meeting at which nobody was."""
    if attended < 1:
        raise invalid("attendance", NOBODY)


NOBODY: Final[Text] = _("Tulis siapa saja yang hadir, sedikitnya satu orang.")
