"""A process of a district that a drill may end at a failpoint, or break on purpose.

`python -m tests.drills.armed FOLDER SABOTAGE|- COMMAND…` runs `tanggap COMMAND…`. What the drill
wants lies in files of the folder, so that it reaches the processes that a worker forks, too:
`armed` holds a failpoint and which of its passings is meant, counted by each process from then on.
Of those that share the folder one ends itself there, with all that it forked, and leaves `fired`.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.kernel import failpoints, queue
from services.main.cli import app
from tests.drills import sabotage

NONE: Final = "-"
SENT_AGAIN: Final = timedelta(seconds=40)
LIMIT_SECONDS: Final = 30
"""A drill does not wait as long as people do until what nobody finished is sent again; a task is
broken off before that, as in the product."""


class Armed:
    """The folder, as the drill and the processes see it."""

    def __init__(self, folder: Path) -> None:
        self._armed = folder / "armed"
        self._fired = folder / "fired"

    def arm(self, failpoint: str, passing: int) -> None:
        """Arm a failpoint: from now on, its passing of that number ends who passes."""
        beside = self._armed.with_suffix(".new")
        beside.write_text(f"{failpoint} {passing}")
        beside.rename(self._armed)

    def disarm(self) -> None:
        """Forget what was armed and what fired."""
        self._armed.unlink(missing_ok=True)
        self._fired.unlink(missing_ok=True)

    def fired(self) -> str | None:
        """Return the failpoint that fired and the process that it ended."""
        return self._fired.read_text() if self._fired.exists() else None

    def is_set(self) -> bool:
        """Say whether the end is near."""
        return self._armed.exists()

    def at(self, failpoint: str) -> Callable[[], None]:
        """Return what a process does when it passes a failpoint."""
        passings = itertools.count(1)

        def passed() -> None:
            try:
                name, passing = self._armed.read_text().split()
            except FileNotFoundError:  # nothing is armed (any more)
                return
            if name == failpoint and next(passings) == int(passing):
                self._end(failpoint)

        return passed

    def _end(self, failpoint: str) -> None:
        try:
            file = os.open(self._fired, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return
        os.write(file, f"{failpoint} {os.getpgrp()}".encode())
        os.killpg(os.getpgrp(), signal.SIGKILL)


def main(folder: str, broken: str, *command: str) -> None:
    """Run the command line, armed."""
    armed = Armed(Path(folder))
    queue.AGAIN, queue.LIMIT_SECONDS = SENT_AGAIN, LIMIT_SECONDS  # type: ignore[misc]
    if broken != NONE:
        sabotage.apply(broken, armed)
    for each in failpoints.ALL + failpoints.SENDING:
        failpoints.arm(each, armed.at(each))
    app(command)


if __name__ == "__main__":
    main(*sys.argv[1:])
