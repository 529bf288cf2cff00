"""The newest events of an outbox as they were saved, so that a relay near its end reads and
decodes nothing."""

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any

SIZE = 4096

Placed = tuple[int, Any]
"""A domain event with its position in the outbox."""


class Recent:
    """A window on the end of the outbox; its positions have no gap."""

    def __init__(self) -> None:
        self._events: deque[Placed] = deque(maxlen=SIZE)
        self._lock = threading.Lock()

    def took(self, saved: Sequence[Placed]) -> None:
        """Add what was committed, in the order of the commits."""
        with self._lock:
            for placed in saved:
                if self._events and placed[0] != self._events[-1][0] + 1:
                    self._events.clear()
                self._events.append(placed)

    def after(self, position: int, limit: int) -> list[Placed] | None:
        """Return the events after `position`, or None where they reach back beyond the window."""
        with self._lock:
            if not self._events or self._events[0][0] > position + 1:
                return None
            first = position + 1 - self._events[0][0]
            return list(islice(self._events, first, first + limit))
