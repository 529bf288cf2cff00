"""The meetings of Puskesmas and what they decided, as they stood."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import When, at
from services.reporting.store import aware


def meeting_of(connection: DuckDBPyConnection, meeting: UUID) -> tuple[str, str, datetime] | None:
    """Return the Puskesmas of a meeting, its kind, and when it begins or began, as now known; None
    where none is known, or it was cancelled."""
    found = connection.execute(
        "SELECT puskesmas, kind, meets_at FROM meetings WHERE subject = $subject"
        " AND state <> 'cancelled' AND happened_to = TIMESTAMP 'infinity'"
        " AND known_to = TIMESTAMP 'infinity'",
        {"subject": f"meeting:{meeting}"},
    ).fetchone()
    return (found[0], found[1], aware(found[2])) if found else None


def overdue(
    connection: DuckDBPyConnection, places: Collection[str] | None, today: date, when: When
) -> dict[str, int]:
    """Return by Puskesmas (None: of all) how many decisions of its meetings were due before a day
    and not done; those that have none are left out."""
    found = connection.execute(
        "SELECT puskesmas, count(*) FROM decisions AS d"
        " WHERE ($places IS NULL OR list_contains($places, puskesmas))"
        f" AND d.done_on IS NULL AND d.due_on < $today AND {at('d')} GROUP BY puskesmas",
        when.parameters | {"places": None if places is None else sorted(places), "today": today},
    )
    return dict(found.fetchall())
