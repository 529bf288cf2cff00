"""The dashboard: every figure of the registry, how it moved, where the cases lie, and which
Puskesmas they are of. The cases are gathered once and counted in several ways."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.reporting.figures import FIGURES
from services.reporting.queries import counting, rates, surveys, trend, workdays
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
    counts = counting.counted(cases, cases.bucket(grain))
    unheard = _unheard(cases, filters, counts.by_place.keys())
    heard = filters.puskesmas not in unheard
    plain = counting.plain(counts.whole)
    rate, rates_of = rates.rated(cases)
    figures = plain | counting.measured(cases, workdays.calendars(connection, when))
    figures[rates.RATE.code] = rate
    closed = surveys.surveys_of(connection, filters, when)
    of_surveys = surveys.figures_of(closed)
    return {
        **_parts(plain),
        "as_of": cases.instant,
        "known_at": when.known_at or now,
        "heard": heard,
        "figures": {
            code: of_surveys.get(code) or (figures[code] if heard else NO_REPORT)
            for code in FIGURES
        },
        "surveys": closed,
        "trend": trend.trend(cases, grain, counts, filters),
        **_shares(cases),
        "puskesmas": _places(counts.by_place, rates_of),
        "unheard": sorted(unheard),
    }


def _parts(figures: Mapping[str, Value]) -> dict[str, int]:
    return {name: getattr(figures[code], part) for name, (code, part) in _PARTS.items()}


def _places(
    by_place: Mapping[str, counting.Row], rates_of: Mapping[str, Value]
) -> list[dict[str, Any]]:
    found = []
    for code, row in by_place.items():
        figures = counting.plain(row) | {rates.RATE.code: rates_of.get(code, rates.NONE)}
        found.append({"part": code, **_parts(figures), "figures": figures})
    return sorted(found, key=lambda row: (-row["overdue"], -row["open"], row["part"]))


def _shares(cases: Standing) -> dict[str, list[dict[str, Any]]]:
    """Return how the cases divide, by what calls name it."""
    rows = cases.ask(_SHARES)
    return {
        "states": _share(rows, "state", "open", said=True),
        "channels": _share(rows, "channel", "came_in"),
        "units": _share(rows, "service_unit", "received"),
        "barriers": _share(rows, "barrier", "received", said=True),
        "received_by_channel": _share(rows, "channel", "received"),
        "categories": _categories(cases),
    }


def _at_rest(column: str) -> str:
    # A column by itself takes a fraction of what several at once take.
    return (
        f"SELECT '{column}' AS cut, {column} AS part, "
        "count(*) FILTER (kind <> 'praise') AS received, count(*) AS came_in, 0 AS open "
        "FROM {rest} WHERE came GROUP BY part"
    )


_SHARES: Final = f"""
WITH parts AS (
    {" UNION ALL ".join(map(_at_rest, ("service_unit", "channel", "barrier")))}
    UNION ALL
    SELECT cut, part, count(*) FILTER (came AND kind <> 'praise'), count(*) FILTER (came),
        count(*) FILTER (NOT closed)
    FROM (
        SELECT came, kind, closed,
            unnest(['service_unit', 'channel', 'barrier', 'state']) AS cut,
            unnest([service_unit, channel, barrier, state]) AS part
        FROM {{moving}} WHERE came OR NOT closed
    ) GROUP BY ALL
)
SELECT cut, part, sum(received)::BIGINT AS received, sum(came_in)::BIGINT AS came_in,
    sum(open)::BIGINT AS open
FROM parts GROUP BY ALL
"""


def _share(
    rows: Iterable[Mapping[str, Any]], column: str, count: str, *, said: bool = False
) -> list[dict[str, Any]]:
    """Return the parts that any case is of, the largest first; `said`: only those named."""
    found = [
        {"part": row["part"], "cases": row[count]}
        for row in rows
        if row["cut"] == column and row[count] and not (said and row["part"] is None)
    ]
    return sorted(found, key=lambda each: (-each["cases"], each["part"] or UNSAID))


def _categories(cases: Standing) -> list[dict[str, Any]]:
    """Return how many cases are of each category; one of several counts in each of them."""
    cases.find_repeats()
    return cases.ask(
        "SELECT category AS part, sum(cases)::BIGINT AS cases FROM spans "
        "GROUP BY part HAVING sum(cases) > 0 ORDER BY cases DESC, part"
    )


def _unheard(cases: Standing, filters: Filters, counted: Set[str]) -> set[str]:
    """Return the Puskesmas of which nothing has come: no report, which is not zero. Of those with
    a case that was `counted` something has."""
    wanted = {filters.puskesmas} if filters.puskesmas else set(cases.zones)
    silent = {
        code
        for code in wanted & set(cases.zones) - counted
        if filters.scope is None or code in filters.scope
    }
    if silent:
        heard = cases.ask(
            "SELECT DISTINCT puskesmas FROM {cases} "
            "WHERE list_contains($silent::VARCHAR[], puskesmas)",
            silent=sorted(silent),
        )
        silent -= {row["puskesmas"] for row in heard}
    return silent
