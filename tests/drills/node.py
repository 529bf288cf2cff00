"""A node's process as a drill sees it: started, asked, armed, ended."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from services.kernel.district import SHIPPED
from services.main.demo import PASSWORD
from tests.drills.node_process import ARM, Plan, serve
from tests.forked import PROCESSES
from tests.running import free_port

START_SECONDS = 180.0


class DrillFailed(Exception):
    """The drill cannot go on: the node does not start, or does what no drill expects."""


class DrillNode:
    """One life of a node; `tokens` (account -> token) outlive it with the data folder."""

    def __init__(
        self,
        data: Path,
        tokens: dict[str, str],
        failpoint: str | None,
        passing: int,
        sabotage: str | None,
        district: Path = SHIPPED,
        backups: Path | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.data = data
        self.fired = data.parent / "fired"
        self.fired.unlink(missing_ok=True)
        self.log = data.parent / "node.log"
        self._tokens = tokens
        self._clients: dict[str, httpx.Client] = {}
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        end = failpoint, passing, sabotage
        plan = Plan(data, port, self.log, self.fired, *end, district, backups, dict(more or {}))
        self._pipe, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=serve, args=(plan, theirs))
        self.process.start()
        theirs.close()
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.end()
            raise

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.address, trust_env=False) as client:
            while time.monotonic() < until:
                if not self.process.is_alive():
                    break
                try:
                    client.get("/health/live").raise_for_status()
                except httpx.TransportError:
                    time.sleep(0.02)
                else:
                    return
        raise DrillFailed(f"the node does not start: {self.log.read_text()[-2000:]}")

    def as_(self, username: str) -> httpx.Client:
        """Return a client that is signed in."""
        if username not in self._clients:
            client = httpx.Client(base_url=self.address + "/api/v1", timeout=30, trust_env=False)
            if username not in self._tokens:
                body = {"username": username, "password": PASSWORD}
                self._tokens[username] = client.post("/session", json=body).json()["token"]
            client.headers["Authorization"] = f"Bearer {self._tokens[username]}"
            self._clients[username] = client
        return self._clients[username]

    def arm(self) -> None:
        """Arm the failpoint (and tell a sabotage that the end is near)."""
        self._pipe.send(ARM)
        # The process may end before it answers.
        with suppress(EOFError, ConnectionError):
            self._pipe.recv()

    def ended(self, seconds: float) -> bool:
        """Say whether the process has ended by itself within some seconds."""
        self.process.join(seconds)
        return not self.process.is_alive()

    def has_reports(self, seconds: float) -> bool:
        """Wait until the reports' file, which is in no backup, was made again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.as_("wulan").get("/reports/totals").is_success:
                return True
            time.sleep(0.1)
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        """End it whatever it does, and let go of what this side holds."""
        if self.process.is_alive():
            self.kill()
        for client in self._clients.values():
            client.close()
        self._pipe.close()

    def get(self, username: str, path: str, **asked: Any) -> Any:
        return self.as_(username).get(path, params=asked or None).raise_for_status().json()
