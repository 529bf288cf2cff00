"""The district's master data as it is recorded: its Puskesmas, their homes and suggestion boxes,
and their units."""

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Aggregate, Created
from services.kernel.contracts.intake import ScheduleV1


class _EntryEvent(Aggregate.Event):
    def apply(self, aggregate: "_Entry") -> None:
        """Keep the facts as they stand now."""
        aggregate.puskesmas = self.puskesmas
        aggregate.facts = getattr(aggregate, "facts", {}) | {
            name: value for name, value in vars(self).items() if name not in _COMMON
        }


class _Entry:
    """An entry of the district file; its facts are those of its last events."""

    puskesmas: str
    facts: dict[str, Any]

    def differs(self, facts: dict[str, Any]) -> bool:
        """Say whether any of these facts is not recorded so."""
        return any(self.facts.get(name) != value for name, value in facts.items())


class _PuskesmasEvent(_EntryEvent):
    code: str

    @property
    def subject(self) -> str:
        """The Puskesmas' code."""
        return self.code


class _PuskesmasFacts(_PuskesmasEvent):
    name: str
    short_code: str
    letter: str
    kecamatan: str
    zone: str
    work_days: int
    units: list[str]


class PuskesmasEntry(_Entry, Aggregate):
    """A Puskesmas of the district file, and the origin that is its home."""

    TOPIC = "intake.Puskesmas"

    class Registered(_PuskesmasFacts, Created):
        """The Puskesmas was recorded."""

        TOPIC = "intake.PuskesmasRegistered"

    class Changed(_PuskesmasFacts):
        """Its entry changed."""

        TOPIC = "intake.PuskesmasChanged"

    class Homed(_PuskesmasEvent):
        """The origin that acts on its events was recorded."""

        TOPIC = "intake.PuskesmasHomed"

        home: str


class _UnitFacts(_EntryEvent):
    code: str
    name: str
    effort: str
    cluster: str

    @property
    def subject(self) -> str:
        """The unit's code, marked as one."""
        return f"unit:{self.code}"


class UnitEntry(_Entry, Aggregate):
    """A service unit of the district file."""

    TOPIC = "intake.Unit"

    class Registered(_UnitFacts, Created):
        """The unit was recorded."""

        TOPIC = "intake.UnitRegistered"

    class Changed(_UnitFacts):
        """Its entry changed."""

        TOPIC = "intake.UnitChanged"


class _BoxFacts(_EntryEvent):
    code: str
    name: str
    unit: str | None
    schedule: ScheduleV1
    since: date | None
    in_use: bool

    @property
    def subject(self) -> str:
        """The box of one Puskesmas, marked as one."""
        return f"box:{self.puskesmas}:{self.code}"


class BoxEntry(_Entry, Aggregate):
    """A suggestion box of the district file, and when it is to be opened."""

    TOPIC = "intake.SuggestionBox"

    class Registered(_BoxFacts, Created):
        """The box was recorded."""

        TOPIC = "intake.SuggestionBoxRegistered"

    class Changed(_BoxFacts):
        """Its entry changed."""

        TOPIC = "intake.SuggestionBoxChanged"


_COMMON = frozenset(
    (
        "originator_id",
        "originator_version",
        "originator_topic",
        "timestamp",
        "puskesmas",
        "occurred_at",
        "actor",
        "role",
        "correlation_id",
        "causation_id",
    )
)


def entry_id(kind: str, code: str) -> UUID:
    """Return the id of a master data entry: the same wherever the file is loaded."""
    return uuid5(NAMESPACE_URL, f"tanggap:{kind}:{code}")
