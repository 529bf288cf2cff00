"""The figures of the registry, counted over the cases that were gathered: each once, all in few
passes, whatever the number of figures."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from services.kernel.calendar import WorkCalendar
from services.reporting.figures import FIGURES, Figure, Until
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

_PLAIN = [each for each in FIGURES.values() if each.measure is None]
_CONDITIONS: Final = list(dict.fromkeys(c for each in _PLAIN for c in (each.counted, each.whole)))
COUNTS: Final = ", ".join(
    f"count(*) FILTER ({condition}) AS n{n}" for n, condition in enumerate(_CONDITIONS)
)
"""What one pass counts, for every figure at once; rows may be added up (`added`)."""
_MEASURED: Final = {
    each.measure.until: each.counted for each in FIGURES.values() if each.measure is not None
}


def counted(cases: Standing, by: Sequence[str]) -> list[dict[str, Any]]:
    """Return the counts of all figures, a row for each combination of these expressions."""
    keys = [f"{expression} AS by_{n}" for n, expression in enumerate(by)]
    # No figure is of what was received at another time and is closed.
    return cases.ask(
        f"SELECT {', '.join([*keys, COUNTS])} FROM {{cases}} WHERE came OR NOT closed GROUP BY ALL"
    )


def added(rows: Iterable[Row]) -> dict[str, int]:
    """Return the counts of several rows as one."""
    total: Counter[str] = Counter({f"n{n}": 0 for n in range(len(_CONDITIONS))})
    for row in rows:
        for name in total:
            total[name] += row[name]
    return dict(total)


def value_of(figure: Figure, row: Row) -> Value:
    """Return what a plain figure comes to by a row of counts."""
    numerator: int = row[f"n{_CONDITIONS.index(figure.counted)}"]
    if figure.among is None:
        return Value(numerator, None, numerator)
    denominator: int = row[f"n{_CONDITIONS.index(figure.among)}"]
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
