"""A server that the district stands on goes away and comes back, again and again, under load.

Nothing that was acknowledged is lost, nothing is there twice, the backlog drains, and the facts are
those of a rebuild. `broker`: Kafka is killed, or frozen for longer than a page may take;
`database`: PostgreSQL is stopped as by a power cut; `redis`: killed, or emptied.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import redis as redis_client

from services.intake.imported import TASK as IMPORT
from tests.drills.crowd import WAIT_SECONDS, Crowd
from tests.drills.district import ACKNOWLEDGED, Drill, Servers, servers
from tests.servers.district import RunningDistrict

AWAY_SECONDS = (0.5, 8.0)
"""From a blink to longer than a page may take."""
IMPORTERS = {"redis": 4}
"""More files at a time than a worker takes: some lie in the queue when it is lost."""


class Faults:
    """What can be done to the servers; each comes back before the next."""

    def __init__(self, on: Servers) -> None:
        self._on = on

    def of(self, drill: str) -> dict[str, Callable[[float], None]]:
        """Return a drill's faults by name; each takes how long the server is away."""
        by_drill: dict[str, dict[str, Callable[[float], None]]] = {
            "broker": {"broker-killed": self._broker_killed, "broker-frozen": self._broker_frozen},
            "database": {"database-killed": self._database_killed},
            "redis": {"redis-killed": self._redis_killed, "redis-flushed": self._redis_flushed},
        }
        return by_drill[drill]

    def _broker_killed(self, away: float) -> None:
        self._on.kafka.kill()
        time.sleep(away)
        self._on.kafka.start()

    def _broker_frozen(self, away: float) -> None:
        self._on.kafka.freeze()
        time.sleep(away)
        self._on.kafka.thaw()

    def _database_killed(self, away: float) -> None:
        self._on.postgres.stop("immediate")
        time.sleep(away)
        self._on.postgres.start()

    def _redis_killed(self, away: float) -> None:
        self._until_work_waits()
        self._on.redis.kill()
        time.sleep(away)
        self._on.redis.start()

    def _redis_flushed(self, _away: float) -> None:
        self._until_work_waits()
        with redis_client.Redis.from_url(self._on.redis.url) as client:
            client.flushall()

    def _until_work_waits(self) -> None:
        """Wait until a file lies in the queue: one that is lost empty loses nothing."""
        until = time.monotonic() + WAIT_SECONDS
        queue, wanted = "intake", IMPORT.encode()
        with redis_client.Redis.from_url(self._on.redis.url) as client:
            while not any(wanted in each for each in client.lrange(queue, 0, -1)):
                if time.monotonic() > until:
                    return
                time.sleep(0.01)


def run(
    name: str, runs: int, seed: int, sabotage: str | None = None, on: Servers | None = None
) -> dict[str, Any]:
    """Run a drill, on servers of its own unless some are given, and return its line."""
    if on is None:
        with servers(name) as own:
            return run(name, runs, seed, sabotage, own)
    drill = Drill(name, runs, seed, sabotage)
    go = partial(_go_through, drill, Faults(on).of(name))
    return drill.run(on, go, importers=IMPORTERS.get(name, 0), copies={})


def _go_through(
    drill: Drill,
    faults: dict[str, Callable[[float], None]],
    district: RunningDistrict,
    crowd: Crowd,
) -> None:
    names = list(faults)
    drill.fired = dict.fromkeys(names, 0)
    for number in range(drill.runs):
        if not drill.all_live(district):
            return
        if not crowd.wait(ACKNOWLEDGED):
            drill.findings.add(f"run {number}: nothing is acknowledged any more")
            return
        name = names[number % len(names)]
        with drill.near():
            crowd.wait(ACKNOWLEDGED // 5)
            faults[name](drill.chance.uniform(*AWAY_SECONDS))
        drill.fired[name] += 1
        drill.told(f"{number + 1} of {drill.runs} runs")
    if drill.all_live(district) and not crowd.wait(ACKNOWLEDGED):
        drill.findings.add("after the last fault nothing is acknowledged any more")
    if drill.runs >= len(names):
        for name in [each for each, times in drill.fired.items() if not times]:
            drill.findings.add(f"{name} never fired")
