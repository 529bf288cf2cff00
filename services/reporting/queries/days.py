"""The days of each Puskesmas' own zone, in SQL over a case's `puskesmas`."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.reporting.queries.question import DEFAULT_ZONE, bounds


class Days:
    """The days asked for (`since` to `until`, both included; None: open), for each Puskesmas in
    its own zone.

    Nearly all share one zone, which is the plain case of every expression; the others are named.
    `parameters` are those of all expressions. Zones are taken at their present distance from UTC:
    Indonesia has no summer time.
    """

    def __init__(
        self, zones: Mapping[str, str], since: date | None, until: date | None, now: datetime
    ) -> None:
        codes: dict[str, list[str]] = defaultdict(list)
        for code, zone in sorted(zones.items()):
            codes[zone].append(code)
        self.plain = max(codes, key=lambda zone: (len(codes[zone]), zone), default=DEFAULT_ZONE)
        self._others = [zone for zone in sorted(codes) if zone != self.plain]
        self._now = now
        self._unbounded = since is None and until is None
        self.parameters: dict[str, Any] = {
            f"zone_{number}": codes[zone] for number, zone in enumerate(self._others)
        }
        found = bounds({zone: zone for zone in (*self._others, self.plain)}, since, until)
        for name in ("starts", "ends"):
            for number, instant in enumerate(found[name]):
                self.parameters[f"{name}_{number}"] = instant

        self.parameters |= {"earliest": min(found["starts"]), "last": max(found["ends"])}

    @property
    def came(self) -> str:
        """The condition that a case was received within the days."""
        if self._unbounded:
            return "true"
        starts, ends = (
            self._by_zone([f"${name}_{number}" for number in range(len(self._others) + 1)])
            for name in ("starts", "ends")
        )
        return f"(received_at >= {starts} AND received_at < {ends})"

    def near(self, days: int) -> str:
        """The condition that a case was received within the days asked for, or up to so many
        days before the first of them."""
        starts, ends = f"$earliest - INTERVAL {days} DAY", "$last"
        return "true" if self._unbounded else f"received_at BETWEEN {starts} AND {ends}"

    def of(self, instant: str) -> str:
        """Return the expression of the day on which an instant (an expression, in UTC) lies."""
        # Microseconds are added in a third of the time that an interval takes.
        spans = [
            str(self.distance(zone) // timedelta(microseconds=1))
            for zone in (*self._others, self.plain)
        ]
        return f"make_timestamp(epoch_us({instant}) + {self._by_zone(spans)})::DATE"

    def distance(self, zone: str) -> timedelta:
        """Return how far a zone is ahead of UTC."""
        ahead = ZoneInfo(zone).utcoffset(self._now)
        assert ahead is not None  # a zone of the IANA list always says
        return ahead

    def _by_zone(self, values: list[str]) -> str:
        *others, plain = values
        if not others:
            return plain
        cases = " ".join(
            f"WHEN list_contains($zone_{number}, puskesmas) THEN {value}"
            for number, value in enumerate(others)
        )
        return f"CASE {cases} ELSE {plain} END"
