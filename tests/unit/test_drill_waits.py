"""A drill waits for what is slow, and finds what hangs: it does not end with it."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.drills import crowd, whole
from tests.drills.crowd import NEVER_ANSWERED, Persistent
from tests.drills.whole import REST_SECONDS, Patience


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_who_never_gets_an_answer_gives_up_once_for_all(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "WAIT_SECONDS", 0.0)
    way = Persistent()
    with httpx.Client(transport=way, base_url=silent, timeout=0.1) as client:
        assert client.get("/").status_code == NEVER_ANSWERED
        asked = way.asked_again
        assert way.gave_up and asked == 1
        assert client.get("/").status_code == NEVER_ANSWERED
        assert way.asked_again == asked


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_what_gets_on_is_waited_for_and_what_stands_is_not(clock: Clock) -> None:
    patience = Patience()
    for step in range(3):
        assert patience.lasts(step)
        clock.now += REST_SECONDS - 1
    assert patience.lasts(2)
    clock.now += 1
    assert not patience.lasts(2)


def test_what_never_rests_is_not_waited_for_for_ever(clock: Clock) -> None:
    patience = Patience()
    steps = 0
    while patience.lasts(steps):
        steps += 1
        clock.now += 1
    assert steps == whole.AT_MOST_SECONDS
