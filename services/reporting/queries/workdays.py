"""How many working days lie between two days, by the calendar of each Puskesmas.

The calendar is the kernel's own, with what the log says of a place: its zone, its week, and the
days that were declared otherwise and had been known at the instant asked about.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final

from duckdb import DuckDBPyConnection

from services.kernel.calendar import Override, WorkCalendar
from services.reporting.queries.question import DEFAULT_ZONE, When, at

ELSEWHERE: Final = WorkCalendar(DEFAULT_ZONE)
"""Of a Puskesmas that is not recorded."""


def calendars(connection: DuckDBPyConnection, when: When) -> dict[str, WorkCalendar]:
    """Return the calendar of each recorded Puskesmas, as it was known."""
    declared: dict[str, list[Override]] = defaultdict(list)
    for code, day, working in connection.execute(
        f"SELECT code, day, working FROM calendars AS c WHERE {at('c')} ORDER BY day",
        when.parameters,
    ).fetchall():
        declared[code].append(Override(day, working, ""))
    places = connection.execute(
        "SELECT code, zone, work_days FROM places "
        "WHERE kind = 'puskesmas' AND happened_to = 'infinity' AND known_to = 'infinity'"
    ).fetchall()
    return {
        code: WorkCalendar(zone or DEFAULT_ZONE, work_days or 6, tuple(declared[code]))
        for code, zone, work_days in places
    }


def distinct(
    found: Mapping[str, WorkCalendar],
) -> tuple[list[WorkCalendar], dict[int, list[str]]]:
    """Return the distinct calendars, the most frequent first, and which Puskesmas have which of
    the others, by its number."""
    places: dict[WorkCalendar, list[str]] = defaultdict(list)
    for code, calendar in sorted(found.items()):
        places[calendar].append(code)
    calendars = sorted(places, key=lambda each: -len(places[each])) or [ELSEWHERE]
    return calendars, {n: places[each] for n, each in enumerate(calendars) if n}


class Worked:
    """The working days of a calendar from one day to another, counted once."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self._first = first.toordinal()
        self._until = _accumulated(calendar, first, last)

    def between(self, day: date, days: int) -> int:
        """Return how many working days lie within `days` days after a day, itself not counted."""
        start = day.toordinal() - self._first
        return self._until[start + days] - self._until[start]


@lru_cache(maxsize=64)
def _accumulated(calendar: WorkCalendar, first: date, last: date) -> tuple[int, ...]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(accumulate(map(calendar.is_working_day, days)))
