"""Which cases were kept as long as the rules say: proposed for erasure, never erased by itself.

How long is in the versions of the district's rules, as the deadlines are: the version in force when
a complaint was received says it. The law names no years for a complaint's file (UU 27/2022 leaves
that to the archive's retention schedule), so nothing is proposed until the district says some.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from services.intake.application import Intake

LISTED: Final = 200
LEAP_DAY: Final = (2, 29)


class Rows(Protocol):
    """A page of cases; `next` is the cursor of the following one."""

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows: id, number, puskesmas, received_at, closed."""

    @property
    def next(self) -> str | None:
        """The cursor of the following page."""


Ended = Callable[[frozenset[str] | None, date, str | None], Rows]
"""Gives a page of the cases of these Puskesmas (None: all) that ended on a day or before it
(`services.main` joins in reporting)."""


class Keeping:
    """Says which cases are past their keeping."""

    def __init__(self, intake: Intake, ended: Ended) -> None:
        self._intake, self._ended = intake, ended

    def proposed(self, scope: Collection[str] | None) -> list[dict[str, Any]]:
        """Return cases to be erased by the rules, with the `years` that they were kept, but for
        those whose words are closed already; as many as a page shows. Raises Unavailable."""
        within = None if scope is None else frozenset(scope)
        kept = sorted({each.keep_years for each in self._intake.district.rules if each.keep_years})
        found: list[dict[str, Any]] = []
        for years in kept:
            for row in self._past(within, years):
                found.append(row | {"years": years})
                if len(found) == LISTED:
                    return found
        return found

    def _past(self, within: frozenset[str] | None, years: int) -> Iterator[dict[str, Any]]:
        """Yield cases that were kept so long, where the rules for them say so."""
        until = years_before(self._intake.clock().astimezone(UTC).date(), years)
        cursor: str | None = None
        while True:
            page = self._ended(within, until, cursor)
            gone = self._intake.keyring.erased.among([str(row["id"]) for row in page.items])
            for row in page.items:
                if row["closed"] and self._years_of(row) == years and str(row["id"]) not in gone:
                    yield row
            if (cursor := page.next) is None:
                return

    def _years_of(self, row: dict[str, Any]) -> int | None:
        district = self._intake.district
        zone = ZoneInfo(district.puskesmas(row["puskesmas"]).zone)
        return district.rules_at(row["received_at"].astimezone(zone).date()).keep_years


def years_before(day: date, years: int) -> date:
    """Return the same day so many years before; of a leap day the one before it."""
    leaps = (day.month, day.day) == LEAP_DAY
    return day.replace(year=day.year - years, day=28 if leaps else day.day)
