"""The figures and the surveys of the year of `tests/year_played.py`, counted again from what was
sent, in whole numbers and fractions; nothing of the product is used."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from tests.by_hand import ZONE
from tests.year_played import ELEMENTS, MONTHS, Asked, Year
from tests.year_recounted import Range, Stood, month_of, stood, working

AGES: Final = ((0, 3), (4, 7), (8, 14), (15, 30), (31, 60), (61, None))
BANDS: Final = (("88.31", "A"), ("76.61", "B"), ("65.00", "C"), ("25.00", "D"))
Value = tuple[int, int | None, Fraction | None]
"""Numerator, denominator (None: it is no share), and what the figure comes to."""


def figures(year: Year, within: Range, at: datetime) -> dict[str, Value]:
    """Every figure of the registry over some days, as things stood at an instant."""
    every, praise = stood(year, at)
    came = [case for case in every if within[0] <= case.sent.received < within[1]]
    answered = [case for case in came if case.responded]
    settled = [case for case in came if case.settled]
    found: dict[str, Value] = {
        "received": _count(came),
        "praise": _count(each for each in praise if within[0] <= each.received < within[1]),
        "anonymous": _share(came, lambda case: _form(case, "confidentiality") == "anonymous"),
        "barrier": _share(came, lambda case: bool(_form(case, "barrier"))),
        "repeat": _share(came, lambda case: _repeats(case, every)),
        "per_thousand_visits": _per_thousand(year, came, within, at),
        "answered": _share(came, lambda case: case.responded is not None),
        "response_on_time": _share(
            [c for c in came if c.response_due and (c.responded or _missed(c, c.response_due))],
            lambda c: c.responded is not None and c.responded <= c.response_due,
        ),
        "kwtk": _share(
            [case for case in came if _form(case, "kind") == "complaint"],
            lambda c: bool(
                c.grade and c.responded and c.response_due and c.responded <= c.response_due
            ),
        ),
        "settlement_on_time": _share(
            [c for c in came if c.settlement_due and (c.settled or _missed(c, c.settlement_due))],
            lambda c: c.settled is not None and c.settled <= c.settlement_due,
        ),
        "follow_up": _share(
            [c for c in came if c.plan_done or _plan_missed(c, at)],
            lambda c: c.plan_done is not None,
        ),
        "published": _share(
            [c for c in settled if _form(c, "confidentiality") != "confidential"],
            lambda c: c.released,
        ),
        "informed": _share(
            [c for c in settled if _form(c, "confidentiality") != "anonymous"],
            lambda c: c.informed,
        ),
    }
    found |= _times("response", [(case, case.responded) for case in answered])
    found |= _times("settlement", [(case, case.settled) for case in settled])
    return found | _backlog(year, every, at) | _satisfaction(year, within, at)


def _form(case: Stood, name: str) -> Any:
    return case.sent.form.get(name)


def _count(of: Iterable[object]) -> Value:
    number = sum(1 for _each in of)
    return number, None, Fraction(number)


def _share(among: list[Stood], holds: Callable[[Any], bool]) -> Value:
    counted = sum(map(holds, among))
    return counted, len(among), Fraction(counted, len(among)) if among else None


def _missed(case: Stood, due: datetime) -> bool:
    return not case.closed and due < case.at


def _plan_missed(case: Stood, at: datetime) -> bool:
    due = case.plan_due
    return not case.closed and due is not None and due < at.astimezone(ZONE).date()


def _repeats(case: Stood, every: list[Stood]) -> bool:
    """Another of its unit and one of its categories came within 90 days before."""
    back = case.sent.received - timedelta(days=90)
    return any(
        back <= other.sent.received < case.sent.received
        and _form(other, "service_unit") == _form(case, "service_unit")
        and {*_form(other, "categories")} & {*_form(case, "categories")}
        for other in every
    )


def _per_thousand(year: Year, came: list[Stood], within: Range, at: datetime) -> Value:
    bounds = {month: month_of(month) for month in MONTHS}
    # Visits are written down on the second of the month after.
    whole = [
        month
        for month in year.visits
        if within[0] <= bounds[month][0]
        and bounds[month][1] <= within[1]
        and bounds[month][1] + timedelta(days=1) < at
    ]
    cases = sum(
        bounds[month][0] <= case.sent.received < bounds[month][1]
        for month in whole
        for case in came
    )
    visits = sum(year.visits[month] for month in whole)
    return cases, visits, Fraction(cases * 1000, visits) if visits else None


def _times(name: str, done: list[tuple[Stood, datetime | None]]) -> dict[str, Value]:
    spans = [
        (case.sent.received.astimezone(ZONE).date(), until.astimezone(ZONE).date())
        for case, until in done
        if until is not None
    ]
    found: dict[str, Value] = {}
    for unit, days in (
        ("days", sorted((last - first).days for first, last in spans)),
        ("working_days", sorted(working(first, last) for first, last in spans)),
    ):
        number = len(days)
        median = Fraction(days[(number - 1) // 2] + days[number // 2], 2) if days else None
        most = Fraction(days[math.ceil(Fraction(9, 10) * number) - 1]) if days else None
        found[f"{name}_{unit}_median"] = (number, None, median)
        found[f"{name}_{unit}_p90"] = (number, None, most)
    return found


def _backlog(year: Year, every: list[Stood], at: datetime) -> dict[str, Value]:
    left = [case for case in every if not case.closed]
    found = {
        "open": _count(left),
        "overdue": _count(c for c in left if c.next_due and c.next_due < at),
        "paused": _count(case for case in left if case.paused),
        "escalated": _count(case for case in left if _escalated(year, case, at)),
    }
    for first, last in AGES:
        name = f"open_over_{first - 1}" if last is None else f"open_{first}_{last}"
        ages = ((at - case.sent.received) // timedelta(days=1) for case in left)
        found[name] = _count(age for age in ages if first <= age <= (last or age))
    return found


def _escalated(year: Year, case: Stood, at: datetime) -> bool:
    """It was not settled by its day, and a task saw that (district file: escalate_overdue)."""
    settled = [done for name, done, _body in case.sent.steps if name == "documentation"]
    return any(
        case.settlement_due is not None
        and case.settlement_due < looked <= at
        and not any(done <= looked for done in settled)
        for looked in year.looked
    )


def sample(population: int) -> int:
    """How many are asked (Krejcie and Morgan 1970, to the nearest)."""
    chi = Fraction(3841, 1000)
    size = chi * population / 4 / (Fraction(25, 10000) * (population - 1) + chi / 4)
    return math.floor(size + Fraction(1, 2))


def converted(mean: Fraction) -> str:
    """A mean of 1 to 4 as 25 to 100 with two places, half up."""
    exact = Decimal((mean * 25).numerator) / Decimal((mean * 25).denominator)
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def quality(value: str) -> str:
    """The class of a converted value (PermenPANRB 14/2017)."""
    return next(name for least, name in BANDS if Decimal(value) >= Decimal(least))


def index_of(asked: Asked, unit: str | None = None) -> tuple[Fraction, dict[str, Fraction]]:
    """The index, 1 to 4, and the mean of each element; exact, a blank is not counted."""
    sheets = [scores for of, scores in asked.answers if unit in (None, of)]
    means = {}
    for element in ELEMENTS:
        given = [scores[element] for scores in sheets if element in scores]
        means[element] = Fraction(sum(given), len(given))
    return sum(means.values(), Fraction()) / len(ELEMENTS), means


def _satisfaction(year: Year, within: Range, at: datetime) -> dict[str, Value]:
    closed = [
        each
        for each in year.surveys
        if each.closed and within[0] <= each.closed < within[1] and each.closed <= at
    ]
    answered = sum(len(each.answers) for each in closed)
    wanted = sum(sample(each.population) for each in closed)
    if not closed:
        return {"satisfaction_index": (0, 0, None), "survey_respondents": (0, 0, None)}
    last = max(closed, key=lambda each: str(each.closed))
    value = Fraction(converted(index_of(last)[0]))
    return {
        "satisfaction_index": (1, 1, value),
        "survey_respondents": (answered, wanted, Fraction(answered, wanted)),
    }
