"""The district of docker-compose.yml, from nothing: a container of each kind is killed under load
and heals by itself; taken down and up again, it has all its data.

Needs a Docker engine and the images that the file names. It is a project of its own, beside any
district that runs here.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.drills.checks import Findings
from tests.drills.crowd import Crowd
from tests.drills.district import ACKNOWLEDGED
from tests.drills.whole import check
from tests.running import RunningNode, free_port

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = "tanggap-drill"
KINDS: Final = (
    *("kafka-1", "postgres", "redis", "proxy"),
    *("intake", "resolution", "publication", "reporting"),
    *("worker-intake", "worker-resolution", "worker-publication", "scheduler"),
)
HEALS_SECONDS: Final = 180.0
_COMPOSE: Final = ("docker-compose", "-p", PROJECT)


class Containers(RunningNode):
    """The district behind its published port; commands run inside reporting's container."""

    def __init__(self, secrets: Path) -> None:
        port = free_port()
        self._environment = os.environ | {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "TANGGAP_SECRETS": str(secrets),
            "TANGGAP_HTTP_PORT": f"127.0.0.1:{port}",
            "TANGGAP_TLS_PORT": f"127.0.0.1:{free_port()}",
            "TANGGAP_MIGRATE": "--demo",
        }
        address = f"http://127.0.0.1:{port}"
        super().__init__(secrets, subprocess.Popen(["true"], text=True), address)

    def up(self) -> None:
        """Bring it up, from whatever there is."""
        self._call("infra/district", "up")

    def down(self) -> None:
        """Take it down; its data stays."""
        self._call("infra/district", "down")

    def drop(self) -> None:
        """Take it down with all its data."""
        self._call(*_COMPOSE, "down", "-v", "--remove-orphans")

    def kill(self, kind: str) -> None:
        """End a container of this kind as a power cut would; its engine starts it again."""
        (process,) = self._call(
            "docker", "inspect", "-f", "{{.State.Pid}}", self._container(kind)
        ).split()
        os.kill(int(process), 9)

    def healthy(self, kind: str) -> bool:
        """Say whether a container of this kind is up and well."""
        state = self._call(
            "docker", "inspect", "-f", "{{.State.Health.Status}}", self._container(kind)
        )
        return state.strip() == "healthy"

    def tanggap(
        self, *arguments: str, seconds: float = 120, given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command line inside; `given` is what it may ask for."""
        return subprocess.run(
            [*_COMPOSE, "exec", "-T", "reporting", "tanggap", *arguments],
            cwd=ROOT,
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def _container(self, kind: str) -> str:
        return self._call(*_COMPOSE, "ps", "-q", kind).strip()

    def _call(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
        return done.stdout


def run(runs: int, seed: int) -> dict[str, Any]:
    """Kill a container of each kind `runs` times, in an order of the seed's; return the line."""
    began = time.monotonic()
    findings = Findings()
    healed: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="drill-containers-") as name:
        district = Containers(Path(name))
        try:
            district.up()
            up_seconds = round(time.monotonic() - began, 1)
            crowd = Crowd(district, importers=0)
            try:
                _kill_each(district, crowd, runs, random.Random(seed), healed, findings)
            finally:
                crowd.end()
            drained = check(district, [crowd], findings)
            district.down()
            district.up()
            check(district, [crowd], findings)
        finally:
            district.drop()
    return {
        "drill": "containers",
        "runs": runs,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "up_seconds": up_seconds,
        "failpoints": dict.fromkeys(KINDS, runs),
        "healed_seconds": healed,
        "acknowledged": len(crowd.acknowledged),
        "asked_again": crowd.people.asked_again,
        "drained_seconds": drained,
        **findings.line(),
    }


def _kill_each(
    district: Containers,
    crowd: Crowd,
    runs: int,
    chance: random.Random,
    healed: dict[str, float],
    findings: Findings,
) -> None:
    for kind in [kind for _run in range(runs) for kind in chance.sample(KINDS, len(KINDS))]:
        if not crowd.wait(ACKNOWLEDGED):
            findings.add(f"before {kind} was killed: nothing is acknowledged any more")
            return
        began = time.monotonic()
        district.kill(kind)
        # Docker tells of a death at the next check of the container's health.
        if not crowd.wait(ACKNOWLEDGED):
            findings.add(f"after {kind} was killed nothing is acknowledged any more")
            return
        while not district.healthy(kind) and time.monotonic() - began < HEALS_SECONDS:
            time.sleep(0.5)
        healed[kind] = round(time.monotonic() - began, 1)
        if healed[kind] >= HEALS_SECONDS:
            findings.add(f"{kind} did not heal")
        print(f"{kind}: {healed[kind]} s", file=sys.stderr, flush=True)
