"""What became of recaps: when each month was closed, put right and acknowledged, and what was
stated of its figures, which is written down in the events themselves."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.contracts import read
from services.kernel.contracts.reporting import (
    RecapAcknowledgedV1,
    RecapClosedV1,
    RecapCorrectedV1,
)
from services.kernel.contracts.resolution import RecapCompletedV1
from services.reporting.messages import as_message
from services.reporting.queries.question import When, at, records


@dataclass(frozen=True)
class Statement:
    """What was stated of a month's figures: at its closing (number 0), or by a correction."""

    number: int
    stated_at: datetime
    role: str
    as_of: datetime
    known_at: datetime
    position: str
    lines: list[dict[str, Any]]
    reason: str | None = None

    @property
    def whole(self) -> Mapping[str, Any]:
        """The figures of all cases."""
        return next(line for line in self.lines if line["group"] == "all")


@dataclass
class Reported:
    """A month of one Puskesmas: what was stated, which statement the head knows and since when, and
    how effective the team found the handling (None: its form is not written)."""

    puskesmas: str
    month: str
    statements: list[Statement] = field(default_factory=list)
    acknowledged: int | None = None
    acknowledged_at: datetime | None = None
    effectiveness: str | None = None

    @property
    def closing(self) -> Statement | None:
        """The first statement."""
        return self.statements[0] if self.statements else None

    @property
    def latest(self) -> Statement | None:
        """What is stated now."""
        return self.statements[-1] if self.statements else None

    @property
    def known_to_head(self) -> bool:
        """Whether the head took note of what is stated now."""
        return self.latest is not None and self.acknowledged == self.latest.number


def reported(
    connection: DuckDBPyConnection,
    places: Sequence[str] | None,
    months: Sequence[str],
    when: When,
) -> dict[tuple[str, str], Reported]:
    """Return what became of these months at these Puskesmas (None: all), by place and month; what
    nothing was heard of is left out.

    Of two closings (a store was set up anew) the first holds, and what followed it.
    """
    found = connection.execute(
        f"""
        SELECT r.done_at, l.*
        FROM recaps AS r JOIN log AS l ON l.source = r.source AND l.id = r.id
        WHERE list_contains($months, r.month)
            AND ($places IS NULL OR list_contains($places, r.puskesmas)) AND {at("r")}
        ORDER BY r.puskesmas, r.month, l.time, l.source, l.id
        """,
        {
            "months": list(months),
            "places": None if places is None else list(places),
            **when.parameters,
        },
    )
    by_month: dict[tuple[str, str], Reported] = {}
    for row in records(found):
        place, month = row["puskesmas"], row["month"]
        of = by_month.setdefault((place, month), Reported(place, month))
        _take(of, row)
    return by_month


def _take(of: Reported, row: dict[str, Any]) -> None:
    event = read(as_message(row))
    if isinstance(event, RecapCompletedV1):
        of.effectiveness = event.effectiveness
    elif isinstance(event, RecapAcknowledgedV1):
        of.acknowledged, of.acknowledged_at = event.statement, row["done_at"]
    elif isinstance(event, RecapClosedV1):
        _state(of, row, event, 0, None)
    elif isinstance(event, RecapCorrectedV1):
        _state(of, row, event, event.statement, event.reason)


def _state(
    of: Reported,
    row: Mapping[str, Any],
    event: RecapClosedV1 | RecapCorrectedV1,
    number: int,
    reason: str | None,
) -> None:
    if number != len(of.statements):
        return
    of.statements.append(
        Statement(
            number=number,
            stated_at=row["done_at"],
            role=row["role"],
            as_of=event.as_of,
            known_at=event.known_at,
            position=f"{row['source']}:{row['id']}",
            lines=[msgspec.to_builtins(line) for line in event.lines],
            reason=reason,
        )
    )


def began(connection: DuckDBPyConnection) -> dict[str, datetime]:
    """Return when each Puskesmas was first heard of: recorded, or its oldest complaint."""
    found = connection.execute(
        f"""
        SELECT code, min(since) AS since FROM (
            SELECT code, happened_from AS since FROM places WHERE kind = 'puskesmas'
            UNION ALL
            SELECT puskesmas, min(received_at) FROM attributes AS a WHERE {at("a")} GROUP BY 1
        ) GROUP BY code
        """,
        When().parameters,
    )
    return {row["code"]: row["since"] for row in records(found)}
