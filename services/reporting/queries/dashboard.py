"""The dashboard: every figure of the registry, how it moved, where the cases lie, and which
Puskesmas they are of. The cases are gathered once and counted in several ways."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.reporting.figures import FIGURES
from services.reporting.queries import counting, trend, workdays
from services.reporting.queries.counting import NO_REPORT, Value
from services.reporting.queries.question import UNSAID, Filters, When
from services.reporting.queries.standing import Standing

# The names under which calls have long shown counts that are parts of figures now.
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "received": ("received", "numerator"),
    "praise": ("praise", "numerator"),
    "open": ("open", "numerator"),
    "overdue": ("overdue", "numerator"),
    "responded_on_time": ("response_on_time", "numerator"),
    "response_judged": ("response_on_time", "denominator"),
    "settled_on_time": ("settlement_on_time", "numerator"),
    "settlement_judged": ("settlement_on_time", "denominator"),
}


def dashboard(
    connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
) -> dict[str, Any]:
    """Return the figures of the days asked for, at the instant asked about (`figures`, by code),
    and the parts that they are made of.

    What came in is counted within the days; what is open, over all cases. Of a single Puskesmas of
    which nothing has ever come there is no report, and no figure (`heard`).
    """
    cases = Standing(connection, filters, when, now)
    grain = trend.grain(filters, cases)
    rows = counting.counted(cases, ["puskesmas", cases.bucket(grain)])
    by_place: dict[str, list[counting.Row]] = defaultdict(list)
    by_bucket: dict[Any, list[counting.Row]] = defaultdict(list)
    for row in rows:
        by_place[row["by_0"]].append(row)
        by_bucket[row["by_1"]].append(row)
    unheard = _unheard(cases, filters)
    heard = filters.puskesmas not in unheard
    whole = counting.added(rows)
    figures = counting.plain(whole) | counting.measured(cases, workdays.calendars(connection, when))
    return {
        **_parts(counting.plain(whole)),
        "as_of": cases.instant,
        "known_at": when.known_at or now,
        "heard": heard,
        "figures": {code: figures[code] if heard else NO_REPORT for code in FIGURES},
        "trend": trend.trend(cases, grain, by_bucket, filters),
        **_shares(cases),
        "puskesmas": _places(by_place),
        "unheard": sorted(unheard),
    }


def _parts(figures: Mapping[str, Value]) -> dict[str, int]:
    return {name: getattr(figures[code], part) for name, (code, part) in _PARTS.items()}


def _places(by_place: Mapping[str, Iterable[counting.Row]]) -> list[dict[str, Any]]:
    found = []
    for code, rows in by_place.items():
        figures = counting.plain(counting.added(rows))
        found.append({"part": code, **_parts(figures), "figures": figures})
    return sorted(found, key=lambda row: (-row["overdue"], -row["open"], row["part"]))


def _shares(cases: Standing) -> dict[str, list[dict[str, Any]]]:
    """Return how the cases divide, by what calls name it."""
    rows = cases.ask(
        """
        SELECT service_unit, channel, barrier, state,
            grouping(service_unit, channel, barrier, state) AS sets,
            count(*) FILTER (came AND kind <> 'praise') AS received,
            count(*) FILTER (came) AS came_in, count(*) FILTER (NOT closed) AS open
        FROM {cases} WHERE came OR NOT closed
        GROUP BY GROUPING SETS ((service_unit), (channel), (barrier), (state))
        """
    )
    return {
        "states": _share(rows, "state", "open", said=True),
        "channels": _share(rows, "channel", "came_in"),
        "units": _share(rows, "service_unit", "received"),
        "barriers": _share(rows, "barrier", "received", said=True),
        "received_by_channel": _share(rows, "channel", "received"),
        "categories": _categories(cases),
    }


_SETS: Final = {"service_unit": 0b0111, "channel": 0b1011, "barrier": 0b1101, "state": 0b1110}


def _share(
    rows: Iterable[Mapping[str, Any]], column: str, count: str, *, said: bool = False
) -> list[dict[str, Any]]:
    """Return the parts that any case is of, the largest first; `said`: only those named."""
    found = [
        {"part": row[column], "cases": row[count]}
        for row in rows
        if row["sets"] == _SETS[column] and row[count] and not (said and row[column] is None)
    ]
    return sorted(found, key=lambda each: (-each["cases"], each["part"] or UNSAID))


def _categories(cases: Standing) -> list[dict[str, Any]]:
    """Return how many cases are of each category; one of several counts in each of them."""
    return cases.ask(
        "SELECT unnest(categories) AS part, count(*) AS cases FROM {cases} "
        "WHERE came AND kind <> 'praise' GROUP BY part ORDER BY cases DESC, part"
    )


def _unheard(cases: Standing, filters: Filters) -> set[str]:
    """Return the Puskesmas of which nothing has come: no report, which is not zero."""
    heard = {row["puskesmas"] for row in cases.ask("SELECT DISTINCT puskesmas FROM {cases}")}
    wanted = {filters.puskesmas} if filters.puskesmas else set(cases.zones)
    return {
        code
        for code in wanted & set(cases.zones) - heard
        if filters.scope is None or code in filters.scope
    }
