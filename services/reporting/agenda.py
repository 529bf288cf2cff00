"""What every Puskesmas owes by date: due, done, late, by its own working days, at any instant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from services.kernel.district import District
from services.kernel.months import Month
from services.reporting.application import Reporting
from services.reporting.duties import LATE, OPEN, Duty, Owed, Place, Question, State, duties
from services.reporting.duties.box_opening import DUTY as BOX_OPENING
from services.reporting.queries import When, meetings
from services.reporting.queries.question import records
from services.reporting.queries.workdays import calendars

OVERDUE_SINCE: Final = timedelta(days=366)
"""So far back is looked for what is overdue and can still be done."""
PLANNED: Final = timedelta(days=366)
"""So far ahead the feed tells what will be due."""
# Since when a place is recorded, whatever was changed of it since.
_RECORDED: Final = """
SELECT code, min(happened_from) AS recorded_at FROM places
WHERE kind = 'puskesmas' AND happened_from <= $t AND known_from <= $k AND known_to > $k
GROUP BY code
"""


@dataclass(frozen=True)
class Item:
    """One thing that is owed, and how it stood on the day asked about.

    `days_late` are working days from the due day to the doing, to the end of what lapsed, or to
    that day; 0: in time.
    """

    duty: Duty
    owed: Owed
    state: State
    days_late: int


class Agenda:
    """Answers what is due when, and whether it was done."""

    def __init__(self, reporting: Reporting, district: District) -> None:
        self._reporting, self._district = reporting, district

    def items(
        self, codes: Collection[str] | None, since: date, until: date, when: When
    ) -> list[Item]:
        """Return what is due between two days (included) at these Puskesmas (None: at all), the
        first due first."""
        now = self._reporting.clock()
        instant = min(when.instant(now), now)
        with self._reporting.store.of_one_moment() as reader:
            places = self._places(reader, codes, when)
            question = Question(reader, self._district, when, places, since, until)
            found = []
            for duty in duties().values():
                for owed in duty.owed(question):
                    calendar = places[owed.puskesmas].calendar
                    today = calendar.local_date(instant)
                    state = owed.state(today)
                    done = owed.done_on or (owed.period.last if state == "missed" else today)
                    late = calendar.working_days_between(owed.due_on, done) if state in LATE else 0
                    found.append(Item(duty, owed, state, late))
        return sorted(found, key=_in_order)

    def overdue(self, codes: Collection[str] | None, when: When) -> list[Item]:
        """Return what is past its day and can still be done, the longest owed first."""
        today = self.today(when)
        found = self.items(codes, today - OVERDUE_SINCE, today, when)
        return [each for each in found if each.state == "overdue"]

    def unmet(self, code: str, since: date, until: date) -> list[Item]:
        """Return what was due at a Puskesmas between two days and was not done by now."""
        found = self.items({code}, since, until, When())
        return [each for each in found if each.state in ("overdue", "missed")]

    def undone(self, codes: Collection[str] | None, when: When) -> Mapping[str, int]:
        """Return by Puskesmas how many decisions of its meetings were due and were not done."""
        with self._reporting.store.of_one_moment() as reader:
            return meetings.overdue(reader, codes, self.today(when), when)

    def open_until(self, codes: Collection[str], ahead: timedelta) -> list[Item]:
        """Return what these Puskesmas owe that can still be done, overdue or due within a time."""
        today = self.today(When())
        found = self.items(codes, today - OVERDUE_SINCE, today + ahead, When())
        return [each for each in found if each.state in OPEN]

    def openings(self, code: str, month: Month, when: When) -> list[dict[str, Any]]:
        """Return the openings of boxes that were due at a Puskesmas in a month, done or not: box,
        title, due_on, state, days_late, opened_at, and how many slips there were."""
        return [
            {
                "box": each.owed.about,
                "title": each.owed.title,
                "due_on": each.owed.due_on,
                "state": each.state,
                "days_late": each.days_late,
                "opened_at": each.owed.done_at,
                "slips": each.owed.counted,
            }
            for each in self.items({code}, month.first, month.last, when)
            if each.duty is BOX_OPENING
        ]

    def planned(self, code: str) -> list[Item]:
        """Return what is due at a Puskesmas this month and within a year; raises NotFound."""
        self._district.puskesmas(code)
        first = Month.of(self.today(When(), code)).first
        return self.items({code}, first, first + PLANNED, When())

    def today(self, when: When, code: str | None = None) -> date:
        """Return what day it was at the instant asked about, at a Puskesmas or at the first."""
        here = self._district.puskesmas(code) if code else self._district.all_puskesmas[0]
        return when.instant(self._reporting.clock()).astimezone(ZoneInfo(here.zone)).date()

    def _places(
        self, reader: DuckDBPyConnection, codes: Collection[str] | None, when: When
    ) -> Mapping[str, Place]:
        known = calendars(reader, when)
        rows = records(reader.execute(_RECORDED, when.parameters))
        recorded = {row["code"]: row["recorded_at"] for row in rows}
        return {
            each.code: Place(
                each.code,
                known[each.code],
                known[each.code].local_date(recorded[each.code]),
            )
            for each in self._district.all_puskesmas
            if each.code in recorded
            and each.code in known
            and (codes is None or each.code in codes)
        }


def _in_order(item: Item) -> tuple[date, str, str, str]:
    return item.owed.due_on, item.owed.puskesmas, item.owed.kind, item.owed.about or ""
