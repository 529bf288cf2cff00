"""The fold of verdicts on histories by hand: which promise was kept, as of when, as known when."""

from typing import Any

from tests.folding import Facts, facts, opened
from tests.histories import Told, deliveries, hour, told

__all__ = ["facts", "opened"]


def due(response: int, settlement: int, version: int = 1) -> list[dict[str, Any]]:
    return [
        {"name": "response", "due_at": hour(response), "rules_version": version},
        {"name": "settlement", "due_at": hour(settlement), "rules_version": version},
    ]


def answered_late() -> list[Told]:
    """Promised answer by 3, settlement by 6; graded at 2, then the answer by 4 and version 2."""
    return [
        told("ComplaintReceived", 0, source="intake"),
        told("CaseOpened", 1, deadlines=due(3, 6)),
        told("CaseGraded", 2, deadlines=due(4, 6, version=2)),
        told("ImmediateAnswerGiven", 5),
        told("ResolutionDocumented", 6),
        told("CaseReopened", 8),
    ]


VERDICT = "promise, rules_version, verdict"


def test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    assert facts.at("verdicts", VERDICT, 4, 9) == []
    assert facts.at("verdicts", VERDICT, 4.001, 9) == [("response", 2, "overdue")]
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 2, "late")]
    assert sorted(facts.at("verdicts", VERDICT, 6, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "on_time"),
    ]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_a_verdict_is_that_of_what_was_known(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    # Before the grade was known, the first version's promise had been missed by then.
    assert facts.at("verdicts", VERDICT, 3.5, 1) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 3.5, 2) == []
    assert sorted(facts.at("verdicts", VERDICT, 7, 5)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_an_answer_that_arrives_late_turns_the_verdict_when_it_is_known(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(3, 9)),
                told("ImmediateAnswerGiven", 2, recorded=2, arrived=6),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 4, 5) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 4, 6) == [("response", 1, "on_time")]


def test_a_promise_that_a_wait_moves_is_not_judged_meanwhile(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(2, 4)),
                told("ImmediateAnswerGiven", 1),
                told("CasePaused", 3, deadlines=due(2, 4)[:1]),
                told("CaseResumed", 6, deadlines=due(2, 7)),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 1, "on_time")]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 1, "on_time"),
        ("settlement", 1, "overdue"),
    ]
