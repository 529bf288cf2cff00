"""How often something is to be done, and by which day: the schedule of a suggestion box, and the
duties that come round with every month or quarter. Pure: no clock, no I/O."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from services.kernel.calendar import WorkCalendar
from services.kernel.district.parts import Part
from services.kernel.text import _
from services.kernel.vocabulary import MEETING_KINDS, MeetingKind

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
IfClosed = Literal["before", "after"]
Months = Literal[1, 2, 3, 4, 6, 12]
WEEKDAYS: Final[tuple[str, ...]] = get_args(Weekday)
_WEEK: Final = 7
_YEAR: Final = 12


@dataclass(frozen=True)
class Period:
    """The days, first and last included, in which something is to be done once."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.first <= day <= self.last


class Schedule(Part):
    """Once in every so many `weeks` or `months` (one of the two), by a `weekday` or a `day`.

    Weeks run from Monday and are counted from the first of year 1, months from January, so that
    three months are a quarter. The due day lies in the last week or month of the period; a month
    that is too short is due on its last day. `months_later` moves it by so many months beyond: a
    recap is due after its month. What falls on a day that is not worked is due on the working day
    before or after it (`if_closed`), before it where the period would be over.
    """

    weeks: Annotated[int, Field(ge=1, le=52)] | None = None
    months: Months | None = None
    weekday: Weekday | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    months_later: int = Field(default=0, ge=0, le=12)
    if_closed: IfClosed = "after"

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        by_week = self.weeks is not None and self.weekday is not None
        by_month = self.months is not None and self.day is not None
        mixed = by_week and (self.months or self.day or self.months_later)
        if by_week == by_month or mixed or (by_month and (self.weeks or self.weekday)):
            raise ValueError(
                _("Isi weeks dengan weekday (tiap sekian minggu), atau months dengan day (bulan).")
            )
        return self

    def period_of(self, day: date) -> Period:
        """Return the period in which a day lies."""
        if self.weeks is not None:
            length = self.weeks * _WEEK
            # The first day of year 1 is a Monday.
            first = date.fromordinal((day.toordinal() - 1) // length * length + 1)
            return Period(first, first + timedelta(days=length - 1))
        months = self.months or 1
        number = (day.year * _YEAR + day.month - 1) // months * months
        return Period(_first_of(number), _last_of(number + months - 1))

    def periods(self, since: date, until: date) -> Iterator[Period]:
        """Yield the periods that lie at least in part within these days, in order."""
        day = since
        while day <= until:
            period = self.period_of(day)
            yield period
            day = period.last + timedelta(days=1)

    def due_on(self, period: Period, calendar: WorkCalendar) -> date:
        """Return the working day by which it is to be done for a period of this schedule."""
        if self.weekday is not None:
            day = period.last - timedelta(days=6 - WEEKDAYS.index(self.weekday))
        else:
            last = _last_of(period.last.year * _YEAR + period.last.month - 1 + self.months_later)
            day = last.replace(day=min(self.day or 31, last.day))
        after = calendar.working_day_from(day)
        if self.if_closed == "before" or (day in period and after not in period):
            return calendar.working_day_until(day)
        return after

    def next_due(self, calendar: WorkCalendar, today: date, done_on: date | None) -> date:
        """Return by when it is to be done next: for this period, or for the next one where it was
        done in this one already (`done_on`: when last; None: never)."""
        period = self.period_of(today)
        if done_on is not None and done_on in period:
            period = self.period_of(period.last + timedelta(days=1))
        return self.due_on(period, calendar)


def _first_of(number: int) -> date:
    """Return the first day of a month by its number, counted from January of year 0."""
    return date(number // _YEAR, number % _YEAR + 1, 1)


def _last_of(number: int) -> date:
    first = _first_of(number)
    return first.replace(day=monthrange(first.year, first.month)[1])


DutyKind = Literal["recap_acknowledgement", "survey", MeetingKind]


class DutyRule(Schedule):
    """When a duty of every Puskesmas is due; what does it is known to reporting by its kind. A
    meeting is owed once in its period, by a day of it."""

    kind: DutyKind

    @model_validator(mode="after")
    def _within_its_period(self) -> Self:
        if self.kind in MEETING_KINDS and self.months_later:
            raise ValueError(_("Rapat diadakan dalam masanya sendiri: hapus months_later."))
        return self


class AgendaRules(Part):
    """A version of when the duties are due, in force for periods that begin on or after a day,
    until the next version is."""

    version: int = Field(ge=1)
    in_force_from: date
    duties: tuple[DutyRule, ...]
