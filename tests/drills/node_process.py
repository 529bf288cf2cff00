"""A node that a drill may end at a failpoint, or break on purpose, in a process of its own.

It serves as `tanggap up --demo` does. A word from the drill arms the failpoint: from then on its
k-th passing writes the failpoint's name into a file and ends the process by SIGKILL. When the
drill is gone, so is the process.
"""

import gc
import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from services.kernel import failpoints
from services.kernel.district import SHIPPED, load_district
from services.main.demo import add_accounts
from services.main.serve import serve_node
from services.main.settings import Settings
from tests.drills import sabotage

ARM = "arm"


@dataclass(frozen=True)
class Plan:
    """Where a node serves, and what becomes of it."""

    data: Path
    port: int
    log: Path
    fired: Path
    failpoint: str | None
    passing: int
    sabotage: str | None
    district: Path = SHIPPED
    backups: Path | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Settings more."""


def end_at(armed: threading.Event, name: str, passing: int, fired: Path) -> Callable[[], None]:
    """Return what ends the process at the given passing after `armed` is set."""
    passings = itertools.count(1)

    def passed() -> None:
        if armed.is_set() and next(passings) == passing:
            fired.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    return passed


def listen(armed: threading.Event, drill: Connection) -> None:
    """Arm when the drill says so; end with the drill."""
    try:
        while drill.recv() == ARM:
            armed.set()
            drill.send(ARM)
    except EOFError:
        os.kill(os.getpid(), signal.SIGKILL)


def serve(plan: Plan, drill: Connection) -> None:
    """Serve a node until it is ended."""
    gc.freeze()  # as tests/forked.py does
    with plan.log.open("a") as log:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())
    armed = threading.Event()
    if plan.sabotage:
        sabotage.apply(plan.sabotage, armed)
    if plan.failpoint:
        failpoints.arm(plan.failpoint, end_at(armed, plan.failpoint, plan.passing, plan.fired))
    threading.Thread(target=listen, args=(armed, drill), daemon=True).start()
    settings = Settings(data=plan.data, backups=plan.backups, **plan.more)
    serve_node(settings, load_district(plan.district), "127.0.0.1", plan.port, add_accounts)
