"""The dashboard: what came in, what is open and late, how fast it was answered, and where."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
from services.reporting.store import stored

# On time: done by its day, out of what was done or is overdue; what is not due yet is left out.
_COUNTS = """
    count(*) FILTER (kind <> 'praise' AND came) AS received,
    count(*) FILTER (kind = 'praise' AND came) AS praise,
    count(*) FILTER (NOT closed) AS open,
    count(*) FILTER (NOT closed AND settled_at IS NULL AND settlement_due < $now) AS overdue,
    count(*) FILTER (came AND responded_at <= response_due) AS responded_on_time,
    count(*) FILTER (came AND (responded_at IS NOT NULL OR response_due < $now)
        AND response_due IS NOT NULL) AS response_judged,
    count(*) FILTER (came AND settled_at <= settlement_due) AS settled_on_time,
    count(*) FILTER (came AND (settled_at IS NOT NULL OR settlement_due < $now)
        AND settlement_due IS NOT NULL) AS settlement_judged
"""


def dashboard(
    connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
) -> dict[str, Any]:
    """Return the figures of the days asked for, at the instant asked about.

    Counts over what came in within the days; `open` and `overdue` are over all cases.
    """
    condition = filters.attributes()
    known = zones(connection)
    condition.parameters |= when.parameters | bounds(known, filters.since, filters.until)
    condition.parameters["now"] = stored(when.instant(now))
    # Every figure is of the same cases: gathered once, counted in several ways.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE gathered AS
        WITH {BOUNDS}
        SELECT a.puskesmas, a.service_unit, a.channel, a.categories, a.kind, s.state, s.closed,
            d.response_due, d.settlement_due, r.responded_at, t.settled_at,
            a.received_at >= {STARTS} AND a.received_at < {ENDS} AS came
        FROM attributes AS a
        LEFT JOIN bounds AS b ON b.code = a.puskesmas
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        WHERE {at("a")} AND {condition}
        """,
        {name: value for name, value in condition.parameters.items() if name != "now"},
    )
    at_now = {"now": condition.parameters["now"]}

    def ask(sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return list(records(connection.execute(sql, parameters)))

    (overall,) = ask(f"SELECT {_COUNTS} FROM gathered", at_now)
    return {
        **overall,
        "states": ask(
            "SELECT state AS part, count(*) AS cases FROM gathered WHERE NOT closed "
            "GROUP BY state ORDER BY cases DESC, state"
        ),
        "categories": ask(
            "SELECT unnest(categories) AS part, count(*) AS cases FROM gathered "
            "WHERE came AND kind <> 'praise' GROUP BY part ORDER BY cases DESC, part"
        ),
        "channels": ask(
            "SELECT channel AS part, count(*) AS cases FROM gathered "
            "WHERE came GROUP BY channel ORDER BY cases DESC, channel"
        ),
        "units": ask(
            "SELECT service_unit AS part, count(*) AS cases FROM gathered "
            "WHERE came AND kind <> 'praise' GROUP BY service_unit ORDER BY cases DESC, part"
        ),
        "puskesmas": ask(
            f"SELECT puskesmas AS part, {_COUNTS} FROM gathered GROUP BY puskesmas "
            "ORDER BY overdue DESC, open DESC, puskesmas",
            at_now,
        ),
        "unheard": sorted(_unheard(connection, known, filters)),
    }


def _unheard(
    connection: DuckDBPyConnection, known: Mapping[str, str], filters: Filters
) -> set[str]:
    """Return the Puskesmas of which nothing has come: no report, which is not zero."""
    heard = {
        code for (code,) in connection.execute("SELECT DISTINCT puskesmas FROM gathered").fetchall()
    }
    wanted = {filters.puskesmas} if filters.puskesmas else set(known)
    return {
        code
        for code in wanted & set(known) - heard
        if filters.scope is None or code in filters.scope
    }
