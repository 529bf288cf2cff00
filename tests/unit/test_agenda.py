"""What is owed by date: periods, due days, what was done of it, and what was known of that when."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.kernel.district import (
    SHIPPED,
    AgendaRules,
    District,
    DutyRule,
    Schedule,
    load_district,
)
from services.reporting.agenda import Agenda, Item
from services.reporting.application import Reporting
from services.reporting.duties import duties
from services.reporting.duties.survey import name_of
from services.reporting.queries import When
from tests.folding import Facts, facts, opened
from tests.histories import BOX, DAWN, Told, deliveries, told

__all__ = ["facts", "opened"]
DISTRICT = load_district(SHIPPED)
OPENING = 700
KNOWN: Final = "recap_acknowledgement"


def at(day: str, clock: str = "09:00") -> float:
    """Return when it is at Puring, in hours into the histories."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Asia/Jakarta"))
    return (local - DAWN).total_seconds() / 3600


def moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Jakarta"))


REGISTERED = told("PuskesmasRegistered", at("2025-12-20"), source="intake", subject="puring")


def box(day: str = "2025-12-20", **facts: Any) -> Told:
    return told("SuggestionBoxRegistered", at(day), source="intake", **facts)


def opening(number: int, day: str, **facts: Any) -> Told:
    version = {"version": 2} if "box" in facts or "witnesses" in facts else {}
    if version:
        facts = {"box": "utama", "witnesses": [], **facts}
    return told(
        "SuggestionBoxOpened",
        at(day),
        source="intake",
        about=OPENING + number,
        **version,
        **facts,
    )


def agenda(facts: Facts, now: str, district: District = DISTRICT) -> Agenda:
    reporting = SimpleNamespace(store=facts.store, clock=lambda: moment(now))
    return Agenda(cast(Reporting, reporting), district)


def of(
    facts: Facts,
    kind: str,
    since: str,
    until: str,
    now: str,
    when: When | None = None,
    district: District = DISTRICT,
) -> list[Item]:
    found = agenda(facts, now, district).items(
        {"puring"}, date.fromisoformat(since), date.fromisoformat(until), when or When()
    )
    return [each for each in found if each.owed.kind == kind]


def told_as(items: list[Item]) -> list[tuple[str, str, int | None]]:
    return [(str(each.owed.due_on), each.state, each.owed.counted) for each in items]


def test_every_duty_is_found_by_its_place() -> None:
    assert [*duties()] == [
        "box_opening",
        "meeting",
        "recap_acknowledgement",
        "recap_closing",
        "survey",
    ]


def test_of_a_years_openings_some_are_empty_one_is_late_and_one_missed(facts: Facts) -> None:
    days = {1: "23", 2: "24", 3: "25", 4: "28", 6: "25", 7: "24", 8: "25", 9: "25"}
    openings = [
        opening(month, f"2026-{month:02}-{day}", slips=month % 3, box="utama")
        for month, day in days.items()
    ]
    facts.take(deliveries([REGISTERED, box(), *openings]))
    found = of(facts, "box_opening", "2026-01-01", "2026-12-31", "2026-10-20")
    assert told_as(found) == [
        ("2026-01-24", "done", 1),  # the 25th is a Sunday
        ("2026-02-25", "done", 2),
        ("2026-03-25", "done", 0),
        ("2026-04-25", "done_late", 1),
        ("2026-05-25", "missed", None),
        ("2026-06-25", "done", 0),
        ("2026-07-25", "done", 1),
        ("2026-08-24", "done_late", 2),  # the 25th is a holiday: opened a day late
        ("2026-09-25", "done", 0),
        ("2026-10-24", "ahead", None),
        ("2026-11-25", "ahead", None),
        ("2026-12-23", "ahead", None),  # joint leave and Christmas
    ]
    assert [each.days_late for each in found if each.state == "done_late"] == [2, 0]


def test_until_its_period_is_over_an_opening_that_did_not_happen_is_overdue(facts: Facts) -> None:
    facts.take(deliveries([REGISTERED, box()]))
    since, until = "2026-09-01", "2026-09-30"
    states = {
        now: told_as(of(facts, "box_opening", since, until, now))[0][1]
        for now in ("2026-09-25", "2026-09-26", "2026-09-30", "2026-10-01")
    }
    assert [*states.values()] == ["ahead", "overdue", "overdue", "missed"]
    overdue = agenda(facts, "2026-09-29").overdue({"puring"}, When())
    assert [each.days_late for each in overdue if each.owed.kind == "box_opening"] == [3]


def test_one_that_names_no_box_is_one_of_any(facts: Facts) -> None:
    """Version 1 of the event knew of one box; two openings of a month are added up."""
    facts.take(
        deliveries(
            [
                REGISTERED,
                box(),
                box(code="pustu", subject="box:puring:pustu"),
                opening(1, "2026-09-10", slips=2),
                opening(2, "2026-09-20", slips=3, box="pustu"),
            ]
        )
    )
    found = of(facts, "box_opening", "2026-09-01", "2026-09-30", "2026-10-20")
    assert {each.owed.about: each.owed.counted for each in found} == {"utama": 2, "pustu": 5}


def test_nothing_is_owed_before_a_box_is_recorded_nor_after_it_is_gone(facts: Facts) -> None:
    facts.take(deliveries([REGISTERED, box("2026-07-26"), box("2026-10-02", in_use=False)]))
    then = When(moment("2026-09-01"))
    found = of(facts, "box_opening", "2026-01-01", "2026-12-31", "2026-10-03", then)
    # Since 26 July, a Sunday: that month by its last working day.
    assert [str(each.owed.due_on) for each in found][:2] == ["2026-07-31", "2026-08-24"]
    assert len(found) == 6
    assert of(facts, "box_opening", "2026-01-01", "2026-12-31", "2026-10-03") == []
    facts.clear()
    facts.take(deliveries([REGISTERED, box("2026-07-26", since="2026-05-01")]))
    found = of(facts, "box_opening", "2026-01-01", "2026-08-31", "2026-09-01")
    assert [each.owed.due_on.month for each in found] == [5, 6, 7, 8]


def test_a_schedule_is_by_weeks_too_and_a_declared_day_moves_it(facts: Facts) -> None:
    weekly = {"weeks": 1, "months": None, "weekday": "saturday", "day": None, "if_closed": "after"}
    facts.take(
        deliveries(
            [
                REGISTERED,
                box(schedule=weekly),
                told("CalendarChanged", at("2026-09-11"), day="2026-09-12", working=False),
                opening(1, "2026-09-05", slips=0),
                opening(2, "2026-09-12", slips=0),
            ]
        )
    )
    found = of(facts, "box_opening", "2026-09-01", "2026-09-20", "2026-09-20")
    assert told_as(found) == [
        ("2026-09-05", "done", 0),
        ("2026-09-11", "done_late", 0),
        ("2026-09-19", "overdue", None),
    ]


def test_what_was_not_known_yet_was_overdue_then(facts: Facts) -> None:
    late = told(
        "SuggestionBoxOpened",
        at("2026-09-24"),
        recorded=at("2026-09-24"),
        arrived=at("2026-09-29"),
        source="intake",
        about=OPENING,
    )
    facts.take(deliveries([REGISTERED, box(), late]))
    since, until, now = "2026-09-01", "2026-09-30", "2026-10-20"

    def state(as_of: str, known_at: str | None) -> str:
        when = When(moment(as_of), moment(known_at) if known_at else None)
        return of(facts, "box_opening", since, until, now, when)[0].state

    assert state("2026-09-28", None) == "done"
    assert state("2026-09-28", "2026-09-28") == "overdue"
    assert state("2026-09-28", "2026-09-30") == "done"
    assert state("2026-09-20", None) == "ahead"


def test_a_recap_is_owed_for_each_month_and_zero_is_a_report(facts: Facts) -> None:
    def closed(month: str, day: str, received: int) -> Told:
        names = (
            "brought_forward", "brought_back", "closed", "carried_forward", "praise",
            "responses_due", "responses_on_time", "settlements_due", "settlements_on_time",
        )  # fmt: skip
        line = {"group": "all", "part": None, "received": received} | dict.fromkeys(names, 0)
        other = line | {"group": "unit", "part": "loket", "received": 99}
        return told(
            "RecapClosed",
            at(day),
            source="reporting",
            subject=f"recap:puring:{month}",
            month=month,
            lines=[other, line],
        )

    facts.take(
        deliveries(
            [REGISTERED, closed("2026-07", "2026-08-05", 7), closed("2026-08", "2026-09-10", 0)]
        )
    )
    found = of(facts, "recap_closing", "2026-01-01", "2026-11-30", "2026-10-20")
    assert told_as(found) == [
        ("2026-01-07", "overdue", None),  # December: the Puskesmas was recorded on the 20th
        ("2026-02-06", "overdue", None),
        ("2026-03-06", "overdue", None),
        ("2026-04-07", "overdue", None),
        ("2026-05-07", "overdue", None),
        ("2026-06-06", "overdue", None),
        ("2026-07-06", "overdue", None),
        ("2026-08-06", "done", 7),
        ("2026-09-05", "done_late", 0),
        ("2026-10-06", "overdue", None),
        ("2026-11-06", "ahead", None),
    ]
    assert found[8].days_late == 4


def test_the_head_owes_a_word_for_each_recap_and_the_first_counts(facts: Facts) -> None:
    def noted(month: str, day: str, statement: int) -> Told:
        subject = f"recap:puring:{month}"
        said = {"month": month, "statement": statement}
        return told("RecapAcknowledged", at(day), source="reporting", subject=subject, **said)

    july = noted("2026-07", "2026-08-10", 0)
    august = [noted("2026-08", "2026-09-14", 0), noted("2026-08", "2026-09-20", 1)]
    facts.take(deliveries([REGISTERED, july, *august]))
    found = of(facts, KNOWN, "2026-08-01", "2026-11-30", "2026-10-20")
    assert told_as(found) == [
        ("2026-08-10", "done", None),
        ("2026-09-10", "done_late", None),
        ("2026-10-10", "overdue", None),
        ("2026-11-10", "ahead", None),
    ]
    assert str(found[1].owed.done_on) == "2026-09-14" and found[1].days_late == 3


DECISION = {
    "number": 1,
    "decision": BOX,
    "person_responsible": "KTU",
    "due_on": "2026-11-05",
    "complaint": None,
    "action_number": None,
}


def meeting(number: int, kind: str, day: str, **more: Any) -> list[Told]:
    """Called a day before it was held."""
    about = {"subject": f"meeting:{UUID(int=number)}", "kind": kind}
    before = date.fromisoformat(day) - timedelta(days=1)
    return [
        told("MeetingPlanned", at(str(before)), **about, starts_at=moment(day)),
        told("MeetingHeld", at(day), **about, **more),
    ]


def test_each_kind_of_meeting_is_held_in_its_own_period_or_missed(facts: Facts) -> None:
    lokmin = [
        *meeting(1, "monthly_lokmin", "2026-08-20", decisions=[]),
        *meeting(2, "monthly_lokmin", "2026-09-30", decisions=[DECISION]),
        # Called for October, and never written down.
        *meeting(3, "monthly_lokmin", "2026-10-28")[:1],
        # Called for November, whose end has not come.
        *meeting(7, "monthly_lokmin", "2026-11-20")[:1],
        *meeting(4, "quarterly_lokmin", "2026-07-30"),
        *meeting(5, "mmd", "2026-06-10", decisions=[DECISION]),
        *meeting(6, "mmd", "2026-06-20", decisions=[DECISION]),
    ]
    facts.take(deliveries([REGISTERED, *lokmin]))
    found = of(facts, "meeting", "2026-06-01", "2026-12-31", "2026-11-10")
    by_kind = {
        kind: told_as([each for each in found if each.owed.about == kind])
        for kind in ("monthly_lokmin", "quarterly_lokmin", "mmd", "management_review")
    }
    assert by_kind == {
        "monthly_lokmin": [
            ("2026-06-30", "missed", None),
            ("2026-07-31", "missed", None),
            ("2026-08-31", "done", 0),
            ("2026-09-30", "done", 1),
            ("2026-10-31", "missed", None),
            ("2026-11-30", "ahead", None),
            ("2026-12-31", "ahead", None),
        ],
        "quarterly_lokmin": [
            ("2026-06-30", "missed", None),
            ("2026-09-30", "done", 0),
            ("2026-12-31", "ahead", None),
        ],
        "mmd": [("2026-06-30", "done", 2), ("2026-12-30", "ahead", None)],
        "management_review": [("2026-12-31", "ahead", None)],
    }
    called = {each.owed.due_on: each.owed.planned_on for each in found if each.owed.planned_on}
    assert called == {
        date(2026, 10, 31): date(2026, 10, 28),
        date(2026, 11, 30): date(2026, 11, 20),
    }


def test_a_meeting_owed_after_its_own_months_is_refused() -> None:
    with pytest.raises(ValidationError, match="months_later"):
        DutyRule(kind="monthly_lokmin", months=1, day=10, months_later=1)


def test_a_survey_is_owed_for_each_quarter_and_done_when_it_is_published(facts: Facts) -> None:
    def published(number: int, period: str, day: str) -> Told:
        return told("SurveyPublished", at(day), source="intake", about=800 + number, period=period)

    surveys = [
        published(1, "2026-Q1", "2026-04-10"),
        published(2, "2026-Q2", "2026-07-20"),
        published(3, "2026-Q2", "2026-08-20"),
        published(4, "2026", "2026-08-21"),
    ]
    facts.take(deliveries([REGISTERED, *surveys]))
    found = of(facts, "survey", "2026-01-01", "2027-01-31", "2026-10-20")
    assert told_as(found) == [
        ("2026-01-15", "overdue", None),
        ("2026-04-15", "done", 100),
        ("2026-07-15", "done_late", 100),
        ("2026-10-15", "overdue", None),
        ("2027-01-15", "ahead", None),
    ]
    assert found[2].owed.done_on == date(2026, 7, 20), "the first that was published"


@pytest.mark.parametrize(
    ("months", "names"),
    [
        (3, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        (6, ["2026-H1", "2026-H2"]),
        (12, ["2026"]),
    ],
)
def test_a_period_is_called_as_surveys_call_it(months: Any, names: list[str]) -> None:
    schedule = Schedule(months=months, day=1)
    periods = schedule.periods(date(2026, 1, 1), date(2026, 12, 31))
    assert [name_of(each) for each in periods] == names


def test_each_version_of_the_rules_holds_for_its_own_months(facts: Facts) -> None:
    rules = [
        AgendaRules(version=version, in_force_from=date.fromisoformat(day), duties=(duty,))
        for version, day, duty in (
            (
                1,
                "2026-01-01",
                DutyRule(kind=KNOWN, months=1, day=5, months_later=1),
            ),
            (
                2,
                "2026-09-01",
                DutyRule(kind=KNOWN, months=1, day=20, months_later=1),
            ),
        )
    ]
    district = DISTRICT.model_copy(update={"agenda": tuple(rules)})
    facts.take(deliveries([REGISTERED]))
    found = of(facts, KNOWN, "2026-08-01", "2026-11-30", "2026-11-30", district=district)
    assert [str(each.owed.due_on) for each in found] == [
        "2026-08-05",
        "2026-09-05",
        "2026-10-20",
        "2026-11-20",
    ]


@pytest.mark.parametrize("codes", [set(), {"lamaru"}])
def test_what_others_owe_is_not_told(facts: Facts, codes: set[str]) -> None:
    facts.take(deliveries([REGISTERED, box()]))
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert agenda(facts, "2026-10-20").items(codes, first, last, When()) == []
