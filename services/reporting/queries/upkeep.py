"""Is the history whole, and is it up to date: for the operations page, and for `verify`."""

# ruff: noqa: S608 (statements are put together from parts of ours)

from typing import Any

from duckdb import DuckDBPyConnection

from services.reporting.messages import MISREAD
from services.reporting.queries.question import records

SHOWN = 100


def sources(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return how much came of each source, and when the last of it did."""
    found = connection.execute(
        "SELECT source, count(*) AS events, max(id) AS last_id, max(time) AS last_time, "
        "max(arrived_at) AS last_arrived_at FROM log GROUP BY source ORDER BY source"
    )
    return list(records(found))


def trouble(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the messages whose payload could not be read, the newest first."""
    found = connection.execute(
        "SELECT source, id, subject, type, trouble, arrived_at FROM log "
        f"WHERE trouble IS NOT NULL ORDER BY arrived_at DESC LIMIT {SHOWN}"
    )
    return list(records(found))


def forks(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the messages that contradict another under the same source and id."""
    found = connection.execute(
        'SELECT source, id, partition, stream_offset AS "offset", previous, arrived_at '
        f"FROM forks ORDER BY arrived_at DESC LIMIT {SHOWN}"
    )
    return list(records(found))


def gaps(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the positions of each source that are missing between its first and its last.

    A store's positions are gapless, and all are published. Of what an edge took over (lanes below
    0) it keeps a part only; there the chains say whether that part is whole.
    """
    found = connection.execute(
        f"""
        SELECT source, after + 1 AS first_missing, id - 1 AS last_missing
        FROM (
            SELECT source, id, lag(id, 1, 0) OVER (PARTITION BY source ORDER BY id) AS after
            FROM log WHERE partition >= 0 AND source IN (
                SELECT source FROM log GROUP BY source
                HAVING min(partition) >= 0 AND count(*) <> max(id)
            )
        )
        WHERE id > after + 1 ORDER BY source, id LIMIT {SHOWN}
        """
    )
    return list(records(found))


def broken_chains(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the messages that do not follow the one before them on their partition."""
    found = connection.execute(
        f"""
        SELECT source, id, previous, before
        FROM (
            SELECT source, id, previous,
                lag(id, 1, 0) OVER (PARTITION BY source, partition ORDER BY id) AS before
            FROM log
        )
        WHERE previous <> before ORDER BY source, id LIMIT {SHOWN}
        """
    )
    return list(records(found))


def misread(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the messages whose payload does not say, or not any more, what the log copy holds
    typed beside it: facts are made of that."""
    return list(records(connection.execute(f"{MISREAD} LIMIT {SHOWN}")))


def verify(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Return what is wrong with the log copy taken by itself, and what it holds."""
    return {
        "sources": sources(connection),
        "gaps": gaps(connection),
        "broken_chains": broken_chains(connection),
        "forks": forks(connection),
        "unreadable": misread(connection),
    }
