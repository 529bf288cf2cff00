"""A real node in a process of its own, for tests that drive it from outside."""

import itertools
import json
import os
import random
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.kernel.clock import system_clock
from services.main.demo import ACCOUNTS, PASSWORD
from tests.forked import PROGRAM, Process, started, tanggap
from tests.waiting import looks

USERS = tuple(username for username, _name, _grants in ACCOUNTS)


LOWEST, PORTS, WORKERS = 12_000, 20_000, 8
"""Below those that the system gives to outgoing connections: none of these takes one meanwhile."""
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_ports = itertools.count(random.SystemRandom().randrange(PORTS))


def free_port() -> int:
    """Return a port that nobody listens on; the same is not given again, nor to another worker."""
    for number in itertools.islice(_ports, PORTS):
        port = LOWEST + (number * WORKERS + _worker) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


DEMO = ("up", "--demo", "--histories", "0")
"""The demo's accounts, without its histories: tests make what they need."""


LISTENS_SECONDS = 120.0
ENDS_SECONDS = 120.0


class RunningNode:
    """A node's process and, for each demo account, a client signed in by token."""

    environment: Mapping[str, str] = {}

    def __init__(self, data: Path, process: Process, address: str) -> None:
        self.data = data
        self.process = process
        self.address = address
        self.public = httpx.Client(base_url=address + "/api/v1", timeout=60, trust_env=False)
        self._clients: dict[str, httpx.Client] = {}

    def token(self, username: str) -> str:
        """Sign in; give the bearer token."""
        answer = self.public.post("/session", json={"username": username, "password": PASSWORD})
        token: str = answer.raise_for_status().json()["token"]
        return token

    def as_(self, username: str) -> httpx.Client:
        if username not in self._clients:
            self._clients[username] = httpx.Client(
                base_url=self.public.base_url,
                headers={"Authorization": f"Bearer {self.token(username)}"},
                timeout=60,
                trust_env=False,
            )
        return self._clients[username]

    def settle(self, position: str) -> None:
        """Wait until reporting holds the event at `position` (a 503 asks to come again)."""
        for _look in looks(self.patience):
            answer = self.as_("wulan").get("/reports/totals", params={"after": position})
            if answer.status_code == 200:
                return
            assert answer.status_code == 503, answer.text
        raise AssertionError(f"{position} did not arrive")

    patience = 120.0
    """For so many seconds is waited for what is on its way."""

    def until(
        self, username: str, path: str, good: Any, patience: float | None = None, **params: Any
    ) -> Any:
        """Ask until `good(answer)` holds."""
        for _look in looks(patience or self.patience):
            # None, for an empty mapping takes away what the path itself asks for.
            answer = self.as_(username).get(path, params=params or None)
            if answer.status_code == 200 and good(answer.json()):
                return answer.json()
            self.process_must_live()
        raise AssertionError(f"{path} never came to what was waited for: {answer.text[:400]}")

    def process_must_live(self) -> None:
        assert self.process.poll() is None, "the node has ended"

    def tanggap(
        self, *arguments: str, seconds: float = 120, given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command line against this node; `given` is what it may ask for."""
        environment = {**os.environ, **self.environment, "TANGGAP_DATA": str(self.data)}
        return tanggap(arguments, environment, seconds, given)

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.tanggap(*arguments)
        assert done.returncode == code, done.stderr + done.stdout
        return json.loads(done.stdout)


def today_in_jakarta() -> date:
    """Return the day that a Puskesmas in western Indonesia has now: from 17.00 UTC on the next."""
    return system_clock().astimezone(ZoneInfo("Asia/Jakarta")).date()


def day_in_jakarta(moment: str) -> str:
    """Return the day of a moment of an answer, as a Puskesmas in western Indonesia has it."""
    return datetime.fromisoformat(moment).astimezone(ZoneInfo("Asia/Jakarta")).date().isoformat()


def start_node(
    data: Path,
    *more: str,
    under: Sequence[str] = (),
    host: str = "127.0.0.1",
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> RunningNode:
    """Start a node, on a free port unless one is given, and wait until it answers.

    `under` is a command that becomes the node, such as `strace -D`; `environment` adds settings.
    """
    port = port or free_port()
    address = ("--host", host, "--port", str(port))
    process = started(
        [*under, *PROGRAM, *DEMO, "--data", str(data), *address, *more],
        env={**os.environ, **(environment or {})},
        log=data.parent / "node.log",
        cwd=data.parent,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("Tanggap: "), (data.parent / "node.log").read_text()[-3000:]
        node = RunningNode(data, process, f"http://{host}:{port}")
        node.environment = environment or {}
        wait_until_it_listens(node)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return node


def stop_node(node: RunningNode) -> None:
    """Stop a node, which must end on SIGTERM with exit code 0, and quietly."""
    log = node.data.parent / "node.log"
    try:
        node.process.send_signal(signal.SIGTERM)
        assert node.process.wait(ENDS_SECONDS) == 0, log.read_text()[-3000:]
        assert "leaked" not in log.read_text(), log.read_text()[-3000:]
    finally:
        kill_node(node)


def kill_node(node: RunningNode) -> None:
    """End a node as a power cut would, if it still runs."""
    if node.process.poll() is None:
        node.process.kill()
        node.process.wait()


@contextmanager
def running_node(data: Path, *more: str, **how: Any) -> Iterator[RunningNode]:
    """Run a node, as `start_node` does, until the block ends; it must stop on SIGTERM with exit
    code 0."""
    node = start_node(data, *more, **how)
    try:
        yield node
    except BaseException:
        kill_node(node)
        raise
    stop_node(node)


def wait_until_it_listens(node: RunningNode) -> None:
    """Ask until it answers; a proxy answers 502 for a service that does not listen yet."""
    with httpx.Client(base_url=node.address, trust_env=False) as client:
        for _look in looks(LISTENS_SECONDS):
            node.process_must_live()
            with suppress(httpx.TransportError):
                if client.get("/health/live").status_code == 200:
                    return
    raise AssertionError("the node does not listen")
