"""How figures are compared: medians, working days, ranks, and the limits of chance."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.calendar import Override, WorkCalendar
from services.reporting.figures import FIGURES, charts, compared
from services.reporting.queries.counting import Value, quantile
from services.reporting.queries.workdays import Worked


@pytest.mark.parametrize(
    ("spans", "median", "p90"),
    [
        ([], None, None),
        ([3], 3, 3),
        ([1, 4], 2.5, 4),
        ([0, 0, 1, 9], 0.5, 9),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 100], 5.5, 9),
    ],
)
def test_median_and_p90(spans: list[int], median: float | None, p90: float | None) -> None:
    assert (quantile(Counter(spans), 0.5), quantile(Counter(spans), 0.9)) == (median, p90)


@settings(deadline=None)
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 40),
    st.sampled_from([5, 6]),
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3, unique=True),
)
def test_working_days_are_those_of_the_calendar(
    day: date, days: int, week: Any, closed: list[date]
) -> None:
    calendar = WorkCalendar(
        "Asia/Jakarta", week, tuple(Override(each, False, "") for each in closed)
    )
    later = day + timedelta(days=days)
    worked = Worked(calendar, date(2025, 12, 1), date(2027, 3, 1))
    assert worked.between(day, days) == calendar.working_days_between(day, later)


def place(code: str, open: int, overdue: int, on_time: int = 0, judged: int = 0) -> dict[str, Any]:
    nothing = Value(0, None, 0)
    figures = dict.fromkeys(FIGURES, nothing) | {
        "response_on_time": Value(on_time, judged, on_time / judged if judged else None)
    }
    return {"part": code, "open": open, "overdue": overdue, "figures": figures}


def test_few_cases_are_not_ranked() -> None:
    found = compared.ranking(
        [place("a", 100, 10), place("b", 4, 4), place("c", 5, 4), place("d", 0, 0)]
    )
    assert [(each.row["part"], each.per_hundred) for each in found] == [
        ("c", 80),
        ("a", 10),
        ("b", None),
        ("d", None),
    ]


def test_a_share_of_few_cases_has_no_tone_and_chance_none_either() -> None:
    assert compared.tone(Value(0, 4, 0.0), 0.8) == "quiet"
    assert compared.tone(Value(7, 10, 0.7), 0.8) == "well"
    assert compared.tone(Value(70, 100, 0.7), 0.8) == "soon"
    assert compared.tone(Value(60, 100, 0.6), 0.8) == "late"
    assert compared.tone(Value(0, 0, None), 0.8) == "quiet"


def test_the_funnel_holds_those_with_cases_enough_between_the_limits_of_chance() -> None:
    places = [place("a", 1, 0, 80, 100), place("b", 1, 0, 20, 50), place("c", 1, 0, 1, 2)]
    found = charts.funnel(places, "response_on_time")
    assert found is not None
    assert [(dot.part, dot.tone) for dot in found.dots] == [("b", "late"), ("a", "well")]
    assert charts.funnel(places[2:], "response_on_time") is None


def test_pareto_adds_up() -> None:
    found = compared.pareto(
        [{"part": "a", "cases": 6}, {"part": "b", "cases": 3}, {"part": None, "cases": 1}]
    )
    assert [each["up_to"] for each in found] == [0.6, 0.9, 1.0]
    assert compared.vital(found) == 2
