"""The period of a bundle, from a day to a day. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.errors import FieldError, InvalidInput
from services.kernel.months import Month
from services.kernel.text import Text, _

YEARS_MOST: Final = 3
"""An accreditation looks back three years at most: a longer bundle would be nobody's to read."""
_YEARS: Final = range(2000, 9999)


@dataclass(frozen=True)
class Span:
    """Days of a Puskesmas, both included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[Month, ...]:
        """The months of which a day lies in it."""
        found = [Month.of(self.first)]
        while found[-1].last < self.last:
            found.append(found[-1].after)
        return tuple(found)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return from when until before when it lasts in a zone, in UTC."""
        starts, ends = (
            datetime.combine(day, time(), zone).astimezone(UTC)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return starts, ends


def span(first: str | None, last: str | None, today: date) -> Span:
    """Return the period that was asked for (`2026-01-01`, `2026-06-30`); raises InvalidInput for a
    day that is missing, none, before the other or after `today`, and for more than three years."""
    wrong: list[FieldError] = []
    from_, to = _day(first, "from", today, wrong), _day(last, "to", today, wrong)
    if not wrong:
        assert from_ is not None
        assert to is not None
        if from_ > to:
            wrong.append(FieldError("to", _("Hari terakhir mendahului hari pertama.")))
        elif (to - from_).days >= YEARS_MOST * 366:
            message = _("Paling lama {years} tahun. Buat berkas untuk tiap masa.", years=YEARS_MOST)
            wrong.append(FieldError("to", message))
        else:
            return Span(from_, to)
    raise InvalidInput(*wrong)


def past_year(today: date) -> Span:
    """Return the twelve whole months before the one of `today`: what is offered first."""
    last = Month.of(today).before
    return Span(last.after.first.replace(year=last.after.first.year - 1), last.last)


def _day(text: str | None, field: str, today: date, wrong: list[FieldError]) -> date | None:
    if not text:
        wrong.append(FieldError(field, _("Wajib diisi.")))
        return None
    message: Text = _("Tulis tanggal seperti 2026-11-09.")
    try:
        found = date.fromisoformat(text)
        if found.year in _YEARS and found <= today:
            return found
        if found > today:
            message = _("Hari ini belum tiba.")
    except ValueError:
        pass
    wrong.append(FieldError(field, message))
    return None
