"""What the folds say of meetings and of what they decided, by hand."""

from datetime import date
from typing import Any
from uuid import UUID

from services.reporting.queries import When, meetings
from tests.folding import Facts, facts, opened
from tests.histories import BOX, Told, deliveries, hour, told
from tests.messages import subject

__all__ = ["facts", "opened"]


def decision(number: int, due_on: str) -> dict[str, Any]:
    return {
        "number": number,
        "decision": BOX,
        "person_responsible": "KTU",
        "due_on": due_on,
        "complaint": None,
        "action_number": None,
    }


def held() -> list[Told]:
    """Called at 1 for 10, held at 8, its second decision done at 12."""
    decisions = [decision(1, "2026-11-03"), decision(2, "2026-11-05")]
    return [
        told("MeetingPlanned", 1),
        told("MeetingHeld", 8, decisions=decisions),
        told("DecisionDone", 12, decision_number=2),
    ]


def test_a_meeting_is_planned_until_it_is_held(facts: Facts) -> None:
    facts.take(deliveries(held()))
    columns = "state, meets_at, decided, months, id"
    ten, eight = (hour(n).replace(tzinfo=None) for n in (10, 8))
    assert facts.at("meetings", columns, 2, 12) == [("planned", ten, 0, ["2026-10"], None)]
    assert facts.at("meetings", columns, 8, 12) == [("held", eight, 2, ["2026-10"], 2)]
    # Of what was not known yet nothing is told.
    assert facts.at("meetings", columns, 8, 7) == [("planned", ten, 0, ["2026-10"], None)]


def test_a_decision_is_open_until_it_is_done(facts: Facts) -> None:
    facts.take(deliveries(held()))
    columns = "number, due_on, done_on"
    third, fifth = date(2026, 11, 3), date(2026, 11, 5)
    before = [(1, third, None), (2, fifth, None)]
    assert sorted(facts.at("decisions", columns, 8, 12)) == before
    after = [(1, third, None), (2, fifth, third)]
    assert sorted(facts.at("decisions", columns, 12, 12)) == after
    asked = (facts.connection, {"puring"}, date(2026, 11, 6))
    assert meetings.overdue(*asked, When(hour(8), hour(12))) == {"puring": 2}
    assert meetings.overdue(*asked, When()) == {"puring": 1}
    assert meetings.overdue(facts.connection, None, third, When()) == {}
    assert meetings.overdue(facts.connection, {"lamaru"}, date(2026, 11, 6), When()) == {}


def test_a_meeting_is_known_until_it_is_cancelled(facts: Facts) -> None:
    id = UUID(subject(902))
    called = [told("MeetingPlanned", 1)]
    facts.take(deliveries(called))
    assert meetings.meeting_of(facts.connection, id) == ("puring", "monthly_lokmin", hour(10))
    facts.take(deliveries([*called, told("MeetingCancelled", 3)])[1:])
    assert meetings.meeting_of(facts.connection, id) is None


def test_what_was_raised_in_a_meeting_puts_no_step_off(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("FeedbackHeard", 6, source="intake", recorded=1),
                told("CaseGraded", 2),
                told("ForumAnswered", 9, recorded=3),
                told("ImmediateAnswerGiven", 4),
            ]
        )
    )
    assert facts.at("states", "state", 2, 12) == [("graded",)]
    assert facts.at("states", "state", 4, 12) == [("answered",)]
