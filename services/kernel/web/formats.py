"""How days, times, numbers and places in a list are written for the reader's eye.

A promise is a date with its weekday, in the zone of the Puskesmas; the year is named when it is
not the present one.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

_CLOCK = {"id": "HH.mm", "en": "HH:mm"}
_ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}

Number = int | float | Decimal


@lru_cache
def locale_of(language: str) -> Locale:
    """Return the conventions of a language: Indonesia's, or day before month in English."""
    return Locale.parse("en_GB" if language == "en" else "id_ID")


def day(value: date, language: str, zone: ZoneInfo, now: datetime) -> str:
    """Return `Rab 4 Nov`, with the year when it is not this one."""
    return _write(value, "EEE d MMM", language, zone, now)


def day_long(value: date, language: str, zone: ZoneInfo, now: datetime) -> str:
    """Return `Rabu 4 November`, with the year when it is not this one."""
    return _write(value, "EEEE d MMMM", language, zone, now)


def moment(value: date, language: str, zone: ZoneInfo, now: datetime) -> str:
    """Return `Rab 4 Nov 08.30`; a date without a time stays a day."""
    written = day(value, language, zone, now)
    if isinstance(value, datetime):
        return f"{written} {clock_time(value, language, zone)}"
    return written


def stamp(value: date, language: str, zone: ZoneInfo) -> str:
    """Return `Rab 4 Nov 2026 08.30`: always with its year, for what is read in other years."""
    written = format_date(_local(value, zone), "EEE d MMM y", locale=locale_of(language))
    if isinstance(value, datetime):
        return f"{written} {clock_time(value, language, zone)}"
    return written


def clock_time(value: datetime, language: str, zone: ZoneInfo) -> str:
    """Return `08.30`."""
    return format_datetime(value, _CLOCK[language], tzinfo=zone, locale=locale_of(language))


def month(value: date, language: str, zone: ZoneInfo) -> str:
    """Return `November 2026`."""
    return format_date(_local(value, zone), "MMMM y", locale=locale_of(language))


def ago(value: datetime, language: str, now: datetime) -> str:
    """Return `3 detik yang lalu`."""
    delta: timedelta = value - now
    return format_timedelta(delta, add_direction=True, locale=locale_of(language))


def number(value: Number, language: str, decimals: int | None = None) -> str:
    """Return `1.234,5`; `decimals` fixes how many follow the comma."""
    pattern = None if decimals is None else "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(value, format=pattern, locale=locale_of(language))


def percent(part: Number, language: str, decimals: int = 0) -> str:
    """Return a share (0.87) as `87 %`."""
    return f"{number(part * 100, language, decimals)} %"


def zone_name(zone: ZoneInfo) -> str:
    """Return what people call a zone (WIB, WITA, WIT), else its own name."""
    return _ZONES.get(zone.key, zone.key)


def points(values: Sequence[Number], width: int = 120, height: int = 30) -> str:
    """Return the `points` of an SVG line through `values`, from 0 at the bottom."""
    top = max([*map(float, values), 0.0]) or 1.0
    step = width / max(len(values) - 1, 1)
    inner = height - 4
    return " ".join(
        f"{index * step:.1f},{height - 2 - float(value) / top * inner:.1f}"
        for index, value in enumerate(values)
    )


def _local(value: date, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _write(value: date, pattern: str, language: str, zone: ZoneInfo, now: datetime) -> str:
    local = _local(value, zone)
    if local.year != now.astimezone(zone).year:
        pattern += " y"
    return format_date(local, pattern, locale=locale_of(language))
