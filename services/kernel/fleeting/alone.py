"""For a process that shares nothing: a node, a command, a test."""

import secrets
from collections.abc import Sequence

from limits.storage import MemoryStorage

from services.kernel.fleeting.bells import Bells
from services.kernel.fleeting.counts import Counts
from services.kernel.worker import Worker


class Alone:
    """Bells and counts of this process; what hides a key lives as long as it."""

    workers: Sequence[Worker] = ()
    hears_others = False

    def __init__(self) -> None:
        self._bells = Bells()
        self._counts = Counts(MemoryStorage(), secrets.token_bytes(32))
        self.on, self.ring = self._bells.on, self._bells.ring
        self.fits, self.hit = self._counts.fits, self._counts.hit
        self.wait_seconds = self._counts.wait_seconds
