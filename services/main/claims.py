"""Who may open the data folder: one process makes or upgrades its stores, one serves it.

Both claims are file locks that the system lets go of when their process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

MIGRATING = "migrate.lock"
SERVING = "node.lock"
BACKING_UP = "backup.lock"


class AlreadyServed(Exception):
    """Another process serves the data folder now; the message names it."""


def migrating(folder: Path) -> AbstractContextManager[None]:
    """Wait for the folder's stores to be made or upgraded by nobody else, until the block ends."""
    return _locked(folder, MIGRATING, wait=True)


def backing_up(folder: Path) -> AbstractContextManager[None]:
    """Wait for a backup of the folder that somebody else makes, until the block ends."""
    return _locked(folder, BACKING_UP, wait=True)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Serve the folder alone until the block ends; raises AlreadyServed."""
    with ExitStack() as held:
        try:
            held.enter_context(_locked(folder, SERVING, wait=False))
        except BlockingIOError:
            raise AlreadyServed(
                f"Node lain sedang berjalan pada {folder}. Hentikan dahulu."
            ) from None
        yield


@contextmanager
def _locked(folder: Path, name: str, *, wait: bool) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
