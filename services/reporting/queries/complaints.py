"""The list of complaints: what each is and where it stands, without a word of what was said."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.queries.paging import cursor_of, read_cursor
from services.reporting.queries.question import (
    BOUNDS,
    ENDS,
    NEXT_DUE,
    STARTS,
    Filters,
    When,
    at,
    bounds,
    records,
    streamed,
    zones,
)
from services.reporting.queries.totals import behind
from services.reporting.store import stored

Order = Literal["deadline", "received"]
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)

# Sort key and direction; what has no promise left to keep comes last.
_ORDERS: Final[Mapping[Order, tuple[str, str]]] = {
    "deadline": (
        f"CASE WHEN s.closed IS FALSE THEN coalesce({NEXT_DUE}, $never) ELSE $never END",
        ">",
    ),
    "received": ("a.received_at", "<"),
}


@dataclass(frozen=True)
class Listing:
    """A page of the list; `next` is the cursor of the following page, if there is one."""

    items: list[dict[str, Any]]
    next: str | None


def listing(
    connection: DuckDBPyConnection,
    filters: Filters,
    when: When,
    now: datetime,
    *,
    order: Order = "received",
    limit: int = 50,
    cursor: str | None = None,
) -> Listing:
    """Return a page of the complaints; raises InvalidInput for a cursor that is none of ours."""
    instant = when.instant(now)
    sql, parameters = _statement(
        connection, filters, when, instant, order=order, limit=limit + 1, cursor=cursor
    )
    found = list(records(connection.execute(sql, parameters)))
    items = found[:limit]
    more = len(found) > limit
    following = cursor_of(items[-1]["sort_key"], items[-1]["id"]) if more else None
    return Listing([_shown(item, instant) for item in items], following)


def every(
    connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield all of the list, the last received first, a few rows in memory at a time."""
    instant = when.instant(now)
    sql, parameters = _statement(connection, filters, when, instant)
    for item in streamed(connection.execute(sql, parameters)):
        yield _shown(item, instant)


def _statement(
    connection: DuckDBPyConnection,
    filters: Filters,
    when: When,
    instant: datetime,
    *,
    order: Order = "received",
    limit: int | None = None,
    cursor: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the query of the list, and its parameters."""
    key, beyond = _ORDERS[order]
    condition = filters.attributes()
    states = filters.states(instant)
    for part in states.parts:
        condition.add(part)
    condition.parameters |= states.parameters | when.parameters
    ranged = (filters.since, filters.until, filters.total) != (None, None, None)
    if ranged:
        received = f"a.received_at >= {STARTS} AND a.received_at < {ENDS}"
        condition.add(behind(filters.total) if filters.total is not None else received)
        condition.parameters |= bounds(zones(connection), filters.since, filters.until)
    if cursor is not None:
        last, complaint = read_cursor(cursor)
        condition.add(
            f"(sort_key, a.complaint) {beyond} ($last, $complaint)", last=last, complaint=complaint
        )
    if order == "deadline":
        condition.parameters["never"] = stored(_NEVER)
    sql = f"""
    WITH {BOUNDS if ranged else "bounds AS (SELECT NULL AS code)"},
    page AS (
        SELECT a.*, s.state, s.closed, d.grade, d.response_due, d.settlement_due,
            d.rules_version, r.responded_at, t.settled_at,
            CASE WHEN s.closed THEN s.known_from END AS end_known_at,
            CASE WHEN s.closed IS FALSE THEN {NEXT_DUE} END AS next_due, {key} AS sort_key
        FROM attributes AS a
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        LEFT JOIN bounds AS b ON b.code = a.puskesmas
        WHERE {at("a")} AND {condition}
        ORDER BY sort_key {"DESC" if beyond == "<" else ""},
            a.complaint {"DESC" if beyond == "<" else ""}
        {"" if limit is None else f"LIMIT {limit}"}
    )
    SELECT a.complaint AS id, a.number, a.puskesmas, a.kind, a.channel, a.service_unit,
        a.categories, a.confidentiality, a.received_at, a.recorded_at, a.state, a.closed,
        a.grade, a.response_due, a.settlement_due, a.rules_version,
        a.responded_at, a.settled_at, a.end_known_at, a.next_due,
        coalesce(f.paused, false) AS paused, coalesce(f.escalated, false) AS escalated,
        coalesce(f.before_district, false) AS before_district,
        EXISTS (FROM publications AS p WHERE p.complaint = a.complaint AND p.state = 'released'
            AND NOT p.planned AND {at("p")}) AS published,
        EXISTS (FROM informed AS i WHERE i.complaint = a.complaint AND {at("i")}) AS informed,
        a.sort_key
    FROM page AS a
    LEFT JOIN flags AS f ON f.complaint = a.complaint AND {at("f")}
    ORDER BY a.sort_key {"DESC" if beyond == "<" else ""},
        a.complaint {"DESC" if beyond == "<" else ""}
    """
    return sql, condition.parameters


def _shown(item: dict[str, Any], instant: datetime) -> dict[str, Any]:
    del item["sort_key"]
    item["overdue"] = item["next_due"] is not None and item["next_due"] < instant
    return item


def numbers_of(connection: DuckDBPyConnection, complaints: Sequence[UUID]) -> dict[UUID, str]:
    """Return the number of each complaint that is known."""
    found = connection.execute(
        f"""
        SELECT complaint, number FROM attributes AS a
        WHERE complaint IN (SELECT unnest($ids::UUID[])) AND {at("a")}
        """,
        {"ids": list(complaints), **When().parameters},
    )
    return dict(found.fetchall())


def id_of(
    connection: DuckDBPyConnection, number_or_id: str, when: When | None = None
) -> UUID | None:
    """Return the complaint of a number or id, if it is known (a number: by `when`)."""
    try:
        return UUID(number_or_id)
    except ValueError:
        pass
    found = connection.execute(
        f"SELECT complaint FROM attributes AS a WHERE number = $number AND {at('a')}",
        {"number": number_or_id.strip().upper(), **(when or When()).parameters},
    ).fetchall()
    return found[0][0] if found else None
