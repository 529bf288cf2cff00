"""A complaint as it stands on the form, and what is done later to the form itself.

What becomes of it is the case's (resolution). Event classes keep their `TOPIC` for ever; a change
of shape gets a new `class_version` and an upcast.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.errors import StepNotAllowed, invalid
from services.kernel.text import _

if TYPE_CHECKING:
    from services.intake.domain.erasure import Erasure, Hold

KINDS = ("complaint", "suggestion", "praise", "information_request")
CONFIDENTIALITIES = ("open", "confidential", "anonymous")
BY_COMPLAINANT = "complainant"
BY_OFFICER = "officer"
RATINGS = (1, 2, 3, 4)
ATTACHMENTS_MOST = 20


class Complaint(Aggregate):
    """One entry of the complaint register: what somebody told the Puskesmas."""

    TOPIC = "intake.Complaint"

    class Event(Aggregate.Event):
        """A step of a complaint."""

    class Received(Event, Created):
        """The complaint form was filled in (SOP Lamaru 1c, 2b)."""

        TOPIC = "intake.ComplaintReceived"

        number: str
        receipt_hash: str
        channel: str
        kind: str
        service_unit: str | None
        categories: list[str]
        incident_at: datetime | None
        confidentiality: str
        relation: str | None
        barrier: str | None
        wants_answer_by: str | None
        text: SealedBox
        complainant: SealedBox | None

        def apply(self, aggregate: "Complaint") -> None:
            """Take over what stands on the form."""
            aggregate.number = self.number
            aggregate.receipt_hash = self.receipt_hash
            aggregate.puskesmas = self.puskesmas
            aggregate.received_at = self.occurred_at
            aggregate.recorded_at = self.timestamp
            aggregate.received_by = self.actor
            aggregate.withdrawn = False
            aggregate.original = None
            aggregate.attachments = {}
            aggregate.erasure = None
            aggregate.hold = None
            aggregate.received_in = None
            aggregate.meeting = None
            aggregate.written_elsewhere = 0
            aggregate.fill_in(self)

    class Corrected(Event):
        """What stands on the form was put right; whole new values."""

        TOPIC = "intake.ComplaintCorrected"

        channel: str
        kind: str
        service_unit: str | None
        categories: list[str]
        incident_at: datetime | None
        confidentiality: str
        relation: str | None
        barrier: str | None
        wants_answer_by: str | None
        text: SealedBox
        complainant: SealedBox | None
        reason: SealedBox

        def apply(self, aggregate: "Complaint") -> None:
            """Take over what stands on the form now."""
            aggregate.fill_in(self)

    class Withdrawn(Event):
        """The person took the complaint back."""

        TOPIC = "intake.ComplaintWithdrawn"

        by: str
        reason: SealedBox | None

        def apply(self, aggregate: "Complaint") -> None:
            """Keep that it was taken back."""
            aggregate.withdrawn = True

    class DuplicateLinked(Event):
        """It says what another complaint had said before."""

        TOPIC = "intake.DuplicateLinked"

        other: str

        def apply(self, aggregate: "Complaint") -> None:
            """Keep the original."""
            aggregate.original = self.other

    class DuplicateUnlinked(Event):
        """It is no duplicate of that other one after all."""

        TOPIC = "intake.DuplicateUnlinked"

        other: str

        def apply(self, aggregate: "Complaint") -> None:
            """Forget the original."""
            aggregate.original = None

    class AttachmentAdded(Event):
        """A file was put with it."""

        TOPIC = "intake.AttachmentAdded"

        attachment: str
        sha256: str
        size: int
        media_type: str
        file_name: SealedBox

        def apply(self, aggregate: "Complaint") -> None:
            """Keep what is known of the file."""
            aggregate.attachments[self.attachment] = self

    class Rated(Event):
        """The person said how well it was handled."""

        TOPIC = "intake.ComplainantRated"

        rating: int
        remark: SealedBox | None

        def apply(self, aggregate: "Complaint") -> None:
            """Change nothing: a rating is about the handling, not on the form."""

    class ReopenRequested(Event):
        """The person asks for the case to be taken up again."""

        TOPIC = "intake.ReopenRequested"

        reason: SealedBox

        def apply(self, aggregate: "Complaint") -> None:
            """Change nothing: the case decides."""

    class FeedbackHeard(Event):
        """It was raised in a meeting."""

        TOPIC = "intake.FeedbackHeard"

        meeting: str

        def apply(self, aggregate: "Complaint") -> None:
            """Keep which meeting it was."""
            aggregate.meeting = self.meeting

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        number: str
        receipt_hash: str
        channel: str
        kind: str
        service_unit: str | None
        categories: list[str]
        incident_at: datetime | None
        confidentiality: str
        relation: str | None
        barrier: str | None
        wants_answer_by: str | None
        text: SealedBox
        complainant: SealedBox | None
        received_at: datetime
        recorded_at: datetime
        received_by: str
        withdrawn: bool
        original: str | None
        attachments: dict[str, "Complaint.AttachmentAdded"]
        erasure: Erasure | None
        hold: Hold | None
        received_in: str | None
        meeting: str | None
        written_elsewhere: int

    @classmethod
    def receive(cls, act: Act, *, id: UUID, puskesmas: str, **form: Any) -> "Complaint":
        """Write a complaint down."""
        return cls.begin(cls.Received, act, id=id, puskesmas=puskesmas, **form)

    def hear_in(self, act: Act, meeting: str) -> None:
        """Record in which meeting it was raised."""
        self.record(self.FeedbackHeard, act, meeting=meeting)

    def fill_in(self, event: "Complaint.Received | Complaint.Corrected") -> None:
        """Let the form stand as an event says."""
        for name in CORRECTABLE:
            setattr(self, name, getattr(event, name))

    @property
    def known_version(self) -> int:
        """How many steps are known of it, in whichever store they were written."""
        return self.version + self.written_elsewhere

    def form(self) -> dict[str, Any]:
        """Return what stands on the form and may be corrected."""
        return {name: getattr(self, name) for name in CORRECTABLE}

    def correct(self, act: Act, form: Mapping[str, Any], reason: SealedBox) -> None:
        """Put the form right; `form` holds every correctable field.

        Raises InvalidInput when nothing of it is new.
        """
        self._not_before_it_was_received(act, "corrected_at")
        if dict(form) == self.form():
            raise invalid("reason", _("Tidak ada isian yang berubah."))
        self.record(self.Corrected, act, **form, reason=reason)

    def withdraw(
        self, act: Act, by: str, reason: SealedBox | None, *, in_vain: bool = False
    ) -> None:
        """Take it back; raises StepNotAllowed when that was done before.

        `in_vain`: it was, but came too late for its case, which has been taken up again.
        """
        self._not_before_it_was_received(act, "withdrawn_at")
        if self.withdrawn and not in_vain:
            raise _refused(_("Keluhan ini sudah dicabut."))
        self.record(self.Withdrawn, act, by=by, reason=reason)

    def link(self, act: Act, original: "Complaint", *, has_duplicates: bool) -> bool:
        """Say that it is a duplicate of `original`; False when that stands already.

        `has_duplicates`: others are linked to this one. Raises StepNotAllowed: links lead from
        duplicates to one original of the same Puskesmas, and never further.
        """
        if self.original == str(original.id):
            return False
        if original.id == self.id:
            raise _refused(_("Keluhan tidak bisa menjadi duplikat dirinya sendiri."))
        if original.puskesmas != self.puskesmas:
            raise _refused(_("Duplikat hanya di dalam satu Puskesmas."))
        if self.original is not None:
            raise _refused(_("Keluhan ini sudah duplikat keluhan lain. Lepaskan itu dahulu."))
        if original.original is not None:
            raise _refused(_("Yang dipilih sendiri sebuah duplikat. Pilih keluhan asalnya."))
        if has_duplicates:
            raise _refused(_("Keluhan lain menjadi duplikat keluhan ini. Lepaskan itu dahulu."))
        self.record(self.DuplicateLinked, act, other=str(original.id))
        return True

    def unlink(self, act: Act, other: UUID) -> bool:
        """Take the link to `other` back; False when there is none."""
        if self.original != str(other):
            return False
        self.record(self.DuplicateUnlinked, act, other=str(other))
        return True

    def attach(self, act: Act, **file: Any) -> None:
        """Put a file with it; raises StepNotAllowed when it has as many as it may."""
        if len(self.attachments) >= ATTACHMENTS_MOST:
            raise _refused(_("Paling banyak {limit} berkas.", limit=ATTACHMENTS_MOST))
        self.record(self.AttachmentAdded, act, **file)

    def rate(self, act: Act, rating: int, remark: SealedBox | None) -> None:
        """Record how well the person finds that it was handled; the last rating counts."""
        self.record(self.Rated, act, rating=rating, remark=remark)

    def request_reopening(self, act: Act, reason: SealedBox) -> None:
        """Record that the person asks for more."""
        self.record(self.ReopenRequested, act, reason=reason)

    def _not_before_it_was_received(self, act: Act, field: str) -> None:
        if act.occurred_at < self.received_at:
            raise invalid(field, _("Waktu ini sebelum keluhan diterima. Periksa tanggal dan jam."))


def _refused(message: Any) -> StepNotAllowed:
    return StepNotAllowed(message, ())


CORRECTABLE = (
    "channel",
    "kind",
    "service_unit",
    "categories",
    "incident_at",
    "confidentiality",
    "relation",
    "barrier",
    "wants_answer_by",
    "text",
    "complainant",
)
