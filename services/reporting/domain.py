"""What reporting owns: the recap of one month at one Puskesmas, as it was reported, and the signed
checkpoints of this origin's logs.

All else that reporting shows is computed from the log; that a month was reported, and with which
figures, is a fact of its own, and goes into the log.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts.reporting import CheckpointTopV1, RecapLineV1


class Recap(Aggregate):
    """One month of one Puskesmas; it begins with its closing."""

    TOPIC = "reporting.Recap"

    class Closed(Created):
        """The month was closed with these figures, which stood so `as_of` and `known_at`."""

        TOPIC = "reporting.RecapClosed"
        month: str
        as_of: datetime
        known_at: datetime
        lines: list[RecapLineV1]

        @property
        def subject(self) -> str:
            """The recap of one Puskesmas and month, whichever store wrote it."""
            return f"recap:{self.puskesmas}:{self.month}"

        def apply(self, aggregate: "Recap") -> None:
            """Remember what was closed."""
            aggregate.puskesmas, aggregate.month = self.puskesmas, self.month

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        month: str

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
