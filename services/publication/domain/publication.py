"""What publication owns: a documented result on its way to the public.

The automatic draft keeps the documentation's words as they were sealed. Nothing is public before
somebody who neither documented the case nor last saved the draft has approved the text.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from services.kernel.aggregate import SYSTEM, Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.errors import Forbidden, StepNotAllowed, invalid
from services.kernel.text import _

MEDIA = ("notice_board", "clinic_tv", "social_media")
WRITERS = "complaint_team"
"""The role of whoever worded an automatic draft: it is the documentation's text."""
INFORMED_BY = ("in_person", "phone", "sms", "whatsapp", "email", "letter", "meeting", "receipt")
REACHES = {
    "phone": "phone",
    "sms": "phone",
    "whatsapp": "phone",
    "email": "email",
    "letter": "address",
}
"""What must be known of a person for each way of telling that needs something."""


class Public(NamedTuple):
    """What everybody may read: the words in clear, and since when."""

    text: str
    since: datetime
    shows_unit_and_date: bool


class _OfComplaint(Aggregate.Event):
    """A step of a publication; on the stream it lies with its complaint."""

    complaint: str
    publication: str

    @property
    def subject(self) -> str:
        """The complaint's id."""
        return self.complaint

    def apply(self, aggregate: "Publication") -> None:
        """Let the publication take the step in."""
        aggregate.take(self)


class Publication(Aggregate):
    """One documented result, from draft to release."""

    TOPIC = "publication.Publication"

    class Drafted(_OfComplaint, Created):
        """A documented result became a draft."""

        TOPIC = "publication.Drafted"
        number: str
        text: SealedBox
        confidentiality: str
        service_unit: str | None
        entered_by: str
        documented_by: str

    class Saved(_OfComplaint):
        """Somebody saved the draft with another text."""

        TOPIC = "publication.DraftSaved"
        text: SealedBox
        confidentiality: str
        documented_by: str

    class Approved(_OfComplaint):
        """The redacted text was approved."""

        TOPIC = "publication.Approved"
        text: SealedBox
        media: list[str]
        confirmed: bool

    class Returned(_OfComplaint):
        """The draft was handed back, to be worded anew."""

        TOPIC = "publication.Returned"
        reason: SealedBox

    class Released(_OfComplaint):
        """The approved text became public, or is shown in a further medium; `media` are all."""

        TOPIC = "publication.ResolutionPublished"
        text: str
        media: list[str]
        shows_unit_and_date: bool

    class Withdrawn(_OfComplaint):
        """The release was taken back."""

        TOPIC = "publication.Withdrawn"
        reason: SealedBox

    class Informed(_OfComplaint):
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

    @staticmethod
    def id_of(complaint: UUID, documentation: str) -> UUID:
        """Return the id of the publication of one documentation event (`<source>:<id>`)."""
        return uuid5(complaint, f"publication:{documentation}")

    @classmethod
    def draft(cls, act: Act, *, id: UUID, puskesmas: str, **form: Any) -> "Publication":
        """Make a draft of a documented result."""
        return cls.begin(cls.Drafted, act, id=id, puskesmas=puskesmas, publication=str(id), **form)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The steps that the publication allows now."""
        steps = {
            "drafted": ("draft", "approval", "return"),
            "returned": ("draft", "approval"),
            "approved": ("release", "approval", "draft", "return"),
            "released": ("release", "withdrawal") if self.not_shown else ("withdrawal",),
            "withdrawn": ("draft", "approval"),
        }[self.state]
        if self.state == "approved" and self.needs_confirmation:
            steps = ("approval", "draft", "return")
        return (
            steps if self.informed or self.confidentiality == "anonymous" else (*steps, "informed")
        )

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
        if self.state == "approved" and self.needs_confirmation:
            raise StepNotAllowed(
                _("Keluhan rahasia: kepala Puskesmas perlu menyetujui sekali lagi."), self.allowed
            )
        self._must_allow("release")
        open_then = self.confidentiality != "confidential"
        if self.state == "released" and open_then and form_confidentiality == "confidential":
            raise StepNotAllowed(
                _("Keluhan ini menjadi rahasia sesudah terbit. Tarik dahulu, lalu setujui lagi."),
                self.allowed,
            )
        if media is not None and not set(media) <= set(self.media):
            raise invalid("media", _("Pilih hanya media yang sudah disetujui."))
        wanted = {*(self.media if media is None else media), *self.shown}
        if wanted == set(self.shown):
            raise invalid("media", _("Sudah tampil di sana. Pilih media yang lain."))
        self._add(
            self.Released,
            act,
            text=text,
            media=[each for each in self.media if each in wanted],
            shows_unit_and_date=open_then,
        )

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

    def take(self, event: _OfComplaint) -> None:
        """Change the state as the recorded step says."""
        match event:
            case Publication.Drafted():
                self._begin(event)
            case Publication.Saved():
                self.state, self.text, self.confirmed = "drafted", event.text, False
                self.returned = None
                self.confidentiality = event.confidentiality
                if event.actor != SYSTEM:
                    self.saved_by, self.worded_by = event.actor, (event.actor, event.role)
            case Publication.Approved():
                if event.text != self.text:
                    self.worded_by = event.actor, event.role
                self.state, self.text = "approved", event.text
                self.media, self.confirmed = event.media, event.confirmed
                self.returned = None
            case Publication.Returned():
                self.state, self.confirmed, self.returned = "returned", False, event.reason
            case Publication.Released():
                since = self.public.since if self.public else event.occurred_at
                self.public = Public(event.text, since, event.shows_unit_and_date)
                self.state, self.shown = "released", event.media
            case Publication.Withdrawn():
                self.state, self.confirmed, self.shown = "withdrawn", False, []
                self.public = None
            case Publication.Informed():
                self.informed = True

    def _begin(self, event: "Publication.Drafted") -> None:
        self.puskesmas, self.complaint = event.puskesmas, event.complaint
        self.number, self.confidentiality = event.number, event.confidentiality
        self.service_unit, self.entered_by = event.service_unit, event.entered_by
        self.documented_by, self.saved_by = event.documented_by, SYSTEM
        self.worded_by = event.documented_by, WRITERS
        self.text, self.media, self.state = event.text, [], "drafted"
        self.shown, self.returned, self.public = [], None, None
        self.confirmed = self.informed = False

    def _must_allow(self, step: str) -> None:
        if step not in self.allowed:
            raise StepNotAllowed(
                _("Langkah ini belum atau tidak lagi bisa dilakukan pada publikasi ini."),
                self.allowed,
            )

    def _add(self, event: type[_OfComplaint], act: Act, **facts: Any) -> None:
        self.record(event, act, complaint=self.complaint, publication=str(self.id), **facts)
