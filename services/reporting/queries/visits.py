"""The visits that were written down, by Puskesmas and month.

Of the units of an area none are told: who is seen at two of them is one visitor and two visits.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from typing import Any

from duckdb import DuckDBPyConnection

from services.kernel.months import Month
from services.reporting.queries.question import UNSAID, Filters, When, at


def visits_of(
    connection: DuckDBPyConnection, filters: Filters, when: When
) -> dict[tuple[str, str], int]:
    """Return the visits of each Puskesmas and month that lies whole within the days asked for, as
    they were known; of a unit, where its own were written down."""
    areas = [filters.units, *(part.units for part in filters.reach or ())]
    if filters.unit == UNSAID or any(units is not None for units in areas):
        return {}
    condition, given = [at("v")], dict[str, Any](when.parameters)
    if filters.puskesmas is not None:
        condition.append("puskesmas = $puskesmas")
        given["puskesmas"] = filters.puskesmas
    if filters.scope is not None:
        condition.append("list_contains($scope, puskesmas)")
        given["scope"] = sorted(filters.scope)
    counted = "visits"
    if filters.unit is not None:
        counted = "list_filter(by_unit, lambda each: each.unit = $unit)[1].visits"
        given["unit"] = filters.unit
    rows = connection.execute(
        f"SELECT puskesmas, month, {counted} AS n FROM visits AS v "
        f"WHERE {' AND '.join(condition)} AND n > 0",
        given,
    ).fetchall()
    return {(place, month): n for place, month, n in rows if _within(filters, month)}


def _within(filters: Filters, written: str) -> bool:
    month = Month.written(written)
    return (filters.since is None or filters.since <= month.first) and (
        filters.until is None or month.last <= filters.until
    )
