"""SMS by Gammu SMSD, through the folders of its files service.

A file that is renamed into `outbox` is the daemon's from then on: it sends it and moves it, under
the same name, to `sent` or `error`. Our own id is in that name, so that after a crash the folders
tell what became of a message. One that lies in none of them may have been sent and cleared away:
that is a doubt, never a reason to send.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Queued,
    Refused,
    Sent,
    Unknown,
    Why,
)
from services.kernel.clock import Clock

FOLDERS: Final = ("outbox", "sent", "error")
"""As `outboxpath`, `sentsmspath` and `errorsmspath` of the daemon's configuration name them."""


class GammuSender:
    """Writes into the daemon's outbox and looks where it puts what it is done with."""

    reports_delivery = False

    def __init__(self, spool: Path, clock: Clock) -> None:
        self._outbox, self._sent, self._error = (spool / name for name in FOLDERS)
        self._clock = clock

    def send(self, letter: Letter) -> Outcome:
        """Hand a message over: whole, durable, and once only under this id and attempt."""
        now = self._clock().strftime("%Y%m%d_%H%M%S")
        name = f"OUTC{now}_00_{letter.address}_{_mark(letter.id, letter.attempt)}txt"
        written = self._outbox / f".{_mark(letter.id, letter.attempt)}"
        try:
            _write(written, letter.words.body.encode("ascii", "replace"))
        except OSError:
            with suppress(OSError):
                written.unlink(missing_ok=True)
            return Later(Why.UNREACHABLE)
        try:
            written.rename(self._outbox / name)
            _fsync(self._outbox)
        except OSError:
            return Unknown()
        return Queued()

    def ask(self, id: str, attempt: int) -> Outcome:
        """Say in which folder a message lies."""
        mark = _mark(id, attempt)
        # In the order of its way, so that what is moved meanwhile is met in the next one.
        for folder, outcome in (
            (self._outbox, Queued()),
            (self._sent, Sent()),
            (self._error, Refused(Why.REFUSED)),
        ):
            if _lying(folder, mark):
                return outcome
        return Unknown()

    def settled(self, id: str) -> None:
        """Clear away what the daemon is done with: its name is a telephone number, its text holds
        the receipt's code."""
        for folder in (self._sent, self._error):
            for file in _lying(folder, id):
                with suppress(OSError):
                    file.unlink(missing_ok=True)


def _mark(id: str, attempt: int) -> str:
    return f"{id}-{attempt}."


def _lying(folder: Path, mark: str) -> list[Path]:
    return list(folder.glob(f"OUT*_{mark}*"))


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _fsync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
