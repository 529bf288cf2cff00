"""The figures of the registry, counted over the cases that were gathered: each once, all in few
passes, whatever the number of figures."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.kernel.calendar import WorkCalendar
from services.reporting.figures import FIGURES, Figure, Until
from services.reporting.figures.conditions import CONDITIONS, REPEATED
from services.reporting.queries import workdays
from services.reporting.queries.standing import Standing

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """What a figure came to: how many cases count (`numerator`), out of how many (`denominator`,
    None for what is no share), and the `value` itself: a count, a share from 0 to 1, or days.

    None where nothing can be said: no case that a share could be of, or no report at all.
    """

    numerator: int | None
    denominator: int | None
    value: float | None

    def enough(self, figure: Figure) -> bool:
        """Say whether there are cases enough to show a share and to compare."""
        return self.value is not None and self.size >= figure.least

    @property
    def size(self) -> int:
        """Of how many cases it is."""
        found = self.numerator if self.denominator is None else self.denominator
        return found or 0


NO_REPORT: Final = Value(None, None, None)

_PLAIN = [each for each in FIGURES.values() if each.plain]
_NAMES: Final = [f"n{n}" for n in range(len(CONDITIONS))]
_JUDGED: Final = ", ".join(
    f"count(*) FILTER ({condition}) AS n{n}" for n, condition in enumerate(CONDITIONS)
)
_KNOWN: Final = ", ".join(
    f"coalesce(sum(n) FILTER (meets & {1 << n} <> 0), 0) AS n{n}" for n in range(len(CONDITIONS))
)
_ADDED: Final = ", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _NAMES)
NONE: Final[Row] = dict.fromkeys(_NAMES, 0)
"""The counts of no case."""
_MEASURED: Final = {
    each.measure.until: each.counted for each in FIGURES.values() if each.measure is not None
}


@dataclass(frozen=True)
class Counts:
    """The counts of all figures: over all cases, by Puskesmas, and by the part of time in which a
    case was received."""

    whole: Row
    by_place: Mapping[str, Row]
    by_bucket: Mapping[date, Row]


def counted(cases: Standing, bucket: str) -> Counts:
    """Return the counts of all figures; `bucket` is the expression of the part of time.

    What is at rest is counted by the conditions that it is known to meet, all else is judged.
    """
    cases.find_repeats()
    # No figure is of what was received at another time and is closed.
    rows = cases.ask(
        f"""
        WITH known AS (
            SELECT puskesmas, {bucket} AS bucket, meets, count(*) AS n
            FROM {{rest}} WHERE came GROUP BY ALL
            UNION ALL
            SELECT puskesmas, {bucket}, meets & {REPEATED}, -count(*)
            FROM alone WHERE came AND meets IS NOT NULL GROUP BY ALL
        ),
        parts AS (
            SELECT puskesmas, bucket, {_KNOWN} FROM known GROUP BY ALL
            UNION ALL BY NAME
            SELECT puskesmas, {bucket} AS bucket, {_JUDGED}
            FROM {{moving}} WHERE came OR NOT closed GROUP BY ALL
        )
        SELECT puskesmas, bucket, grouping(puskesmas, bucket) AS sets, {_ADDED}
        FROM parts GROUP BY GROUPING SETS ((puskesmas), (bucket), ())
        """
    )
    return Counts(
        next(row for row in rows if row["sets"] == 0b11),
        {row["puskesmas"]: row for row in rows if row["sets"] == 0b01},
        {row["bucket"]: row for row in rows if row["sets"] == 0b10},
    )


def value_of(figure: Figure, row: Row) -> Value:
    """Return what a plain figure comes to by a row of counts."""
    numerator: int = row[f"n{CONDITIONS.index(figure.counted)}"]
    if figure.among is None:
        return Value(numerator, None, numerator)
    denominator: int = row[f"n{CONDITIONS.index(figure.among)}"]
    return Value(numerator, denominator, numerator / denominator if denominator else None)


def plain(row: Row) -> dict[str, Value]:
    """Return all plain figures by a row of counts."""
    return {each.code: value_of(each, row) for each in _PLAIN}


def measured(cases: Standing, calendars: Mapping[str, WorkCalendar]) -> dict[str, Value]:
    """Return the figures of how long things took."""
    spans = {until: _spans(cases, until, calendars) for until in _MEASURED}
    found = {}
    for figure in FIGURES.values():
        if figure.measure is not None:
            days = spans[figure.measure.until][figure.unit == "working_days"]
            value = quantile(days, figure.measure.rank)
            found[figure.code] = Value(days.total(), None, value)
    return found


def _spans(
    cases: Standing, until: Until, calendars: Mapping[str, WorkCalendar]
) -> tuple[Counter[int], Counter[int]]:
    """Return how many cases took how many days, and how many working days."""
    distinct, places = workdays.distinct(calendars)
    which = " ".join(f"WHEN list_contains($calendar_{n}, puskesmas) THEN {n}" for n in places)
    rows = cases.ask(
        f"""
        SELECT {cases.days.of("received_at")} AS received,
            {cases.days.of(until)} - received AS days,
            {f"CASE {which} ELSE 0 END" if places else "0"} AS calendar, count(*) AS n
        FROM {{cases}} WHERE {_MEASURED[until]} GROUP BY ALL
        """,
        **{f"calendar_{n}": codes for n, codes in places.items()},
    )
    by_days: Counter[int] = Counter()
    by_working_days: Counter[int] = Counter()
    if rows:
        first = min(row["received"] for row in rows)
        last = max(row["received"] + timedelta(days=row["days"]) for row in rows)
        worked = [workdays.Worked(each, first, last) for each in distinct]
    for row in rows:
        by_days[row["days"]] += row["n"]
        between = worked[row["calendar"]].between(row["received"], row["days"])
        by_working_days[between] += row["n"]
    return by_days, by_working_days


def quantile(spans: Mapping[int, int], rank: float) -> float | None:
    """Return in how many days a share (`rank`) of the cases came to it; None of none.

    The median of an even number lies between the two in the middle; any other rank is that of the
    first case by which so many have come to it.
    """
    total = sum(spans.values())
    if not total:
        return None
    if rank == 0.5:
        return (_nth(spans, (total + 1) // 2) + _nth(spans, total // 2 + 1)) / 2
    return _nth(spans, math.ceil(rank * total))


def _nth(spans: Mapping[int, int], n: int) -> int:
    seen = 0
    for days, cases in sorted(spans.items()):
        seen += cases
        if seen >= n:
            return days
    raise ValueError("there are not so many")
