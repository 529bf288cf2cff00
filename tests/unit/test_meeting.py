"""What a meeting allows, and when: its own rules, without a store."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel.aggregate import Act
from services.kernel.contracts import SealedBox
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.errors import AlreadyDone, InvalidInput, StepNotAllowed
from services.resolution.domain import Meeting

BOX = SealedBox("k", "p", "AAAA")
DAWN = datetime(2026, 11, 2, 2, tzinfo=UTC)
DECISIONS = [
    DecisionV1(
        number=number,
        decision=BOX,
        person_responsible="KTU",
        due_on=date(2026, 11, 20),
        complaint=None,
        action_number=None,
    )
    for number in (1, 2)
]


def at(hour: int) -> Act:
    moment = DAWN + timedelta(hours=hour)
    return Act("acc-1", "quality_lead", moment, moment, "", "")


def plan(kind: str = "monthly_lokmin") -> dict[str, Any]:
    starts_at = DAWN + timedelta(hours=5)
    return {
        "kind": kind,
        "starts_at": starts_at,
        "venue": "Aula",
        "months": ["2026-10"],
        "complaints": [],
        "invitees": None,
        "agenda": None,
    }


def called() -> Meeting:
    return Meeting.call(at(0), id=UUID(int=7), puskesmas="puring", **plan())


def hold(meeting: Meeting, hour: int = 6, attended: int = 3) -> None:
    meeting.hold(
        at(hour),
        attended=attended,
        decisions=DECISIONS,
        months=["2026-10"],
        chair="dr. Kukuh",
        note_taker="Siti",
        attendance=BOX,
        minutes=BOX,
        outcome=None,
    )


def correct(meeting: Meeting, attended: int) -> None:
    meeting.correct(at(9), attended=attended, attendance=BOX, minutes=BOX, outcome=BOX, reason=BOX)


def field_of(refused: pytest.ExceptionInfo[InvalidInput]) -> str:
    (error,) = refused.value.errors
    return error.field


def test_a_meeting_is_held_once() -> None:
    meeting = called()
    assert meeting.allowed == ("holding", "plan", "cancellation")
    hold(meeting)
    assert (meeting.state, meeting.at) == ("held", DAWN + timedelta(hours=6))
    with pytest.raises(StepNotAllowed):
        hold(meeting, 7)
    with pytest.raises(StepNotAllowed):
        meeting.replan(at(7), **plan("linsek"))
    with pytest.raises(StepNotAllowed):
        meeting.cancel(at(7), BOX)


def test_nobody_holds_a_meeting_at_which_nobody_was() -> None:
    meeting = called()
    with pytest.raises(InvalidInput) as refused:
        hold(meeting, attended=0)
    assert field_of(refused) == "attendance"
    hold(meeting)
    with pytest.raises(InvalidInput) as again:
        correct(meeting, 0)
    assert field_of(again) == "attendance"


def test_a_meeting_is_not_held_before_it_was_called() -> None:
    meeting = called()
    with pytest.raises(InvalidInput) as refused:
        hold(meeting, -1)
    assert field_of(refused) == "held_at"


def test_a_form_knows_minutes_only() -> None:
    seconds = replace(at(0), occurred_at=DAWN + timedelta(seconds=40))
    meeting = Meeting.call(seconds, id=UUID(int=7), puskesmas="puring", **plan())
    hold(meeting, 0)
    assert meeting.at == DAWN + timedelta(seconds=40)


def test_what_was_cancelled_is_over() -> None:
    meeting = called()
    meeting.cancel(at(1), BOX)
    with pytest.raises(AlreadyDone):
        meeting.cancel(at(2), BOX)
    with pytest.raises(StepNotAllowed):
        hold(meeting)
    assert meeting.allowed == ()


def test_a_decision_is_done_once_and_after_the_meeting() -> None:
    meeting = called()
    day = date(2026, 11, 2)
    with pytest.raises(StepNotAllowed):
        meeting.complete(at(7), 1, day, BOX)
    hold(meeting)
    with pytest.raises(InvalidInput) as unknown:
        meeting.complete(at(7), 3, day, BOX)
    assert field_of(unknown) == "n"
    with pytest.raises(InvalidInput) as early:
        meeting.complete(at(5), 1, day, BOX)
    assert field_of(early) == "done_on"
    meeting.complete(at(7), 1, day, BOX)
    with pytest.raises(StepNotAllowed):
        meeting.complete(at(8), 1, day, BOX)
    assert set(meeting.done) == {1}


def test_corrected_minutes_stand_and_decisions_stay() -> None:
    meeting = called()
    with pytest.raises(StepNotAllowed):
        correct(meeting, 4)
    hold(meeting)
    correct(meeting, 4)
    assert meeting.minutes is not None
    assert (meeting.minutes.attended, meeting.minutes.outcome) == (4, BOX)
    assert [each.number for each in meeting.decisions] == [1, 2]
    assert len(meeting.corrections) == 1
