"""The product's processes, each forked from one that has loaded everything and done nothing yet.

Loading takes a second of processor time, and the tests start hundreds of processes. Forked ones
serve where what they do is looked at; where the start itself is (a first `tanggap up`, a worker
that ends, a bench), it is the program as people start it.
"""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Final, Protocol

PROCESSES: Final = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        *("services.main.cli", "services.main.node", "services.main.edge"),
        *("services.main.endpoint", "services.main.worker", "holidays.countries"),
        *("tests.drills.node_process", "tests.forked", "tests.cheap"),
    ]
)
PROGRAM: Final = (sys.executable, "-m", "services.main.cli")
"""The product's program, as people start it."""
IN_TESTS: Final = "PYTEST_VERSION" in os.environ
"""Benches and drills from the command line start the program itself."""


class Process(Protocol):
    """What tests ask of a process, as `subprocess.Popen` answers it."""

    @property
    def pid(self) -> int: ...
    @property
    def stdout(self) -> IO[str] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class _Start:
    """What a process begins with."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    out: Connection | Path
    errors: Path
    given: Path | None


class Forked:
    """`tanggap` with some arguments, in a session of its own.

    `log` takes its errors; its output goes to the file `out`, or can be read at `stdout`; it reads
    what it is asked for from the file `given`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        out: Path | None = None,
        given: Path | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.stdout: IO[str] | None = None
        with ExitStack() as ours:
            if out is None:
                reading, writing = PROCESSES.Pipe(duplex=False)
                ours.enter_context(reading)
                ours.enter_context(writing)
                self.stdout = os.fdopen(os.dup(reading.fileno()), encoding="utf-8")
            start = _Start(
                tuple(arguments), dict(env), str(cwd or Path.cwd()), out or writing, log, given
            )
            self._process = PROCESSES.Process(target=_run, args=(start,))
            self._process.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return its exit code, negative for a signal, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code; raises TimeoutExpired after `timeout` s."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("tanggap", timeout or 0)
        return code

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)


def _run(start: _Start) -> None:
    from services.main.cli import app
    from tests.cheap import hash_cheaply

    hash_cheaply()
    # What was loaded stays: to look for garbage in it copies its pages for this process.
    gc.freeze()
    os.setsid()
    out = start.out.fileno() if isinstance(start.out, Connection) else _opened(start.out)
    os.dup2(out, 1)
    os.dup2(_opened(start.errors), 2)
    if start.given is not None:
        sys.stdin = start.given.open(encoding="utf-8")
    os.environ.clear()
    os.environ.update(start.environment)
    os.chdir(start.folder)
    sys.argv = ["tanggap", *start.arguments]
    app()


def _opened(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def started(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Process:
    """Start a command in a session of its own: forked if it is the product's and pytest asks."""
    if IN_TESTS and tuple(command[: len(PROGRAM)]) == PROGRAM:
        return Forked(command[len(PROGRAM) :], env=env, log=log, cwd=cwd)
    return subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        stderr=log.open("a"),
        text=True,
        cwd=cwd,
        start_new_session=True,
    )


def tanggap(
    arguments: Sequence[str], env: Mapping[str, str], seconds: float = 120, given: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end, as `subprocess.run` does; `given` is what it may read."""
    if not IN_TESTS:
        return subprocess.run(
            [*PROGRAM, *arguments],
            env=env,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    with tempfile.TemporaryDirectory() as folder:
        out, log, typed = (Path(folder) / name for name in ("out", "errors", "given"))
        typed.write_text(given, "utf-8")
        process = Forked(arguments, env=env, log=log, out=out, given=typed)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        return subprocess.CompletedProcess(
            [*PROGRAM, *arguments], code, out.read_text("utf-8"), log.read_text("utf-8")
        )
