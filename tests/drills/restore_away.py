"""Drill *restore*, the part with a stream that others hold: an edge and its district are lost in
turn under load, each with what it wrote since its backup, and restored while the other works on.

What the backup or the topic held must be there, once; of the rest each event is told as missing or
was never heard of. No number and no position is given twice, the facts are those of a rebuild.
"""

import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from services.kernel.handover.told import origin_of
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from tests.drills.checks import Findings
from tests.drills.load import Ledger, Load
from tests.drills.node import DrillFailed
from tests.drills.whole import check, verified
from tests.running import RunningNode, kill_node, start_node
from tests.servers.district import RunningDistrict
from tests.servers.edge import ORIGIN, Started, running_both, settings_of_edge
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import running_redis

ACKNOWLEDGED: Final = 50
WAIT_SECONDS: Final = 300.0
PASSPHRASE: Final = "a passphrase of the drill"
READ_SECONDS: Final = 0.5


def _done(node: RunningNode, *arguments: str) -> Any:
    done = node.tanggap(*arguments, "--json", seconds=WAIT_SECONDS, given=PASSPHRASE + "\n")
    if done.returncode:
        raise DrillFailed(f"{arguments[0]}: {(done.stdout + done.stderr)[-400:]}")
    return json.loads(done.stdout)


class DistrictLost:
    """The district: its database goes, its files, and every second time its log copy, too."""

    origin, places = "dinas", ("lamaru",)

    def __init__(self, district: RunningDistrict, postgres: Postgres, file: Path) -> None:
        self.node: RunningDistrict = district
        self._postgres, self._file, self._times = postgres, file, 0
        self._data = district._folder / "intake"

    def asked(self, *arguments: str) -> Any:
        return _done(self.node, *arguments, "--data", str(self._data))

    def backup(self, to: Path) -> Any:
        return self.asked("backup", str(to), "--district", str(self._file))

    def die(self) -> None:
        # Nobody is let in first: what is answered then is acknowledged.
        for name in sorted(self.node.services, key=lambda each: each != "proxy"):
            self.node.kill(name)
        self._times += 1
        shutil.rmtree(self._data)
        if self._times % 2:
            shutil.rmtree(self.node._folder / "reporting")

    def restore(self, backup: Path) -> Any:
        database = f"restored_{self._times}"
        with psycopg.connect(self._postgres.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}")
        self.node.environment["TANGGAP_DATABASE_URL"] = self._postgres.url(database)
        told = self.asked("restore", str(backup))
        for name in self.node.services:
            self.node.launch(name)
        for name in self.node.services:
            self.node.await_start(name)
        self.node._clients.clear()
        return told


class EdgeLost:
    """The edge: its laptop goes."""

    origin, places = ORIGIN, ("puring",)

    def __init__(self, started: Started) -> None:
        kafka, self._file, address = started._start
        self._settings = settings_of_edge(started.district, kafka, address, started.token)
        self._folder = started.folder / "edge"
        self._times = 0
        self.node = self._start()

    def _start(self) -> RunningNode:
        data = self._folder / str(self._times)
        node = start_node(data, "--district", str(self._file), environment=self._settings)
        node.patience = RunningDistrict.patience
        return node

    def asked(self, *arguments: str) -> Any:
        return _done(self.node, *arguments)

    def backup(self, to: Path) -> Any:
        return self.asked("backup", str(to))

    def die(self) -> None:
        kill_node(self.node)
        shutil.rmtree(self.node.data)

    def restore(self, backup: Path) -> Any:
        self._times += 1
        told = self.asked("restore", str(backup), "--data", str(self._folder / str(self._times)))
        self.node = self._start()
        return told


class Survivors:
    """What must be there after a loss, for `tests/drills/whole.py: check`."""

    def __init__(self, cases: Sequence[str]) -> None:
        self._cases = cases
        self.walked: list[str] = []

    def check_imports(self, _to: Findings) -> None:
        """Nobody handed a file in."""

    def ask_again(self, _to: Findings) -> Counter[str]:
        """Return the complaints that have a case, each once."""
        return Counter(self._cases)


class Away:
    """A district and an edge of it, of which one is lost a run."""

    def __init__(self, started: Started, postgres: Postgres, folder: Path, seed: int) -> None:
        self._folder, self._seed, self._started = folder, seed, started
        self.edge = EdgeLost(started)
        district = DistrictLost(started.district, postgres, started._start[1])
        self._victims: Mapping[str, DistrictLost | EdgeLost] = {
            "edge": self.edge,
            "district": district,
        }
        self._given: dict[str, Counter[str]] = {"numbers": Counter(), "positions": Counter()}
        self.after = self.unheard = 0

    def run(self, kind: str, run: int, to: Findings) -> None:
        """Back one of them up under load, lose it some answers later, and look it through."""
        victim, backup = self._victims[kind], self._folder / f"{kind}-{run}"
        chance = random.Random(f"{self._seed}/{run}/restore")
        ledger = Ledger()
        load = Load(victim.node, ledger, self._seed, run, victim.places)
        try:
            if not ledger.wait(ACKNOWLEDGED, WAIT_SECONDS):
                raise DrillFailed(f"run {run}: the load does not get on at the {kind}")
            made = victim.backup(backup)
            ledger.wait(len(ledger.acknowledged) + chance.randint(20, 80), WAIT_SECONDS)
        finally:
            victim.die()
            load.end()
        if made["trial"]["wrong"]:
            to.add(f"the trial found {made['trial']['wrong'][:3]}", differs=1)
        ends = self._ends(victim.origin)
        told = victim.restore(backup)
        self._remember(ledger, to)
        self._compare(made["positions"], ends, told, to)
        self._look_through(kind, victim, ledger, load, ends | _larger(made["positions"], ends), to)
        shutil.rmtree(backup)

    def _compare(
        self, held: Mapping[str, int], ends: Mapping[str, int], told: Any, to: Findings
    ) -> None:
        """All that the topic held beyond the backup is taken back, or told as missing."""
        for source, end in ends.items():
            more = max(end - held.get(source, 0), 0)
            first, last = told["missing"].get(source, (1, 0))
            back = told["taken_back"].get(source, 0)
            self.after += more
            if back + (last - first + 1) != more:
                to.add(f"{source}: {back} of {more} came back", lost=more - back)
            if last:
                to.add(f"{source}: {first} to {last} were heard and not taken back", lost=1)

    def _look_through(
        self,
        kind: str,
        victim: DistrictLost | EdgeLost,
        ledger: Ledger,
        load: Load,
        known: Mapping[str, int],
        to: Findings,
    ) -> None:
        """Work on there, and see that what was known is there once, and whole."""
        survive = []
        for answer in ledger.acknowledged.values():
            source, _colon, id = answer["position"].rpartition(":")
            if int(id) > known.get(source, 0):
                self.unheard += 1
            elif "receipt" in answer and answer["id"] in load.cases:
                survive.append(answer["id"])
        again = Ledger()
        on = Load(victim.node, again, self._seed, 1_000_000 + self.unheard, victim.places)
        again.wait(ACKNOWLEDGED, WAIT_SECONDS)
        on.end()
        for sentence in again.refused:
            to.add(sentence, lost=1)
        self._remember(again, to)
        cases = [*survive, *(id for id in on.cases if id)]
        check(victim.node, [Survivors(cases)], to)
        other = self._started.district if kind == "edge" else self.edge.node
        if (whole := verified(other)).returncode:
            to.add(f"verify at the other end: {whole.stdout[-300:]}", differs=1)

    def _remember(self, ledger: Ledger, to: Findings) -> None:
        for answer in ledger.acknowledged.values():
            self._given["positions"][answer["position"]] += 1
            if "receipt" in answer:
                self._given["numbers"][answer["number"]] += 1
        for what, given in self._given.items():
            if twice := sum(count > 1 for count in given.values()):
                to.add(f"{what}: {twice} were given twice", doubled=twice)

    def _ends(self, origin: str) -> dict[str, int]:
        """Return the last id of each source of an origin on the topic, read by nobody's program
        but this."""
        environment = self._started.district.environment
        topic = Topic(environment["TANGGAP_KAFKA"], environment["TANGGAP_TOPIC"], {})
        found: dict[str, int] = {}
        with closing(KafkaStream(topic)) as stream:
            ends = {partition: end for partition, end in stream.ends().items() if end}
            read: dict[int, int] = {}
            until = time.monotonic() + WAIT_SECONDS
            with closing(stream.reader("drill", {})) as reader:
                while any(read.get(each, 0) < end for each, end in ends.items()):
                    for each in reader.poll(4_000, READ_SECONDS):
                        read[each.partition] = each.offset + 1
                        source = each.message.source
                        if origin_of(source) == origin:
                            found[source] = max(found.get(source, 0), each.message.id)
                    if time.monotonic() > until:
                        raise DrillFailed("the topic is not read to its end")
        return found


def _larger(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {source: max(last, others.get(source, 0)) for source, last in some.items()}


@contextmanager
def away(seed: int) -> Iterator[Away]:
    """Run a district and an edge on servers of their own until the block ends."""
    with tempfile.TemporaryDirectory(prefix="drill-restore-") as name:
        folder = Path(name)
        for each in ("redis", "both"):
            (folder / each).mkdir()
        with (
            running_postgres(folder / "postgres") as postgres,
            running_redis(folder / "redis") as redis,
            running_both(folder / "both", postgres, redis) as started,
        ):
            found = Away(started, postgres, folder, seed)
            try:
                yield found
            finally:
                kill_node(found.edge.node)
