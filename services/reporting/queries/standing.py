"""Every case as it stood at an instant, as known at an instant: one row each, gathered once.

Of nearly all complaints nothing happened or became known after the instant asked about; what is
to be said of them is one row of `latest`, and nothing is joined. Those that were *developing*
then are put together from the facts.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.errors import invalid
from services.kernel.text import _
from services.reporting.figures.due import next_due
from services.reporting.queries import repeats
from services.reporting.queries.days import Days
from services.reporting.queries.question import LISTS, WEEK, Filters, When, at, records, zones
from services.reporting.queries.visits import visits_of
from services.reporting.store import stored

_NEXT_DUE: Final = next_due()
_WAITING: Final = {
    "open": "NOT closed",
    "closed": "closed",
    "overdue": f"NOT closed AND {_NEXT_DUE} < $now",
    "soon": f"NOT closed AND {_NEXT_DUE} >= $now AND {_NEXT_DUE} < $week",
    "paused": "NOT closed AND paused",
    "escalated": "NOT closed AND before_district",
    "advised": "NOT closed AND escalated AND NOT before_district",
}
_PARAMETER: Final = re.compile(r"\$([a-z_0-9]+)")

COLUMNS: Final = (
    "complaint, puskesmas, kind, channel, service_unit, categories, confidentiality, "
    "barrier, received_at, state, closed, grade, response_due, settlement_due, "
    "responded_at, settled_at, paused, escalated, before_district, plan_due, plan_done_at, "
    "published, informed"
)
"""What is said of each case."""
_AT_REST: Final = "meets, opened_at, closed_at, moved_once"
"""What is said besides of one that is at rest: nothing of it was to come, and it is not open."""

_CHOSEN: Final = """
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT complaint FROM latest AS a
WHERE first_happened <= $t AND first_known <= $k AND (happened_from > $t OR known_from > $k)
    AND {within}
"""


def _of_chosen(fact: str, columns: str) -> str:
    # Only what is asked for is read: of every row, not only of those that are chosen.
    return (
        f"(SELECT complaint, {columns} FROM {fact} AS f SEMI JOIN chosen USING (complaint) "
        f"WHERE {at('f')})"
    )


_FORM: Final = (
    "puskesmas, kind, channel, service_unit, categories, confidentiality, barrier, received_at"
)
_DEVELOPING: Final = f"""
SELECT a.complaint, {_FORM}, state, closed, grade, response_due, settlement_due, responded_at,
    settled_at, coalesce(paused, false) AS paused, coalesce(escalated, false) AS escalated,
    coalesce(before_district, false) AS before_district, plan_due, plan_done_at,
    coalesce(published, false) AS published,
    i.complaint IS NOT NULL AS informed
FROM {_of_chosen("attributes", _FORM)} AS a
LEFT JOIN {_of_chosen("states", "state, closed")} AS s USING (complaint)
LEFT JOIN {_of_chosen("deadlines", "grade, response_due, settlement_due")} AS d USING (complaint)
LEFT JOIN {_of_chosen("responses", "responded_at")} AS r USING (complaint)
LEFT JOIN {_of_chosen("settlements", "settled_at")} AS t USING (complaint)
LEFT JOIN {_of_chosen("flags", "paused, escalated, before_district")} AS g USING (complaint)
LEFT JOIN {_of_chosen("plans", "plan_due, plan_done_at")} AS l USING (complaint)
LEFT JOIN (
    SELECT complaint, bool_or(state = 'released' AND NOT planned) AS published
    FROM {_of_chosen("publications", "state, planned")} GROUP BY complaint
) AS p USING (complaint)
LEFT JOIN (SELECT DISTINCT complaint FROM {_of_chosen("informed", "channel AS told")}) AS i
    USING (complaint)
WHERE {{condition}}
"""


class Standing:
    """The cases that a question is about, as they stood: a relation of `COLUMNS`, gathered once
    and asked in any number of statements of its connection.

    Of each case may be asked, too: whether it `came` within the days asked for, whether it
    `repeats` another, whether it came in a month of which the visits are known (`visited`), and
    what day is `today` where it is; `$now` is against what promises are
    measured.
    """

    def __init__(
        self, connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
    ) -> None:
        self.connection = connection
        self.zones = zones(connection)
        self.instant = when.instant(now)
        self._now = now
        self._filters, self._when = filters, when
        self._visits: dict[tuple[str, str], int] | None = None
        self.days = Days(self.zones, filters.since, filters.until, self.instant)
        condition = filters.attributes()
        self.parameters: dict[str, Any] = {
            **self.days.parameters,
            **when.parameters,
            **condition.parameters,
            "now": stored(self.instant),
        }
        self._relations: dict[str, str] = {}
        self._repeats_found = False
        latest = f"FROM latest AS a WHERE {at('a')} AND {condition}"
        moving = f"SELECT {COLUMNS} {latest} AND meets IS NULL"
        if when.past:
            self.run(_CHOSEN.format(within=filters.within()))
            moving += " UNION ALL BY NAME " + _DEVELOPING.format(condition=condition)
        self.run(f"CREATE OR REPLACE TEMP TABLE moving AS {moving}")
        state = "true" if filters.state is None else self._in_state(filters.state)
        self._relations = {
            "rest": f"SELECT {COLUMNS}, {_AT_REST} {latest} AND meets IS NOT NULL AND {state}",
            "moving": f"SELECT {COLUMNS} FROM moving WHERE {state}",
        }
        self._relations["cases"] = " UNION ALL BY NAME ".join(self._relations.values())

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
        parameters of the question.

        `{rest}` are those that are at rest, of which is known besides which figures they count in
        (`meets`) and when they moved; `{moving}` are all others.
        """
        return list(records(self.run(sql, more)))

    def find_repeats(self) -> None:
        """Bind `spans` and `alone` (`queries/repeats.py`), once."""
        if not self._repeats_found:
            self._repeats_found = True
            for sql in repeats.finding(self.days.near(repeats.WITHIN_DAYS)):
                self.run(sql)

    def visits(self) -> dict[tuple[str, str], int]:
        """Return the visits that were written down, by Puskesmas and month."""
        if self._visits is None:
            self._visits = visits_of(self.connection, self._filters, self._when)
            self.parameters["visited"] = [" ".join(each) for each in self._visits]
        return self._visits

    def run(self, sql: str, more: Mapping[str, Any] | None = None) -> DuckDBPyConnection:
        """Run a statement over `{cases}`, as `ask`."""
        if re.search(r"\brepeats\b", sql):
            self.find_repeats()
        if re.search(r"\bvisited\b", sql):
            self.visits()
        for name, relation in self._relations.items():
            if (named := f"{{{name}}}") in sql:
                said = ", ".join(["*", *self._said(sql, name)])
                sql = sql.replace(named, f"(SELECT {said} FROM ({relation})) AS c")
        given = {**self.parameters, **(more or {})}
        used = set(_PARAMETER.findall(sql))
        return self.connection.execute(sql, {name: given[name] for name in used})

    def _said(self, sql: str, relation: str) -> Iterator[str]:
        """Yield what else is said of each case, as far as it is asked for: it costs something."""
        month = f"strftime({self.days.of('received_at')}, ' %Y-%m')"
        of_each = {
            "came": self.days.came,
            "today": self.days.of("$now::TIMESTAMP"),
            "visited": f"list_contains($visited::VARCHAR[], puskesmas || {month})",
        }
        if relation != "rest":
            of_each["repeats"] = repeats.REPEATS
        for name, expression in of_each.items():
            if re.search(rf"\b{name}\b", sql):
                yield f"{expression} AS {name}"

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
