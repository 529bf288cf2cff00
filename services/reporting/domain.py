"""What reporting owns: the recap of one month at one Puskesmas, as it was reported and put right
since, and the signed checkpoints of this origin's logs.

All else that reporting shows is computed from the log; that a month was reported, and with which
figures, is a fact of its own, and goes into the log.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts.reporting import CheckpointTopV1, RecapLineV1
from services.kernel.errors import AlreadyDone, Conflict, invalid
from services.kernel.text import _

REASONS: Final = ("late_entry", "wrong_entry", "duplicate", "taken_back", "explained")
"""Why a closed recap may be corrected. Words about it stand in the recap's own form, sealed."""


class _OfMonth(Aggregate.Event):
    month: str

    @property
    def subject(self) -> str:
        """The recap of one Puskesmas and month, whichever store wrote it."""
        return f"recap:{self.puskesmas}:{self.month}"


class Recap(Aggregate):
    """One month of one Puskesmas; it begins with its closing. Each statement of its figures stays:
    the closing (number 0), and the corrections after it."""

    TOPIC = "reporting.Recap"

    class Closed(_OfMonth, Created):
        """The month was closed with these figures, which stood so `as_of` and `known_at`."""

        TOPIC = "reporting.RecapClosed"
        as_of: datetime
        known_at: datetime
        lines: list[RecapLineV1]

        def apply(self, aggregate: "Recap") -> None:
            """Remember what was closed."""
            aggregate.puskesmas, aggregate.month = self.puskesmas, self.month
            aggregate.statement, aggregate.lines = 0, self.lines
            aggregate.acknowledged = None

    class Corrected(_OfMonth):
        """The figures were put right; the head has not seen these."""

        TOPIC = "reporting.RecapCorrected"
        statement: int
        reason: str
        as_of: datetime
        known_at: datetime
        lines: list[RecapLineV1]

        def apply(self, aggregate: "Recap") -> None:
            """Remember what is stated now."""
            aggregate.statement, aggregate.lines = self.statement, self.lines

    class Acknowledged(_OfMonth):
        """The head took note of what is stated."""

        TOPIC = "reporting.RecapAcknowledged"
        statement: int

        def apply(self, aggregate: "Recap") -> None:
            """Remember which statement it was."""
            aggregate.acknowledged = self.statement

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        month: str
        statement: int
        lines: list[RecapLineV1]
        acknowledged: int | None

    @staticmethod
    def id_of(puskesmas: str, month: str) -> UUID:
        """Return the id of a recap."""
        return uuid5(NAMESPACE_URL, f"tanggap:recap:{puskesmas}:{month}")

    @classmethod
    def close(cls, act: Act, puskesmas: str, month: str, lines: list[RecapLineV1]) -> "Recap":
        """Close a month with the figures as they stand at this moment."""
        return cls.begin(
            cls.Closed,
            act,
            id=cls.id_of(puskesmas, month),
            puskesmas=puskesmas,
            month=month,
            as_of=act.recorded_at,
            known_at=act.recorded_at,
            lines=lines,
        )

    def correct(self, act: Act, reason: str, lines: list[RecapLineV1]) -> None:
        """State the figures as they stand at this moment.

        Raises InvalidInput for a reason that is none of `REASONS`, Conflict where they are those
        that were stated last.
        """
        if reason not in REASONS:
            raise invalid("reason", _("Pilih alasan dari daftar."))
        if lines == self.lines:
            raise Conflict(
                _("Angkanya sama dengan yang terakhir dilaporkan; tidak ada yang dikoreksi.")
            )
        self.record(
            self.Corrected,
            act,
            month=self.month,
            statement=self.statement + 1,
            reason=reason,
            as_of=act.recorded_at,
            known_at=act.recorded_at,
            lines=lines,
        )

    def acknowledge(self, act: Act) -> None:
        """Note that the head knows what is stated; raises AlreadyDone."""
        if self.acknowledged == self.statement:
            raise AlreadyDone(_("Rekap ini sudah diketahui kepala Puskesmas."))
        self.record(self.Acknowledged, act, month=self.month, statement=self.statement)


class Checkpoint(Aggregate):
    """How far this origin's logs were at one moment; signed once, and never changed."""

    TOPIC = "reporting.Checkpoint"

    class Signed(Created):
        """The logs were so far, and this was signed of it."""

        TOPIC = "reporting.CheckpointSigned"
        origin: str
        signed_at: datetime
        tops: list[CheckpointTopV1]
        public_key: str
        signature: str

        @property
        def subject(self) -> str:
            """The checkpoints of one origin, in their order."""
            return f"checkpoint:{self.origin}"

        def apply(self, aggregate: "Checkpoint") -> None:
            """It concerns no one Puskesmas."""
            aggregate.puskesmas = self.puskesmas

    @classmethod
    def sign(cls, act: Act, id: UUID, **signed: Any) -> "Checkpoint":
        """Record what was signed (the fields of `Signed`)."""
        return cls.begin(cls.Signed, act, id=id, puskesmas="", **signed)
