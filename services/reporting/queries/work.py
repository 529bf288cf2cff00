"""What waits for whom: the figures of "my work today", each beside the district's median."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import LISTS, WEEK, Filters, When, at, records
from services.reporting.store import stored

FIGURES: Final[Mapping[str, str]] = {
    **{name: LISTS[name] for name in ("open", "overdue", "soon")},
    "received": "s.state = 'received'",
    "documented": "s.state = 'documented'",
    "reopened": "s.state = 'reopened'",
    # As `LISTS` has these, from what is joined once for all of them.
    "inform": "a.confidentiality <> 'anonymous' AND t.settled_at IS NOT NULL "
    "AND p.documented AND i.complaint IS NULL",
    **{
        name: f"p.{step} >= t.settled_at OR "
        f"(s.state IN ('planned', 'acted') AND p.planned_{step} >= p.planned_at)"
        for name, step in (("approve", "drafted"), ("redraft", "returned"), ("release", "approved"))
    },
    "escalated": "NOT s.closed AND f.before_district",
    "advised": "NOT s.closed AND f.escalated AND NOT f.before_district",
    "paused": "NOT s.closed AND f.paused",
}
"""By the name of the list that holds just these cases (`Filters.state`)."""
_SINCES: Final = ", ".join(
    f"max(since) FILTER (state = '{state}' AND {'' if planned else 'NOT '}p.planned) "
    f"AS {'planned_' if planned else ''}{state}"
    for state in ("drafted", "returned", "approved")
    for planned in (False, True)
)
_JOINED: Final[Mapping[str, str]] = {
    "r": f"LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at('r')}",
    "f": f"LEFT JOIN flags AS f ON f.complaint = a.complaint AND {at('f')}",
    "p": f"""LEFT JOIN (
        SELECT p.complaint, any_value(l.planned_at) AS planned_at,
            bool_or(NOT p.planned) AS documented, {_SINCES}
        FROM publications AS p
        LEFT JOIN plans AS l ON p.planned AND l.complaint = p.complaint AND {at("l")}
        WHERE {at("p")} GROUP BY p.complaint
    ) AS p ON p.complaint = a.complaint""",
    "i": f"""LEFT JOIN (
        SELECT DISTINCT complaint FROM informed AS i WHERE {at("i")}
    ) AS i ON i.complaint = a.complaint""",
}


def _from(names: Collection[str]) -> str:
    """Return the tables that these figures read."""
    wanted = " ".join(FIGURES[name] for name in names)
    joined = " ".join(sql for name, sql in _JOINED.items() if f" {name}." in f" {wanted}")
    return f"""FROM attributes AS a
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        {joined}"""


def _times(names: Collection[str], now: datetime) -> dict[str, datetime]:
    """Return the instants that these figures are measured against."""
    wanted = " ".join(FIGURES[name] for name in names)
    instants = {"now": stored(now), "week": stored(now + WEEK)}
    return {name: instant for name, instant in instants.items() if f"${name}" in wanted}


def figures(
    connection: DuckDBPyConnection, filters: Filters, now: datetime, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return for each named figure how many cases the reader has (`count`), since when the
    oldest was received (`oldest`), and the `median` of all Puskesmas of which anything is known.

    Where the reader is bound to areas, the median is over the same units.
    """
    own = filters.within()
    units = _units(filters)
    bounded = "true" if units is None else "list_contains($bounded, a.service_unit)"
    counts = ", ".join(
        f'count(*) FILTER ("{name}") AS "all_{name}", '
        f'count(*) FILTER (own AND "{name}") AS "own_{name}", '
        f'min(received_at) FILTER (own AND "{name}") AS "since_{name}"'
        for name in names
    )
    sums = ", ".join(
        f'coalesce(sum("own_{name}"), 0)::BIGINT AS "own_{name}", '
        f'median("all_{name}") AS "median_{name}", min("since_{name}") AS "since_{name}"'
        for name in names
    )
    found = connection.execute(
        f"""
        WITH cases AS (
            SELECT a.puskesmas, a.received_at, {own} AS own,
                {", ".join(f'coalesce({FIGURES[name]}, false) AS "{name}"' for name in names)}
            {_from(names)}
            WHERE {at("a")} AND {bounded}
        ),
        counted AS (SELECT puskesmas, {counts} FROM cases GROUP BY puskesmas)
        SELECT {sums} FROM counted
        """,
        own.parameters
        | When().parameters
        | _times(names, now)
        | ({} if units is None else {"bounded": units}),
    )
    (row,) = records(found)
    return {
        name: {
            "count": row[f"own_{name}"],
            "median": row[f"median_{name}"],
            "oldest": row[f"since_{name}"],
        }
        for name in names
    }


def units(connection: DuckDBPyConnection, filters: Filters, now: datetime) -> list[dict[str, Any]]:
    """Return by service unit how many cases are open, late, due within a week and new."""
    condition = filters.attributes()
    names = ("open", "overdue", "soon", "received")
    found = connection.execute(
        f"""
        SELECT a.service_unit AS unit,
            {", ".join(f'count(*) FILTER ({FIGURES[name]}) AS "{name}"' for name in names)}
        {_from(names)}
        WHERE {at("a")} AND {condition}
        GROUP BY a.service_unit ORDER BY a.service_unit
        """,
        condition.parameters | When().parameters | {"now": stored(now), "week": stored(now + WEEK)},
    )
    return list(records(found))


def place(connection: DuckDBPyConnection) -> int:
    """Return the last place of the log, -1 while it is empty."""
    (found,) = connection.execute("SELECT coalesce(max(place), -1) FROM log").fetchall()
    last: int = found[0]
    return last


def news(connection: DuckDBPyConnection, filters: Filters, since: int) -> dict[str, int]:
    """Return how many of the reader's cases came in after a place of the log (`new`), and how many
    that were there before went on (`changed`)."""
    condition = filters.attributes()
    found = connection.execute(
        f"""
        WITH later AS (
            SELECT complaint, bool_or(name = 'ComplaintReceived') AS new
            FROM log WHERE place > $since AND complaint IS NOT NULL AND trouble IS NULL
            GROUP BY complaint
        )
        SELECT count(*) FILTER (new) AS new, count(*) FILTER (NOT new) AS changed
        FROM later JOIN attributes AS a ON a.complaint = later.complaint
        WHERE {at("a")} AND {condition}
        """,
        condition.parameters | When().parameters | {"since": since},
    )
    (row,) = records(found)
    return row


def boxes(connection: DuckDBPyConnection) -> dict[str, datetime]:
    """Return when the suggestion box of each Puskesmas was last opened, where it ever was."""
    found = connection.execute(
        "SELECT puskesmas, max(occurred_at) AS opened FROM log "
        "WHERE name = 'SuggestionBoxOpened' AND trouble IS NULL GROUP BY puskesmas"
    )
    return {row["puskesmas"]: row["opened"] for row in records(found)}


def mine(connection: DuckDBPyConnection, account: str, now: datetime) -> dict[str, int]:
    """Return how many cases that an account wrote down are open, late, and settled but untold."""
    names = ("open", "overdue", "inform")
    found = connection.execute(
        f"""
        SELECT {", ".join(f'count(*) FILTER ({FIGURES[name]}) AS "{name}"' for name in names)}
        {_from(names)}
        WHERE {at("a")} AND a.complaint IN (
            SELECT complaint FROM log WHERE name = 'ComplaintReceived' AND actor = $entered_by
        )
        """,
        {"entered_by": account, **_times(names, now), **When().parameters},
    )
    (row,) = records(found)
    return row


def _units(filters: Filters) -> list[str] | None:
    """Return the units to which the reader is bound everywhere, None where they are not."""
    if filters.reach is None or any(part.units is None for part in filters.reach):
        return None
    return sorted({unit for part in filters.reach for unit in part.units or ()})
