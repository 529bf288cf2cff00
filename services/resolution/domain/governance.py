"""What the district decides for all: versions of the deadline rules, and the calendars."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import Act, Aggregate, Created


class _RulesChanged(Aggregate.Event):
    version: int
    in_force_from: date
    digest: str

    @property
    def subject(self) -> str:
        """All versions lie on one subject, in order."""
        return "rules"

    def apply(self, aggregate: "RuleBook") -> None:
        """Remember the version."""
        aggregate.puskesmas = self.puskesmas
        aggregate.versions = {**getattr(aggregate, "versions", {}), self.version: self.digest}


class RuleBook(Aggregate):
    """The versions of the deadline rules that came into force here."""

    TOPIC = "resolution.RuleBook"
    ID = uuid5(NAMESPACE_URL, "tanggap:rules")

    class Begun(_RulesChanged, Created):
        """The first version came into force."""

        TOPIC = "resolution.RulesBegun"

    class Changed(_RulesChanged):
        """Another version came into force."""

        TOPIC = "resolution.RulesChanged"

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        versions: dict[int, str]

    @classmethod
    def start(cls, act: Act, version: int, in_force_from: date, digest: str) -> "RuleBook":
        """Begin the book with a first version."""
        return cls.begin(
            cls.Begun,
            act,
            id=cls.ID,
            puskesmas="",
            version=version,
            in_force_from=in_force_from,
            digest=digest,
        )

    def change(self, act: Act, version: int, in_force_from: date, digest: str) -> None:
        """Let another version come into force."""
        self.record(self.Changed, act, version=version, in_force_from=in_force_from, digest=digest)


class _DayDeclared(Aggregate.Event):
    code: str
    day: date
    working: bool
    why: str
    version: int

    @property
    def subject(self) -> str:
        """The calendar of one Puskesmas."""
        return f"calendar:{self.code}"

    def apply(self, aggregate: "CalendarBook") -> None:
        """Remember the day."""
        aggregate.puskesmas = self.puskesmas
        days = getattr(aggregate, "days", {})
        aggregate.days = {**days, self.day: (self.working, self.why)}


class CalendarBook(Aggregate):
    """The days on which one Puskesmas' calendar differs from the national one."""

    TOPIC = "resolution.Calendar"

    class Begun(_DayDeclared, Created):
        """The first day was declared."""

        TOPIC = "resolution.CalendarBegun"

    class Changed(_DayDeclared):
        """Another day was declared."""

        TOPIC = "resolution.CalendarChanged"

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        days: dict[date, tuple[bool, str]]

    @classmethod
    def start(cls, act: Act, puskesmas: str, day: date, working: bool, why: str) -> "CalendarBook":
        """Begin a Puskesmas' calendar with a first declared day."""
        return cls.begin(
            cls.Begun,
            act,
            id=cls.id_of(puskesmas),
            puskesmas=puskesmas,
            code=puskesmas,
            day=day,
            working=working,
            why=why,
            version=1,
        )

    def declare(self, act: Act, day: date, working: bool, why: str) -> None:
        """Declare another day, or the same one anew."""
        self.record(
            self.Changed,
            act,
            code=self.puskesmas,
            day=day,
            working=working,
            why=why,
            version=self.version + 1,
        )

    @staticmethod
    def id_of(puskesmas: str) -> UUID:
        """Return the id of a Puskesmas' calendar."""
        return uuid5(NAMESPACE_URL, f"tanggap:calendar:{puskesmas}")
