"""The part of a month's recap that people write: how effective the handling was, which barriers
there were, what the meeting made of it (SOP Puring 2a, 3b, 3d)."""

from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.errors import invalid
from services.kernel.text import _

EFFECTIVENESS: Final = ("effective", "partly", "not_effective", "nothing")
"""How effective the team found the handling of a month; `nothing`: there was nothing to handle."""


class _Completed(Aggregate.Event):
    month: str
    effectiveness: str
    effectiveness_note: SealedBox | None
    barriers_note: SealedBox | None
    meeting_note: SealedBox | None

    @property
    def subject(self) -> str:
        """The recap of one Puskesmas and month, whichever store wrote of it."""
        return f"recap:{self.puskesmas}:{self.month}"

    def apply(self, aggregate: "RecapForm") -> None:
        """Remember what stands on the form."""
        aggregate.puskesmas, aggregate.month = self.puskesmas, self.month
        aggregate.effectiveness = self.effectiveness
        aggregate.effectiveness_note = self.effectiveness_note
        aggregate.barriers_note = self.barriers_note
        aggregate.meeting_note = self.meeting_note


class RecapForm(Aggregate):
    """The recap form of one month at one Puskesmas, as it was written last."""

    TOPIC = "resolution.RecapForm"

    class Begun(_Completed, Created):
        """The form was written for the first time."""

        TOPIC = "resolution.RecapFormBegun"

    class Completed(_Completed):
        """The form was written anew."""

        TOPIC = "resolution.RecapFormCompleted"

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        month: str
        effectiveness: str
        effectiveness_note: SealedBox | None
        barriers_note: SealedBox | None
        meeting_note: SealedBox | None

    @staticmethod
    def id_of(puskesmas: str, month: str) -> UUID:
        """Return the id of a form."""
        return uuid5(NAMESPACE_URL, f"tanggap:recap-form:{puskesmas}:{month}")

    @classmethod
    def start(
        cls,
        act: Act,
        puskesmas: str,
        month: str,
        effectiveness: str,
        notes: "dict[str, SealedBox | None]",
    ) -> "RecapForm":
        """Write the form; raises InvalidInput for a word that is none of `EFFECTIVENESS`."""
        _known(effectiveness)
        return cls.begin(
            cls.Begun,
            act,
            id=cls.id_of(puskesmas, month),
            puskesmas=puskesmas,
            month=month,
            effectiveness=effectiveness,
            **notes,
        )

    def complete(self, act: Act, effectiveness: str, notes: "dict[str, SealedBox | None]") -> None:
        """Write the form anew, all of it; raises InvalidInput as `start` does."""
        _known(effectiveness)
        self.record(self.Completed, act, month=self.month, effectiveness=effectiveness, **notes)


def _known(effectiveness: str) -> None:
    if effectiveness not in EFFECTIVENESS:
        raise invalid("effectiveness", _("Pilih salah satu dari daftar."))
