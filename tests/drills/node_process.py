"""A node that a drill may end at a failpoint, or break on purpose, in a process of its own.

It serves as `tanggap up --demo` does. A line on its standard input arms the failpoint: from then
on its k-th passing writes the failpoint's name into a file and ends the process by SIGKILL. When
standard input ends, the drill is gone, and so is the process.
"""

import argparse
import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from services.kernel import failpoints
from services.kernel.district import SHIPPED, load_district
from services.main.demo import add_accounts
from services.main.serve import serve_node
from services.main.settings import load_settings
from tests.drills import sabotage


def end_at(armed: threading.Event, name: str, passing: int, fired: Path) -> Callable[[], None]:
    """Return what ends the process at the given passing after `armed` is set."""
    passings = itertools.count(1)

    def passed() -> None:
        if armed.is_set() and next(passings) == passing:
            fired.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    return passed


def listen(armed: threading.Event) -> None:
    for _line in sys.stdin:
        armed.set()
        sys.stdout.write("armed\n")
        sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--failpoint", choices=failpoints.ALL)
    parser.add_argument("--passing", type=int, default=1)
    parser.add_argument("--fired", type=Path, required=True)
    parser.add_argument("--sabotage", choices=sabotage.KNOWN)
    given = parser.parse_args()
    armed = threading.Event()
    if given.sabotage:
        sabotage.apply(given.sabotage, armed)
    if given.failpoint:
        action = end_at(armed, given.failpoint, given.passing, given.fired)
        failpoints.arm(given.failpoint, action)
    threading.Thread(target=listen, args=(armed,), daemon=True).start()
    settings = load_settings().model_copy(update={"data": given.data})
    serve_node(settings, load_district(SHIPPED), "127.0.0.1", given.port, add_accounts)


if __name__ == "__main__":
    main()
