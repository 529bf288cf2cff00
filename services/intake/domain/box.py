"""The opening of a suggestion box."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created


class BoxOpening(Aggregate):
    """One opening of a suggestion box, with slips or without."""

    TOPIC = "intake.BoxOpening"

    class OpenedV1(Created):
        """A box was opened when it was not yet written down which, and who witnessed it."""

        TOPIC = "intake.SuggestionBoxOpened"

        officers: list[str]
        slips: int
        complaints: list[str]

        def apply(self, aggregate: "BoxOpening") -> None:
            """Keep who stood by and what was in it; of the box nothing is known."""
            aggregate.puskesmas = self.puskesmas
            aggregate.box, aggregate.witnesses = None, []
            aggregate.officers = self.officers
            aggregate.complaints = self.complaints

    class Opened(Created):
        """The box was opened (SOP Puring 1.8 and 2a)."""

        TOPIC = "intake.SuggestionBoxOpened.2"

        box: str | None
        officers: list[str]
        witnesses: list[str]
        slips: int
        complaints: list[str]

        def apply(self, aggregate: "BoxOpening") -> None:
            """Keep which box it was, who stood by and what was in it."""
            aggregate.puskesmas = self.puskesmas
            aggregate.box, aggregate.witnesses = self.box, self.witnesses
            aggregate.officers = self.officers
            aggregate.complaints = self.complaints

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        box: str | None
        officers: list[str]
        witnesses: list[str]
        complaints: list[str]

    @classmethod
    def open(
        cls,
        act: Act,
        *,
        id: UUID,
        puskesmas: str,
        box: str | None,
        officers: list[str],
        witnesses: list[str],
        complaints: list[str],
    ) -> "BoxOpening":
        """Record an opening; each slip is a complaint of its own.

        `box` is its code; None where the Puskesmas has none on its list.
        """
        return cls.begin(
            cls.Opened,
            act,
            id=id,
            puskesmas=puskesmas,
            box=box,
            officers=officers,
            witnesses=witnesses,
            slips=len(complaints),
            complaints=complaints,
        )
