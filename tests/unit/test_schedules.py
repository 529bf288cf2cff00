"""When boxes are to be opened and duties done: periods, due days, closed days."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.kernel.calendar import Override, WorkCalendar
from services.kernel.district import Period, Schedule

SIX = WorkCalendar("Asia/Jakarta", 6)
MONTHLY = Schedule(months=1, day=25, if_closed="before")
WEEKLY = Schedule(weeks=1, weekday="saturday")


def month(year: int, number: int) -> Period:
    return MONTHLY.period_of(date(year, number, 10))


def test_a_month_is_due_on_its_day_or_on_the_working_day_before_or_after() -> None:
    assert month(2026, 9) == Period(date(2026, 9, 1), date(2026, 9, 30))
    assert MONTHLY.due_on(month(2026, 9), SIX) == date(2026, 9, 25)
    # 25 October 2026 is a Sunday.
    assert MONTHLY.due_on(month(2026, 10), SIX) == date(2026, 10, 24)
    later = MONTHLY.model_copy(update={"if_closed": "after"})
    assert later.due_on(month(2026, 10), SIX) == date(2026, 10, 26)


def test_a_declared_day_moves_it_and_a_short_month_ends_it() -> None:
    flood = WorkCalendar("Asia/Jakarta", 6, (Override(date(2026, 9, 25), False, "Banjir"),))
    assert MONTHLY.due_on(month(2026, 9), flood) == date(2026, 9, 24)
    last = Schedule(months=1, day=31)
    assert last.due_on(month(2026, 4), SIX) == date(2026, 4, 30)


def test_what_would_be_due_after_its_period_is_due_before_the_closed_day() -> None:
    # 31 May 2026 is a Sunday, and 1 June a holiday.
    last = Schedule(months=1, day=31, if_closed="after")
    assert last.due_on(month(2026, 5), SIX) == date(2026, 5, 30)


def test_a_recap_is_due_after_its_month() -> None:
    recap = Schedule(months=1, day=5, months_later=1)
    # 5 July 2026 is a Sunday; 5 December a Saturday, which is worked.
    assert recap.due_on(month(2026, 6), SIX) == date(2026, 7, 6)
    assert recap.due_on(month(2026, 11), SIX) == date(2026, 12, 5)


def test_quarters_begin_with_the_year() -> None:
    quarterly = Schedule(months=3, day=31, if_closed="before")
    found = [*quarterly.periods(date(2026, 2, 1), date(2026, 8, 1))]
    assert [(each.first, each.last) for each in found] == [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ]
    assert quarterly.due_on(found[0], SIX) == date(2026, 3, 31)


def test_a_week_is_due_on_its_weekday_and_a_fortnight_in_its_second_week() -> None:
    week = WEEKLY.period_of(date(2026, 11, 4))
    assert week == Period(date(2026, 11, 2), date(2026, 11, 8))
    assert WEEKLY.due_on(week, SIX) == date(2026, 11, 7)
    # Where Saturday is not worked, Monday would be another week's.
    assert WEEKLY.due_on(week, WorkCalendar("Asia/Jakarta", 5)) == date(2026, 11, 6)
    fortnight = Schedule(weeks=2, weekday="monday")
    period = fortnight.period_of(date(2026, 11, 4))
    assert (period.last - period.first).days == 13
    assert fortnight.due_on(period, SIX) == period.first + timedelta(days=7)


def test_what_was_done_in_its_period_is_due_in_the_next() -> None:
    today = date(2026, 9, 28)
    assert MONTHLY.next_due(SIX, today, None) == date(2026, 9, 25), "late by now"
    assert MONTHLY.next_due(SIX, today, date(2026, 8, 31)) == date(2026, 9, 25)
    assert MONTHLY.next_due(SIX, today, date(2026, 9, 1)) == date(2026, 10, 24)


@given(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.integers(0, 400),
    st.sampled_from(
        [
            MONTHLY,
            WEEKLY,
            Schedule(months=3, day=31),
            Schedule(weeks=5, weekday="sunday"),
            Schedule(months=12, day=1),
        ]
    ),
)
def test_periods_follow_one_another_without_gap(since: date, days: int, schedule: Schedule) -> None:
    until = since + timedelta(days=days)
    found = [*schedule.periods(since, until)]
    assert since in found[0] and until in found[-1]
    for one, other in pairwise(found):
        assert other.first == one.last + timedelta(days=1)
    for each in found:
        assert schedule.period_of(each.first) == schedule.period_of(each.last) == each


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"months": 1},
        {"weeks": 1},
        {"months": 5, "day": 1},
        {"weeks": 1, "day": 3},
        {"months": 1, "day": 32},
        {"weeks": 1, "weekday": "saturday", "months": 1, "day": 1},
        {"weeks": 1, "weekday": "saturday", "months_later": 1},
        {"months": 1, "day": 3, "weekday": "saturday"},
        {"weeks": 1, "weekday": "sabtu"},
        {"months": 1, "day": 3, "if_closed": "never"},
    ],
)
def test_what_is_no_schedule_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Schedule(**given)
