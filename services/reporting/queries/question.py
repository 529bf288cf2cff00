"""What every question shares: when it is asked about, and which cases it is about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from services.kernel.access.reach import Reach
from services.reporting.figures.due import next_due
from services.reporting.store import stored

DEFAULT_ZONE: Final = "Asia/Jakarta"
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class When:
    """The instant that a question is about, and by when its answer was known.

    Neither given: now. Only `known_at` given: what was thought then of that very instant.
    """

    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def parameters(self) -> dict[str, datetime]:
        """The parameters of `at`."""
        return {
            "t": stored(self.as_of or self.known_at or _EVER),
            "k": stored(self.known_at or _EVER),
        }

    def instant(self, now: datetime) -> datetime:
        """Return the instant against which promises are measured."""
        return self.as_of or self.known_at or now

    @property
    def past(self) -> bool:
        """Whether the question is about anything but now."""
        return self.as_of is not None or self.known_at is not None


def at(fact: str) -> str:
    """Return the condition that a fact held and was known (parameters of `When`)."""
    return (
        f"{fact}.happened_from <= $t AND {fact}.happened_to > $t "
        f"AND {fact}.known_from <= $k AND {fact}.known_to > $k"
    )


WEEK: Final = timedelta(days=7)
UNSAID: Final = "-"
"""In place of a code: where none was named."""
ENTERED: Final = (
    "a.complaint IN (SELECT complaint FROM log "
    "WHERE name = 'ComplaintReceived' AND actor = $entered_by)"
)
_FLAG: Final = "EXISTS (FROM flags AS f WHERE f.complaint = a.complaint AND f.{} AND {})"
_PUBLICATION: Final = (
    "EXISTS (FROM publications AS p WHERE p.complaint = a.complaint AND {} AND {})"
)
# What waits to be published is the result as it stands: reopening takes a result back. Before there
# is one, it is what the plan as it stands will change.
_WAITS: Final = (
    "p.state = '{}' AND CASE WHEN p.planned "  # noqa: S608 - parts of ours
    "THEN s.state IN ('planned', 'acted') AND p.since >= "
    "(SELECT l.planned_at FROM plans AS l WHERE l.complaint = a.complaint "
    f"AND {at('l')}) ELSE p.since >= t.settled_at END"
)
NEXT_DUE: Final = next_due("d", "r", "t")
LISTS: Final[Mapping[str, str]] = {
    "open": "NOT s.closed",
    "closed": "s.closed",
    "overdue": f"NOT s.closed AND {NEXT_DUE} < $now",
    "soon": f"NOT s.closed AND {NEXT_DUE} >= $now AND {NEXT_DUE} < $week",
    "paused": "NOT s.closed AND " + _FLAG.format("paused", at("f")),
    "escalated": "NOT s.closed AND " + _FLAG.format("before_district", at("f")),
    "advised": "NOT s.closed AND " + _FLAG.format("escalated AND NOT before_district", at("f")),
    # Documented, so there is a publication; an anonymous person cannot be told (publication).
    "inform": f"""a.confidentiality <> 'anonymous' AND t.settled_at IS NOT NULL
        AND {_PUBLICATION.format("NOT p.planned", at("p"))}
        AND NOT EXISTS (FROM informed AS i WHERE i.complaint = a.complaint AND {at("i")})""",
    "approve": _PUBLICATION.format(_WAITS.format("drafted"), at("p")),
    "redraft": _PUBLICATION.format(_WAITS.format("returned"), at("p")),
    "praise": "a.kind = 'praise'",
    "release": _PUBLICATION.format(_WAITS.format("approved"), at("p")),
}
"""What waits, by what for: conditions on a case (attributes `a`, states `s`, deadlines `d`,
responses `r`, settlements `t`). `overdue` and `soon` (within a week) take `now` and `week`."""


def reaches(number: int, part: Reach) -> "Condition":
    """Return the condition that a case (as `a`) is within a part of what somebody sees; `number`
    tells its parameters from those of the other parts."""
    condition = Condition()
    for name, column, codes in (
        (f"places_{number}", "a.puskesmas", part.puskesmas),
        (f"units_{number}", "a.service_unit", part.units),
    ):
        if codes is not None:
            condition.add(f"list_contains(${name}, {column})", **{name: sorted(codes)})
    return condition


@dataclass(frozen=True)
class Filters:
    """Which cases: `scope` is what the reader may see (None: all), the rest is what was asked.

    `since` and `until` are days in the zone of each Puskesmas, both included. `state` is a state
    of a case, or one of `LISTS`. `reach` narrows the scope further where the reader is bound to
    areas; `units` are those asked for, and `entered_by` an account that wrote it down. A `unit` or
    `category` of `UNSAID` is none that was named. `total` is a control total of these days: the
    cases behind it, whenever they were received.
    """

    scope: frozenset[str] | None
    puskesmas: str | None = None
    unit: str | None = None
    channel: str | None = None
    category: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None
    reach: tuple[Reach, ...] | None = None
    units: frozenset[str] | None = None
    entered_by: str | None = None
    barrier: str | None = None
    total: str | None = None

    def within(self) -> "Condition":
        """Return the condition that the reader may see a case (as `a`)."""
        condition = Condition()
        if self.scope is not None:
            condition.add("list_contains($scope, a.puskesmas)", scope=sorted(self.scope))
        if self.reach is not None:
            parts = [reaches(number, each) for number, each in enumerate(self.reach)]
            condition.add(" OR ".join(f"({part})" for part in parts) or "false")
            condition.parameters |= {
                name: value for part in parts for name, value in part.parameters.items()
            }
        return condition

    def attributes(self) -> "Condition":
        """Return the condition on the attributes of a case (as `a`), but for the days."""
        condition = self.within()
        for column, value in (
            ("puskesmas", self.puskesmas),
            ("service_unit", self.unit),
            ("channel", self.channel),
            ("barrier", self.barrier),
        ):
            if value == UNSAID:
                condition.add(f"a.{column} IS NULL")
            elif value is not None:
                condition.add(f"a.{column} = ${column}", **{column: value})
        if self.category == UNSAID:
            condition.add("len(a.categories) = 0")
        elif self.category is not None:
            condition.add("list_contains(a.categories, $category)", category=self.category)
        if self.units is not None:
            condition.add("list_contains($units, a.service_unit)", units=sorted(self.units))
        if self.entered_by is not None:
            condition.add(ENTERED, entered_by=self.entered_by)
        return condition

    def states(self, now: datetime) -> "Condition":
        """Return the condition on the state of a case (as `s`; what `LISTS` needs beside it)."""
        condition = Condition()
        if self.state is None:
            return condition
        if self.state in LISTS:
            condition.add(LISTS[self.state])
            if self.state in ("overdue", "soon"):
                condition.parameters["now"] = stored(now)
            if self.state == "soon":
                condition.parameters["week"] = stored(now + WEEK)
        else:
            condition.add("s.state = $state", state=self.state)
        return condition


@dataclass
class Condition:
    """A condition in SQL, with its parameters."""

    parts: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    def add(self, part: str, **parameters: Any) -> None:
        """Ask for this, too."""
        self.parts.append(part)
        self.parameters |= parameters

    def __str__(self) -> str:
        return " AND ".join(f"({part})" for part in self.parts) or "true"


def zones(connection: DuckDBPyConnection) -> dict[str, str]:
    """Return the time zone of each Puskesmas that is recorded."""
    found = connection.execute(
        "SELECT code, zone FROM places "
        "WHERE kind = 'puskesmas' AND happened_to = 'infinity' AND known_to = 'infinity'"
    )
    return {code: zone for code, zone in found.fetchall() if zone}


BOUNDS: Final = (
    "bounds AS (SELECT unnest($codes::VARCHAR[]) AS code, "
    "unnest($starts::TIMESTAMP[]) AS starts, unnest($ends::TIMESTAMP[]) AS ends)"
)
STARTS: Final = "coalesce(b.starts, $starts_elsewhere)"
ENDS: Final = "coalesce(b.ends, $ends_elsewhere)"


def bounds(zones_of: Mapping[str, str], since: date | None, until: date | None) -> dict[str, Any]:
    """Return the parameters of `BOUNDS`: from when until before when the days last, by zone."""
    by_zone = {zone: _bounds(zone, since, until) for zone in {*zones_of.values(), DEFAULT_ZONE}}
    return {
        "codes": list(zones_of),
        "starts": [by_zone[zone][0] for zone in zones_of.values()],
        "ends": [by_zone[zone][1] for zone in zones_of.values()],
        "starts_elsewhere": by_zone[DEFAULT_ZONE][0],
        "ends_elsewhere": by_zone[DEFAULT_ZONE][1],
    }


def _bounds(zone: str, since: date | None, until: date | None) -> tuple[datetime, datetime]:
    starts = stored(_LONG_AGO) if since is None else _midnight(since, zone)
    ends = stored(_EVER) if until is None else _midnight(until + timedelta(days=1), zone)
    return starts, ends


def _midnight(day: date, zone: str) -> datetime:
    return stored(datetime.combine(day, time(), ZoneInfo(zone)))


PAGE: Final = 2_000


def records(connection: DuckDBPyConnection) -> Iterable[dict[str, Any]]:
    """Yield what a query found, each row by its column names; another may be asked meanwhile."""
    names = _names(connection)
    for row in connection.fetchall():
        yield _record(names, row)


def streamed(connection: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Yield what a query found, a page in memory at a time; until the end the connection is
    taken, and all of it is of one moment."""
    names = _names(connection)
    while rows := connection.fetchmany(PAGE):
        for row in rows:
            yield _record(names, row)


def _names(connection: DuckDBPyConnection) -> list[str]:
    return [column[0] for column in connection.description or ()]


def _record(names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in zip(names, row, strict=True)
    }
