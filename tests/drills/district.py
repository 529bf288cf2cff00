"""A district under load, taken apart by a drill and looked through afterwards."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.drills.armed import NONE, Armed
from tests.drills.checks import Findings
from tests.drills.crowd import Crowd
from tests.drills.whole import check
from tests.servers.district import Program, RunningDistrict, running_district
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import RedisServer, running_redis

ACKNOWLEDGED: Final = 50
"""So many commands are answered before each fault."""
DELIVERY_SECONDS: Final = 5
MOMENT: Final = "moment"


class Servers(NamedTuple):
    """What a district stands on, and a folder for it."""

    folder: Path
    kafka: KafkaServer
    postgres: Postgres
    redis: RedisServer


@contextmanager
def servers(drill: str) -> Iterator[Servers]:
    """Run servers of the drill's own until the block ends."""
    with tempfile.TemporaryDirectory(prefix=f"drill-{drill}-") as name:
        folder = Path(name)
        for each in ("kafka", "redis", "district"):
            (folder / each).mkdir()
        with (
            running_kafka(folder / "kafka") as kafka,
            running_postgres(folder / "postgres") as postgres,
            running_redis(folder / "redis") as redis,
        ):
            yield Servers(folder / "district", kafka, postgres, redis)


class Drill:
    """One drill: what it does to a district (`go_through`), and what was found."""

    def __init__(self, name: str, runs: int, seed: int, sabotage: str | None) -> None:
        self.name, self.runs, self.seed, self.sabotage = name, runs, seed, sabotage
        self.chance = random.Random(seed)
        self.findings = Findings()
        self.fired: dict[str, int] = {}
        self.more: dict[str, Any] = {}
        self._armed: dict[str, Armed] = {}

    def armed(self, kind: str) -> Armed:
        """Return what arms the processes of a kind."""
        return self._armed[kind]

    def _end(self, district: RunningDistrict, name: str) -> None:
        """End a process as an operator would, and tell where it does not; what is broken on
        purpose is only ended."""
        if self.sabotage is not None:
            district.kill(name)
            return
        try:
            district.end(name)
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            self.findings.add(f"{name} does not end by itself: {problem}")

    def program(self, folder: Path) -> Program:
        """Return the program of each process of a district in a folder: the product's own, which
        this drill may end."""

        def armed(name: str) -> tuple[str, ...]:
            kind = kind_of(name)
            of_kind = folder / "armed" / kind
            of_kind.mkdir(parents=True, exist_ok=True)
            self._armed[kind] = Armed(of_kind)
            broken = self.sabotage or NONE
            return sys.executable, "-m", "tests.drills.armed", str(of_kind), broken

        return armed

    @contextmanager
    def near(self) -> Iterator[None]:
        """Tell intake meanwhile that an end is near (for what breaks it then)."""
        intake = self._armed["intake"]
        intake.arm(MOMENT, 0)
        try:
            yield
        finally:
            intake.disarm()

    def all_live(self, district: RunningDistrict) -> bool:
        """Say whether all processes run; one that nobody killed and is gone is a finding."""
        ended = district.ended()
        for name in ended:
            self.findings.add(f"{name} has ended by itself")
        return not ended

    def told(self, sentence: str) -> None:
        """Say how far the drill is."""
        print(sentence, file=sys.stderr, flush=True)

    def run(
        self,
        on: Servers,
        go_through: Callable[[RunningDistrict, Crowd], None],
        *,
        importers: int,
        copies: Mapping[str, int],
    ) -> dict[str, Any]:
        """Have `go_through` do it all to a district of its own, and return the drill's line."""
        began = time.monotonic()
        with running_district(
            on.folder,
            on.postgres,
            on.kafka.servers,
            on.redis,
            copies=copies,
            program=self.program(on.folder),
            end=self._end,
            TANGGAP_KAFKA_DELIVERY_SECONDS=str(DELIVERY_SECONDS),
        ) as district:
            crowd = Crowd(district, importers=importers)
            try:
                go_through(district, crowd)
            finally:
                crowd.end()
            drained = check(
                district, [crowd], self.findings, first_is_enough=self.sabotage is not None
            )
        return self._line(round(time.monotonic() - began, 1), crowd, drained)

    def _line(self, seconds: float, crowd: Crowd, drained: float) -> dict[str, Any]:
        found = self.findings
        return {
            "drill": self.name,
            "runs": self.runs,
            "seed": self.seed,
            "seconds": seconds,
            "failpoints": self.fired,
            **self.more,
            "acknowledged": len(crowd.acknowledged),
            "walked": len(crowd.walked),
            "imports": len(crowd.imported),
            "asked_again": crowd.people.asked_again,
            "drained_seconds": drained,
            **found.line(),
        }


def kind_of(name: str) -> str:
    """Return the kind of a process: `intake-2` is an intake."""
    stem, _dash, number = name.rpartition("-")
    return stem if number.isdigit() else name
