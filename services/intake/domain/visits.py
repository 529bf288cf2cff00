"""How many visits a Puskesmas had in a month, against which its complaints are weighed."""

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts.intake import UnitVisitsV1


class _Counted(Aggregate.Event):
    month: str
    visits: int
    by_unit: list[UnitVisitsV1]

    @property
    def subject(self) -> str:
        """The visits of one Puskesmas and month, whichever store wrote them."""
        return f"visits:{self.puskesmas}:{self.month}"

    def apply(self, aggregate: "MonthOfVisits") -> None:
        """Keep the figures as they stand now."""
        aggregate.puskesmas, aggregate.month = self.puskesmas, self.month
        aggregate.visits, aggregate.by_unit = self.visits, self.by_unit


class MonthOfVisits(Aggregate):
    """The visits of one month at one Puskesmas; what is put right later stands from then on."""

    TOPIC = "intake.MonthOfVisits"

    class Recorded(_Counted, Created):
        """They were written down."""

        TOPIC = "intake.VisitsRecorded"

    class Changed(_Counted):
        """They were put right."""

        TOPIC = "intake.VisitsChanged"

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        month: str
        visits: int
        by_unit: list[UnitVisitsV1]

    @staticmethod
    def id_of(puskesmas: str, month: str) -> UUID:
        """Return the id of a month's visits."""
        return uuid5(NAMESPACE_URL, f"tanggap:visits:{puskesmas}:{month}")

    @classmethod
    def start(
        cls, act: Act, puskesmas: str, month: str, visits: int, by_unit: list[UnitVisitsV1]
    ) -> "MonthOfVisits":
        """Write a month's visits down."""
        return cls.begin(
            cls.Recorded,
            act,
            id=cls.id_of(puskesmas, month),
            puskesmas=puskesmas,
            month=month,
            visits=visits,
            by_unit=by_unit,
        )

    def correct(self, act: Act, visits: int, by_unit: list[UnitVisitsV1]) -> None:
        """Put them right; the same once more changes nothing and records nothing."""
        if (visits, by_unit) != (self.visits, self.by_unit):
            self.record(self.Changed, act, month=self.month, visits=visits, by_unit=by_unit)
