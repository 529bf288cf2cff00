"""A month of one Puskesmas: its figures at two instants, and what explains each difference.

What each case adds to the figures is gathered once (`contributions`); lines are its sums, and two
months differ just where some case adds something else.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.reporting import folds
from services.reporting.queries import totals
from services.reporting.queries.question import When, at, records
from services.reporting.store import stored

PROMISES: Final = (
    "responses_due",
    "responses_on_time",
    "settlements_due",
    "settlements_on_time",
)
FIGURES: Final = (*totals.FIGURES, "praise", *PROMISES)
GROUPS: Final[Mapping[str, str]] = {
    "all": "NULL::VARCHAR",
    "unit": "unit",
    "channel": "channel",
    # A complaint of several categories counts in each of them; one of none, under none.
    "category": "unnest(CASE WHEN len(categories) > 0 THEN categories ELSE [NULL] END)",
}
ATTRIBUTES: Final = ("unit", "channel", "categories")
MADE_BY: Final[Mapping[str, str]] = {
    **dict.fromkeys((*ATTRIBUTES, "praise"), "attributes"),
    **dict.fromkeys(totals.FIGURES, "moves"),
    **dict.fromkeys(PROMISES, "verdicts"),
}
"""By what differs, the fold that it comes from."""
EXPLAINED: Final = 500
"""More late cases than this are counted, not listed."""

Bounds = tuple[datetime, datetime]
"""From when until before when the month lasts."""


def lines(
    connection: DuckDBPyConnection, puskesmas: str, bounds: Bounds, when: When
) -> list[dict[str, Any]]:
    """Return the figures of a month, a line for each part of each group; `all` is the first."""
    contributed(connection, "contributed", puskesmas, bounds, when)
    return _lines(connection, "contributed")


def explained(
    connection: DuckDBPyConnection, puskesmas: str, bounds: Bounds, before: When, after: When
) -> tuple[list[dict[str, Any]], int]:
    """Return the cases that add something else to a month at `after` than they did at `before`:
    what (`changes`), and the events that had not happened or were not known before (`events`);
    and how many cases there are, of which at most `EXPLAINED` are listed."""
    contributed(connection, "contributed_before", puskesmas, bounds, before)
    contributed(connection, "contributed_after", puskesmas, bounds, after)
    compared = (*FIGURES, *ATTRIBUTES)
    sides = ", ".join(
        f"b.{name} AS before_{name}, a.{name} AS after_{name}" for name in ("number", *compared)
    )
    differs = " OR ".join(f"b.{name} IS DISTINCT FROM a.{name}" for name in compared)
    found = connection.execute(
        f"""
        SELECT complaint, {sides}, count(*) OVER () AS cases
        FROM contributed_before AS b FULL JOIN contributed_after AS a USING (complaint)
        WHERE {differs} ORDER BY complaint LIMIT {EXPLAINED}
        """
    )
    rows = list(records(found))
    cases = [_case(row, compared) for row in rows]
    behind = _behind(connection, [case["id"] for case in cases], before, after)
    listed = [{**case, "events": _told_by(case, behind.get(case["id"], []))} for case in cases]
    return listed, rows[0]["cases"] if rows else 0


def _case(row: Mapping[str, Any], compared: Sequence[str]) -> dict[str, Any]:
    changes = [
        {"name": name, "before": row[f"before_{name}"], "after": row[f"after_{name}"]}
        for name in compared
        if row[f"before_{name}"] != row[f"after_{name}"]
    ]
    number = row["after_number"] or row["before_number"]
    unit = row["after_unit"] if row["after_number"] else row["before_unit"]
    return {"id": row["complaint"], "number": number, "unit": unit, "changes": changes}


def _told_by(case: Mapping[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of a case's events that what differs of it is made of."""
    names = _read({MADE_BY[change["name"]] for change in case["changes"]})
    return [event for event in events if event["event"] in names]


def contributed(
    connection: DuckDBPyConnection, table: str, puskesmas: str, bounds: Bounds, when: When
) -> None:
    """Gather what each case of a Puskesmas adds to the figures of a month."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {table} AS
        WITH cases AS (
            SELECT complaint, number, kind, received_at, service_unit AS unit, channel, categories
            FROM attributes AS a WHERE a.puskesmas = $puskesmas AND {at("a")}
        ),
        moved AS (
            SELECT complaint,
                coalesce(sum(sign) FILTER (before), 0)::BIGINT AS brought_forward,
                count(*) FILTER (within AND move = 'received') AS received,
                count(*) FILTER (within AND move = 'brought_back') AS brought_back,
                count(*) FILTER (within AND move = 'closed') AS closed,
                coalesce(sum(sign) FILTER (before OR within), 0)::BIGINT AS carried_forward
            FROM (
                SELECT complaint, move, CASE move WHEN 'closed' THEN -1 ELSE 1 END AS sign,
                    happened_from < $starts AS before,
                    happened_from >= $starts AND happened_from < $ends AS within
                FROM moves AS m SEMI JOIN cases USING (complaint) WHERE {at("m")}
            )
            GROUP BY complaint
        ),
        promised AS (
            SELECT v.complaint,
                count(*) FILTER (promise = 'response') AS responses_due,
                count(*) FILTER (promise = 'response' AND verdict = 'on_time')
                    AS responses_on_time,
                count(*) FILTER (promise = 'settlement') AS settlements_due,
                count(*) FILTER (promise = 'settlement' AND verdict = 'on_time')
                    AS settlements_on_time
            FROM verdicts AS v SEMI JOIN cases USING (complaint)
            LEFT JOIN states AS s ON s.complaint = v.complaint AND {at("s")}
            WHERE {at("v")} AND v.due_at >= $starts AND v.due_at < $ends
                -- A case that had ended before a promise fell due owes it no more.
                AND NOT (v.verdict = 'overdue'
                    AND coalesce(s.closed AND s.since <= v.due_at, false))
            GROUP BY v.complaint
        )
        SELECT complaint, number, unit, channel, categories,
            {", ".join(f"coalesce({name}, 0) AS {name}" for name in totals.FIGURES)},
            (kind = 'praise' AND received_at >= $starts AND received_at < $ends)::BIGINT AS praise,
            {", ".join(f"coalesce({name}, 0) AS {name}" for name in PROMISES)}
        FROM cases LEFT JOIN moved USING (complaint) LEFT JOIN promised USING (complaint)
        """,
        {
            "puskesmas": puskesmas,
            "starts": stored(bounds[0]),
            "ends": stored(bounds[1]),
            **when.parameters,
        },
    )


def _lines(connection: DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in FIGURES)
    any_figure = " OR ".join(f"{name} <> 0" for name in FIGURES)
    found: list[dict[str, Any]] = []
    for group, part in GROUPS.items():
        grouped = "" if group == "all" else f"GROUP BY part HAVING {any_figure}"
        rows = connection.execute(
            f"""
            SELECT '{group}' AS "group", part, {sums} FROM (
                SELECT {part} AS part, {", ".join(FIGURES)} FROM {table}
            )
            {"GROUP BY part" if group == "all" else grouped} ORDER BY part NULLS LAST
            """
        )
        found += records(rows)
    if not any(line["group"] == "all" for line in found):
        found.insert(0, {"group": "all", "part": None} | dict.fromkeys(FIGURES, 0))
    return found


def _behind(
    connection: DuckDBPyConnection, complaints: Sequence[Any], before: When, after: When
) -> dict[Any, list[dict[str, Any]]]:
    """Return by complaint the events that count at `after` and did not at `before`.

    `late`: it had happened before, and came afterwards; else it happened afterwards.
    """
    found = connection.execute(
        """
        SELECT complaint, source, id, name AS event, role, occurred_at, time AS recorded_at,
            arrived_at, occurred_at <= $before_t AS late
        FROM log
        WHERE complaint IN (SELECT unnest($complaints::UUID[])) AND trouble IS NULL
            AND list_contains($names, name)
            AND (arrived_at > $before_k OR occurred_at > $before_t)
            AND arrived_at <= $k AND occurred_at <= $t
        ORDER BY complaint, time, source, id
        """,
        {
            "complaints": list(complaints),
            "names": sorted(_read({*MADE_BY.values()})),
            "before_t": before.parameters["t"],
            "before_k": before.parameters["k"],
            **after.parameters,
        },
    )
    behind: dict[Any, list[dict[str, Any]]] = {}
    for row in records(found):
        complaint = row.pop("complaint")
        row["position"] = f"{row.pop('source')}:{row.pop('id')}"
        behind.setdefault(complaint, []).append(row)
    return behind


def _read(names: Collection[str]) -> frozenset[str]:
    """Return the names of the events that these folds take rows from."""
    return frozenset().union(*(fold.reads for fold in folds.folds() if fold.name in names))
