"""The months of a Puskesmas, as they were reported and as they are by now.

What was reported stands in the events that closed and corrected the month. It is counted again at
the instants that they name, so that a recap which can no longer be had from the log is seen.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.aggregate import Intent
from services.kernel.contracts.reporting import RecapLineV1
from services.kernel.district import District
from services.kernel.errors import Unavailable
from services.kernel.months import Month
from services.kernel.store import Answer, Once
from services.reporting.agenda import Agenda
from services.reporting.application import Reporting
from services.reporting.discipline import Standing, standing_of
from services.reporting.queries import Filters, When, recap
from services.reporting.queries.effectiveness import effectiveness
from services.reporting.queries.statements import Reported, Statement, began, reported
from services.reporting.queries.workdays import ELSEWHERE, calendars
from services.reporting.recap_lines import beside, same, with_areas
from services.reporting.recaps import Recaps, already_closed


class Monthly:
    """Closes months, puts right what they report, and answers about them."""

    def __init__(self, reporting: Reporting, recaps: Recaps, district: District) -> None:
        self._reporting, self._recaps, self._district = reporting, recaps, district
        self._agenda = Agenda(reporting, district)

    def close(
        self, puskesmas: str, month: Month, intent: Intent, once: Once | None = None
    ) -> "Future[Answer]":
        """Close a month with its figures as they stand now.

        Raises NotFound for an unknown Puskesmas, NotYet, AlreadyDone, and Unavailable while what
        lies on the stream is not in the log copy yet.
        """
        zone = self._district.puskesmas(puskesmas).zone
        now = self._lines_now(puskesmas, month)

        def lines(instant: datetime) -> list[RecapLineV1]:
            found = now(instant)
            # An edge and its district each have a store of their own.
            if self._reported(puskesmas, month, When()).closing is not None:
                raise already_closed()
            return found

        return self._recaps.close_month(puskesmas, month, zone, intent, lines, once=once)

    def correct(
        self, puskesmas: str, month: Month, intent: Intent, reason: str, once: Once | None = None
    ) -> "Future[Answer]":
        """Let a closed month report its figures as they stand now; what it reported stays.

        Raises NotFound, NotYet, InvalidInput, Conflict and Unavailable (`Recaps.correct_month`).
        """
        lines = self._lines_now(puskesmas, month)
        return self._recaps.correct_month(puskesmas, month, intent, reason, lines, once=once)

    def acknowledge(
        self,
        puskesmas: str,
        month: Month,
        intent: Intent,
        seen: int | None = None,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Note that the head knows what a month reports; `seen` is the statement that they read.

        Raises NotFound, NotYet, AlreadyDone and Conflict (see `Recaps.acknowledge_month`).
        """
        self._district.puskesmas(puskesmas)
        return self._recaps.acknowledge_month(puskesmas, month, intent, seen=seen, once=once)

    def arrived(self, answer: Answer) -> None:
        """Wait a moment until what was just done shows on pages."""
        with suppress(Unavailable):
            self._reporting.wait_for(f"{answer.source}:{answer.position}")

    def last_over(self, puskesmas: str) -> Month:
        """Return the last month that is over at a Puskesmas; raises NotFound."""
        return Month.of(self.today(puskesmas)).before

    def today(self, puskesmas: str) -> date:
        """Return a Puskesmas' own date; raises NotFound."""
        zone = ZoneInfo(self._district.puskesmas(puskesmas).zone)
        return self._reporting.clock().astimezone(zone).date()

    def standing(self, puskesmas: str, year: int) -> list[Standing]:
        """Return how each month of a year stands at a Puskesmas, the newest first: those that have
        begun, from the month in which it was first heard of. Raises NotFound."""
        this = Month.of(self.today(puskesmas))
        heard = began(self._reader()).get(puskesmas)
        zone = ZoneInfo(self._district.puskesmas(puskesmas).zone)
        first = this if heard is None else Month.of(heard.astimezone(zone).date())
        months = [Month(date(year, number, 1)) for number in range(12, 0, -1)]
        return self._standing(
            [(puskesmas, month) for month in months if first <= month <= this], When()
        )

    def years(self, puskesmas: str) -> list[int]:
        """Return the years that a Puskesmas has months of, the newest first; raises NotFound."""
        today = self.today(puskesmas)
        heard = began(self._reader()).get(puskesmas)
        return [*range(today.year, min(heard.year if heard else today.year, today.year) - 1, -1)]

    def district(self, month: Month, scope: frozenset[str] | None, when: When) -> list[Standing]:
        """Return how a month stands at each Puskesmas of the district file within `scope`."""
        places = [each.code for each in self._district.all_puskesmas]
        return self._standing(
            [(code, month) for code in places if scope is None or code in scope], when
        )

    def report(self, puskesmas: str, month: Month, when: When) -> dict[str, Any]:
        """Return a month as it was reported beside how it stands at `when`, with the cases and
        late events that explain each difference. Raises NotFound for an unknown Puskesmas."""
        (standing,) = self._standing([(puskesmas, month)], when)
        now = self.lines(puskesmas, month, when)
        stated = standing.reported.statements
        closing, latest = standing.reported.closing, standing.reported.latest
        corrected = latest if len(stated) > 1 else None
        cases, count = self._explained(puskesmas, month, closing, when)
        return {
            "puskesmas": puskesmas,
            "month": str(month),
            "number": self._district.recap_number(puskesmas, month),
            "over": standing.over,
            "due_on": standing.due_on,
            "late": standing.late,
            "incomplete": self._reporting.incomplete(
                self._district, Filters(None, puskesmas=puskesmas), when
            ),
            "closing": None if closing is None else self._closing(puskesmas, month, closing),
            "corrections": [self._closing(puskesmas, month, each) for each in stated[1:]],
            "acknowledged": _acknowledged(standing.reported),
            "effectiveness": self.effectiveness(puskesmas, month, when)
            | {"found": standing.reported.effectiveness},
            "openings": self._agenda.openings(puskesmas, month, when),
            "lines": beside(
                with_areas(now, self._district),
                None if closing is None else with_areas(closing.lines, self._district),
                None if corrected is None else with_areas(corrected.lines, self._district),
            ),
            "settled": latest is not None and same(latest.lines, now),
            "cases": cases,
            "more": count - len(cases),
        }

    def lines(self, puskesmas: str, month: Month, when: When) -> list[dict[str, Any]]:
        """Return the figures of a month as they stand; raises NotFound."""
        return recap.lines(self._reader(), puskesmas, self._bounds(puskesmas, month), when)

    def effectiveness(self, puskesmas: str, month: Month, when: When) -> dict[str, Any]:
        """Return what was evaluated in a month, and which barriers were met."""
        filters = Filters(None, puskesmas=puskesmas, since=month.first, until=month.last)
        return dict(effectiveness(self._reader(), filters, when))

    def _lines_now(self, puskesmas: str, month: Month) -> Callable[[datetime], list[RecapLineV1]]:
        self._district.puskesmas(puskesmas)

        def lines(instant: datetime) -> list[RecapLineV1]:
            self._reporting.catch_up()
            found = self.lines(puskesmas, month, When(instant, instant))
            return [msgspec.convert(line, RecapLineV1) for line in found]

        return lines

    def _explained(
        self, puskesmas: str, month: Month, closing: Statement | None, when: When
    ) -> tuple[list[dict[str, Any]], int]:
        if closing is None:
            return [], 0
        then = When(closing.as_of, closing.known_at)
        return recap.explained(
            self._reader(), puskesmas, self._bounds(puskesmas, month), then, when
        )

    def _closing(self, puskesmas: str, month: Month, stated: Statement) -> dict[str, Any]:
        again = self.lines(puskesmas, month, When(stated.as_of, stated.known_at))
        return {
            "number": stated.number,
            "closed_at": stated.stated_at,
            "role": stated.role,
            "reason": stated.reason,
            "as_of": stated.as_of,
            "known_at": stated.known_at,
            "position": stated.position,
            "reproduced": same(stated.lines, again),
        }

    def _standing(self, asked: list[tuple[str, Month]], when: When) -> list[Standing]:
        reader, now = self._reader(), when.instant(self._reporting.clock())
        places = sorted({code for code, _month in asked})
        months = sorted({str(month) for _code, month in asked})
        found = reported(reader, places, months, when)
        working = calendars(reader, when)
        return [
            standing_of(
                found.get((code, str(month))) or Reported(code, str(month)),
                month,
                self._district.recaps,
                working.get(code, ELSEWHERE),
                now.astimezone(ZoneInfo(self._district.puskesmas(code).zone)),
            )
            for code, month in asked
        ]

    def _reported(self, puskesmas: str, month: Month, when: When) -> Reported:
        found = reported(self._reader(), [puskesmas], [str(month)], when)
        return found.get((puskesmas, str(month))) or Reported(puskesmas, str(month))

    def _bounds(self, puskesmas: str, month: Month) -> recap.Bounds:
        return month.bounds(self._district.puskesmas(puskesmas).zone)

    def _reader(self) -> DuckDBPyConnection:
        return self._reporting.store.reader()


def _acknowledged(of: Reported) -> Mapping[str, Any] | None:
    """Return since when the head knows which statement, and whether it is the one that holds."""
    if of.acknowledged is None:
        return None
    return {
        "at": of.acknowledged_at,
        "statement": of.acknowledged,
        "current": of.known_to_head,
    }
