"""Working days, counted by hand around Lebaran and joint leave 2026, and by their laws."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar import Override, Reason, WorkCalendar, holidays_of

WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
SIX = WorkCalendar("Asia/Jakarta", 6)
FIVE = WorkCalendar("Asia/Jakarta", 5)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=WIB)


@pytest.mark.parametrize(
    ("calendar", "received", "n", "due"),
    [
        # An ordinary fortnight: only Sundays (and Saturdays) fall out.
        (SIX, "2026-11-02", 14, "2026-11-18"),
        (FIVE, "2026-11-02", 14, "2026-11-20"),
        # Nyepi, Lebaran and their joint leave close 18 to 24 March.
        (SIX, "2026-03-09", 14, "2026-04-01"),
        # Five days a week it also meets Good Friday, 3 April.
        (FIVE, "2026-03-09", 14, "2026-04-06"),
        # The last working day before, and the first one after.
        (SIX, "2026-03-16", 1, "2026-03-17"),
        (SIX, "2026-03-17", 1, "2026-03-25"),
        # Received on the day of Lebaran: as if on Wednesday the 25th.
        (SIX, "2026-03-21", 5, "2026-03-31"),
        (SIX, "2026-03-21", 0, "2026-03-25"),
        # A Saturday is day 0 in a six-day week, Monday is in a five-day one.
        (SIX, "2026-11-07", 1, "2026-11-09"),
        (FIVE, "2026-11-07", 1, "2026-11-10"),
        # Christmas and its joint leave.
        (SIX, "2026-12-21", 5, "2026-12-29"),
        (FIVE, "2026-12-21", 5, "2026-12-30"),
        (SIX, "2026-11-02", 0, "2026-11-02"),
    ],
)
def test_counted_by_hand(calendar: WorkCalendar, received: str, n: int, due: str) -> None:
    found = calendar.add_working_days(at(received), n)
    assert found == datetime.combine(date.fromisoformat(due), datetime.max.time(), WIB)


def test_the_zone_decides_on_which_day_it_came() -> None:
    received = datetime(2026, 11, 9, 16, 30, tzinfo=UTC)  # Monday 23.30 WIB, Tuesday 00.30 WITA
    wita = WorkCalendar("Asia/Makassar", 6)
    assert SIX.add_working_days(received, 1).date() == date(2026, 11, 10)
    assert wita.add_working_days(received, 1) == datetime(
        2026, 11, 11, 23, 59, 59, 999999, tzinfo=WITA
    )


def test_the_last_moment_of_a_day_is_on_that_day() -> None:
    last = datetime(2026, 11, 9, 23, 59, 59, 999999, tzinfo=WIB)
    assert SIX.local_date(last) == date(2026, 11, 9)
    assert SIX.local_date(last + timedelta(microseconds=1)) == date(2026, 11, 10)


def test_a_pause_stops_the_clock_until_the_day_it_runs_again() -> None:
    # 5, 6 and 7 November do not count; Monday the 9th does. 18 November moves by three days.
    paused = [(date(2026, 11, 5), date(2026, 11, 9))]
    assert SIX.add_working_days(at("2026-11-02"), 14, paused).date() == date(2026, 11, 21)


def test_pausing_and_resuming_on_one_day_stops_nothing() -> None:
    paused = [(date(2026, 11, 5), date(2026, 11, 5))]
    assert SIX.add_working_days(at("2026-11-02"), 14, paused).date() == date(2026, 11, 18)


def test_a_pause_from_the_day_of_receipt_gives_no_day_extra() -> None:
    paused = [(date(2026, 11, 2), date(2026, 11, 4))]
    assert SIX.add_working_days(at("2026-11-02"), 2, paused).date() == date(2026, 11, 5)


def test_an_override_opens_and_closes_days() -> None:
    served = WorkCalendar("Asia/Jakarta", 6, (Override(date(2026, 3, 18), True, "Tetap buka"),), 1)
    assert served.add_working_days(at("2026-03-17"), 1).date() == date(2026, 3, 18)
    polls = WorkCalendar("Asia/Jakarta", 6, (Override(date(2026, 11, 9), False, "Pilkades"),), 1)
    count = polls.explain(at("2026-11-07"), 1)
    assert count.due_at.date() == date(2026, 11, 10)
    assert count.calendar_version == 1
    assert str(count.skipped[-1].why()) == "Ditetapkan tutup: Pilkades"


def test_of_two_overrides_of_a_day_the_later_stands() -> None:
    day = date(2026, 11, 9)
    calendar = WorkCalendar(
        "Asia/Jakarta", 6, (Override(day, False, "Salah"), Override(day, True, "Buka")), 2
    )
    assert calendar.is_working_day(day)


def test_the_count_names_each_day_it_skipped() -> None:
    count = FIVE.explain(at("2026-03-16"), 2)
    assert [(day.day.day, day.reason) for day in count.skipped] == [
        (18, Reason.JOINT_LEAVE),
        (19, Reason.HOLIDAY),
        (20, Reason.JOINT_LEAVE),
        (21, Reason.HOLIDAY),
        (22, Reason.HOLIDAY),
        (23, Reason.JOINT_LEAVE),
        (24, Reason.JOINT_LEAVE),
    ]
    assert str(count.skipped[1].why()) == "Libur nasional: Hari Suci Nyepi"
    assert "Eid al-Fitr" in str(count.skipped[3].why("en"))
    assert not count.estimated
    assert count.notes == ()


def test_an_estimated_holiday_is_said_to_be_one() -> None:
    # Lebaran 2027 closes 8 to 12 and 15 March; its two days are estimates, its joint leave is not.
    count = SIX.explain(at("2027-03-05"), 5)
    assert count.due_at.date() == date(2027, 3, 18)
    assert [day.day.day for day in count.skipped if day.estimated] == [10, 11]
    said = {str(day.why()) for day in count.skipped}
    assert "Libur nasional (perkiraan): Hari Raya Idul Fitri" in said
    assert count.estimated
    assert len(count.notes) == 1
    assert not any("perkiraan" in holiday.name for holiday in holidays_of(2027).values())
    assert not any("estimated" in holiday.name_en for holiday in holidays_of(2027).values())


def test_a_year_without_a_decree_is_uncertain() -> None:
    later = max(year for year in range(2026, 2060) if holidays_of(year)) + 1
    count = SIX.explain(at(f"{later}-07-03"), 3)
    assert count.uncertain_years == (later,)
    assert count.estimated
    assert str(later) in str(count.notes[0])


def test_days_left_and_days_late() -> None:
    assert SIX.working_days_between(date(2026, 11, 9), date(2026, 11, 18)) == 8
    assert SIX.working_days_between(date(2026, 11, 18), date(2026, 11, 9)) == -8
    assert SIX.working_days_between(date(2026, 3, 17), date(2026, 3, 24)) == 0


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        SIX.add_working_days(datetime(2026, 11, 2), 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="forwards"):
        SIX.add_working_days(at("2026-11-02"), -1)
    with pytest.raises(ValueError, match="5 or 6"):
        WorkCalendar("Asia/Jakarta", 7)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        WorkCalendar("Asia/Kebumen")


moments = st.datetimes(
    datetime(2023, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2027, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
weeks: st.SearchStrategy[Literal[5, 6]] = st.sampled_from([5, 6])
stretches = st.lists(
    st.tuples(st.dates(date(2023, 1, 1), date(2027, 12, 31)), st.integers(0, 30)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=3,
)
calendars = st.builds(
    WorkCalendar,
    zone=st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
    work_days=weeks,
    overrides=st.lists(
        st.builds(
            Override,
            day=st.dates(date(2023, 1, 1), date(2027, 12, 31)),
            working=st.booleans(),
            why=st.just("uji"),
        ),
        max_size=5,
    ).map(tuple),
)


@given(calendars, moments, st.integers(0, 70), stretches)
def test_it_falls_due_on_a_working_day_and_counts_exactly_n(
    calendar: WorkCalendar, start: datetime, n: int, paused: list[tuple[date, date]]
) -> None:
    count = calendar.explain(start, n, paused)
    due = count.due_at.date()
    assert calendar.is_working_day(due)
    standing = {
        begun + timedelta(days=number)
        for begun, ended in paused
        for number in range((ended - begun).days)
    }
    assert n == 0 or due not in standing
    span = [count.day_zero + timedelta(days=i + 1) for i in range((due - count.day_zero).days)]
    assert sum(calendar.is_working_day(day) and day not in standing for day in span) == n
    first = calendar.local_date(start)
    assert (due - first).days + 1 == len(count.skipped) + n + 1


@given(calendars, moments, st.timedeltas(timedelta(0), timedelta(days=20)), st.integers(0, 60))
def test_later_receipt_and_more_days_never_fall_due_earlier(
    calendar: WorkCalendar, start: datetime, later: timedelta, n: int
) -> None:
    due = calendar.add_working_days(start, n)
    assert due <= calendar.add_working_days(start + later, n)
    assert due < calendar.add_working_days(start, n + 1)
    assert due > start


@given(moments, st.integers(0, 60), stretches)
def test_a_five_day_week_and_a_pause_never_bring_it_forward(
    start: datetime, n: int, paused: list[tuple[date, date]]
) -> None:
    assert SIX.add_working_days(start, n) <= FIVE.add_working_days(start, n)
    assert SIX.add_working_days(start, n) <= SIX.add_working_days(start, n, paused)


@given(calendars, moments, st.integers(0, 60))
def test_between_undoes_adding(calendar: WorkCalendar, start: datetime, n: int) -> None:
    count = calendar.explain(start, n)
    assert calendar.working_days_between(count.day_zero, count.due_at.date()) == n


def test_what_falls_on_a_holiday_is_done_on_the_working_day_before_it() -> None:
    calendar = WorkCalendar("Asia/Jakarta")
    christmas, working = date(2025, 12, 25), date(2025, 12, 24)
    assert calendar.working_day_until(christmas) == working
    assert calendar.working_day_until(working) == working
