"""How effective the quality chair found the handling, and which barriers were met."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

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
    zones,
)


def effectiveness(
    connection: DuckDBPyConnection, filters: Filters, when: When
) -> dict[str, int | dict[str, int]]:
    """Return how many evaluations of the days asked for found the handling `effective` and
    `ineffective` (SOP Lamaru 1i, 2h), and by code how often a `barriers` entry was named on what
    came in during them (SOP Puring 1.4)."""
    condition = filters.attributes()
    days = bounds(zones(connection), filters.since, filters.until)
    parameters: dict[str, Any] = condition.parameters | when.parameters | days
    cases = f"""
        WITH {BOUNDS},
        cases AS (
            SELECT a.complaint, a.barrier, a.received_at,
                {STARTS} AS starts, {ENDS} AS ends
            FROM attributes AS a LEFT JOIN bounds AS b ON b.code = a.puskesmas
            WHERE {at("a")} AND {condition}
        )
    """
    row = connection.execute(
        f"""
        {cases}
        SELECT count(*) FILTER (e.sets = 'evaluated'), count(*) FILTER (e.sets IS NULL)
        FROM steps AS e JOIN cases USING (complaint)
        WHERE e.step = 'EvaluationRecorded' AND {at("e")}
            AND e.happened_from >= starts AND e.happened_from < ends
        """,
        parameters,
    ).fetchone()
    met = connection.execute(
        f"""
        {cases}
        SELECT barrier, count(*) FROM cases
        WHERE barrier IS NOT NULL AND received_at >= starts AND received_at < ends
        GROUP BY barrier ORDER BY barrier
        """,
        parameters,
    ).fetchall()
    effective, ineffective = row or (0, 0)
    return {"effective": effective, "ineffective": ineffective, "barriers": dict(met)}
