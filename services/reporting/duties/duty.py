"""What a duty is: something that every Puskesmas owes by a date, and what shows that it was done.

Pure, but for the facts that a duty asks for on the connection it is given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from duckdb import DuckDBPyConnection

from services.kernel.calendar import WorkCalendar
from services.kernel.district import District, DutyKind, Period, Schedule
from services.kernel.months import Month
from services.kernel.text import Text
from services.reporting.queries.question import When, records

State = Literal["done", "done_late", "ahead", "overdue", "missed"]
OPEN: Final[frozenset[State]] = frozenset({"ahead", "overdue"})
"""What can still be done."""
LATE: Final[frozenset[State]] = frozenset({"done_late", "overdue", "missed"})
_MONTH: Final = timedelta(days=31)
_MOVED: Final = timedelta(days=14)
"""Further than this no run of closed days moves a due day."""


@dataclass(frozen=True)
class Place:
    """A Puskesmas as the log knows it: its calendar, and from when on it owes anything."""

    code: str
    calendar: WorkCalendar
    recorded_on: date


@dataclass(frozen=True)
class Question:
    """What is asked: of which places (by code), due between which days, and as of when."""

    connection: DuckDBPyConnection
    district: District
    when: When
    places: Mapping[str, Place]
    since: date
    until: date

    def records(self, sql: str, **more: Any) -> list[dict[str, Any]]:
        """Return what a statement finds; it may use the parameters of `question.at`, and
        `$places`."""
        given = {**self.when.parameters, "places": sorted(self.places), **more}
        used = {name: value for name, value in given.items() if f"${name}" in sql}
        return list(records(self.connection.execute(sql, used)))

    def periods(self, schedule: Schedule) -> Iterable[Period]:
        """Return the periods of a schedule that may be due within these days."""
        before = _MONTH * (schedule.months_later + 1) + _MOVED
        return schedule.periods(self.since - before, self.until + _MOVED)

    def due(self, kind: DutyKind) -> Iterator[tuple[Place, Period, date]]:
        """Yield for each place the periods of a duty that are due within these days, and when, by
        the rules that were in force as each began; none from before the place was recorded."""
        for place in self.places.values():
            for rule in self.district.duties(kind):
                for period in self.periods(rule):
                    due = rule.due_on(period, place.calendar)
                    if (
                        self.since <= due <= self.until
                        and period.last >= place.recorded_on
                        and self.district.duty_at(kind, period.first) == rule
                    ):
                        yield place, period, due


@dataclass(frozen=True)
class Owed:
    """One thing that is owed once: by whom, for which period, by which day; and what is known of
    its having been done.

    `about` is what it is done to (a box's code); `title` its name where it has one of its own;
    `counted` what was found or reported, where that is a number: 0 is a result. What `lapses` can
    no longer be done when its period is over.
    """

    kind: str
    puskesmas: str
    period: Period
    due_on: date
    about: str | None = None
    title: Text | str | None = None
    done_at: datetime | None = None
    done_on: date | None = None
    counted: int | None = None
    lapses: bool = False
    planned_at: datetime | None = None
    planned_on: date | None = None
    """For when it is called; what is called and not held is still owed."""
    at: str | None = None
    """The position of the event that shows it done."""

    def state(self, today: date) -> State:
        """Return how it stands on a day."""
        if self.done_on is not None:
            return "done" if self.done_on <= self.due_on else "done_late"
        if today <= self.due_on:
            return "ahead"
        return "missed" if self.lapses and today > self.period.last else "overdue"


@dataclass(frozen=True)
class Duty:
    """A kind of duty: its name, and what is owed of it (`owed`), done or not."""

    kind: str
    name: Text
    owed: Callable[[Question], Iterator[Owed]]
    page: str = ""
    """Where it is done, with places for `puskesmas`, `month` and what it is `about`; "" where no
    page is for it."""

    def address(self, owed: Owed) -> str:
        """Return where one of its kind is done; codes need no quoting."""
        month = str(Month.of(owed.period.first))
        return self.page.format(puskesmas=owed.puskesmas, about=owed.about, month=month)
