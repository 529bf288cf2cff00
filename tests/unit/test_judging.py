"""History judged under two versions of the rules, counted by hand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.kernel.calendar import Override, WorkCalendar
from services.kernel.deadlines import Pause
from services.kernel.district import SHIPPED, Rules, load_district
from services.reporting.judging import Comparison, compare
from services.reporting.queries.cases import JudgedCase

JAKARTA = ZoneInfo("Asia/Jakarta")
CALENDAR = WorkCalendar("Asia/Jakarta", 6)
LAX = load_district(SHIPPED).rules[0]
"""Red: answered in 24 hours; settled in 14 working days."""


def stricter(**limits: Any) -> Rules:
    """Return the shipped rules with other limits by name."""
    changed = [
        each.model_copy(update=limits.get(each.name, {}))
        if "complaint" in each.kinds and not each.misconduct_related
        else each
        for each in LAX.limits
    ]
    return LAX.model_copy(update={"version": 2, "limits": tuple(changed)})


STRICT = stricter(response={"hours": 12}, settlement={"working_days": 7})


def on(day: int, hour: int = 9) -> datetime:
    """Return an hour of a day of November 2026, which begins on a Sunday and has no holiday."""
    return datetime(2026, 11, day, hour, tzinfo=JAKARTA)


def case(**more: Any) -> JudgedCase:
    facts: dict[str, Any] = {
        "id": UUID(int=1),
        "number": "PRG-2026-A-000001",
        "puskesmas": "puring",
        "kind": "complaint",
        "grade": "red",
        "received_at": on(2),
        "responded_at": None,
        "settled_at": None,
        "ended_at": None,
        "pauses": (),
    }
    return JudgedCase(**facts | more)


def judged(*cases: JudgedCase, now: datetime, calendar: WorkCalendar = CALENDAR) -> Comparison:
    return compare(cases, LAX, STRICT, lambda _code: calendar, now)


def flips(found: Comparison) -> list[tuple[str, str, str]]:
    return [(each.promise, each.a.verdict, each.b.verdict) for each in found.flips]


@pytest.mark.parametrize(
    ("answered", "flip"),
    [
        (on(2, 20), []),  # within 12 hours
        (on(3, 8), [("response", "on_time", "late")]),  # within 24
        (on(3, 10), []),  # within neither
    ],
)
def test_an_answer_between_the_limits_flips(answered: datetime, flip: list[Any]) -> None:
    assert flips(judged(case(responded_at=answered), now=on(4))) == flip


def test_a_settlement_is_counted_in_working_days_of_both_versions() -> None:
    # Seven working days after Monday 2 November: Tuesday the 10th (Sunday the 8th is closed);
    # fourteen: Wednesday the 18th.
    done = case(responded_at=on(2), settled_at=on(12))
    (flip,) = judged(done, now=on(20)).flips
    assert (flip.promise, flip.a.verdict, flip.b.verdict) == ("settlement", "on_time", "late")
    assert [each.due_at.date().day for each in (flip.a, flip.b) if each.due_at] == [18, 10]
    assert flip.done_at == on(12)


def test_a_declared_day_moves_what_is_counted() -> None:
    closed = WorkCalendar("Asia/Jakarta", 6, (Override(on(9).date(), False, "Banjir"),))
    done = case(responded_at=on(2), settled_at=on(11))
    assert flips(judged(done, now=on(20))) == [("settlement", "on_time", "late")]
    assert flips(judged(done, now=on(20), calendar=closed)) == []


def test_a_wait_for_the_complainant_stops_both_clocks() -> None:
    waited = case(responded_at=on(2), settled_at=on(12), pauses=(Pause(on(3), on(5)),))
    assert flips(judged(waited, now=on(20))) == []
    waits = case(responded_at=on(2), pauses=(Pause(on(3)),))
    found = judged(waits, now=on(30))
    assert flips(found) == []
    assert found.counts["settlement", "not_yet_due", "not_yet_due"] == 1


def test_a_case_that_ended_before_its_promise_fell_due_owes_nothing() -> None:
    ended = case(responded_at=on(2), ended_at=on(12))
    assert flips(judged(ended, now=on(20))) == [("settlement", "ended", "overdue")]


def test_what_is_not_due_by_one_and_overdue_by_the_other_flips() -> None:
    found = judged(case(responded_at=on(2)), now=on(12))
    assert flips(found) == [("settlement", "not_yet_due", "overdue")]
    assert (found.judged, found.counts["response", "on_time", "on_time"]) == (2, 1)


def test_flips_are_in_the_order_of_their_numbers() -> None:
    late = {"responded_at": on(3, 8)}
    numbers = ["PRG-2026-A-000003", "PRG-2026-A-000001", "PRG-2026-A-000002"]
    found = judged(*(case(number=each, **late) for each in numbers), now=on(4))
    assert [each.case.number for each in found.flips] == sorted(numbers)


def test_both_versions_judge_alike_what_they_say_alike() -> None:
    cases = [
        case(grade=grade, responded_at=on(2) + timedelta(hours=hours))
        for grade in (None, "red", "yellow", "green")
        for hours in (1, 25, 80, 200)
    ]
    assert compare(cases, LAX, LAX, lambda _code: CALENDAR, on(30)).flips == ()
