"""The cases behind a figure: exactly those that were counted, and those out of which they were."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from duckdb import DuckDBPyConnection

from services.reporting.figures import Figure
from services.reporting.queries import counting, rates, workdays
from services.reporting.queries.counting import Value
from services.reporting.queries.paging import cursor_of, read_cursor
from services.reporting.queries.question import Filters, When, at
from services.reporting.queries.standing import COLUMNS, Standing

Part = Literal["counted", "missed", "among"]
"""Which of a figure's cases: those that count, those that do not but might have, or both."""


@dataclass(frozen=True)
class Cases:
    """A page of the cases behind a figure, with what the figure came to.

    Each item says whether it is `counted`, and of a measured figure in how many `days`; `next` is
    the cursor of the following page, if there is one.
    """

    value: Value
    items: list[dict[str, Any]]
    next: str | None


def cases_of(
    connection: DuckDBPyConnection,
    figure: Figure,
    filters: Filters,
    when: When,
    now: datetime,
    *,
    part: Part = "counted",
    limit: int = 50,
    cursor: str | None = None,
) -> Cases:
    """Return a page of the cases behind a figure, the newest first; raises InvalidInput for a
    cursor that is none of ours."""
    cases = Standing(connection, filters, when, now)
    chosen = {
        "counted": figure.counted,
        "missed": f"{figure.whole} AND NOT coalesce({figure.counted}, false)",
        "among": figure.whole,
    }[part]
    after: dict[str, Any] = {}
    if cursor is not None:
        after["last"], after["complaint"] = read_cursor(cursor)
        chosen += " AND (received_at, complaint) < ($last, $complaint)"
    measure = figure.measure
    until = cases.days.of(measure.until) if measure else "NULL::DATE"
    items = cases.ask(
        f"""
        SELECT page.*, l.number, l.recorded_at, d.rules_version
        FROM (
            SELECT {COLUMNS}, coalesce({figure.counted}, false) AS counted,
                {cases.days.of("received_at")} AS received_on, {until} AS done_on
            FROM {{cases}} WHERE {chosen}
            ORDER BY received_at DESC, complaint DESC LIMIT {limit + 1}
        ) AS page JOIN latest AS l USING (complaint)
        LEFT JOIN (SELECT complaint, rules_version FROM deadlines AS d WHERE {at("d")}) AS d
            USING (complaint)
        ORDER BY page.received_at DESC, complaint DESC
        """,
        **after,
    )
    more = len(items) > limit
    items = items[:limit]
    calendars = workdays.calendars(connection, when) if measure else {}
    for item in items:
        item["id"] = item.pop("complaint")
        received, done = item.pop("received_on"), item.pop("done_on")
        item["days"] = None
        if measure:
            calendar = calendars.get(item["puskesmas"], workdays.ELSEWHERE)
            working = figure.unit == "working_days"
            between = calendar.working_days_between if working else _days_between
            item["days"] = between(received, done)
    following = cursor_of(items[-1]["received_at"], items[-1]["id"]) if more else None
    return Cases(_value(cases, figure, when), items, following)


def _days_between(earlier: Any, later: Any) -> int:
    return int((later - earlier).days)


def _value(cases: Standing, figure: Figure, when: When) -> Value:
    if figure.measure is not None:
        calendars = workdays.calendars(cases.connection, when)
        return counting.measured(cases, calendars)[figure.code]
    if figure.code == rates.RATE.code:
        return rates.rated(cases)[0]
    return counting.plain(counting.counted(cases, "NULL::DATE").whole)[figure.code]
