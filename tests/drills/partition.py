"""An edge loses its line to the district for as long as two days of entries take, has a bad one for
a while, and gets it back; meanwhile people write at both ends.

The edge runs on a machine of its own (a network namespace) with two cables: its officers' and the
line. The line is pulled, and in the dark the edge dies as by a power cut; then it is slow, jittery
and breaks connections (Toxiproxy); then it is well. Every complaint is there once at both ends,
and has one case: at its home, where the key of its words is, too.
"""

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.drills.checks import Findings
from tests.drills.crowd import Crowd, People
from tests.drills.whole import Patience, check, command, operations
from tests.running import RunningNode, free_port, kill_node, start_node, stop_node
from tests.servers.district import RunningDistrict, running_district
from tests.servers.edge import ORIGIN, district_file, edge_token, settings_of_edge
from tests.servers.kafka import running_kafka
from tests.servers.namespace import Cable, namespace
from tests.servers.postgres import running_postgres
from tests.servers.redis import running_redis
from tests.servers.toxiproxy import Toxiproxy, running_toxiproxy

AT_THE_EDGE: Final = 2_000
"""So many complaints are written there while the line is cut: more than two busy days bring."""
FOR_THE_EDGE: Final = 200
"""So many are filed with the district for it meanwhile."""
BEFORE: Final = 50
SLOW: Final = 150
"""So many more on either side while the line is bad."""
PAUSE_SECONDS: Final = 0.005
BAD_LINE: Final[dict[str, dict[str, Any]]] = {
    "latency": {"latency": 150, "jitter": 150},
    "bandwidth": {"rate": 128},
    "reset_peer": {"timeout": 2_000, "toxicity": 0.2},
}
"""Milliseconds each way, KB a second, and of each connection the chance that it is reset."""
FAULTS: Final = ("line-cut", "edge-killed", "line-bad")


class EdgeAway:
    """The edge on its own machine; `node` is its process of now."""

    def __init__(
        self, folder: Path, settings: dict[str, str], file: Path, under: tuple[str, ...], host: str
    ) -> None:
        self._data = folder / "edge" / "data"
        self._file = file
        self._how: dict[str, Any] = {
            "under": under,
            "host": host,
            "port": free_port(),
            "environment": settings,
        }
        self.node = self._start()

    def _start(self) -> RunningNode:
        return start_node(self._data, "--district", str(self._file), **self._how)

    def die_and_rise(self) -> None:
        """End it as a power cut would, and start it again on its data."""
        kill_node(self.node)
        self.node.process = self._start().process


def run(runs: int, seed: int) -> dict[str, Any]:
    """Run the drill in a folder of its own, and return its line."""
    began = time.monotonic()
    findings, fired = Findings(), dict.fromkeys(FAULTS, 0)
    chance = random.Random(seed)
    drained: dict[str, float] = {}
    with both_ends() as (district, edge, cable, toxiproxy):
        at_edge = Crowd(edge.node, team=False, pause=PAUSE_SECONDS)
        at_district = Crowd(district, team=False)
        try:
            for number in range(runs):
                if not _one_run(at_edge, at_district, edge, cable, toxiproxy, fired, chance):
                    findings.add(f"run {number}: nothing is acknowledged any more")
                    break
                print(f"{number + 1} of {runs} runs", file=sys.stderr, flush=True)
        finally:
            cable.plug()
            toxiproxy.heal()
            at_edge.end()
            at_district.end()
        crowds = [at_edge, at_district]
        drained["district"] = check(district, crowds, findings, from_afar=True)
        drained["edge"] = check(edge.node, crowds, findings, from_afar=True)
        check_cases_are_at_home(district, findings)
        check_words_are_at_home(district, edge.node, at_district, findings)
    return {
        "drill": "partition",
        "runs": runs,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "failpoints": fired,
        "acknowledged": {
            "edge": len(at_edge.acknowledged),
            "district": len(at_district.acknowledged),
        },
        "asked_again": at_edge.people.asked_again + at_district.people.asked_again,
        "drained_seconds": drained,
        **findings.line(),
    }


def _one_run(
    at_edge: Crowd,
    at_district: Crowd,
    edge: EdgeAway,
    cable: Cable,
    toxiproxy: Toxiproxy,
    fired: dict[str, int],
    chance: random.Random,
) -> bool:
    """Cut the line, let the edge die in the dark, have the line bad, then well; False when people
    are not answered any more."""
    well = at_edge.wait(BEFORE) and at_district.wait(BEFORE)
    cable.pull()
    fired["line-cut"] += 1
    dies_after = chance.randrange(AT_THE_EDGE // 4, AT_THE_EDGE * 3 // 4)
    well = well and at_edge.wait(dies_after)
    edge.die_and_rise()
    fired["edge-killed"] += 1
    well = well and at_edge.wait(AT_THE_EDGE - dies_after) and at_district.wait(FOR_THE_EDGE)
    toxiproxy.spoil(BAD_LINE)
    cable.plug()
    fired["line-bad"] += 1
    well = well and at_edge.wait(SLOW) and at_district.wait(SLOW)
    toxiproxy.heal()
    return well


def check_cases_are_at_home(district: RunningDistrict, to: Findings) -> None:
    """Every case of the edge's Puskesmas was opened by the edge."""
    elsewhere: Counter[str] = Counter()
    for line in command(district, "events").stdout.splitlines():
        event = json.loads(line)
        if ".CaseOpened." in event["type"] and event["source"] != f"/{ORIGIN}/resolution":
            elsewhere[event["source"]] += 1
    for source, count in elsewhere.items():
        to.add(f"{count} cases of the edge were opened by {source}", doubled=count)


def check_words_are_at_home(
    district: RunningDistrict, edge: RunningNode, crowd: Crowd, to: Findings
) -> None:
    """The key of everything that came in at the district is at the edge, and no longer there."""

    at_home = People(edge)
    both = [People(district), at_home]

    def waiting() -> int:
        handovers = [each for people in both for each in operations(people).get("handovers", ())]
        return sum(each["keys"] + each["files"] for each in handovers)

    patience = Patience()
    while (left := waiting()) and patience.lasts(left):
        time.sleep(0.5)
    if left:
        to.add(f"{left} keys still wait to be handed over")

    def has_words(id: str) -> bool:
        answer = at_home.as_("sari").get(f"/cases/{id}")
        return answer.is_success and answer.json()["words"] == "here"

    without = sum(not has_words(id) for id in crowd.acknowledged.values())
    if without:
        to.add(f"{without} cases have no words at their home", lost=without)


@contextmanager
def both_ends() -> Iterator[tuple[RunningDistrict, EdgeAway, Cable, Toxiproxy]]:
    """Run a district, an edge on a machine of its own, and the line between them."""
    with tempfile.TemporaryDirectory(prefix="drill-partition-") as name:
        folder = Path(name)
        for each in ("kafka", "redis", "district", "edge"):
            (folder / each).mkdir()
        file = district_file(folder)
        with namespace() as away:
            line, desk = away.cable(), away.cable()
            kafka_near = f"{line.near}:{free_port()}"
            district_near = f"{line.near}:{free_port()}"
            with (
                running_kafka(folder / "kafka", kafka_near) as kafka,
                running_postgres(folder / "postgres") as postgres,
                running_redis(folder / "redis") as redis,
                running_district(
                    folder / "district",
                    postgres,
                    kafka.servers,
                    redis,
                    file=file,
                    known_as=line.near,
                ) as district,
                running_toxiproxy(folder) as toxiproxy,
            ):
                toxiproxy.lead("kafka", kafka_near, f"127.0.0.1:{kafka.far}")
                toxiproxy.lead("district", district_near, district.address.removeprefix("http://"))
                settings = settings_of_edge(
                    district, kafka_near, f"http://{district_near}", edge_token(district)
                )
                edge = EdgeAway(folder, settings, file, away.under, desk.far)
                try:
                    yield district, edge, line, toxiproxy
                except BaseException:
                    kill_node(edge.node)
                    raise
                stop_node(edge.node)
