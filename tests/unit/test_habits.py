"""What differs from the usual, by histories of reading written by hand."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.kernel.calendar import WorkCalendar
from services.kernel.keyring.habits import Finding, Reading, findings

WIB = ZoneInfo("Asia/Jakarta")
TODAY = date(2026, 11, 24)
"""A Tuesday."""


def calendar(_puskesmas: str) -> WorkCalendar:
    return WorkCalendar("Asia/Jakarta", 6, (), version=0)


def read(
    count: int,
    day: date = TODAY,
    hour: int = 9,
    page: str = "case",
    account: str = "sari",
    identity: str | None = None,
    ended_days: int | None = None,
) -> list[Reading]:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=WIB)
    settled = None if ended_days is None else at - timedelta(days=ended_days)
    return [
        Reading(at, account, "complaint_team", f"c{n:02}", "puring", page, identity, settled)
        for n in range(count)
    ]


def found(*read: Iterable[Reading]) -> list[Finding]:
    return findings([one for each in read for one in each], calendar, TODAY - timedelta(days=30))


def usual(count: int, days: int) -> list[Reading]:
    return [one for ago in range(1, days + 1) for one in read(count, TODAY - timedelta(days=ago))]


def many(*given: Iterable[Reading]) -> list[tuple[date, int, float | None]]:
    return [(each.day, each.count, each.usual) for each in found(*given) if each.rule == "many"]


def test_many_more_than_ones_own_usual_is_shown_with_it() -> None:
    assert many(usual(6, 10), read(18)) == [(TODAY, 18, 6)]
    assert many(usual(6, 10), read(17)) == []
    # A few cases are a few, however seldom somebody reads.
    assert many(usual(1, 10), read(14)) == []
    assert many(usual(1, 10), read(15)) == [(TODAY, 15, 1)]


def test_who_is_new_has_no_usual_and_may_read_themself_in() -> None:
    assert many(usual(2, 4), read(39)) == []
    assert many(usual(2, 4), read(40)) == [(TODAY, 40, None)]


def test_what_lists_show_in_passing_and_the_same_case_again_do_not_count() -> None:
    assert many(usual(2, 10), read(60, page="queue")) == []
    assert many(usual(2, 10), [*read(1)] * 60) == []


def test_usual_is_ones_own() -> None:
    others = [one for ago in range(1, 11) for one in read(30, TODAY - timedelta(ago), account="b")]
    all_of_them = found(others, usual(2, 10), read(20))
    assert [each.account for each in all_of_them if each.rule == "many"] == ["sari"]


def test_hours_and_days_are_those_of_the_puskesmas() -> None:
    def outside(*given: Iterable[Reading]) -> list[tuple[date, int, int]]:
        return [(e.day, e.count, e.days) for e in found(*given) if e.rule == "outside_hours"]

    for hour, counts in ((5, True), (6, False), (19, False), (20, True)):
        assert bool(outside(read(3, hour=hour))) == counts, hour
    assert outside(read(2, hour=22)) == []
    sunday, saturday = TODAY - timedelta(days=2), TODAY - timedelta(days=3)
    assert outside(read(3, sunday), read(3, saturday)) == [(sunday, 3, 0)]
    # How often it was so before stands beside it.
    assert outside(read(3, sunday), read(1, hour=21, day=sunday - timedelta(days=4))) == [
        (sunday, 3, 1)
    ]


def test_long_past_and_confidential_have_a_number_of_their_own() -> None:
    def rules(*given: Iterable[Reading]) -> list[tuple[str, int]]:
        return [(each.rule, each.count) for each in found(*given)]

    assert rules(read(4, ended_days=31)) == []
    assert rules(read(5, ended_days=31)) == [("long_past", 5)]
    assert rules(read(9, ended_days=30)) == []
    assert rules(read(3, identity="confidential")) == [("confidential", 3)]
    assert rules(read(2, identity="confidential"), read(9, identity="open")) == []


def test_days_before_the_window_are_only_compared_with() -> None:
    first = TODAY - timedelta(days=29)
    history = [*read(5, first - timedelta(days=1), ended_days=40), *read(5, first, ended_days=40)]
    within = findings(history, calendar, first)
    assert [(each.day, each.days) for each in within] == [(first, 1)]
