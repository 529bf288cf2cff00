"""Working days of a Puskesmas: national holidays, joint leave, its own week, its own exceptions.

A day is worked unless it is a Sunday, a Saturday of a five-day week, a national holiday (libur
nasional) or joint leave (cuti bersama) of the yearly joint decree; an override of the district
decides otherwise. Government offices work Monday to Friday, units that serve the public directly
may work six days (Perpres 21/2023 Ps 3 and 7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import holidays

from services.kernel.text import Text, _

Paused = Sequence[tuple[date, date]]
"""Stretches in which the clock stands: from the first day (not counted) until the day on which it
runs again (counted). Pausing and resuming on one day therefore stops nothing."""

_ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_ESTIMATED: Final = " (perkiraan)"


class Reason(StrEnum):
    """Why a day does not count."""

    SUNDAY = "sunday"
    SATURDAY = "saturday"
    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"
    OVERRIDE = "override"
    PAUSED = "paused"


@dataclass(frozen=True)
class Override:
    """A day that the district declared working or closed, and why."""

    day: date
    working: bool
    why: str


@dataclass(frozen=True)
class Holiday:
    """A national holiday or joint leave; estimated where the decree is not yet out."""

    name: str
    name_en: str
    joint_leave: bool
    estimated: bool


@dataclass(frozen=True)
class SkippedDay:
    """A day that was not counted."""

    day: date
    reason: Reason
    name: str = ""
    name_en: str = ""
    estimated: bool = False

    def why(self, language: str = "id") -> Text:
        """Return the reason as people read it; `language` chooses the holiday's name."""
        name = self.name_en if language == "en" else self.name
        match self.reason:
            case Reason.SUNDAY:
                return _("Hari Minggu")
            case Reason.SATURDAY:
                return _("Hari Sabtu, 5 hari kerja seminggu")
            case Reason.PAUSED:
                return _("Dijeda, menunggu pelapor")
            case Reason.OVERRIDE:
                return _("Ditetapkan tutup: {why}", why=name)
            case Reason.JOINT_LEAVE if self.estimated:
                return _("Cuti bersama (perkiraan): {name}", name=name)
            case Reason.JOINT_LEAVE:
                return _("Cuti bersama: {name}", name=name)
            case Reason.HOLIDAY if self.estimated:
                return _("Libur nasional (perkiraan): {name}", name=name)
            case Reason.HOLIDAY:
                return _("Libur nasional: {name}", name=name)


@dataclass(frozen=True)
class Count:
    """How a number of working days was counted, for whoever wants to check it.

    `day_zero` is the day from which it counts (the next working day, if received on a closed
    one). `uncertain_years` are years of the span whose joint leave is not decreed yet.
    """

    day_zero: date
    due_at: datetime
    counted: int
    skipped: tuple[SkippedDay, ...]
    work_days: int
    calendar_version: int
    uncertain_years: tuple[int, ...]

    @property
    def estimated(self) -> bool:
        """Whether the date may still move when a decree sets the holidays."""
        return bool(self.uncertain_years) or any(day.estimated for day in self.skipped)

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader must know about an estimated date."""
        found = [
            _(
                "Cuti bersama tahun {year} belum ditetapkan; batas waktu ini bisa bergeser.",
                year=year,
            )
            for year in self.uncertain_years
        ]
        if any(day.estimated for day in self.skipped):
            found.append(
                _("Ada hari raya yang tanggalnya perkiraan; batas waktu ini bisa bergeser.")
            )
        return tuple(found)


@lru_cache(maxsize=64)
def holidays_of(year: int) -> dict[date, Holiday]:
    """Return a year's national holidays and joint leave, by day."""
    public = holidays.country_holidays("ID", years=year, language="id")
    public_en = holidays.country_holidays("ID", years=year, language="en_US")
    leave = holidays.country_holidays("ID", years=year, language="id", categories="government")
    leave_en = holidays.country_holidays(
        "ID", years=year, language="en_US", categories="government"
    )
    found = {
        day: Holiday(name, leave_en[day], joint_leave=True, estimated=False)
        for day, name in leave.items()
    }
    for day, name in public.items():
        estimated = _ESTIMATED in name
        english = public_en[day].replace(" (estimated)", "")
        found[day] = Holiday(name.replace(_ESTIMATED, ""), english, False, estimated)
    return found


@lru_cache(maxsize=64)
def joint_leave_known(year: int) -> bool:
    """Say whether a year's joint leave is known: every year since 2003 has had some."""
    return any(holiday.joint_leave for holiday in holidays_of(year).values())


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of one Puskesmas; of two overrides of a day the later one stands.

    `version` counts its overrides' changes, so that a date can be traced to what was known when
    it was computed (the joint decree is amended in mid-year at times).
    """

    zone: str
    work_days: Literal[5, 6] = 6
    overrides: tuple[Override, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if self.work_days not in (5, 6):
            raise ValueError("a week has 5 or 6 working days")
        ZoneInfo(self.zone)  # raises for an unknown zone

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the Puskesmas' zone; raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return moment.astimezone(ZoneInfo(self.zone))

    def local_date(self, moment: datetime) -> date:
        """Return the Puskesmas' own date of a moment; raises ValueError for a naive one."""
        return self.local(moment).date()

    def end_of(self, day: date) -> datetime:
        """Return the last microsecond of a day in the Puskesmas' zone.

        A plain `done_at <= due_at` is then right wherever it is written, SQL included.
        """
        return datetime.combine(day, time.max, ZoneInfo(self.zone))

    def closed(self, day: date) -> SkippedDay | None:
        """Return why a day is not worked, or None for a working day."""
        if override := self._overrides.get(day):
            if override.working:
                return None
            return SkippedDay(day, Reason.OVERRIDE, override.why, override.why)
        if holiday := holidays_of(day.year).get(day):
            reason = Reason.JOINT_LEAVE if holiday.joint_leave else Reason.HOLIDAY
            return SkippedDay(day, reason, holiday.name, holiday.name_en, holiday.estimated)
        if day.weekday() == _SUNDAY:
            return SkippedDay(day, Reason.SUNDAY)
        if day.weekday() == _SATURDAY and self.work_days == 5:
            return SkippedDay(day, Reason.SATURDAY)
        return None

    def is_working_day(self, day: date) -> bool:
        """Say whether the Puskesmas works on that day."""
        return self.closed(day) is None

    def working_day_until(self, day: date) -> date:
        """Return that day, or the last before it, on which the Puskesmas works."""
        while not self.is_working_day(day):
            day -= _ONE_DAY
        return day

    def working_day_from(self, day: date) -> date:
        """Return that day, or the first after it, on which the Puskesmas works."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def add_working_days(self, start: datetime, n: int, paused: Paused = ()) -> datetime:
        """Return the end of the n-th working day after `start`, in the Puskesmas' zone.

        The day of receipt is day 0, whatever the hour; what comes on a closed day counts as
        received on the next working day. Days on which the clock stands do not count; every
        stretch must have ended. Raises ValueError for a negative n or a moment without zone.
        """
        return self.explain(start, n, paused).due_at

    def explain(self, start: datetime, n: int, paused: Paused = ()) -> Count:
        """Count as `add_working_days` does, and say which days were skipped and why."""
        if n < 0:
            raise ValueError("working days are counted forwards")
        return _explained(self, self.local_date(start), n, tuple(paused))

    def _count(self, first: date, n: int, paused: Paused) -> Count:
        due = day = first
        day_zero: date | None = None
        counted = 0
        skipped: list[SkippedDay] = []
        while day_zero is None or counted < n:
            if reason := self.closed(day) or (day_zero and _standing(day, paused)):
                skipped.append(reason)
            elif day_zero is None:
                day_zero = day
            else:
                counted += 1
            due = day
            day += _ONE_DAY
        return Count(
            day_zero=day_zero,
            due_at=self.end_of(due),
            counted=counted,
            skipped=tuple(skipped),
            work_days=self.work_days,
            calendar_version=self.version,
            uncertain_years=tuple(
                year for year in range(first.year, due.year + 1) if not joint_leave_known(year)
            ),
        )

    def working_days_between(self, earlier: date, later: date) -> int:
        """Return how many working days lie after `earlier`, up to and including `later`.

        From today to the due day that is "n working days left"; the other way round it is
        negative, "n working days late".
        """
        if later < earlier:
            return -self.working_days_between(later, earlier)
        return sum(self.is_working_day(day) for day in _days_after(earlier, later))

    @cached_property
    def _overrides(self) -> dict[date, Override]:
        return {override.day: override for override in self.overrides}


# Everything received on one day at one place has the same count.
@lru_cache(maxsize=1024)
def _explained(calendar: WorkCalendar, first: date, n: int, paused: Paused) -> Count:
    return calendar._count(first, n, paused)


def _days_after(earlier: date, later: date) -> Iterator[date]:
    for number in range(1, (later - earlier).days + 1):
        yield earlier + number * _ONE_DAY


def _standing(day: date, paused: Paused) -> SkippedDay | None:
    if any(begun <= day < ended for begun, ended in paused):
        return SkippedDay(day, Reason.PAUSED)
    return None
