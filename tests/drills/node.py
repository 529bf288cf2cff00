"""A node's process as a drill sees it: started, asked, armed, ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from services.main.demo import PASSWORD
from tests.running import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


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
    ) -> None:
        self.data = data
        self.fired = data.parent / "fired"
        self.fired.unlink(missing_ok=True)
        self.log = data.parent / "node.log"
        self._tokens = tokens
        self._clients: dict[str, httpx.Client] = {}
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.drills.node_process"]
        command += ["--data", str(data), "--port", str(port), "--fired", str(self.fired)]
        command += ["--failpoint", failpoint, "--passing", str(passing)] if failpoint else []
        command += ["--sabotage", sabotage] if sabotage else []
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TANGGAP_")}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=environment,
            )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.end()
            raise

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.address, trust_env=False) as client:
            while time.monotonic() < until:
                if self.process.poll() is not None:
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
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        stdin.write("arm\n")
        stdin.flush()
        # The line comes back after the address and the accounts; the end may come before it.
        while (line := stdout.readline()) and line != "armed\n":
            pass

    def ended(self, seconds: float) -> bool:
        """Say whether the process has ended by itself within some seconds."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """End it whatever it does, and let go of what this side holds."""
        if self.process.poll() is None:
            self.kill()
        for client in self._clients.values():
            client.close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def get(self, username: str, path: str, **asked: Any) -> Any:
        return self.as_(username).get(path, params=asked).raise_for_status().json()
