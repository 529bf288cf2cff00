"""Waiting on a condition: for a bounded time, and ever less often, because whoever asks keeps the
processor from what is waited for."""

import time
from collections.abc import Callable, Iterator
from typing import Final

PATIENCE_SECONDS: Final = 200.0
"""A test may take longer, so that a wait in vain says itself what it was for."""
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.01, 0.5, 1.25


def looks(seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Yield before each look, until so many seconds have passed; the last look is after them."""
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    yield
    while time.monotonic() < end:
        time.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_PAUSE)
        yield


def until(good: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is so."""
    assert any(good() for _look in looks(seconds)), "it never came to what was waited for"
