"""A message that came in by itself, until an officer says what it is.

It has a small history of its own, so that it is on record that it came and what became of it. What
it says is sealed with a key that lasts until it is a complaint, or is dismissed and past its days.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.errors import AlreadyDone, FieldError, InvalidInput, StepNotAllowed
from services.kernel.text import _

SMS: Final = "sms"
WHATSAPP: Final = "whatsapp"
PART_OF_OTHER: Final = "part_of_other"
ERASED: Final = "erased"
REASONS: Final = ("spam", "wrong_number", "answered", PART_OF_OTHER)
"""Why an officer may dismiss one."""
NOT_KEPT: Final = ("too_large", "not_allowed", "unreachable", "gone", "unsupported")
"""Why what came along is not kept."""

KEY: Final = "message/"
"""What the keys of messages begin with in the keyring, where those of complaints are their ids."""

WAITING, CONFIRMED, DISMISSED = "waiting", "confirmed", "dismissed"


class IncomingMessage(Aggregate):
    """One SMS or WhatsApp message."""

    TOPIC = "intake.IncomingMessage"

    class Event(Aggregate.Event):
        """A step of a message."""

    class Came(Event, Created):
        """It came (SOP Lamaru 1a, 2a)."""

        TOPIC = "intake.MessageCame"

        channel: str
        text: SealedBox | None
        sender: SealedBox
        file: SealedBox | None

        def apply(self, aggregate: "IncomingMessage") -> None:
            """Take over what came."""
            aggregate.puskesmas = self.puskesmas
            aggregate.channel, aggregate.sent_at = self.channel, self.occurred_at
            aggregate.text, aggregate.sender = self.text, self.sender
            aggregate.file, aggregate.kept, aggregate.refused = self.file, None, None
            aggregate.state = WAITING
            aggregate.complaint, aggregate.reason, aggregate.ended = None, None, None

    class FileKept(Event):
        """What came along was fetched and lies sealed."""

        TOPIC = "intake.MessageFileKept"

        file: str
        sha256: str
        size: int
        media_type: str
        file_name: SealedBox

        def apply(self, aggregate: "IncomingMessage") -> None:
            """Keep what is known of the file."""
            aggregate.kept = self

    class FileRefused(Event):
        """What came along was not kept."""

        TOPIC = "intake.MessageFileRefused"

        reason: str

        def apply(self, aggregate: "IncomingMessage") -> None:
            """Keep why."""
            aggregate.refused = self.reason

    class Confirmed(Event):
        """It was written down as a complaint (SOP Lamaru 1c, 2b)."""

        TOPIC = "intake.MessageConfirmed"

        complaint: str

        def apply(self, aggregate: "IncomingMessage") -> None:
            """Keep as which, and by whom."""
            aggregate.state, aggregate.ended = CONFIRMED, self
            aggregate.complaint, aggregate.reason = self.complaint, None

    class Dismissed(Event):
        """It becomes none."""

        TOPIC = "intake.MessageDismissed"

        reason: str
        complaint: str | None

        def apply(self, aggregate: "IncomingMessage") -> None:
            """Keep why."""
            aggregate.state, aggregate.ended = DISMISSED, self
            aggregate.complaint, aggregate.reason = self.complaint, self.reason

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        channel: str
        sent_at: datetime
        text: SealedBox | None
        sender: SealedBox
        file: SealedBox | None
        kept: FileKept | None
        refused: str | None
        state: str
        complaint: str | None
        reason: str | None
        ended: Confirmed | Dismissed | None

    @classmethod
    def come(
        cls,
        act: Act,
        *,
        id: UUID,
        puskesmas: str,
        channel: str,
        text: SealedBox | None,
        sender: SealedBox,
        file: SealedBox | None,
    ) -> "IncomingMessage":
        """Record that a message came."""
        facts = {"channel": channel, "text": text, "sender": sender, "file": file}
        return cls.begin(cls.Came, act, id=id, puskesmas=puskesmas, **facts)

    @property
    def key(self) -> str:
        """The key that everything of it is sealed with."""
        return self.sender.key

    @property
    def wants_file(self) -> bool:
        """Whether what came along is still to be fetched."""
        return self.file is not None and self.kept is None and self.refused is None

    def keep_file(self, act: Act, **file: object) -> None:
        """Record that what came along is kept; nothing where that is known already."""
        if self.wants_file:
            self.record(self.FileKept, act, **file)

    def refuse_file(self, act: Act, reason: str) -> None:
        """Record that what came along is not kept; nothing where it is, or was said before."""
        if reason not in NOT_KEPT:
            raise ValueError(reason)
        if self.kept is None and self.refused is None:
            self.record(self.FileRefused, act, reason=reason)

    def confirm(self, act: Act, complaint: str) -> None:
        """Record as which complaint it was written down; also one that had been dismissed.

        Raises AlreadyDone where it was written down before, StepNotAllowed where it was erased.
        """
        if self.state == CONFIRMED:
            raise AlreadyDone(_("Pesan ini sudah dicatat sebagai keluhan."))
        if self.reason == ERASED:
            raise StepNotAllowed(_("Data pengirim pesan ini sudah dihapus."), ())
        self.record(self.Confirmed, act, complaint=complaint)

    def dismiss(self, act: Act, reason: str, complaint: str | None = None) -> None:
        """Record that it becomes no complaint; `complaint` is the one that it belongs to.

        Raises InvalidInput, AlreadyDone where it was written down or dismissed before.
        """
        if reason not in REASONS:
            raise InvalidInput(FieldError("reason", _("Pilih alasan dari daftar.")))
        if (reason == PART_OF_OTHER) != (complaint is not None):
            raise InvalidInput(
                FieldError(
                    "complaint",
                    _("Isi nomor keluhan bila ini bagian darinya; selain itu kosongkan."),
                )
            )
        if self.state != WAITING:
            raise AlreadyDone(_("Pesan ini sudah dicatat atau disisihkan."))
        self.record(self.Dismissed, act, reason=reason, complaint=complaint)

    def erase(self, act: Act) -> None:
        """Record that its sender was erased; nothing where it is a complaint, which is erased as
        such."""
        if self.state != CONFIRMED and self.reason != ERASED:
            self.record(self.Dismissed, act, reason=ERASED, complaint=None)
