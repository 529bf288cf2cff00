"""Every case as it stood at an instant, as known at an instant: one row each, gathered once.

Of nearly all complaints nothing happened or became known after the instant asked about; what is
to be said of them is one row of `latest`, and nothing is joined. Those that were *developing*
then are put together from the facts.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.errors import invalid
from services.kernel.text import _
from services.reporting.queries.days import Days
from services.reporting.queries.question import LISTS, WEEK, Filters, When, at, records, zones
from services.reporting.store import stored

_UNSETTLED: Final = "NOT closed AND settled_at IS NULL AND settlement_due"
_WAITING: Final = {
    "open": "NOT closed",
    "closed": "closed",
    "overdue": f"{_UNSETTLED} < $now",
    "soon": f"{_UNSETTLED} >= $now AND settlement_due < $week",
    "paused": "NOT closed AND paused",
    "escalated": "NOT closed AND before_district",
    "advised": "NOT closed AND escalated AND NOT before_district",
}
REPEATS_WITHIN: Final = 90
"""Days within which a like complaint makes a case a repeated one."""
_PARAMETER: Final = re.compile(r"\$([a-z_0-9]+)")

COLUMNS: Final = (
    "complaint, number, puskesmas, kind, channel, service_unit, categories, confidentiality, "
    "barrier, received_at, recorded_at, state, closed, grade, response_due, settlement_due, "
    "rules_version, responded_at, settled_at, paused, escalated, before_district, plan_due, "
    "plan_done_at, published, informed"
)
"""What is said of each case."""

_DEVELOPING: Final = f"""
WITH chosen AS (
    SELECT complaint FROM latest AS a
    WHERE first_happened <= $t AND first_known <= $k AND (happened_from > $t OR known_from > $k)
        AND {{within}}
)
SELECT a.complaint, a.number, a.puskesmas, a.kind, a.channel, a.service_unit, a.categories,
    a.confidentiality, a.barrier, a.received_at, a.recorded_at, s.state, s.closed, d.grade,
    d.response_due, d.settlement_due, d.rules_version, r.responded_at, t.settled_at,
    coalesce(f.paused, false) AS paused, coalesce(f.escalated, false) AS escalated,
    coalesce(f.before_district, false) AS before_district,
    l.plan_due, l.plan_done_at, coalesce(p.published, false) AS published,
    i.complaint IS NOT NULL AS informed
FROM (SELECT a.* FROM attributes AS a SEMI JOIN chosen USING (complaint) WHERE {at("a")}) AS a
LEFT JOIN (SELECT s.* FROM states AS s SEMI JOIN chosen USING (complaint) WHERE {at("s")}) AS s
    USING (complaint)
LEFT JOIN (SELECT d.* FROM deadlines AS d SEMI JOIN chosen USING (complaint) WHERE {at("d")}) AS d
    USING (complaint)
LEFT JOIN (SELECT r.* FROM responses AS r SEMI JOIN chosen USING (complaint) WHERE {at("r")}) AS r
    USING (complaint)
LEFT JOIN (SELECT t.* FROM settlements AS t SEMI JOIN chosen USING (complaint) WHERE {at("t")})
    AS t USING (complaint)
LEFT JOIN (SELECT f.* FROM flags AS f SEMI JOIN chosen USING (complaint) WHERE {at("f")}) AS f
    USING (complaint)
LEFT JOIN (SELECT l.* FROM plans AS l SEMI JOIN chosen USING (complaint) WHERE {at("l")}) AS l
    USING (complaint)
LEFT JOIN (
    SELECT complaint, bool_or(state = 'released') AS published
    FROM publications AS p SEMI JOIN chosen USING (complaint) WHERE {at("p")} GROUP BY complaint
) AS p USING (complaint)
LEFT JOIN (
    SELECT DISTINCT complaint
    FROM informed AS i SEMI JOIN chosen USING (complaint) WHERE {at("i")}
) AS i USING (complaint)
WHERE {{condition}}
"""


class Standing:
    """The cases that a question is about, as they stood: a relation of `COLUMNS`, gathered once
    and asked in any number of statements of its connection.

    `came` says of each whether it was received within the days asked for; `$now` is against what
    promises are measured.
    """

    def __init__(
        self, connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
    ) -> None:
        self.connection = connection
        self.zones = zones(connection)
        self.instant = when.instant(now)
        self._now = now
        self.days = Days(self.zones, filters.since, filters.until, self.instant)
        condition = filters.attributes()
        self.parameters: dict[str, Any] = {
            **self.days.parameters,
            **when.parameters,
            **condition.parameters,
            "now": stored(self.instant),
        }
        self._sql = f"SELECT {COLUMNS} FROM latest AS a WHERE {at('a')} AND {condition}"
        if when.past:
            self._run(
                "CREATE OR REPLACE TEMP TABLE developing AS "
                + _DEVELOPING.format(within=filters.within(), condition=condition)
            )
            self._sql += f" UNION ALL SELECT {COLUMNS} FROM developing"
        if filters.state is not None:
            self._sql = f"SELECT * FROM ({self._sql}) WHERE {self._in_state(filters.state)}"
        self._find_repeating()

    @property
    def today(self) -> date:
        """The last day of which there is anything to tell, where most Puskesmas are."""
        last = min(self.instant, self._now)
        return (stored(last) + self.days.distance(self.days.plain)).date()

    def bucket(self, grain: str, instant: str = "received_at") -> str:
        """Return the expression of the first day of the part of time in which an instant lies."""
        return f"date_trunc('{grain}', {self.days.of(instant)})::DATE"

    def ask(self, sql: str, **more: Any) -> list[dict[str, Any]]:
        """Return what a statement over `{cases}` (named `c`) finds; it may use the
        parameters of the question."""
        cases = (
            f"(SELECT *, {self.days.came} AS came, {self.days.of('$now::TIMESTAMP')} AS today, "
            f"complaint IN (FROM repeating) AS repeats FROM ({self._sql})) AS c"
        )
        return list(records(self._run(sql.replace("{cases}", cases), more)))

    def _in_state(self, state: str) -> str:
        """Return the condition of a state, or of what waits; raises InvalidInput for what is no
        property of a case but of its publications."""
        if state in _WAITING:
            self.parameters["week"] = stored(self.instant + WEEK)
            return _WAITING[state]
        if state in LISTS:
            raise invalid("state", _("Angka tidak dapat disaring menurut keadaan ini."))
        self.parameters["state"] = state
        return "state = $state"

    def _find_repeating(self) -> None:
        """Bind `repeating` to the cases that came within the days and are about what another was
        about in the days before: the same unit and a category in common, at one Puskesmas."""
        self._run(
            f"""
            CREATE OR REPLACE TEMP TABLE repeating AS
            SELECT DISTINCT complaint FROM (
                SELECT complaint, {self.days.came} AS came, received_at - lag(received_at) OVER (
                    PARTITION BY puskesmas, service_unit, category ORDER BY received_at, complaint
                ) <= INTERVAL {REPEATS_WITHIN} DAY AS again
                FROM (
                    SELECT complaint, puskesmas, service_unit, received_at,
                        unnest(categories) AS category
                    FROM ({self._sql}) WHERE kind <> 'praise' AND {self.days.near(REPEATS_WITHIN)}
                )
            ) WHERE came AND again
            """
        )

    def _run(self, sql: str, more: Mapping[str, Any] | None = None) -> DuckDBPyConnection:
        given = {**self.parameters, **(more or {})}
        used = set(_PARAMETER.findall(sql))
        return self.connection.execute(sql, {name: given[name] for name in used})
