"""Each figure against a history that was counted by hand, and every dashboard of the past against
one of a system that knows no more."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.stream import Delivery
from services.reporting.figures import FIGURES
from services.reporting.queries import Filters, When
from services.reporting.queries.counted import Part, cases_of
from services.reporting.queries.counting import Value
from services.reporting.queries.dashboard import dashboard
from services.reporting.queries.totals import totals
from tests.folding import HOURS, Facts, facts, happened, histories, opened
from tests.histories import BOX, Told, by_arrival, deliveries, hour, told

__all__ = ["facts", "opened"]
ALL = Filters(None)
NOW = datetime(2027, 1, 1, tzinfo=UTC)
DAY = 24


# Counted by hand


def due(response: float | None, settlement: float | None) -> list[dict[str, Any]]:
    days = {"response": response, "settlement": settlement}
    return [
        {"name": name, "due_at": hour(day * DAY), "rules_version": 1}
        for name, day in days.items()
        if day is not None
    ]


def case(about: int, day: float, promised: list[Any], *steps: Told, **form: Any) -> list[Told]:
    """A case that was received on a day; `steps` say what followed."""
    number = f"PRG-2026-A-{about:06d}"
    kind = form.get("kind", "complaint")
    begun = [
        told("ComplaintReceived", day * DAY, source="intake", number=number, **form),
        told("CaseOpened", day * DAY + 0.1, number=number, kind=kind, deadlines=promised),
    ]
    return [dataclasses.replace(each, about=about) for each in [*begun, *steps]]


def step(name: str, day: float, **facts: Any) -> Told:
    return told(name, day * DAY, **facts)


def action(day: str) -> dict[str, Any]:
    return {"number": 1, "action": BOX, "person_responsible": "Rini", "due_on": day}


PLACE = told("PuskesmasRegistered", -2000, source="intake", subject="puring")
HISTORY = [
    PLACE,
    # Monday 2 November: answered, settled, published and told within the day.
    *case(
        1,
        0,
        due(2, 2),
        step("CaseGraded", 0.05, grade="red", deadlines=due(1, 1)),
        step("ImmediateAnswerGiven", 0.1),
        step("ResolutionDocumented", 0.15),
        step("PublicationDrafted", 0.16, source="publication"),
        step("ResolutionPublished", 0.2, source="publication"),
        step("ComplainantInformed", 0.2, source="publication"),
        step("EvaluationRecorded", 0.25),
    ),
    # Thursday 5 November: planned on Monday, done on Wednesday, both too late; not evaluated.
    *case(
        2,
        3,
        due(4, 6),
        step("CaseGraded", 3.1, grade="yellow", deadlines=due(4, 6)),
        step("ComplaintAnalysed", 4),
        step("ResponsePlanned", 7, actions=[action("2026-11-12")]),
        step("FollowUpCarriedOut", 9),
        step("ResolutionDocumented", 9.1),
        confidentiality="confidential",
    ),
    # Nobody has looked at it, and both promises are broken.
    *case(
        3,
        10,
        due(12, 15),
        kind="suggestion",
        confidentiality="anonymous",
        barrier="language",
        service_unit=None,
        categories=[],
    ),
    *case(4, 1, [], kind="praise", categories=[])[:1],
    # Nothing of it is due yet.
    *case(
        5,
        18,
        due(25, 30),
        kind="information_request",
        categories=["waiting_time"],
        service_unit="ugd",
    ),
    # Old, waits for its complainant, is before the district, and what was planned was not done.
    *case(
        6,
        -50,
        due(-45, -40),
        step("CaseGraded", -49.9, grade="green", deadlines=due(-45, -40)),
        step("ComplaintAnalysed", -49),
        step("ResponsePlanned", -48, actions=[action("2026-10-01")]),
        step("CasePaused", -47, deadlines=[]),
        step("CaseEscalated", -46),
        step("EscalationAnswered", -45.5),
        step("CaseEscalated", -45),
    ),
    # Taken back before anybody answered.
    *case(7, 5, due(6, 8), step("CaseWithdrawn", 7), service_unit="farmasi", categories=["drugs"]),
    # Settled in time, and opened again later.
    *case(
        8,
        8,
        due(9, 12),
        step("CaseGraded", 8.01, grade="yellow", deadlines=due(9, 12)),
        step("ImmediateAnswerGiven", 8.1),
        step("ResolutionDocumented", 9),
        step("EvaluationRecorded", 10),
        step("CaseReopened", 15),
        step("CaseEscalated", 16),
        step("EscalationAnswered", 17),
        service_unit="loket",
        categories=["attitude"],
    ),
]
ASKED = hour(20 * DAY)
COUNTED: dict[str, tuple[int, int | None, float | None]] = {
    "received": (7, None, 7),
    "praise": (1, None, 1),
    "anonymous": (1, 7, 1 / 7),
    "barrier": (1, 7, 1 / 7),
    "repeat": (2, 7, 2 / 7),
    # No visits were written down; with them it is counted in test_rates.py.
    "per_thousand_visits": (0, 0, None),
    "answered": (4, 7, 4 / 7),
    "response_on_time": (2, 4, 0.5),
    "kwtk": (2, 5, 0.4),
    "response_days_median": (4, None, 1.0),
    "response_working_days_median": (4, None, 1.0),
    "response_days_p90": (4, None, 4),
    "response_working_days_p90": (4, None, 3),
    "settlement_on_time": (1, 4, 0.25),
    "settlement_days_median": (2, None, 3.0),
    "settlement_working_days_median": (2, None, 2.5),
    "settlement_days_p90": (2, None, 6),
    "settlement_working_days_p90": (2, None, 5),
    "follow_up": (1, 2, 0.5),
    "published": (1, 1, 1.0),
    "informed": (1, 2, 0.5),
    "open": (5, None, 5),
    "overdue": (2, None, 2),
    "paused": (1, None, 1),
    "escalated": (1, None, 1),
    "open_0_3": (1, None, 1),
    "open_4_7": (0, None, 0),
    "open_8_14": (2, None, 2),
    "open_15_30": (1, None, 1),
    "open_31_60": (0, None, 0),
    "open_over_60": (1, None, 1),
    # No survey was closed; surveys are counted in test_survey_figures.py.
    "satisfaction_index": (0, 0, None),
    "survey_respondents": (0, 0, None),
}


@pytest.fixture(scope="module")
def counted_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """The facts of what was counted, which nobody here adds to."""
    facts = Facts(tmp_path_factory.mktemp("counted") / "reporting.duckdb")
    facts.take(deliveries(HISTORY))
    yield facts
    facts.connection.close()
    facts.store.close()


@pytest.fixture(scope="module")
def figures(counted_on: Facts) -> dict[str, Value]:
    found: dict[str, Value] = ask(counted_on)["figures"]
    return found


def ask(facts: Facts, filters: Filters = ALL, when: When | None = None, now: Any = ASKED) -> Any:
    return dashboard(facts.connection, filters, when or When(), now)


def test_every_figure_was_counted_by_hand() -> None:
    assert list(COUNTED) == list(FIGURES)


@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_is_what_was_counted_by_hand(figures: dict[str, Value], code: str) -> None:
    assert figures[code] == Value(*COUNTED[code])


def numbers(facts: Facts, code: str, part: Part, **filters: Any) -> list[int]:
    found = cases_of(
        facts.connection, FIGURES[code], Filters(None, **filters), When(), ASKED, part=part
    )
    return sorted(int(each["number"][-1]) for each in found.items)


@pytest.mark.parametrize(
    ("code", "counted", "missed"),
    [
        ("received", [1, 2, 3, 5, 6, 7, 8], []),
        ("response_on_time", [1, 8], [2, 3]),
        ("settlement_on_time", [1], [2, 3, 8]),
        ("kwtk", [1, 8], [2, 6, 7]),
        ("follow_up", [2], [6]),
        ("informed", [1], [2]),
        ("repeat", [1, 2], [3, 5, 6, 7, 8]),
        ("open_8_14", [3, 8], []),
        ("settlement_days_p90", [1, 2], []),
    ],
)
def test_the_cases_behind_a_figure_are_those_that_were_counted(
    counted_on: Facts, code: str, counted: list[int], missed: list[int]
) -> None:
    assert numbers(counted_on, code, "counted") == counted
    assert numbers(counted_on, code, "missed") == missed
    assert numbers(counted_on, code, "among") == sorted(counted + missed)


def test_of_each_figure_there_are_as_many_cases_as_it_says(counted_on: Facts) -> None:
    for filters in ({}, {"since": date(2026, 11, 3)}, {"unit": "kia-kb"}, {"category": "-"}):
        figures = ask(counted_on, Filters(None, **filters))["figures"]
        for code, value in figures.items():
            if FIGURES[code].of != "cases":
                continue
            assert len(numbers(counted_on, code, "counted", **filters)) == value.numerator
            if value.denominator is not None:
                assert len(numbers(counted_on, code, "among", **filters)) == value.denominator


def test_only_what_came_within_the_days_is_counted_but_open_are_all(counted_on: Facts) -> None:
    # Day 10 after the first Monday is Thursday the 12th in Jakarta.
    within = Filters(None, since=date(2026, 11, 12), until=date(2026, 11, 19))
    figures = ask(counted_on, within)["figures"]
    assert (figures["received"].numerator, figures["open"].numerator) == (1, 5)


def test_what_is_open_at_the_end_of_each_month_is_what_the_control_totals_carry_forward(
    counted_on: Facts,
) -> None:
    points = ask(counted_on)["trend"]["points"]
    assert [
        (each["starts"], each["received"], each["closed"], each["open"]) for each in points
    ] == [
        (date(2026, 9, 1), 1, 0, 1),
        (date(2026, 10, 1), 0, 0, 1),
        (date(2026, 11, 1), 6, 3, 5),
    ]
    for each in points:
        filters = Filters(None, since=each["starts"], until=each["ends"])
        (row,) = totals(counted_on.connection, filters, When(), None)
        assert (row["closed"], row["carried_forward"]) == (each["closed"], each["open"])


def test_no_report_is_not_zero(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                PLACE,
                told("PuskesmasRegistered", -1, source="intake", subject="sadang", code="sadang"),
            ]
        )
    )
    found = ask(facts)
    assert found["unheard"] == ["puring", "sadang"]
    assert found["figures"]["received"].value == 0
    of_one = ask(facts, Filters(None, puskesmas="sadang"))
    assert not of_one["heard"]
    assert {value.value for value in of_one["figures"].values()} == {None}


def test_a_declared_day_is_no_working_day_from_when_that_was_known(facts: Facts) -> None:
    closed = told("CalendarChanged", 0, subject="calendar:puring", day="2026-11-09", recorded=500)
    facts.take(deliveries([*HISTORY, closed]))
    p90 = "response_working_days_p90"
    assert ask(facts)["figures"][p90].value == 2
    assert ask(facts, when=When(ASKED, hour(499)))["figures"][p90].value == 3


# As of, as known


def compared_with(found: dict[str, Any]) -> dict[str, Any]:
    """Return what must be the same, whoever asks and when."""
    return {name: value for name, value in found.items() if name not in ("as_of", "known_at")}


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories, st.integers(0, HOURS - 1), st.integers(0, HOURS - 1))
def test_a_dashboard_of_the_past_is_that_of_a_system_that_knows_no_more(
    facts: Facts, history: list[Told], until: int, known: int
) -> None:
    whole = by_arrival(deliveries(history))
    when = When(hour(until), hour(known))
    facts.clear()
    facts.take(whole)
    asked = compared_with(ask(facts, when=when, now=hour(HOURS)))
    of_that_time = compared_with(ask(facts, when=When(known_at=hour(known)), now=hour(HOURS)))
    facts.clear()
    if fed := by_then(whole, until, known):
        facts.take(fed)
    assert compared_with(ask(facts, now=hour(until))) == asked
    facts.clear()
    if fed := by_then(whole, known, known):
        facts.take(fed)
    assert compared_with(ask(facts, now=hour(known))) == of_that_time


def by_then(history: Sequence[Delivery], until: int, known: int) -> list[Delivery]:
    """Return what had happened by an instant, of what was known at another."""
    subjects = {each.message.subject for each in history}
    found = [
        each
        for subject in subjects
        for each, moment in happened([o for o in history if o.message.subject == subject], known)
        if moment <= hour(until)
    ]
    return by_arrival(found)
