"""What a receipt says of a case that was worked on twice: the dates of the round that counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.reporting.words import said_of, stages

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
FIRST = (
    "ComplaintReceived",
    "CaseGraded",
    "ImmediateAnswerGiven",
    "ResolutionDocumented",
    "ResolutionPublished",
    "EvaluationRecorded",
)
AGAIN = (
    "CaseReopened",
    "ComplaintAnalysed",
    "ResponsePlanned",
    "ResolutionDocumented",
    "ResolutionPublished",
    "EvaluationRecorded",
)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def receipt(*steps: str, state: str, **more: Any) -> dict[str, Any]:
    """A receipt whose steps happened a day apart."""
    return {
        "kind": "complaint",
        "confidentiality": "open",
        "state": state,
        "closed": state == "evaluated",
        "paused": False,
        "joined": False,
        "referred_to": None,
        "received_at": START,
        "answers": [],
        "steps": [
            {"step": step, "happened_at": day(n), "publication": None}
            for n, step in enumerate(steps)
        ],
        **more,
    }


def told(found: dict[str, Any]) -> list[tuple[str, Any, str]]:
    return [(str(each.title), each.happened, each.state) for each in stages(found)]


def test_what_is_reopened_is_taken_up_again_and_the_rest_is_ahead() -> None:
    assert told(receipt(*FIRST, *AGAIN[:2], state="analysed")) == [
        ("Kami terima", day(0), "done"),
        ("Kami pelajari", day(1), "done"),
        ("Kami buka lagi", day(6), "now"),
        ("Kami perbaiki", None, "ahead"),
        ("Kami catat hasilnya", None, "ahead"),
        ("Kami nilai lagi hasilnya", None, "ahead"),
    ]


def test_once_it_is_done_again_each_date_is_that_of_the_result_that_stands() -> None:
    assert told(receipt(*FIRST, *AGAIN, state="evaluated")) == [
        ("Kami terima", day(0), "done"),
        ("Kami pelajari", day(1), "done"),
        ("Kami buka lagi", day(6), "done"),
        ("Kami perbaiki", day(8), "done"),
        ("Kami catat hasilnya", day(9), "done"),
        ("Kami umumkan hasilnya", day(10), "done"),
        ("Kami nilai lagi hasilnya", day(11), "done"),
    ]


def test_without_a_second_round_nothing_is_taken_up_again() -> None:
    titles = [title for title, _happened, _state in told(receipt(*FIRST, state="evaluated"))]
    assert "Kami buka lagi" not in titles and len(titles) == 6


def test_what_people_were_told_is_the_last_thing_and_where_it_stands() -> None:
    found = stages(receipt(*FIRST[:5], state="documented"))
    assert [(str(each.title), each.state) for each in found[-3:]] == [
        ("Kami catat hasilnya", "done"),
        ("Kami umumkan hasilnya", "now"),
        ("Kami nilai lagi hasilnya", "ahead"),
    ]


def test_who_is_anonymous_is_promised_a_result_only_until_it_is_shown() -> None:
    steps = FIRST[:4]
    waiting = receipt(*steps, state="documented", confidentiality="anonymous")
    assert "begitu kami umumkan" in str(said_of(waiting))
    shown = waiting | {
        "answers": [{"answer": "Antrean bernomor.", "reopened": False, "planned": False}]
    }
    assert "Hasilnya ada di halaman ini" in str(said_of(shown))
    taken_back = waiting | {
        "answers": [{"answer": "Antrean bernomor.", "reopened": True, "planned": False}]
    }
    assert "begitu kami umumkan" in str(said_of(taken_back))
