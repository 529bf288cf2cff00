"""One complaint's history: its events with all their times, and the state after each step."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from datetime import datetime
from typing import Any
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.kernel.contracts import Message
from services.reporting.messages import as_message, message_hash
from services.reporting.queries.question import When, at, records

_SHOWN = (
    "id, source, partition, stream_offset, subject, type, name, time, time_written, puskesmas, "
    "actor, role, correlation_id, causation_id, previous, value, occurred_at, arrived_at, trouble"
)


def events(
    connection: DuckDBPyConnection,
    *,
    subject: str | None = None,
    scope: frozenset[str] | None = None,
    since: tuple[str, int] | None = None,
    when: When | None = None,
    limit: int = 1000,
) -> list[dict[str, Any]]:
    """Return events of the log copy, without their payload.

    Of one `subject` they come in the order of its history; otherwise in that of arrival, after
    the event at `since` (source and position).
    """
    bounds = (when or When()).parameters
    conditions, parameters = ["arrived_at <= $k"], {"k": bounds["k"], "limit": limit}
    conditions.append("coalesce(occurred_at, time) <= $t")
    parameters["t"] = bounds["t"]
    if subject is not None:
        conditions.append("subject = $subject")
        parameters["subject"] = subject
    if scope is not None:
        conditions.append("list_contains($scope, puskesmas)")
        parameters["scope"] = sorted(scope)
    if since is not None:
        conditions.append(
            "(arrived_at, source, id) > (SELECT (arrived_at, source, id) FROM log "
            "WHERE source = $source AND id = $position)"
        )
        parameters |= {"source": since[0], "position": since[1]}
    order = "time, source, id" if subject is not None else "arrived_at, source, id"
    found = connection.execute(
        f"SELECT {_SHOWN} FROM log WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT $limit",
        parameters,
    )
    return [_event(row) for row in records(found)]


def event(connection: DuckDBPyConnection, source: str, id: int) -> dict[str, Any] | None:
    """Return one event whole: as `events` do, and its attributes and the bytes of its payload."""
    found = connection.execute(
        f"SELECT {_SHOWN}, rules_version FROM log WHERE source = $source AND id = $id",
        {"source": source, "id": id},
    )
    row = next(iter(records(found)), None)
    if row is None:
        return None
    attributes = [(name, data.decode()) for name, data in as_message(row).headers()]
    return {
        **_event(row),
        "attributes": attributes,
        "value": row["value"],
        "rules_version": row["rules_version"],
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": row["source"],
        "id": row["id"],
        "position": f"{row['source']}:{row['id']}",
        "offset": row["stream_offset"],
        "partition": row["partition"],
        "subject": row["subject"],
        "puskesmas": row["puskesmas"],
        "type": row["type"],
        "occurred_at": row["occurred_at"],
        "time": row["time"],
        "arrived_at": row["arrived_at"],
        "actor": row["actor"],
        "role": row["role"],
        "correlation_id": row["correlation_id"],
        "causation_id": row["causation_id"],
        "trouble": row["trouble"],
        "hash": message_hash(as_message(row)),
    }


def thread(connection: DuckDBPyConnection, complaint: UUID) -> list[Message]:
    """Return the messages of one complaint that can be read, in the order of its history."""
    found = connection.execute(
        f"SELECT {_SHOWN} FROM log WHERE subject = $subject AND trouble IS NULL "
        "ORDER BY time, source, id",
        {"subject": str(complaint)},
    )
    return [as_message(row) for row in records(found)]


def heard_from(connection: DuckDBPyConnection, origin: str) -> datetime | None:
    """Return when the newest message of an origin's stores arrived on the stream."""
    found = connection.execute(
        "SELECT max(arrived_at) AS heard FROM log "
        "WHERE starts_with(source, $whole) OR starts_with(source, $restored)",
        {"whole": f"/{origin}/", "restored": f"/{origin}."},
    )
    row: dict[str, datetime | None] = next(iter(records(found)))
    return row["heard"]


def facts_of(connection: DuckDBPyConnection, complaint: UUID, when: When) -> dict[str, Any] | None:
    """Return what is known of one complaint: attributes, state, promises."""
    found = connection.execute(
        f"""
        SELECT a.complaint AS id, a.* EXCLUDE (complaint, receipt_hash, happened_from,
                happened_to, known_from, known_to),
            s.state, s.closed, s.since, d.grade, d.response_due, d.settlement_due,
            d.rules_version, r.responded_at, t.settled_at
        FROM attributes AS a
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        WHERE a.complaint = $complaint AND {at("a")}
        """,
        {"complaint": complaint, **when.parameters},
    )
    return next(iter(records(found)), None)


def heard(connection: DuckDBPyConnection) -> datetime | None:
    """Return when the newest message of the log copy arrived on the stream."""
    found = connection.execute("SELECT max(arrived_at) AS heard FROM log")
    row: dict[str, datetime | None] = next(iter(records(found)))
    return row["heard"]
