"""Reads a date and time as people write it in a table or a chat export."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

# `2026-11-02`, `2026-11-02 09:30`, `2026-11-02T09:30:00.5+07:00`
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
)
# `02/11/2026`, `2-11-26 09.30`, `2 November 2026, pukul 09.30 WIB`
_LOCAL = re.compile(
    r"(?P<day>\d{1,2})(?:[/.-](?P<month>\d{1,2})[/.-]|\s+(?P<name>[A-Za-z]{3,9})\s+)"
    rf"(?P<year>\d{{4}}|\d{{2}})(?:,?\s+(?:(?:pukul|jam|pkl\.?)\s+)?{CLOCK}"
    r"(?:\s*(?P<zone>WIB|WITA|WIT))?)?",
    re.IGNORECASE,
)
_MONTH_NAMES = "jan,feb,mar,apr,mei may,jun,jul,agu agt aug,sep,okt oct,nov nop,des dec"
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(","), start=1)
    for name in names.split()
}
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
_YEARS = range(1990, 2100)
# Seconds or milliseconds since 1970, as programs write them: 2001 to 2286.
_COUNTED = re.compile(r"(?P<seconds>[1-9]\d{9})(?:\d{3})?")


def moment(written: str, zone: tzinfo, *, month_first: bool = False) -> datetime:
    """Return the moment that is written; where no zone is, `zone` holds.

    `month_first` is the American order of day and month. A day without a clock counts from its
    beginning. Raises ValueError for anything else.
    """
    if _ISO.fullmatch(written):
        found = datetime.fromisoformat(written)
    elif match := _LOCAL.fullmatch(written):
        found = _local(match, month_first)
    elif match := _COUNTED.fullmatch(written):
        found = datetime.fromtimestamp(int(match["seconds"]), UTC)
    else:
        raise ValueError("not a moment")
    if found.year not in _YEARS:
        raise ValueError("not a year of complaints")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def month_first(written: Iterable[str]) -> bool:
    """Say whether dates are in the American order: some cannot be read otherwise, none but so."""
    american = False
    for each in written:
        match = _LOCAL.fullmatch(each.strip())
        if match and match["month"]:
            if int(match["day"]) > 12:
                return False
            american = american or int(match["month"]) > 12
    return american


def clock(match: re.Match[str]) -> tuple[int, int, int]:
    """Return hour, minute and second of a match of CLOCK; raises ValueError past 12 AM or PM."""
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("not an hour of a half day")
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return hour, int(match["minute"]), int(match["second"] or 0)


def full_year(digits: str) -> int:
    """Return a year that may be written with its last two digits only."""
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _local(match: re.Match[str], month_first: bool) -> datetime:
    day = int(match["day"])
    month = int(match["month"] or _MONTHS.get((match["name"] or "")[:3].lower(), 0))
    if month_first and match["month"]:
        day, month = month, day
    hour, minute, second = clock(match) if match["hour"] else (0, 0, 0)
    found = datetime(full_year(match["year"]), month, day, hour, minute, second)  # noqa: DTZ001
    if match["zone"]:
        return found.replace(tzinfo=timezone(timedelta(hours=_ZONES[match["zone"].upper()])))
    return found
