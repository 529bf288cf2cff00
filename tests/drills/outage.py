"""A server that the district stands on goes away and comes back, again and again, under load.

Nothing that was acknowledged is lost, nothing is there twice, the backlog drains, and the facts are
those of a rebuild. `broker`: Kafka is killed, or frozen for longer than a page may take;
`database`: PostgreSQL is stopped as by a power cut; `redis`: killed, or emptied.
"""

import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import redis as redis_client

from services.kernel.queue import AGAIN
from tests.drills.checks import Findings
from tests.running import RunningNode
from tests.servers.district import running_district
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import RedisServer, running_redis

ACKNOWLEDGED = 50
"""So many commands are answered before each fault."""
CLIENTS = 4
PAUSE_SECONDS = 0.05
DELIVERY_SECONDS = 5
AWAY_SECONDS = (0.5, 8.0)
"""From a blink to longer than a page may take."""
WAIT_SECONDS = 120.0
IMPORTS = "/puskesmas/puring/imports"
ROWS = 200
IMPORT_SECONDS = AGAIN.total_seconds() * 2 + 60
"""A file that was lost on its way to a worker is sent again after AGAIN."""
EACH = ("ComplaintReceived", "CaseOpened", "TeamNotified")
"""What each complaint has once."""


class Faults:
    """What can be done to the servers; each comes back before the next."""

    def __init__(self, kafka: KafkaServer, postgres: Postgres, redis: RedisServer) -> None:
        self._kafka, self._postgres, self._redis = kafka, postgres, redis

    def of(self, drill: str) -> dict[str, Callable[[float], None]]:
        """Return a drill's faults by name; each takes how long the server is away."""
        by_drill: dict[str, dict[str, Callable[[float], None]]] = {
            "broker": {"broker-killed": self._broker_killed, "broker-frozen": self._broker_frozen},
            "database": {"database-killed": self._database_killed},
            "redis": {"redis-killed": self._redis_killed, "redis-flushed": self._redis_flushed},
        }
        return by_drill[drill]

    def _broker_killed(self, away: float) -> None:
        self._kafka.kill()
        time.sleep(away)
        self._kafka.start()

    def _broker_frozen(self, away: float) -> None:
        self._kafka.freeze()
        time.sleep(away)
        self._kafka.thaw()

    def _database_killed(self, away: float) -> None:
        self._postgres.stop("immediate")
        time.sleep(away)
        self._postgres.start()

    def _redis_killed(self, away: float) -> None:
        self._redis.kill()
        time.sleep(away)
        self._redis.start()

    def _redis_flushed(self, _away: float) -> None:
        with redis_client.Redis.from_url(self._redis.url) as client:
            client.flushall()


class Crowd:
    """Officers who write complaints down, each again with the same key until it is acknowledged."""

    def __init__(
        self, district: RunningNode, *, imports: bool, pause: float = PAUSE_SECONDS
    ) -> None:
        self._district = district
        self._pause = pause
        self.imported: list[str] = []
        self._ended = threading.Event()
        self._lock = threading.Condition()
        self.acknowledged: dict[str, str] = {}
        self.unanswered = 0
        client = district.as_("rini")
        self._threads = [
            threading.Thread(target=self._write, args=(client, number), daemon=True)
            for number in range(CLIENTS)
        ]
        if imports:
            self._threads.append(threading.Thread(target=self._import, args=(client,), daemon=True))
        for thread in self._threads:
            thread.start()

    def wait(self, more: int) -> bool:
        """Wait until so many more are acknowledged."""
        with self._lock:
            wanted = len(self.acknowledged) + more
            return self._lock.wait_for(lambda: len(self.acknowledged) >= wanted, WAIT_SECONDS)

    def end(self) -> None:
        """Let everybody finish the complaint in hand."""
        self._ended.set()
        for thread in self._threads:
            thread.join(IMPORT_SECONDS)

    def ask(self, client: httpx.Client, key: str) -> str | None:
        """Ask once; return the complaint's id, None where there is no answer that counts."""
        body = {"channel": "phone", "kind": "complaint", "text": f"Antre lama ({key})."}
        try:
            answer = client.post(
                "/puskesmas/puring/complaints", json=body, headers={"Idempotency-Key": key}
            )
        except httpx.TransportError:
            return None
        return str(answer.json()["id"]) if answer.status_code == 201 else None

    def ask_again(self, to: Findings) -> Counter[str]:
        """Repeat every command that was acknowledged; return how often each complaint should be
        there."""
        client = self._district.as_("rini")
        for key, id in self.acknowledged.items():
            if (again := self.ask(client, key)) != id:
                to.add(
                    f"a repeated key gave {'nothing' if again is None else 'another id'}", doubled=1
                )
        return Counter(self.acknowledged.values())

    def _import(self, client: httpx.Client) -> None:
        """Hand in a file whose rows a worker takes, and wait for its end before the next."""
        while not self._ended.is_set():
            rows = [f"sms,Kursi kurang ({len(self.imported)}-{n})." for n in range(ROWS)]
            content = "\n".join(["kanal,isi", *rows]).encode()
            with suppress(httpx.TransportError):
                answer = client.post(f"{IMPORTS}?wait=0", files={"file": ("keluhan.csv", content)})
                if answer.is_success:
                    self.imported.append(answer.json()["import"])
                    self._until_ended(client, self.imported[-1])

    def _until_ended(self, client: httpx.Client, id: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        until = time.monotonic() + IMPORT_SECONDS
        while time.monotonic() < until:
            answer = client.get(f"{IMPORTS}/{id}")
            found = answer.json() if answer.is_success else found
            if found.get("state") != "running":
                return found
            time.sleep(0.2)
        return found

    def check_imports(self, to: Findings) -> None:
        """See that every file was taken, each row once."""
        client = self._district.as_("rini")
        for id in self.imported:
            done = self._until_ended(client, id)
            if lost := ROWS - done.get("accepted", 0):
                to.add(f"an import took {ROWS - lost} of {ROWS}: {done.get('state')}", lost=lost)

    def _write(self, client: httpx.Client, number: int) -> None:
        count = 0
        while not self._ended.is_set():
            key, found = f"{number}-{count}", None
            until = time.monotonic() + WAIT_SECONDS
            while (found := self.ask(client, key)) is None and time.monotonic() < until:
                self.unanswered += 1
                time.sleep(0.1)
            count += 1
            if found is not None:
                with self._lock:
                    self.acknowledged[key] = found
                    self._lock.notify_all()
            time.sleep(self._pause)


def run(drill: str, runs: int, seed: int) -> dict[str, Any]:
    """Run a drill in a folder of its own, and return its line."""
    began = time.monotonic()
    findings = Findings()
    with tempfile.TemporaryDirectory(prefix=f"drill-{drill}-") as name:
        folder = Path(name)
        for each in ("kafka", "redis", "district"):
            (folder / each).mkdir()
        with (
            running_kafka(folder / "kafka") as kafka,
            running_postgres(folder / "postgres") as postgres,
            running_redis(folder / "redis") as redis,
            running_district(
                folder / "district",
                postgres,
                kafka.servers,
                redis,
                TANGGAP_KAFKA_DELIVERY_SECONDS=str(DELIVERY_SECONDS),
            ) as district,
        ):
            faults = Faults(kafka, postgres, redis).of(drill)
            fired = dict.fromkeys(faults, 0)
            crowd = Crowd(district, imports=drill == "redis")
            try:
                go_through(faults, fired, crowd, runs, random.Random(seed), findings)
            finally:
                crowd.end()
            crowd.check_imports(findings)
            drained = check(district, [crowd], findings)
    missing = [each for each, times in fired.items() if runs >= len(fired) and not times]
    for each in missing:
        findings.add(f"{each} never fired")
    return {
        "drill": drill,
        "runs": runs,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "failpoints": fired,
        "acknowledged": len(crowd.acknowledged),
        "asked_again": crowd.unanswered,
        "imports": len(crowd.imported),
        "drained_seconds": drained,
        "lost": findings.lost,
        "doubled": findings.doubled,
        "differs": findings.differs,
        "found": findings.found,
        "ok": not findings.found,
    }


def go_through(
    faults: dict[str, Callable[[float], None]],
    fired: dict[str, int],
    crowd: Crowd,
    runs: int,
    chance: random.Random,
    findings: Findings,
) -> None:
    names = list(faults)
    for number in range(runs):
        if not crowd.wait(ACKNOWLEDGED):
            findings.add(f"run {number}: nothing is acknowledged any more")
            return
        name = names[number % len(names)]
        faults[name](chance.uniform(*AWAY_SECONDS))
        fired[name] += 1
        print(f"{number + 1} of {runs} runs", file=sys.stderr, flush=True)
    if not crowd.wait(ACKNOWLEDGED):
        findings.add("after the last fault nothing is acknowledged any more")


def check(place: RunningNode, crowds: Sequence[Crowd], to: Findings) -> float:
    """Compare what was acknowledged with a place's log; return how long its backlog took to drain.

    Each crowd asks again where it asked before.
    """
    began = time.monotonic()
    wanted: Counter[str] = Counter()
    for crowd in crowds:
        wanted += crowd.ask_again(to)
    there = _events(place)
    while (
        not all(wanted <= there[name] for name in EACH) and time.monotonic() - began < WAIT_SECONDS
    ):
        there = _events(place)
    drained = time.monotonic() - began
    for name in EACH:
        # What an import wrote is counted there; here, that nothing is there twice.
        to.compare(name, wanted, Counter({id: there[name][id] for id in wanted}))
        if twice := sum(times > 1 for times in there[name].values()):
            to.add(f"{name}: {twice} more than once", doubled=twice)
    for source in ("log", "stream", "stores"):
        done = place.tanggap("rebuild", "--check", "--from", source)
        if done.returncode != 0:
            to.add(f"rebuild from {source}: {(done.stdout + done.stderr)[-500:]}", differs=1)
    whole = place.tanggap("verify")
    if whole.returncode != 0:
        to.add(f"verify: {(whole.stdout + whole.stderr)[-500:]}", differs=1)
    return round(drained, 1)


def _events(place: RunningNode) -> dict[str, Counter[str]]:
    """Return by an event's name how often each subject has it, as the log copy holds them."""
    done = place.tanggap("events")
    found: dict[str, Counter[str]] = {name: Counter() for name in EACH}
    if done.returncode == 0:
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if (name := event["type"].split(".")[1]) in found:
                found[name][event["subject"]] += 1
    return found
