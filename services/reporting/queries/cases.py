"""What the rules judge a case by: its kind and grade, when it was heard, answered and settled, and
when it waited for its complainant."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.kernel.calendar import Override
from services.kernel.deadlines import Pause
from services.reporting.queries.question import (
    BOUNDS,
    ENDS,
    STARTS,
    Filters,
    When,
    at,
    bounds,
    records,
    zones,
)
from services.reporting.store import aware

PAGE = 10_000


@dataclass(frozen=True)
class JudgedCase:
    """A case as the rules see it; `ended_at` is when it ended or was evaluated, if it did."""

    id: UUID
    number: str
    puskesmas: str
    kind: str
    grade: str | None
    received_at: datetime
    responded_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None
    pauses: tuple[Pause, ...]

    def done_at(self, promise: str) -> datetime | None:
        """Return when a promise (`response` or `settlement`) was done."""
        return self.responded_at if promise == "response" else self.settled_at


def cases(connection: DuckDBPyConnection, filters: Filters, when: When) -> Iterator[JudgedCase]:
    """Yield the cases (no praise) that were received within the days asked for, by number."""
    condition = filters.attributes()
    found = connection.execute(
        f"""
        WITH {BOUNDS},
        waited AS (
            SELECT complaint, list(step ORDER BY seq) AS steps,
                list(happened_from ORDER BY seq) AS moments
            FROM steps AS x WHERE step IN ('CasePaused', 'CaseResumed') AND {at("x")}
            GROUP BY complaint
        )
        SELECT a.complaint, a.number, a.puskesmas, a.kind, d.grade, a.received_at,
            r.responded_at, t.settled_at, CASE WHEN s.closed THEN s.since END AS ended_at,
            w.steps, w.moments
        FROM attributes AS a
        JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN bounds AS b ON b.code = a.puskesmas
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        LEFT JOIN waited AS w ON w.complaint = a.complaint
        WHERE {at("a")} AND {condition}
            AND a.received_at >= {STARTS} AND a.received_at < {ENDS}
        ORDER BY a.number
        """,
        condition.parameters
        | when.parameters
        | bounds(zones(connection), filters.since, filters.until),
    )
    names = [column[0] for column in found.description or ()]
    while rows := found.fetchmany(PAGE):
        for row in rows:
            yield _case(dict(zip(names, row, strict=True)))


def _case(row: Mapping[str, Any]) -> JudgedCase:
    return JudgedCase(
        id=row["complaint"],
        number=row["number"],
        puskesmas=row["puskesmas"],
        kind=row["kind"],
        grade=row["grade"],
        received_at=aware(row["received_at"]),
        responded_at=_aware(row["responded_at"]),
        settled_at=_aware(row["settled_at"]),
        ended_at=_aware(row["ended_at"]),
        pauses=tuple(_pauses(zip(row["steps"] or (), row["moments"] or (), strict=True))),
    )


def _pauses(steps: Iterable[tuple[str, datetime]]) -> Iterator[Pause]:
    since: datetime | None = None
    for step, moment in steps:
        if step == "CasePaused":
            since = since or aware(moment)
        elif since is not None:
            yield Pause(since, aware(moment))
            since = None
    if since is not None:
        yield Pause(since)


def _aware(instant: datetime | None) -> datetime | None:
    return None if instant is None else aware(instant)


def declared_days(connection: DuckDBPyConnection, when: When) -> dict[str, tuple[Override, ...]]:
    """Return by Puskesmas the days that its own calendar declares working or closed."""
    found = connection.execute(
        f"SELECT code, day, working, why FROM calendars AS c WHERE {at('c')} ORDER BY code, day",
        when.parameters,
    )
    declared: dict[str, tuple[Override, ...]] = {}
    for row in records(found):
        day = Override(row["day"], row["working"], row["why"])
        declared[row["code"]] = (*declared.get(row["code"], ()), day)
    return declared


def by_version(connection: DuckDBPyConnection, filters: Filters) -> dict[int, int]:
    """Return by version of the rules how many cases keep a promise that it made."""
    condition = filters.attributes()
    found = connection.execute(
        f"""
        SELECT d.rules_version, count(*)
        FROM deadlines AS d JOIN attributes AS a ON a.complaint = d.complaint
        WHERE {at("d")} AND {at("a")} AND {condition} AND d.rules_version IS NOT NULL
        GROUP BY 1
        """,
        condition.parameters | When().parameters,
    )
    return dict(found.fetchall())
