"""How the person of a complaint is erased: asked for, closed at once, destroyed after some days.

Steps of the complaint, in modules of their own. None of them holds a word: they stay for ever.
The home of the complaint decides; every origin that held a copy says that it destroyed its own.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intake.domain.complaint import Complaint
from services.kernel.aggregate import Act, apart
from services.kernel.errors import AlreadyDone, StepNotAllowed, invalid
from services.kernel.text import Text, _

REASONS: Final = ("subject_request", "consent_withdrawn", "unlawful", "retention")
HELD_DAYS: Final = 3653
"""So long a hold lasts at most, ten years: a slip of the year would hold for ever."""
HOLD_REASONS: Final = ("legal_case", "law_enforcement", "archive_schedule", "public_interest")
LEGAL_HOLD: Final = "legal_hold"
OPEN_CASE: Final = "open_case"


class Stage(StrEnum):
    """How far an erasure is."""

    REQUESTED = "requested"
    """Asked for away from the home, which has not answered yet."""
    SCHEDULED = "scheduled"
    REFUSED = "refused"
    CALLED_BACK = "called_back"
    ERASED = "erased"


UNDER_WAY: Final = frozenset({Stage.REQUESTED, Stage.SCHEDULED, Stage.ERASED})


@dataclass(frozen=True)
class Erasure:
    """An erasure as one complaint of the person knows it.

    `copies` are the other origins that have to destroy theirs, `destroyed` those that said so.
    """

    id: str
    reason: str
    stage: Stage
    at: datetime
    by: str
    role: str
    ends_open_cases: bool = False
    refused_for: str = ""
    destroy_at: datetime | None = None
    copies: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()

    @property
    def closes_words(self) -> bool:
        """Whether the words are closed to everybody."""
        return self.stage in (Stage.SCHEDULED, Stage.ERASED)

    @property
    def pending(self) -> tuple[str, ...]:
        """The origins that have not said yet that their copy is destroyed."""
        return tuple(each for each in self.copies if each not in self.destroyed)


@dataclass(frozen=True)
class Hold:
    """What keeps a person from being erased, through the day `until`."""

    reason: str
    until: date
    at: datetime
    by: str
    role: str


@apart
class ErasureRequested(Complaint.Event):
    """Somebody asked for the person to be erased."""

    TOPIC = "intake.ErasureRequested"

    erasure: str
    reason: str
    ends_open_cases: bool

    def apply(self, aggregate: Complaint) -> None:
        """Keep who asked and why; one that is under way already goes on."""
        if not is_under_way(aggregate):
            aggregate.erasure = Erasure(
                self.erasure,
                self.reason,
                Stage.REQUESTED,
                self.occurred_at,
                self.actor,
                self.role,
                self.ends_open_cases,
            )


@apart
class ErasureScheduled(Complaint.Event):
    """The home closed the words, and said when their keys will be destroyed."""

    TOPIC = "intake.ErasureScheduled"

    erasure: str
    reason: str
    destroy_at: datetime
    copies: list[str]

    def apply(self, aggregate: Complaint) -> None:
        """Keep when, and who has to destroy a copy."""
        asked = _of(aggregate, self.erasure) or Erasure(
            self.erasure, self.reason, Stage.SCHEDULED, self.occurred_at, self.actor, self.role
        )
        aggregate.erasure = replace(
            asked,
            stage=Stage.SCHEDULED,
            destroy_at=self.destroy_at,
            copies=tuple(self.copies),
        )


@apart
class ErasureRefused(Complaint.Event):
    """The home refused what was asked for elsewhere."""

    TOPIC = "intake.ErasureRefused"

    erasure: str
    refused_for: str

    def apply(self, aggregate: Complaint) -> None:
        """Keep why."""
        if asked := _of(aggregate, self.erasure):
            aggregate.erasure = replace(asked, stage=Stage.REFUSED, refused_for=self.refused_for)


@apart
class ErasureCalledBack(Complaint.Event):
    """The erasure was called back before its time."""

    TOPIC = "intake.ErasureCalledBack"

    erasure: str

    def apply(self, aggregate: Complaint) -> None:
        """Let the words be opened again."""
        if asked := _of(aggregate, self.erasure):
            aggregate.erasure = replace(asked, stage=Stage.CALLED_BACK)


@apart
class PersonErased(Complaint.Event):
    """The keys and files of this complaint were destroyed at one origin."""

    TOPIC = "intake.PersonErased"

    erasure: str
    origin: str

    def apply(self, aggregate: Complaint) -> None:
        """Keep which origin said so."""
        asked = _of(aggregate, self.erasure) or Erasure(
            self.erasure, "", Stage.ERASED, self.occurred_at, self.actor, self.role
        )
        aggregate.erasure = replace(
            asked, stage=Stage.ERASED, destroyed=(*asked.destroyed, self.origin)
        )


@apart
class LegalHoldPlaced(Complaint.Event):
    """The person may not be erased for now."""

    TOPIC = "intake.LegalHoldPlaced"

    reason: str
    until: date

    def apply(self, aggregate: Complaint) -> None:
        """Keep why, and through which day."""
        aggregate.hold = Hold(self.reason, self.until, self.occurred_at, self.actor, self.role)


@apart
class LegalHoldLifted(Complaint.Event):
    """What kept the person from being erased is over."""

    TOPIC = "intake.LegalHoldLifted"

    def apply(self, aggregate: Complaint) -> None:
        """Forget the hold."""
        aggregate.hold = None


def is_under_way(complaint: Complaint) -> bool:
    """Say whether an erasure is asked for, closes the words, or is done."""
    return complaint.erasure is not None and complaint.erasure.stage in UNDER_WAY


def is_held(complaint: Complaint, today: date) -> bool:
    """Say whether a legal hold keeps the person of a complaint from being erased on a day."""
    return complaint.hold is not None and today <= complaint.hold.until


def request(
    complaint: Complaint, act: Act, erasure: str, reason: str, *, ends_open_cases: bool
) -> None:
    """Ask for the person of a complaint to be erased; raises InvalidInput for a reason that is not
    listed, AlreadyDone where it is under way."""
    if reason not in REASONS:
        raise invalid("reason", _("Pilih salah satu: {known}.", known=", ".join(REASONS)))
    if is_under_way(complaint):
        raise AlreadyDone(_("Penghapusan orang ini sudah diminta atau sudah selesai."))
    complaint.record(
        ErasureRequested, act, erasure=erasure, reason=reason, ends_open_cases=ends_open_cases
    )


def schedule(
    complaint: Complaint,
    act: Act,
    erasure: str,
    reason: str,
    destroy_at: datetime,
    copies: list[str],
) -> None:
    """Close the words of one of the person's complaints; its keys are destroyed at `destroy_at`."""
    facts = {"reason": reason, "destroy_at": destroy_at, "copies": copies}
    complaint.record(ErasureScheduled, act, erasure=erasure, **facts)


def refuse(complaint: Complaint, act: Act, refused_for: str) -> None:
    """Refuse what was asked for elsewhere."""
    if complaint.erasure is not None:
        complaint.record(ErasureRefused, act, erasure=complaint.erasure.id, refused_for=refused_for)


def call_back(complaint: Complaint, act: Act) -> None:
    """Have the words opened again; raises StepNotAllowed where nothing is scheduled, or it is
    destroyed already."""
    erasure = complaint.erasure
    if erasure is None or erasure.stage is not Stage.SCHEDULED:
        gone = erasure is not None and erasure.stage is Stage.ERASED
        raise StepNotAllowed(_GONE if gone else _NOT_SCHEDULED, ())
    if erasure.destroy_at is not None and act.recorded_at >= erasure.destroy_at:
        raise StepNotAllowed(_GONE, ())
    complaint.record(ErasureCalledBack, act, erasure=erasure.id)


def destroyed(complaint: Complaint, act: Act, origin: str) -> None:
    """Record that keys and files were destroyed at an origin; said before, it stays as it is."""
    erasure = complaint.erasure
    if erasure is not None and origin not in erasure.destroyed:
        complaint.record(PersonErased, act, erasure=erasure.id, origin=origin)


def is_unsaid(erasure: Erasure | None) -> bool:
    """Say whether nothing that is known of a complaint leads to its words being destroyed."""
    return erasure is None or erasure.stage in (Stage.REFUSED, Stage.CALLED_BACK)


def found_destroyed(complaint: Complaint, act: Act, erasure: str, origin: str) -> None:
    """Record that keys and files were found destroyed at an origin which has lost what it said of
    that: as an erasure of its own, whose reason nobody knows any more."""
    complaint.record(PersonErased, act, erasure=erasure, origin=origin)


def hold(complaint: Complaint, act: Act, reason: str, until: date, today: date) -> None:
    """Keep the person of a complaint from being erased.

    Raises InvalidInput, and StepNotAllowed where the erasure is done.
    """
    if reason not in HOLD_REASONS:
        raise invalid("reason", _("Pilih salah satu: {known}.", known=", ".join(HOLD_REASONS)))
    if until < today:
        raise invalid("until", _("Hari ini sudah lewat. Isi hari yang akan datang."))
    if until - today > timedelta(HELD_DAYS):
        raise invalid("until", _("Paling lama sepuluh tahun. Sesudahnya dapat ditahan lagi."))
    if complaint.erasure is not None and complaint.erasure.stage is Stage.ERASED:
        raise StepNotAllowed(_GONE, ())
    complaint.record(LegalHoldPlaced, act, reason=reason, until=until)


def lift(complaint: Complaint, act: Act) -> None:
    """Take a legal hold away; raises StepNotAllowed where there is none."""
    if complaint.hold is None:
        raise StepNotAllowed(_("Tidak ada penahanan hukum atas keluhan ini."), ())
    complaint.record(LegalHoldLifted, act)


def _of(complaint: Complaint, erasure: str) -> Erasure | None:
    found = complaint.erasure
    return found if found is not None and found.id == erasure else None


_GONE: Final[Text] = _("Isinya sudah dimusnahkan; ini tidak dapat dibatalkan lagi.")
_NOT_SCHEDULED: Final[Text] = _("Tidak ada penghapusan yang sedang menunggu waktunya.")
