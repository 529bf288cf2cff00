"""The opening of a suggestion box."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created


class BoxOpening(Aggregate):
    """One opening of a suggestion box, with slips or without."""

    TOPIC = "intake.BoxOpening"

    class Opened(Created):
        """The box was opened (SOP Puring 3a)."""

        TOPIC = "intake.SuggestionBoxOpened"

        officers: list[str]
        slips: int
        complaints: list[str]

        def apply(self, aggregate: "BoxOpening") -> None:
            """Keep who stood by and what was in it."""
            aggregate.puskesmas = self.puskesmas
            aggregate.officers = self.officers
            aggregate.complaints = self.complaints

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        officers: list[str]
        complaints: list[str]

    @classmethod
    def open(
        cls, act: Act, *, id: UUID, puskesmas: str, officers: list[str], complaints: list[str]
    ) -> "BoxOpening":
        """Record an opening; each slip is a complaint of its own."""
        return cls.begin(
            cls.Opened,
            act,
            id=id,
            puskesmas=puskesmas,
            officers=officers,
            slips=len(complaints),
            complaints=complaints,
        )
