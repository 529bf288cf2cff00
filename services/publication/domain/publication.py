"""What publication owns: a documented result on its way to the public.

The automatic draft keeps the documentation's words as they were sealed. Nothing is public before
somebody who neither documented the case nor last saved the draft has approved the text.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from services.kernel.aggregate import SYSTEM, Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.errors import Forbidden, StepNotAllowed, invalid
from services.kernel.text import _
from services.publication.domain.events import (
    ChangePlanned,
    ChangePlannedV1,
    Evidenced,
    OfComplaint,
    PlanReleased,
    ReleaseCalledOff,
    ReleaseScheduled,
)
from services.publication.domain.values import (
    AHEAD,
    EVIDENCE_MOST,
    WRITERS,
    Evidence,
    Public,
    Scheduled,
)


class Publication(Aggregate):
    """One documented result, or (`planned`) what a plan will change; from draft to release."""

    TOPIC = "publication.Publication"

    class DraftedV1(OfComplaint, Created):
        """A documented result became a draft, of which not all was published."""

        TOPIC = "publication.Drafted"
        number: str
        text: SealedBox
        confidentiality: str
        service_unit: str | None
        entered_by: str
        documented_by: str

    class Drafted(DraftedV1):
        """A documented result became a draft."""

        TOPIC = "publication.Drafted.2"

    class Saved(OfComplaint):
        """Somebody saved the draft with another text."""

        TOPIC = "publication.DraftSaved"
        text: SealedBox
        confidentiality: str
        documented_by: str

    class Approved(OfComplaint):
        """The redacted text was approved."""

        TOPIC = "publication.Approved"
        text: SealedBox
        media: list[str]
        confirmed: bool

    class Returned(OfComplaint):
        """The draft was handed back, to be worded anew."""

        TOPIC = "publication.Returned"
        reason: SealedBox

    class Released(OfComplaint):
        """The approved text became public, or is shown in a further medium; `media` are all."""

        TOPIC = "publication.ResolutionPublished"
        text: str
        media: list[str]
        shows_unit_and_date: bool

    class Withdrawn(OfComplaint):
        """The release was taken back."""

        TOPIC = "publication.Withdrawn"
        reason: SealedBox

    class Informed(OfComplaint):
        """The complainant was told the result."""

        TOPIC = "publication.ComplainantInformed"
        channel: str

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        complaint: str
        number: str
        confidentiality: str
        service_unit: str | None
        entered_by: str
        documented_by: str
        saved_by: str
        worded_by: tuple[str, str]
        text: SealedBox
        media: list[str]
        shown: list[str]
        public: Public | None
        returned: SealedBox | None
        state: str
        confirmed: bool
        informed: bool
        planned: bool
        scheduled: Scheduled | None
        evidence: list[Evidence]
        unproven: list[str]

    @staticmethod
    def id_of(complaint: UUID, documentation: str) -> UUID:
        """Return the id of the publication of one documentation event (`<source>:<id>`)."""
        return uuid5(complaint, f"publication:{documentation}")

    @classmethod
    def draft(cls, act: Act, *, id: UUID, puskesmas: str, **form: Any) -> "Publication":
        """Make a draft of a documented result."""
        return cls.begin(cls.Drafted, act, id=id, puskesmas=puskesmas, publication=str(id), **form)

    @staticmethod
    def id_of_plan(complaint: UUID, plan: str) -> UUID:
        """Return the id of the announcement of one plan event (`<source>:<id>`)."""
        return uuid5(complaint, f"planned:{plan}")

    @classmethod
    def announce(cls, act: Act, *, id: UUID, puskesmas: str, **form: Any) -> "Publication":
        """Make a draft of what a case's plan will change."""
        return cls.begin(
            ChangePlanned, act, id=id, puskesmas=puskesmas, publication=str(id), **form
        )

    @property
    def allowed(self) -> tuple[str, ...]:
        """The steps that the publication allows now."""
        steps: tuple[str, ...] = {
            "drafted": ("draft", "approval", "return"),
            "returned": ("draft", "approval"),
            "approved": ("release", "schedule", "approval", "draft", "return"),
            "released": ("release", "schedule", "withdrawal", "evidence")
            if self.not_shown
            else ("withdrawal", "evidence"),
            "withdrawn": ("draft", "approval"),
        }[self.state]
        if self.state == "approved" and self.needs_confirmation:
            steps = ("approval", "draft", "return")
        if self.scheduled:
            steps = (*steps, "cancellation")
        told = self.informed or self.planned or self.confidentiality == "anonymous"
        return steps if told else (*steps, "informed")

    @property
    def not_shown(self) -> list[str]:
        """The approved media in which the text is not shown (yet)."""
        return [each for each in self.media if each not in self.shown]

    @property
    def needs_confirmation(self) -> bool:
        """Whether the head must confirm a second time before release (a confidential one)."""
        return self.confidentiality == "confidential" and not self.confirmed

    def save_draft(self, act: Act, text: SealedBox) -> None:
        """Save another text; an approval given before no longer holds."""
        self._must_allow("draft")
        self._add(
            self.Saved,
            act,
            text=text,
            confidentiality=self.confidentiality,
            documented_by=self.documented_by,
        )

    def follow_form(self, act: Act, confidentiality: str) -> bool:
        """Be as confidential as the corrected form; say whether that changed anything.

        What is released stays as it is until somebody withdraws it: the board hides unit and date
        of what became confidential by itself.
        """
        if self.state == "released" or confidentiality == self.confidentiality:
            return False
        self._add(
            self.Saved,
            act,
            text=self.text,
            confidentiality=confidentiality,
            documented_by=self.documented_by,
        )
        return True

    def approve(
        self, act: Act, text: SealedBox, media: list[str], confirm: bool, same_allowed: bool
    ) -> None:
        """Approve the text; `same_allowed` is the district file's word on who may.

        The second word on a confidential one is about the text of the first.
        """
        self._must_allow("approval")
        if not same_allowed and act.actor in (self.documented_by, self.saved_by):
            raise Forbidden(
                _("Yang menyetujui harus orang lain: bukan yang mendokumentasikan atau menyunting.")
            )
        confirmed = confirm and self.state == "approved"
        if confirmed and self.needs_confirmation and text != self.text:
            raise invalid(
                "text",
                _("Persetujuan kedua harus untuk teks yang sama dengan yang disetujui pertama."),
            )
        self._add(self.Approved, act, text=text, media=media, confirmed=confirmed)

    def give_back(self, act: Act, reason: SealedBox) -> None:
        """Hand the draft back with what is wrong; an approval given before no longer holds."""
        self._must_allow("return")
        self._add(self.Returned, act, reason=reason)

    def release(
        self, act: Act, text: str, media: list[str] | None, form_confidentiality: str
    ) -> None:
        """Make the approved text public in all or some of the approved media; one that is out
        already, in those too.

        `form_confidentiality` is that of the form as it stands. What became confidential after its
        release is shown nowhere else: nobody has judged its text as such.
        """
        wanted = self._wanted("release", media, form_confidentiality)
        self._add(
            PlanReleased if self.planned else self.Released,
            act,
            text=text,
            media=[each for each in self.media if each in (*wanted, *self.shown)],
            shows_unit_and_date=self.confidentiality != "confidential",
        )

    def schedule(
        self, act: Act, release_at: datetime, media: list[str] | None, form_confidentiality: str
    ) -> None:
        """Have it released at a set time, at the latest so long after now as `AHEAD`; what was set
        before no longer holds."""
        wanted = self._wanted("schedule", media, form_confidentiality)
        if release_at <= act.recorded_at:
            raise invalid(
                "release_at",
                _("Waktu ini sudah lewat. Isi yang akan datang, atau terbitkan."),
            )
        if release_at > act.recorded_at + AHEAD:
            raise invalid("release_at", _("Paling lama setahun sesudah hari ini."))
        self._add(ReleaseScheduled, act, media=wanted, release_at=release_at)

    def call_off(self, act: Act) -> None:
        """Have it not released at the time that was set."""
        self._must_allow("cancellation")
        self._add(ReleaseCalledOff, act)

    def prove(self, act: Act, medium: str, link: SealedBox | None, **photo: Any) -> None:
        """Record what proves that a medium shows the text."""
        self._must_allow("evidence")
        if medium not in self.shown:
            raise invalid("medium", _("Belum terbit di media ini. Pilih yang sudah."))
        assert self.public is not None
        if act.occurred_at < self.public.since:
            raise invalid("seen_at", _("Waktu ini mendahului terbitnya. Periksa jamnya."))
        if len(self.evidence) >= EVIDENCE_MOST:
            raise StepNotAllowed(
                _("Paling banyak {limit} bukti.", limit=EVIDENCE_MOST), self.allowed
            )
        self._add(Evidenced, act, medium=medium, link=link, **photo)

    def _wanted(self, step: str, media: list[str] | None, form_confidentiality: str) -> list[str]:
        """Return the media in which the text is to be shown besides those that show it."""
        if self.state == "approved" and self.needs_confirmation:
            raise StepNotAllowed(
                _("Keluhan rahasia: kepala Puskesmas perlu menyetujui sekali lagi."), self.allowed
            )
        self._must_allow(step)
        open_then = self.confidentiality != "confidential"
        if self.state == "released" and open_then and form_confidentiality == "confidential":
            raise StepNotAllowed(
                _("Keluhan ini menjadi rahasia sesudah terbit. Tarik dahulu, lalu setujui lagi."),
                self.allowed,
            )
        if media is not None and not set(media) <= set(self.media):
            raise invalid("media", _("Pilih hanya media yang sudah disetujui."))
        wanted = [each for each in self.not_shown if media is None or each in media]
        if not wanted:
            raise invalid("media", _("Sudah tampil di sana. Pilih media yang lain."))
        return wanted

    def withdraw(self, act: Act, reason: SealedBox) -> None:
        """Take the release back."""
        self._must_allow("withdrawal")
        self._add(self.Withdrawn, act, reason=reason)

    def inform(self, act: Act, channel: str, received_at: datetime) -> None:
        """Record that the complainant was told, which an answer at once may have done before
        its result was written down, but nobody before the complaint was received."""
        if self.confidentiality == "anonymous":
            raise StepNotAllowed(
                _("Keluhan anonim: pelapor tidak dapat dikabari; tanda terimanya memuat hasilnya."),
                self.allowed,
            )
        self._must_allow("informed")
        if act.occurred_at < received_at:
            raise invalid(
                "informed_at",
                _("Waktu ini mendahului diterimanya keluhan. Periksa tanggal dan jamnya."),
            )
        self._add(self.Informed, act, channel=channel)

    def take(self, event: OfComplaint) -> None:
        """Change the state as the recorded step says."""
        match event:
            case Publication.DraftedV1() | ChangePlannedV1():
                self._begin(event)
            case Publication.Saved():
                self.state, self.text, self.confirmed = "drafted", event.text, False
                self.returned = self.scheduled = None
                self.confidentiality = event.confidentiality
                if event.actor != SYSTEM:
                    self.saved_by, self.worded_by = event.actor, (event.actor, event.role)
            case Publication.Approved():
                if event.text != self.text:
                    self.worded_by = event.actor, event.role
                self.state, self.text = "approved", event.text
                self.media, self.confirmed = event.media, event.confirmed
                self.returned = self.scheduled = None
            case Publication.Returned():
                self.state, self.confirmed, self.returned = "returned", False, event.reason
                self.scheduled = None
            case Publication.Informed():
                self.informed = True
            case _:
                self._take_public(event)

    def _take_public(self, event: OfComplaint) -> None:
        match event:
            case Publication.Released() | PlanReleased():
                since = self.public.since if self.public else event.occurred_at
                self.public = Public(event.text, since, event.shows_unit_and_date)
                self.unproven += [each for each in event.media if each not in self.shown]
                self.state, self.shown = "released", event.media
                if self.scheduled and set(self.scheduled.media) <= set(self.shown):
                    self.scheduled = None
            case Publication.Withdrawn():
                self.state, self.confirmed, self.shown = "withdrawn", False, []
                self.public, self.scheduled, self.unproven = None, None, []
            case ReleaseScheduled():
                self.scheduled = Scheduled(event.release_at, event.media, event.actor, event.role)
            case ReleaseCalledOff():
                self.scheduled = None
            case Evidenced():
                self.evidence.append(
                    Evidence(
                        event.evidence,
                        event.medium,
                        event.occurred_at,
                        event.actor,
                        event.role,
                        event.link,
                        event.media_type,
                    )
                )
                self.unproven = [each for each in self.unproven if each != event.medium]

    def _begin(self, event: "Publication.DraftedV1 | ChangePlannedV1") -> None:
        self.puskesmas, self.complaint = event.puskesmas, event.complaint
        self.number, self.confidentiality = event.number, event.confidentiality
        self.service_unit, self.entered_by = event.service_unit, event.entered_by
        self.planned = isinstance(event, ChangePlannedV1)
        if isinstance(event, ChangePlannedV1):
            self.documented_by, self.saved_by = event.planned_by, event.actor
            self.worded_by = event.actor, event.role
        else:
            self.documented_by, self.saved_by = event.documented_by, SYSTEM
            self.worded_by = event.documented_by, WRITERS
        self.text, self.media, self.state = event.text, [], "drafted"
        self.shown, self.returned, self.public = [], None, None
        self.scheduled, self.evidence, self.unproven = None, [], []
        self.confirmed = self.informed = False

    def _must_allow(self, step: str) -> None:
        if step not in self.allowed:
            raise StepNotAllowed(
                _("Langkah ini belum atau tidak lagi bisa dilakukan pada publikasi ini."),
                self.allowed,
            )

    def _add(self, event: type[OfComplaint], act: Act, **facts: Any) -> None:
        self.record(event, act, complaint=self.complaint, publication=str(self.id), **facts)
