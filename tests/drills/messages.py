"""Drill *messages*: complainants are written to while what writes to them is killed.

In each run one thing is killed: in turn a node, and in a district the worker of publication, its
own process, and Redis; node and worker where they pass a failpoint of sending or at a moment of
chance. Before each fault at least 20 more commands are acknowledged, five of which make a
message. Mail server, modem's daemon and WhatsApp are real peers on loopback. Each message arrives
at most once; each that is said to have gone out arrived; those that nobody knows of are shown so;
none is forgotten.
"""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from services.kernel import failpoints
from tests.drills.armed import SENT_AGAIN, Armed
from tests.drills.carriers import PERSON, Carriers, at_any_hour, carriers
from tests.drills.checks import Findings
from tests.drills.crowd import WAIT_SECONDS, People
from tests.drills.district import MOMENT, Drill, servers
from tests.drills.load import Asked, Command, Ledger, waited_for
from tests.drills.node import DrillFailed, DrillNode
from tests.servers.district import running_district

CHANNELS: Final = ("email", "whatsapp", "sms")
TAKEN_TWICE: Final = ("email", "whatsapp")
"""What peers take twice: a modem's daemon knows a message by our id. A sabotage shows in these."""
ACKNOWLEDGED: Final = 20
"""So many commands are answered before each fault."""
FAULTS: Final = (*reversed(failpoints.SENDING), MOMENT)
"""By run, where the node and the worker are killed; the first is where a sabotage shows."""
NODE: Final = "node"
KILLED: Final = (NODE, "worker-publication", "publication", "redis")
"""By run, what is killed."""
SETTLE_SECONDS: Final = SENT_AGAIN.total_seconds() * 2 + 60
"""What was on its way to a worker that died is sent again."""
DONE: Final = {"email": ("sent",), "sms": ("sent",), "whatsapp": ("sent", "delivered")}
"""By channel, how a message stands that arrived."""
OPEN: Final = ("waiting", "attempted")


@dataclass
class Written:
    """What was asked of one store, over all its lives. `messages`: of those that were acknowledged
    the publication by their ids."""

    ledger: Ledger = field(default_factory=Ledger)
    messages: dict[str, str] = field(default_factory=dict)


class Tellers:
    """People who take complaints to their result and write to who complained, until they are told
    to stop or nobody answers any more."""

    def __init__(
        self, place: Asked, written: Written, life: int, channels: Sequence[str] = CHANNELS
    ) -> None:
        self._place, self._written, self._life = place, written, life
        self._ended = threading.Event()
        place.as_("sari")
        self._threads = [
            threading.Thread(target=self._tell, args=(channel,), daemon=True)
            for channel in channels
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let everybody finish what is in hand."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _tell(self, channel: str) -> None:
        count = 0
        with suppress(httpx.TransportError):
            while not self._ended.is_set() and not self._written.ledger.refused:
                count += 1
                self._tell_one(channel, f"{self._life}/{channel}/{count}")

    def _tell_one(self, channel: str, key: str) -> None:
        form = {"channel": "in_person", "kind": "complaint", "text": f"Antre lama ({key})."}
        received = self._ask("/puskesmas/puring/complaints", key, form | {"complainant": PERSON})
        case = f"/cases/{received['id']}"
        if not waited_for(self._place, WAIT_SECONDS, "sari", case):
            self._written.ledger.refused.append("a case did not open")
            return
        self._ask(f"{case}/grade", key, {"grade": "green"})
        self._ask(f"{case}/immediate-answer", key, {"answer": "Maaf."})
        self._ask(f"{case}/documentation", key, {"summary": "Loket kedua dibuka."})
        asked = {"complaint": received["id"]}
        found = waited_for(self._place, WAIT_SECONDS, "sari", "/publications", **asked)
        if not found:
            self._written.ledger.refused.append("a documented case got no draft")
            return
        draft = found["items"][0]["id"]
        wish = {"channel": channel, "agreed": True}
        message = self._ask(f"/publications/{draft}/messages", key, wish)
        self._written.messages[message["id"]] = draft

    def _ask(self, path: str, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        command = Command("sari", path, f"{key} {path}", dict(body))
        answer = self._written.ledger.ask(self._place, command)
        if answer is None:
            raise httpx.TransportError("it was refused, which the ledger tells")
        return answer


def run(runs: int, seed: int, sabotage: str | None = None) -> dict[str, Any]:
    """Run the drill in a folder of its own, and return its line; a sabotage shows on a node."""
    began = time.monotonic()
    drill = Drill("messages", runs, seed, sabotage)
    killed = [NODE if sabotage else KILLED[number % len(KILLED)] for number in range(runs)]
    drill.fired = {f"{name} {fault}": 0 for name in sorted(set(killed)) for fault in _faults(name)}
    drill.more = {"states": Counter[str]()}
    in_the_district = [each for each in killed if each != NODE]
    with tempfile.TemporaryDirectory(prefix="drill-messages-") as folder:
        try:
            on_a_node(drill, Path(folder) / "node", killed.count(NODE))
            if in_the_district:
                in_a_district(drill, Path(folder) / "district", in_the_district)
        except DrillFailed as problem:
            drill.findings.add(str(problem))
    if runs >= len(KILLED) * len(FAULTS):
        for name in [each for each, times in drill.fired.items() if not times]:
            drill.findings.add(f"{name} never fired")
    return {
        "drill": drill.name,
        "runs": runs,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "failpoints": drill.fired,
        **drill.more,
        **drill.findings.line(),
    }


def _faults(killed: str) -> Sequence[str]:
    """Return where what is killed may be at that moment, by its run."""
    return FAULTS if killed in (NODE, "worker-publication") else (MOMENT,)


def on_a_node(drill: Drill, folder: Path, runs: int) -> None:
    """Kill a node while it writes to people, and start it again on what is left."""
    folder.mkdir()
    file, tokens, written = at_any_hour(folder), dict[str, str](), Written()
    with carriers(folder) as peers:
        settings = peers.settings() | {"public_url": "https://tanggap.example"}

        def life(number: int) -> DrillNode:
            fault = FAULTS[number % len(FAULTS)]
            failpoint = None if fault == MOMENT or number == runs else fault
            passing = drill.chance.randint(1, 3)
            it = (failpoint, passing, drill.sabotage)
            node = DrillNode(folder / "data", tokens, *it, district=file, more=settings)
            peers.calls(node.address)
            return node

        for number in range(runs):
            node = life(number)
            try:
                channels = TAKEN_TWICE if drill.sabotage else CHANNELS
                tellers = Tellers(node, written, number, channels)
                _wait(drill, written)
                _kill_node(drill, node, FAULTS[number % len(FAULTS)])
                tellers.end()
            finally:
                node.end()
            drill.told(f"{number + 1} of {runs} runs on a node")
        node = life(runs)
        try:
            _check(drill, node, written, peers)
        finally:
            node.end()


def _kill_node(drill: Drill, node: DrillNode, fault: str) -> None:
    node.arm()
    if fault == MOMENT:
        time.sleep(drill.chance.uniform(0, 1))
        node.kill()
    elif not node.ended(WAIT_SECONDS):
        drill.findings.add(f"{fault} was not passed")
        return
    drill.fired[f"{NODE} {fault}"] += 1


def in_a_district(drill: Drill, folder: Path, killed: Sequence[str]) -> None:
    """Kill one thing after the other while people are written to."""
    folder.mkdir()
    written = Written()
    with servers("messages") as on, carriers(folder) as peers, ExitStack() as left:
        more: dict[str, Any] = peers.environment()
        district = left.enter_context(
            running_district(
                on.folder,
                on.postgres,
                on.kafka.servers,
                on.redis,
                file=at_any_hour(folder),
                program=drill.program(on.folder),
                **more,
            )
        )
        peers.calls(district.address)
        people = People(district)
        tellers = Tellers(people, written, 0)
        for number, name in enumerate(killed):
            faults = _faults(name)
            fault = faults[killed[:number].count(name) % len(faults)]
            _wait(drill, written)
            if fault == MOMENT:
                time.sleep(drill.chance.uniform(0, 1))
            else:
                _at(fault, drill, drill.armed(name))
            if name == "redis":
                on.redis.kill()
                on.redis.start()
            else:
                district.kill(name)
                district.launch(name)
            if name == "publication":
                district.await_start(name)
            drill.fired[f"{name} {fault}"] += 1
            drill.told(f"{number + 1} of {len(killed)} runs in a district")
        _wait(drill, written)
        tellers.end()
        _check(drill, people, written, peers)


def _at(fault: str, drill: Drill, armed: Armed) -> None:
    """Wait until a process has ended where it passes a failpoint."""
    armed.arm(fault, drill.chance.randint(1, 3))
    until = time.monotonic() + WAIT_SECONDS
    while armed.fired() is None and time.monotonic() < until:
        time.sleep(0.02)
    if armed.fired() is None:
        drill.findings.add(f"{fault} was not passed by a worker")
    armed.disarm()


def _wait(drill: Drill, written: Written) -> None:
    """Wait until a fault's share of commands is acknowledged."""
    ledger = written.ledger
    if not ledger.wait(len(ledger.acknowledged) + ACKNOWLEDGED, WAIT_SECONDS):
        raise DrillFailed(f"the load does not get on: {ledger.refused[:3]}")


def _check(drill: Drill, place: Asked, written: Written, peers: Carriers) -> None:
    """Wait until no message is on its way, and hold what is said of each against what arrived."""
    findings = drill.findings
    if refused := written.ledger.refused:
        findings.add(f"refused: {refused[:3]}", lost=len(refused))
    found = _settled(place, written)
    if forgotten := len(written.messages.keys() - found.keys()):
        findings.add(f"{forgotten} messages are not there", lost=forgotten)
    arrived = peers.arrived()
    for id, said in found.items():
        drill.more["states"][said["state"]] += 1
        _judge(findings, said, arrived[id])
    strangers = [times for id, times in arrived.items() if id not in found and times > 1]
    if strangers:
        findings.add(f"{len(strangers)} arrived more than once", doubled=len(strangers))
    if any(said["state"] in OPEN for said in found.values()):
        condition = place.as_("wulan").get("/operations").json()
        findings.add(f"at the end: {condition}")


def _judge(findings: Findings, said: Mapping[str, Any], times: int) -> None:
    told = f"a message by {said['channel']} is {said['state']}"
    if times > 1:
        findings.add(f"{told} and arrived {times} times", doubled=times - 1)
    elif said["state"] in DONE[said["channel"]] and times == 0:
        findings.add(f"{told} and did not arrive", lost=1)
    elif said["state"] not in ("unknown", *DONE[said["channel"]]):
        findings.add(f"{told} ({said['reason']})", lost=1)


def _settled(place: Asked, written: Written) -> dict[str, Any]:
    """Return how each message stands once none is on its way, or when for long none of them came
    any further: how long all of it takes is up to the machine."""
    found: dict[str, Any] = {}
    still, until = set(written.messages), time.monotonic() + SETTLE_SECONDS
    while still and time.monotonic() < until:
        for draft in {written.messages[id] for id in still}:
            answer = place.as_("sari").get(f"/publications/{draft}/messages")
            found |= {each["id"]: each for each in answer.raise_for_status().json()["items"]}
        left = {id for id in still if id not in found or found[id]["state"] in OPEN}
        if left != still:
            still, until = left, time.monotonic() + SETTLE_SECONDS
        elif still:
            time.sleep(1.0)
    return found
