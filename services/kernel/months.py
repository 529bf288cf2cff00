"""A month of one Puskesmas, in its own zone: what a recap is about; and the stretches of months
that recaps are rolled up to (quarter, half-year, year)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from services.kernel.errors import invalid
from services.kernel.text import _

_WRITTEN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_STRETCH: Final = re.compile(r"(20\d\d)(?:-(?:Q([1-4])|S([12])))?")


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar, written 2026-03."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def written(cls, text: str, field: str = "month") -> Self:
        """Return the month that was written; raises InvalidInput."""
        if (found := _WRITTEN.fullmatch(text)) is None:
            raise invalid(field, _("Tulis bulan seperti 2026-03."))
        return cls(date(int(found[1]), int(found[2]), 1))

    @property
    def last(self) -> date:
        """The last day of the month."""
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def before(self) -> "Month":
        """The month before this one."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after this one."""
        return Month.of(self.last + timedelta(days=1))

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Return from when until before when the month lasts in a zone, in UTC."""
        starts, ends = (
            datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return starts, ends

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Stretch:
    """Whole months that belong together: a quarter (triwulan), half-year (semester) or year."""

    months: tuple[Month, ...]

    @classmethod
    def written(cls, text: str, field: str = "period") -> Self:
        """Return what was written: 2026-Q1, 2026-S1 or 2026; raises InvalidInput."""
        if (found := _STRETCH.fullmatch(text)) is None:
            raise invalid(field, _("Tulis masa seperti 2026-Q1 (triwulan), 2026-S1 atau 2026."))
        year, quarter, half = found[1], found[2], found[3]
        length = 3 if quarter else 6 if half else 12
        first = (int(quarter or half or 1) - 1) * length + 1
        return cls(tuple(Month(date(int(year), first + n, 1)) for n in range(length)))

    @property
    def first(self) -> date:
        """The first day."""
        return self.months[0].first

    @property
    def last(self) -> date:
        """The last day."""
        return self.months[-1].last

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Return from when until before when it lasts in a zone, in UTC."""
        return self.months[0].bounds(zone)[0], self.months[-1].bounds(zone)[1]

    @property
    def number(self) -> int:
        """Which quarter or half of its year it is; 1 for a year."""
        return (self.first.month - 1) // len(self.months) + 1

    def __str__(self) -> str:
        kind = {3: "-Q", 6: "-S"}.get(len(self.months))
        return f"{self.first.year}{kind}{self.number}" if kind else str(self.first.year)
