"""What one Puskesmas does by date: days are those of its own calendar, steps are kept here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from services.kernel.district import District
from services.kernel.months import Month
from services.main.generate.arrivals import Place
from services.main.generate.lives import Life, Planned

DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Diary:
    """The diary of one Puskesmas from one moment until another; `lives` are its complaints."""

    place: Place
    district: District
    lives: Sequence[Life]
    since: datetime
    until: datetime
    chance: Random
    steps: list[Planned] = field(default_factory=list)

    def step(self, at: datetime, name: str, **facts: Any) -> None:
        """Plan a step, where it comes before the end."""
        if at <= self.until:
            self.steps.append(Planned(at, name, facts))

    def months(self) -> list[Month]:
        """Return the months in which something may be done, in order."""
        month, found = Month.of(self.place.calendar.local_date(self.since)), []
        while month.first <= self.place.calendar.local_date(self.until) + 31 * DAY:
            found.append(month)
            month = month.after
        return found

    def on(self, day: date, hour: int = 8) -> datetime:
        """Return a moment of the first working day from a day on, soon after an hour."""
        while not self.place.calendar.is_working_day(day):
            day += DAY
        return self._at(day, hour)

    def working_day(self, month: Month, number: int, hour: int = 8) -> datetime:
        """Return a moment of a month's working day of this number, from 1 on."""
        day = month.first - DAY
        while number:
            day += DAY
            number -= self.place.calendar.is_working_day(day)
        return self._at(day, hour)

    def before(self, moment: datetime, hour: int = 8) -> datetime:
        """Return a moment of the last working day before that of another moment."""
        day = self.place.calendar.local_date(moment) - DAY
        while not self.place.calendar.is_working_day(day):
            day -= DAY
        return self._at(day, hour)

    def of_month(self, month: Month) -> list[Life]:
        """Return the complaints that were heard in a month, whenever they were written down."""
        local = self.place.calendar.local_date
        return [each for each in self.lives if Month.of(local(each.arrival.heard_at)) == month]

    def _at(self, day: date, hour: int) -> datetime:
        minute = self.chance.randrange(5, 55)
        return datetime.combine(day, time(hour, minute), tzinfo=self.place.zone)
