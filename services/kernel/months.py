"""A month of one Puskesmas, in its own zone: what a recap, or a count of visits, is about."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from services.kernel.errors import invalid
from services.kernel.text import _

_WRITTEN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


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

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Return from when until before when the month lasts in a zone, in UTC."""
        starts, ends = (
            datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return starts, ends

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
