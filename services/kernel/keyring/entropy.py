"""Random bytes for keys and nonces, drawn from the system in larger portions.

A complaint takes four draws. Each call of the system lets another thread run and then waits for
its turn again; under load that was a tenth of the event loop's time.
"""

import threading
from collections.abc import Callable

PORTION = 4096


class Pool:
    """Gives every byte of its source once, in order. Safe to share between threads."""

    def __init__(self, source: Callable[[int], bytes], portion: int = PORTION) -> None:
        self._source = source
        self._portion = portion
        self._lock = threading.Lock()
        self._bytes = b""
        self._given = 0

    def __call__(self, count: int) -> bytes:
        """Return `count` bytes that were given to nobody else."""
        with self._lock:
            if self._given + count > len(self._bytes):
                self._bytes = self._source(max(count, self._portion))
                self._given = 0
            start = self._given
            self._given += count
            return self._bytes[start : self._given]
