"""The months of a Puskesmas, as they were reported and as they are by now.

What was reported stands in the event that closed the month. It is counted again at the instants
that the event names, so that a recap which can no longer be had from the log is seen.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.aggregate import Intent
from services.kernel.contracts import read
from services.kernel.contracts.reporting import RecapClosedV1, RecapLineV1
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.store import Answer, Once
from services.reporting.application import Reporting
from services.reporting.messages import as_message
from services.reporting.queries import Filters, When, recap
from services.reporting.queries.recap import FIGURES
from services.reporting.recaps import Recaps, already_closed

Line = Mapping[str, Any]


class Monthly:
    """Closes months and answers about them."""

    def __init__(self, reporting: Reporting, recaps: Recaps, district: District) -> None:
        self._reporting, self._recaps, self._district = reporting, recaps, district

    def close(
        self, puskesmas: str, month: Month, intent: Intent, once: Once | None = None
    ) -> "Future[Answer]":
        """Close a month with its figures as they stand now.

        Raises NotFound for an unknown Puskesmas, NotYet, AlreadyDone, and Unavailable while what
        lies on the stream is not in the log copy yet.
        """
        zone = self._district.puskesmas(puskesmas).zone

        def lines(instant: datetime) -> list[RecapLineV1]:
            self._reporting.catch_up()
            # An edge and its district each have a store of their own.
            if recap.closed(self._reader(), puskesmas, str(month), When()) is not None:
                raise already_closed()
            found = self._lines(puskesmas, month, When(instant, instant))
            return [msgspec.convert(line, RecapLineV1) for line in found]

        return self._recaps.close_month(puskesmas, month, zone, intent, lines, once=once)

    def last_over(self, puskesmas: str) -> Month:
        """Return the last month that is over at a Puskesmas; raises NotFound."""
        return Month.of(self._today(puskesmas)).before

    def is_over(self, puskesmas: str, month: Month) -> bool:
        """Say whether a month is over at a Puskesmas."""
        return month < Month.of(self._today(puskesmas))

    def months(self, puskesmas: str) -> list[str]:
        """Return the months of a Puskesmas that are closed, the newest first."""
        return recap.months(self._reader(), puskesmas)

    def report(self, puskesmas: str, month: Month, when: When) -> dict[str, Any]:
        """Return a month as it was reported beside how it stands at `when`, with the cases and
        late events that explain each difference. Raises NotFound for an unknown Puskesmas."""
        now = self._lines(puskesmas, month, when)
        found = {
            "puskesmas": puskesmas,
            "month": str(month),
            "over": self.is_over(puskesmas, month),
            "incomplete": self._reporting.incomplete(
                self._district, Filters(None, puskesmas=puskesmas), when
            ),
        }
        closing = recap.closed(self._reader(), puskesmas, str(month), when)
        if closing is None:
            return found | {"closing": None, "lines": _beside(None, now), "cases": [], "more": 0}
        event = read(as_message(closing))
        assert isinstance(event, RecapClosedV1)
        reported = [msgspec.to_builtins(line) for line in event.lines]
        then = When(event.as_of, event.known_at)
        cases, count = recap.explained(
            self._reader(), puskesmas, self._bounds(puskesmas, month), then, when
        )
        return found | {
            "closing": {
                "closed_at": closing["closed_at"],
                "role": closing["role"],
                "as_of": event.as_of,
                "known_at": event.known_at,
                "position": f"{closing['source']}:{closing['id']}",
                "reproduced": _same(reported, self._lines(puskesmas, month, then)),
            },
            "lines": _beside(reported, now),
            "cases": cases,
            "more": count - len(cases),
        }

    def _lines(self, puskesmas: str, month: Month, when: When) -> list[dict[str, Any]]:
        bounds = self._bounds(puskesmas, month)
        return recap.lines(self._reader(), puskesmas, bounds, when)

    def _bounds(self, puskesmas: str, month: Month) -> recap.Bounds:
        return month.bounds(self._district.puskesmas(puskesmas).zone)

    def _today(self, puskesmas: str) -> date:
        zone = ZoneInfo(self._district.puskesmas(puskesmas).zone)
        return self._reporting.clock().astimezone(zone).date()

    def _reader(self) -> DuckDBPyConnection:
        return self._reporting.store.reader()


def _key(line: Line) -> tuple[str, str | None]:
    return line["group"], line["part"]


def _figures(line: Line | None) -> dict[str, int] | None:
    return None if line is None else {name: line[name] for name in FIGURES}


def _same(one: Sequence[Line], other: Sequence[Line]) -> bool:
    return {_key(each): _figures(each) for each in one} == {
        _key(each): _figures(each) for each in other
    }


def _beside(reported: Sequence[Line] | None, now: Sequence[Line]) -> list[dict[str, Any]]:
    """Return lines with both sides: a part that only one side has is nothing at the other."""
    before, after = (
        {_key(each): each for each in reported or ()},
        {_key(each): each for each in now},
    )
    nothing = dict.fromkeys(FIGURES, 0)
    lines = []
    for group, part in [*after, *(key for key in before if key not in after)]:
        new = _figures(after.get((group, part))) or nothing
        old = None if reported is None else _figures(before.get((group, part))) or nothing
        differs = [] if old is None else [name for name in FIGURES if old[name] != new[name]]
        line = {"group": group, "part": part, "as_reported": old, "as_now": new}
        lines.append(line | {"differs": differs})
    return lines
