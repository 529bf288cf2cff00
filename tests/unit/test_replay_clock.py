"""The clock of a case: when it ran, stood, was late, and which promises passed."""

from datetime import datetime, timedelta
from typing import Any

from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import CaseCommentedV1, DueV1
from services.reporting.replay import Standing, Step
from services.reporting.replay.clock import drawn, passed, stretches
from tests.histories import hour

EVENT = CaseCommentedV1(occurred_at=hour(0), comment=SealedBox("k", "p", "AAAA"))


def due(settlement: float, response: float | None = None) -> tuple[DueV1, ...]:
    found = [DueV1(name="settlement", due_at=hour(settlement), rules_version=1)]
    if response is not None:
        found.append(DueV1(name="response", due_at=hour(response), rules_version=1))
    return tuple(found)


def steps(*standings: tuple[float, Standing]) -> list[Step]:
    found, before = [], Standing()
    for at, after in standings:
        times: dict[str, datetime] = dict.fromkeys(
            ("occurred_at", "happened_at", "recorded_at", "arrived_at"), hour(at)
        )
        found.append(
            Step(
                "CaseCommented",
                EVENT,
                "officer",
                "a",
                "/n/x",
                1,
                None,
                None,
                before=before,
                after=after,
                **times,
            )
        )
        before = after
    return found


def told(history: list[Step], now: float) -> list[tuple[Any, ...]]:
    start = hour(0)
    return [
        (
            each.kind,
            (each.since - start) / timedelta(hours=1),
            (each.until - start) / timedelta(hours=1),
        )
        for each in stretches(history, hour(now))
    ]


OPEN = Standing(state="received", promises=due(10, 4))
PAUSED = Standing(state="received", promises=(), paused=True)


def test_the_clock_stands_while_a_case_waits_and_runs_to_the_moved_day() -> None:
    history = steps((0, OPEN), (2, PAUSED), (6, Standing(state="received", promises=due(14))))
    assert told(history, 16) == [
        ("running", 0, 2),
        ("paused", 2, 6),
        ("running", 6, 14),
        ("late", 14, 16),
    ]


def test_settling_ends_it_and_reopening_starts_it_again() -> None:
    settled = Standing(state="documented", promises=due(10), settled_at=hour(3))
    again = Standing(state="reopened", promises=due(10))
    history = steps((0, OPEN), (3, settled), (5, again))
    assert told(history, 12) == [
        ("running", 0, 3),
        ("settled", 3, 5),
        ("running", 5, 10),
        ("late", 10, 12),
    ]


def test_a_case_that_has_ended_is_not_drawn_for_ever() -> None:
    ended = Standing(state="evaluated", promises=due(10), settled_at=hour(3))
    assert told(steps((0, OPEN), (3, ended), (5, ended)), 900) == [
        ("running", 0, 3),
        ("settled", 3, 5),
    ]


def test_praise_has_no_clock() -> None:
    assert told(steps((0, Standing())), 5) == []


def test_a_promise_passes_once_and_only_while_it_is_made() -> None:
    history = steps((0, OPEN), (2, PAUSED), (6, Standing(state="received", promises=due(14, 8))))
    found = [(each.name, each.at) for each in passed(history, hour(20))]
    assert found == [("response", hour(8)), ("settlement", hour(14))]
    assert passed(history, hour(7)) == []


def test_an_answer_that_was_written_down_later_still_kept_the_promise() -> None:
    late = Standing(state="received", promises=due(10, 4), responded_at=hour(3))
    assert [each.name for each in passed(steps((0, OPEN), (6, late)), hour(8))] == []


def test_the_picture_is_whole() -> None:
    parts = drawn(stretches(steps((0, OPEN), (2, PAUSED)), hour(8)))
    assert [(round(start), round(length)) for _each, start, length in parts] == [(0, 25), (25, 75)]
