"""What falls due when under the shipped rules, and how it is judged."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar import WorkCalendar
from services.kernel.deadlines import Deadline, Pause, Verdict, deadlines, verdict
from services.kernel.district import SHIPPED, load_district
from services.kernel.vocabulary import GRADES

WIB = ZoneInfo("Asia/Jakarta")
DISTRICT = load_district(SHIPPED)
RULES = DISTRICT.rules[0]
SIX = WorkCalendar("Asia/Jakarta", 6, version=3)
RECEIVED = datetime(2026, 11, 2, 8, 0, tzinfo=WIB)  # a Monday


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(
        hour=23, minute=59, second=59, microsecond=999999, tzinfo=WIB
    )


def due(
    *pauses: Pause,
    grade: str | None = None,
    kind: str = "complaint",
    misconduct: bool = False,
    received_at: datetime = RECEIVED,
    calendar: WorkCalendar = SIX,
) -> tuple[Deadline, Deadline]:
    response, settlement = deadlines(
        RULES,
        calendar,
        kind=kind,
        received_at=received_at,
        grade=grade,
        misconduct=misconduct,
        pauses=pauses,
    )
    return response, settlement


@pytest.mark.parametrize(
    ("grade", "hours"), [(None, 24), ("red", 24), ("yellow", 72), ("green", 168)]
)
def test_the_grade_sets_the_hours_of_the_response(grade: str | None, hours: int) -> None:
    response, _settlement = due(grade=grade)
    assert response.name == "response"
    assert response.due_at == RECEIVED + timedelta(hours=hours)
    assert (response.basis, response.amount) == ("hours", hours)
    assert str(response.limit) == f"{hours} jam"
    assert response.count is None


@pytest.mark.parametrize(
    ("kind", "misconduct", "n", "day"),
    [
        ("complaint", False, 14, "2026-11-18"),
        ("suggestion", False, 14, "2026-11-18"),
        ("information_request", False, 5, "2026-11-07"),
        # 60 working days: 24 left in November after the 2nd, 25 in December (no 24 and 25 and no
        # Sundays), so 11 in 2027: no 1 January, no 5 (Isra Mikraj), no Sundays.
        ("complaint", True, 60, "2027-01-15"),
    ],
)
def test_kind_and_misconduct_set_the_settlement(
    kind: str, misconduct: bool, n: int, day: str
) -> None:
    _response, settlement = due(kind=kind, misconduct=misconduct)
    assert settlement.name == "settlement"
    assert settlement.due_at == end_of(day)
    assert (settlement.basis, settlement.amount) == ("working_days", n)
    assert settlement.rules_version == 1
    assert settlement.source.mark == "second_hand"
    assert settlement.count is not None
    assert settlement.count.calendar_version == 3
    assert str(settlement.limit) == f"{n} hari kerja"


def test_praise_has_no_deadline() -> None:
    assert deadlines(RULES, SIX, kind="praise", received_at=RECEIVED) == ()


def test_settlement_steps_over_lebaran_but_the_hours_do_not() -> None:
    received = datetime(2026, 3, 17, 23, 30, tzinfo=WIB)
    response, settlement = due(received_at=received, kind="information_request")
    assert response.due_at == datetime(2026, 3, 18, 23, 30, tzinfo=WIB)
    # 25, 26, 27, 28 and 30 March.
    assert settlement.due_at == end_of("2026-03-30")


def test_each_puskesmas_lives_in_its_own_zone() -> None:
    lamaru = DISTRICT.puskesmas("lamaru")
    calendar = WorkCalendar(lamaru.zone, lamaru.work_days)
    received = datetime(2026, 11, 9, 16, 30, tzinfo=UTC)  # Monday in Puring, Tuesday in Lamaru
    _response, there = due(received_at=received, kind="information_request", calendar=calendar)
    _response, here = due(received_at=received, kind="information_request")
    assert there.due_at is not None
    assert here.due_at == end_of("2026-11-14")
    assert there.due_at.isoformat() == "2026-11-16T23:59:59.999999+08:00"


def test_a_pause_stops_hours_by_the_clock_and_working_days_by_the_day() -> None:
    pause = Pause(RECEIVED + timedelta(hours=2), RECEIVED + timedelta(days=3, hours=2))
    response, settlement = due(pause)
    assert response.due_at == RECEIVED + timedelta(hours=24) + timedelta(days=3)
    # 2 to 4 November stand still, of which the 2nd is day 0: two working days more.
    assert settlement.due_at == end_of("2026-11-20")


def test_overlapping_pauses_stop_the_clock_once() -> None:
    hour = timedelta(hours=1)
    split = (
        Pause(RECEIVED + 3 * hour, RECEIVED + 8 * hour),
        Pause(RECEIVED + 2 * hour, RECEIVED + 5 * hour),
        Pause(RECEIVED + 8 * hour, RECEIVED + 9 * hour),
    )
    response, _settlement = due(*split)
    assert response.due_at == RECEIVED + 31 * hour


def test_a_pause_after_the_due_moment_gives_no_time_back() -> None:
    pause = Pause(RECEIVED + timedelta(hours=30))
    response, settlement = due(pause)
    assert response.due_at == RECEIVED + timedelta(hours=24)
    assert settlement.due_at is None


def test_a_pause_on_the_due_day_itself_stops_the_clock() -> None:
    on_the_day = Pause(datetime(2026, 11, 18, 9, 0, tzinfo=WIB))
    _response, settlement = due(on_the_day)
    assert settlement.due_at is None
    resumed = Pause(on_the_day.since, datetime(2026, 11, 19, 9, 0, tzinfo=WIB))
    _response, settlement = due(resumed)
    assert settlement.due_at == end_of("2026-11-19")


def test_a_pause_that_ends_before_it_began_is_refused() -> None:
    with pytest.raises(ValueError, match="began"):
        due(Pause(RECEIVED, RECEIVED - timedelta(hours=1)))
    with pytest.raises(ValueError, match="zone"):
        due(received_at=datetime(2026, 11, 2))  # noqa: DTZ001 - the point of the test


def test_verdicts_at_the_edge() -> None:
    _response, settlement = due()
    edge, tick = end_of("2026-11-18"), timedelta(microseconds=1)
    assert verdict(settlement, None, edge) is Verdict.NOT_YET_DUE
    assert verdict(settlement, None, edge + tick) is Verdict.OVERDUE
    assert verdict(settlement, edge, edge + tick) is Verdict.ON_TIME
    assert verdict(settlement, edge + tick, edge + tick) is Verdict.LATE


def test_a_standing_clock_is_never_overdue() -> None:
    _response, settlement = due(Pause(RECEIVED + timedelta(hours=1)))
    much_later = RECEIVED + timedelta(days=900)
    assert verdict(settlement, None, much_later) is Verdict.NOT_YET_DUE
    assert verdict(settlement, much_later, much_later) is Verdict.ON_TIME


moments = st.datetimes(
    datetime(2023, 2, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2027, 6, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
lengths = st.timedeltas(timedelta(0), timedelta(days=12))
pauses_from = st.lists(st.tuples(lengths, lengths), max_size=3)


@given(moments, pauses_from, st.sampled_from([None, *GRADES]), st.booleans())
def test_time_that_stood_still_is_given_back_whole(
    received: datetime,
    offsets: list[tuple[timedelta, timedelta]],
    grade: str | None,
    misconduct: bool,
) -> None:
    pauses = [Pause(received + after, received + after + long) for after, long in offsets]
    plain = due(grade=grade, misconduct=misconduct, received_at=received)
    paused = due(*pauses, grade=grade, misconduct=misconduct, received_at=received)
    for before, after in zip(plain, paused, strict=True):
        assert before.due_at is not None
        assert after.due_at is not None
        assert before.due_at <= after.due_at
    response = paused[0]
    assert response.due_at is not None
    stood = _stood(pauses, response.due_at)
    assert response.due_at - received == timedelta(hours=response.amount) + stood
    settled = paused[1].due_at
    assert settled is not None
    assert SIX.is_working_day(settled.date())


def _stood(pauses: list[Pause], end: datetime) -> timedelta:
    """How long the clock stood before `end`, by sweeping over the moments where that changes."""
    edges = sorted({edge for p in pauses for edge in (p.since, p.until) if edge and edge <= end})
    return sum(
        (
            later - earlier
            for earlier, later in zip(edges, [*edges[1:], end], strict=False)
            if any(p.until and p.since <= earlier and earlier < p.until for p in pauses)
        ),
        timedelta(),
    )
