"""The meetings of Puskesmas and what they decided, as they stood."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from datetime import date, datetime
from typing import Any
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import When, at, records
from services.reporting.store import aware, stored


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


def meetings(
    connection: DuckDBPyConnection,
    puskesmas: str,
    bounds: tuple[datetime, datetime],
    when: When,
) -> list[dict[str, Any]]:
    """Return the meetings of a Puskesmas that begin within these bounds, as they stood: subject,
    kind, state, meets_at, months, decided; and of what each decided, how much was done by then."""
    return list(
        records(
            connection.execute(
                f"""
                SELECT m.subject, m.kind, m.state, m.meets_at, m.months, m.decided,
                    (
                        SELECT count(*) FROM decisions AS d
                        WHERE d.subject = m.subject AND d.done_on IS NOT NULL
                            AND {at("d")}
                    ) AS done
                FROM meetings AS m
                WHERE m.puskesmas = $puskesmas AND m.meets_at >= $first AND m.meets_at < $until
                    AND {at("m")}
                ORDER BY m.meets_at, m.subject
                """,
                when.parameters
                | {
                    "puskesmas": puskesmas,
                    "first": stored(bounds[0]),
                    "until": stored(bounds[1]),
                },
            )
        )
    )


def overdue(connection: DuckDBPyConnection, puskesmas: str, today: date, when: When) -> int:
    """Return how many decisions of a Puskesmas' meetings were due before a day and not done."""
    ((count,),) = connection.execute(
        "SELECT count(*) FROM decisions AS d WHERE d.puskesmas = $puskesmas"
        f" AND d.done_on IS NULL AND d.due_on < $today AND {at('d')}",
        when.parameters | {"puskesmas": puskesmas, "today": today},
    ).fetchall()
    return int(count)
