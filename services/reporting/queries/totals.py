"""The control totals: brought forward + received + brought back − closed = carried forward."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping
from typing import Any, Final, Literal

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import (
    BOUNDS,
    ENDS,
    STARTS,
    Filters,
    When,
    at,
    bounds,
    records,
    zones,
)

By = Literal["unit", "puskesmas", "channel", "category"]

# A complaint of several categories counts in each of them; one of none, under none.
_PARTS: Final[Mapping[By | None, str]] = {
    None: "NULL",
    "unit": "a.service_unit",
    "puskesmas": "a.puskesmas",
    "channel": "a.channel",
    "category": "unnest(CASE WHEN len(a.categories) > 0 THEN a.categories ELSE [NULL] END)",
}
FIGURES: Final = ("brought_forward", "received", "brought_back", "closed", "carried_forward")

_MOVES: Final = f"FROM moves AS m WHERE m.complaint = a.complaint AND {at('m')}"
_SIGN: Final = "CASE m.move WHEN 'closed' THEN -1 ELSE 1 END"


def behind(total: str) -> str:
    """Return the condition on a case (as `a`, with the `bounds` of its Puskesmas as `b`) that it
    is one of those that a control total counts."""
    if total not in FIGURES:
        raise ValueError(f"there is no control total {total}")
    # Both ends are named each time: DuckDB refuses a parameter that it has no use for.
    edges = {"brought_forward": f"least({STARTS}, {ENDS})"}
    edges["carried_forward"] = f"greatest({STARTS}, {ENDS})"
    if (edge := edges.get(total)) is not None:
        return f"(SELECT coalesce(sum({_SIGN}), 0) {_MOVES} AND m.happened_from < {edge}) > 0"
    within = f"m.happened_from >= {STARTS} AND m.happened_from < {ENDS}"
    return f"EXISTS ({_MOVES} AND m.move = '{total}' AND {within})"


def totals(
    connection: DuckDBPyConnection, filters: Filters, when: When, by: By | None
) -> list[dict[str, Any]]:
    """Return the totals of the days asked for, one row for each part (one in all without `by`).

    Cases are counted where their attributes stand at the instant asked about; only their moves
    are dated. Praise opens no case and is counted apart. By Puskesmas, one of which nothing has
    ever come has no figures at all: that is not zero.
    """
    condition = filters.attributes()
    known = zones(connection)
    condition.parameters |= when.parameters | bounds(known, filters.since, filters.until)
    found = connection.execute(
        f"""
        WITH {BOUNDS},
        cases AS (
            SELECT a.complaint, a.kind, a.received_at, {_PARTS[by]} AS part,
                {STARTS} AS starts, {ENDS} AS ends
            FROM attributes AS a LEFT JOIN bounds AS b ON b.code = a.puskesmas
            WHERE {at("a")} AND {condition}
        ),
        moved AS (
            SELECT part,
                {_SIGN} AS sign, move,
                happened_from < starts AS before,
                happened_from >= starts AND happened_from < ends AS within
            FROM cases JOIN moves AS m ON m.complaint = cases.complaint AND {at("m")}
        ),
        counted AS (
            SELECT part,
                coalesce(sum(sign) FILTER (before), 0)::BIGINT AS brought_forward,
                count(*) FILTER (within AND move = 'received') AS received,
                count(*) FILTER (within AND move = 'brought_back') AS brought_back,
                count(*) FILTER (within AND move = 'closed') AS closed,
                coalesce(sum(sign) FILTER (before OR within), 0)::BIGINT AS carried_forward
            FROM moved GROUP BY part
        ),
        praised AS (
            SELECT part, count(*) FILTER (
                kind = 'praise' AND received_at >= starts AND received_at < ends
            ) AS praise
            FROM cases GROUP BY part
        )
        SELECT praised.part,
            {", ".join(f"coalesce({figure}, 0) AS {figure}" for figure in FIGURES)}, praise
        FROM praised LEFT JOIN counted ON counted.part IS NOT DISTINCT FROM praised.part
        ORDER BY praised.part NULLS LAST
        """,
        condition.parameters,
    )
    rows = list(records(found))
    if by == "puskesmas":
        rows += _unheard(rows, known, filters)
    if by is None and not rows:
        rows = [dict.fromkeys(FIGURES, 0) | {"part": None, "praise": 0}]
    return rows


def _unheard(
    rows: list[dict[str, Any]], known: Mapping[str, str], filters: Filters
) -> list[dict[str, Any]]:
    if filters.unit or filters.channel or filters.category:
        return []
    heard = {row["part"] for row in rows}
    return [
        {"part": code} | dict.fromkeys((*FIGURES, "praise"))
        for code in sorted(known)
        if code not in heard
        and (filters.scope is None or code in filters.scope)
        and filters.puskesmas in (None, code)
    ]
