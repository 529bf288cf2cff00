"""What a case's page asks beside it: which cases are about the same (one unit and category of a
place, a while before or after), which are answered with it, and how one stands."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import When, at, records

NEAR: Final = timedelta(days=90)
SHOWN: Final = 5


def similar(connection: DuckDBPyConnection, complaint: UUID) -> tuple[int, list[dict[str, Any]]]:
    """Return how many others there are, and the newest of them.

    Where no category is stated the unit alone decides; without a unit there is nothing to go by.
    """
    cursor = connection.execute(
        f"""
        SELECT a.complaint AS id, a.number, a.received_at, s.state, s.closed,
            count(*) OVER () AS found
        FROM attributes AS this
        JOIN attributes AS a ON a.puskesmas = this.puskesmas
            AND a.service_unit = this.service_unit
            AND (len(this.categories) = 0 OR list_has_any(a.categories, this.categories))
            AND a.received_at BETWEEN this.received_at - $near AND this.received_at + $near
        JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        WHERE this.complaint = $id AND a.complaint <> $id AND {at("this")} AND {at("a")}
        ORDER BY a.received_at DESC, a.complaint DESC LIMIT {SHOWN}
        """,
        {"id": complaint, "near": NEAR, **When().parameters},
    )
    found = list(records(cursor))
    return (found[0]["found"] if found else 0), found


def standing_of(
    connection: DuckDBPyConnection, complaint: UUID
) -> tuple[str, bool, datetime | None] | None:
    """Return the state of a complaint's case, whether its last withdrawal was refused by it, and
    when it was recorded that it came to its end (None: it is open); None where no case is known."""
    found = connection.execute(
        f"""
        SELECT s.state, coalesce(bool_or(x.refused), false) AS in_vain,
            any_value(x.ended_at) FILTER (s.closed) AS end_recorded_at
        FROM states AS s LEFT JOIN (
            SELECT complaint, max(seq) FILTER (step = 'CaseRequestRefused')
                > max(seq) FILTER (step = 'ComplaintWithdrawn') AS refused,
                max_by(recorded_at, seq)
                    FILTER (sets IN ('evaluated', 'withdrawn', 'duplicate', 'referred')) AS ended_at
            FROM steps AS x WHERE complaint = $id AND {at("x")} GROUP BY complaint
        ) AS x USING (complaint)
        WHERE s.complaint = $id AND {at("s")} GROUP BY s.state
        """,
        {"id": complaint, **When().parameters},
    )
    for each in records(found):
        return each["state"], each["in_vain"], each["end_recorded_at"]
    return None


def joined(connection: DuckDBPyConnection, complaint: UUID) -> list[dict[str, Any]]:
    """Return the duplicates that are answered with a complaint: id and number, oldest first."""
    found = connection.execute(
        f"""
        SELECT a.complaint AS id, a.number
        FROM duplicates AS d
        JOIN states AS s ON s.complaint = d.complaint AND {at("s")} AND s.state = 'duplicate'
        JOIN attributes AS a ON a.complaint = d.complaint AND {at("a")}
        WHERE d.original = $original AND {at("d")}
        ORDER BY a.number
        """,
        {"original": complaint, **When().parameters},
    )
    return list(records(found))
