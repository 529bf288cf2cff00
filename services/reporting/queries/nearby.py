"""Which complaints came in shortly before one and may be about the same: by place, time, unit and
category. Their words are compared at their home, not here."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from datetime import datetime, timedelta
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import When, at

MOST = 40
"""So many are opened and compared for one page."""


def nearby(
    connection: DuckDBPyConnection,
    puskesmas: str,
    service_unit: str | None,
    categories: list[str],
    until: datetime,
    within: timedelta,
) -> list[UUID]:
    """Return the ids of complaints of this place received within a while before `until`, with the
    same unit or one of the categories, newest first; none that ended as a duplicate or withdrawn.
    """
    found = connection.execute(
        f"""
        SELECT a.complaint
        FROM attributes AS a JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        WHERE {at("a")} AND a.puskesmas = $puskesmas
            AND (a.service_unit = $unit OR list_has_any(a.categories, $categories::VARCHAR[]))
            AND a.received_at BETWEEN $until - $within AND $until
            AND s.state NOT IN ('duplicate', 'withdrawn')
        ORDER BY a.received_at DESC, a.complaint DESC LIMIT {MOST}
        """,
        {
            "puskesmas": puskesmas,
            "unit": service_unit,
            "categories": categories,
            "until": until,
            "within": within,
            **When().parameters,
        },
    ).fetchall()
    return [id for (id,) in found]
