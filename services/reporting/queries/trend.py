"""How figures moved within the days asked for: by day, week or month, whichever can be read."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Literal

from services.reporting.queries import counting
from services.reporting.queries.question import Filters, at
from services.reporting.queries.standing import Standing

Grain = Literal["day", "week", "month"]
MOST: Final = 24
"""So many parts of the time can be told apart; of more, the last are shown."""
_DAYS: Final = 31
_WEEKS: Final = 184


def grain(filters: Filters, cases: Standing) -> Grain:
    """Return into what parts the days asked for are cut."""
    if filters.since is None:
        return "month"
    until = min(filters.until or date.max, cases.today)
    days = (until - filters.since).days
    return "day" if days <= _DAYS else "week" if days <= _WEEKS else "month"


def trend(
    cases: Standing,
    grain: Grain,
    counts: counting.Counts,
    filters: Filters,
) -> dict[str, Any]:
    """Return for each part of the days asked for what came in and was closed in it, what was still
    open at its end, and what became of what came in.

    `counts` are by the same parts.
    """
    moves = _moves(cases, grain)
    starts = _parts(grain, filters, cases.today, [*counts.by_bucket, *moves])
    open_now = counting.plain(counts.whole)["open"].numerator or 0
    left = open_now - sum(_change(moves[day]) for day in moves if starts and day > starts[-1])
    points: list[dict[str, Any]] = []
    for start in reversed(starts):
        figures = counting.plain(counts.by_bucket.get(start, counting.NONE))
        moved = moves.get(start, {})
        points.append(
            {
                "starts": start,
                "ends": _next(grain, start) - timedelta(days=1),
                "received": figures["received"].numerator,
                "closed": moved.get("closed", 0),
                "open": left,
                "figures": figures,
            }
        )
        left -= _change(moved)
    return {"grain": grain, "points": points[::-1]}


def _change(moved: Mapping[str, int]) -> int:
    return sum(-n if move == "closed" else n for move, n in moved.items())


def _moves(cases: Standing, grain: Grain) -> dict[date, dict[str, int]]:
    """Return how many cases were received, closed and brought back in each part, from the first
    day asked for until the instant asked about."""
    rows = cases.ask(
        f"""
        SELECT part, move, sum(n)::BIGINT AS n FROM (
            SELECT {cases.bucket(grain, "opened_at")} AS part, 'received' AS move, count(*) AS n
            FROM {{rest}} WHERE moved_once AND opened_at >= $earliest GROUP BY part
            UNION ALL
            SELECT {cases.bucket(grain, "closed_at")} AS part, 'closed', count(*)
            FROM {{rest}} WHERE moved_once AND closed_at >= $earliest GROUP BY part
            UNION ALL
            SELECT {cases.bucket(grain, "m.happened_from")} AS part, move, count(*)
            FROM moves AS m JOIN (
                SELECT complaint, puskesmas FROM {{rest}} WHERE NOT moved_once
                UNION ALL
                SELECT complaint, puskesmas FROM {{moving}}
            ) USING (complaint)
            WHERE {at("m")} AND m.happened_from >= $earliest GROUP BY part, move
        ) GROUP BY ALL
        """
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["part"], {})[row["move"]] = row["n"]
    return found


def _parts(grain: Grain, filters: Filters, today: date, told_of: Iterable[date]) -> list[date]:
    """Return the first days of the parts, those in which nothing happened as well."""
    first = filters.since or min(told_of, default=None)
    if first is None:
        return []
    last = min(filters.until or date.max, today)
    starts = []
    start = _start(grain, first)
    while start <= last:
        starts.append(start)
        start = _next(grain, start)
    return starts[-MOST:] if grain != "day" else starts


def _start(grain: Grain, day: date) -> date:
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def _next(grain: Grain, start: date) -> date:
    if grain == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if grain == "week" else 1)
