"""Who may open the data folder: one process makes or upgrades its stores, one node serves it.

Both claims are file locks that the system lets go of when their process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.main.edge import Edge
from services.main.node import Node
from services.main.settings import Settings

MIGRATING = "migrate.lock"
SERVING = "node.lock"


class AlreadyServed(Exception):
    """Another node serves the data folder now; the message names it."""


@contextmanager
def opened(settings: Settings, district: District, clock: Clock = system_clock) -> Iterator[Node]:
    """Make or upgrade the stores, and hold them for one node until the block ends.

    Waits while another process upgrades. Raises AlreadyServed.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        with _locked(settings.data / MIGRATING):
            try:
                held.enter_context(_locked(settings.data / SERVING, wait=False))
            except BlockingIOError:
                raise AlreadyServed(
                    f"Node lain sedang berjalan pada {settings.data}. Hentikan dahulu."
                ) from None
            # Opening a store makes or upgrades it.
            kind = Edge if settings.mode == "edge" else Node
            node = kind(settings, district, clock)
        yield node


def migrate(settings: Settings, district: District) -> bool:
    """Make or upgrade the stores; False: a running node did so when it started."""
    try:
        with opened(settings, district) as node:
            node.close()
    except AlreadyServed:
        return False
    return True


@contextmanager
def _locked(file: Path, *, wait: bool = True) -> Iterator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
