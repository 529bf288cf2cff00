"""When a promise counts as kept, from the steps of a case."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.resolution.verdicts import kept_at
from tests.messages import START, message


def steps(*told: tuple[str, int]) -> dict[str, datetime]:
    """Return what is kept after steps (name, hours after the start)."""
    box = {"key": "k", "place": "p", "box": "AAAA"}
    facts: dict[str, dict[str, Any]] = {
        "ComplainantMet": {"people": ["Sari"], "note": None},
        "ImmediateAnswerGiven": {"answer": box},
        "ComplaintAnalysed": {"root_cause": box, "finding": "upheld"},
        "ResolutionDocumented": {"summary": box, "outcome": "resolved", "documented_by": "a"},
        "CaseReopened": {"reason": "not_effective"},
    }
    thread = [
        message(
            id,
            type=f"tanggap.{name}.v1",
            value=msgspec.json.encode(
                {"occurred_at": START + timedelta(hours=hours), **facts[name]}
            ),
        )
        for id, (name, hours) in enumerate(told, start=1)
    ]
    return kept_at(thread)


def test_the_first_answer_stands() -> None:
    found = steps(("ComplainantMet", 1), ("ImmediateAnswerGiven", 5), ("CaseReopened", 6))
    assert found == {"response": START + timedelta(hours=1)}


def test_a_meeting_written_down_first_is_not_the_first_answer() -> None:
    found = steps(("ComplainantMet", 5), ("ImmediateAnswerGiven", 1))
    assert found == {"response": START + timedelta(hours=1)}


def test_an_analysis_answers_nobody() -> None:
    assert steps(("ComplaintAnalysed", 1)) == {}


def test_a_result_settles_until_the_case_is_reopened() -> None:
    documented = ("ResolutionDocumented", 3)
    assert steps(documented)["settlement"] == START + timedelta(hours=3)
    assert "settlement" not in steps(documented, ("CaseReopened", 4))
    again = steps(documented, ("CaseReopened", 4), ("ResolutionDocumented", 9))
    assert again["settlement"] == START + timedelta(hours=9)
    assert again["response"] == START + timedelta(hours=3)
