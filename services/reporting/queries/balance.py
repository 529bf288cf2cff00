"""Whether the control totals add up, for every cut and period; `folds/imbalances.sql` says where
they do not, case by case, and this says of which parts."""

# ruff: noqa: S608 (statements are put together from parts of ours)

from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.reporting.queries.question import When, at, records

SHOWN: Final = 100


def imbalances(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the cases whose moves and state contradict each other, and since when: empty, unless
    a fold is at fault."""
    found = connection.execute(
        f"""
        SELECT i.complaint AS id, a.number, a.puskesmas, a.service_unit, a.channel, a.categories,
            i.happened_from AS since, i.carried, i.state
        FROM imbalances AS i LEFT JOIN attributes AS a ON a.complaint = i.complaint AND {at("a")}
        ORDER BY i.happened_from, i.complaint LIMIT {SHOWN}
        """,
        When().parameters,
    )
    return list(records(found))


def unbalanced(connection: DuckDBPyConnection) -> int:
    """Return how many cases do not balance."""
    ((count,),) = connection.execute("SELECT count(DISTINCT complaint) FROM imbalances").fetchall()
    return int(count)
