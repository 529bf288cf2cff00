"""After the restart: is everything that was acknowledged there, once, and are the facts right?"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.drills.load import FULL_WALK_EVERY, Ledger, Load, walk
from tests.drills.node import DrillNode
from tests.waiting import looks

WRITING = ("intake", "resolution", "publication")
FOLLOWING = ("resolution", "publication")
SETTLE_SECONDS = 15.0
NUMBER = re.compile(r"(.+-\d{4}-[A-Z]+)-(\d+)")


@dataclass
class Findings:
    """What is wrong: counts, and a sentence each."""

    lost: int = 0
    doubled: int = 0
    differs: int = 0
    found: list[str] = field(default_factory=list)

    def add(self, sentence: str, *, lost: int = 0, doubled: int = 0, differs: int = 0) -> None:
        self.lost += lost
        self.doubled += doubled
        self.differs += differs
        self.found.append(sentence)

    def line(self) -> dict[str, Any]:
        """Return what each drill's line ends with."""
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "differs": self.differs,
            "found": self.found,
            "ok": not self.found,
        }

    def compare(self, what: str, wanted: Counter[Any], there: Counter[Any]) -> None:
        """Count what is missing and what is too many."""
        if lost := (wanted - there).total():
            self.add(f"{what}: {lost} missing", lost=lost)
        if doubled := (there - wanted).total():
            self.add(f"{what}: {doubled} too many", doubled=doubled)


@dataclass
class StreamCopy:
    """What the stream of one data folder holds, read on from where it was read before."""

    offset: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    received: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read_on(self, data: Path) -> None:
        for offset, headers, value in rows_of(
            data, "stream", "SELECT offset, headers, value FROM log WHERE offset >= ?", self.offset
        ):
            self.offset = offset + 1
            attributes = dict(json.loads(headers))
            ids = self.ids.setdefault(attributes["ce_source"], set())
            if int(attributes["ce_id"]) in ids:
                continue
            ids.add(int(attributes["ce_id"]))
            name, subject = attributes["ce_type"].split(".")[1], attributes["ce_subject"]
            self.subjects.setdefault(name, []).append(subject)
            if name == "ComplaintReceived":
                self.received[subject] = json.loads(value)

    def about(self, name: str) -> Counter[str]:
        return Counter(self.subjects.get(name, ()))


def check(
    node: DrillNode, ledger: Ledger, load: Load, copy: StreamCopy, to: Findings, source: str
) -> None:
    """Repeat a run's commands, let the node come to rest, and compare everything.

    The facts are compared with a rebuild from `source`.
    """
    repeat(node, ledger, load, to)
    if late := unsettled(node):
        to.add(f"did not come to rest: {late}")
    copy.read_on(node.data)
    check_log(node, copy, to)
    check_complaints(ledger, copy, to)
    check_facts(node, to, source)


def repeat(node: DrillNode, ledger: Ledger, load: Load, to: Findings) -> None:
    """Ask every command of a run again: the acknowledged must answer as they did."""
    before = dict(ledger.acknowledged)

    def complaint(key: str) -> None:
        answer = ledger.ask(node, ledger.asked[key])
        wanted = before.get(key)
        if answer is None or wanted is None:
            return
        shown = node.as_("rini").get(f"/complaints/{wanted['id']}")
        if shown.status_code != 200 or shown.json()["number"] != wanted["number"]:
            ledger.refused.append("an acknowledged complaint is not there")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(complaint, load.complaints))
    begun = {key.rpartition(" ")[2] for key in ledger.asked if " " in key}
    for place, case in enumerate(load.cases):
        # After one refusal the others would only take their time to say the same.
        if case in begun and not ledger.refused:
            walk(node, ledger, case, full=place % FULL_WALK_EVERY == 0)
    for sentence, times in Counter(_without_ids(each) for each in ledger.refused).items():
        to.add(f"{sentence} ({times}x)", lost=times)
    ledger.refused.clear()


def _without_ids(sentence: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", sentence)


def unsettled(node: DrillNode) -> str | None:
    """Wait until nothing is on its way any more; say what still is when it takes too long."""
    for _look in looks(SETTLE_SECONDS):
        if (late := _late(node)) is None:
            break
    return late


def _late(node: DrillNode) -> str | None:
    end = _end(node.data)
    for name in FOLLOWING:
        if _one(node.data, name, "SELECT max(next_offset) FROM followed") != end:
            return f"{name} follows"
    for name in WRITING:
        relayed = _one(node.data, name, "SELECT max(last_id) FROM relayed")
        if relayed != _one(node.data, name, "SELECT max(rowid) FROM stored_events"):
            return f"{name} relays"
    # The relays are done and the stream is as long as when the followers were at its end.
    if _end(node.data) != end:
        return "the stream grows"
    shown = node.get("admin", "/operations")
    return None if shown["offsets"].get("0") == end else "reporting follows"


def check_log(node: DrillNode, copy: StreamCopy, to: Findings) -> None:
    """Stores, stream and log copy hold the same events, each once; nothing is set aside."""
    verified = node.get("agus", "/verify")
    if not verified["whole"]:
        wrong = [name for name, found in verified.items() if isinstance(found, list) and found]
        to.add(f"verify: {', '.join(sorted(set(wrong) - {'sources'}))}")
    copied = {each["source"].rpartition("/")[2]: each for each in verified["sources"]}
    on_stream = {source.rpartition("/")[2]: ids for source, ids in copy.ids.items()}
    for name in WRITING:
        last = _one(node.data, name, "SELECT count(*) FROM stored_events")
        to.compare(
            f"{name} on the stream",
            Counter(range(1, last + 1)),
            Counter(on_stream.get(name, set())),
        )
        count = copied.get(name, {"events": 0})["events"]
        to.compare(f"{name} in the log copy", Counter(events=last), Counter(events=count))
    for name in FOLLOWING:
        for reason, count in rows_of(
            node.data, name, "SELECT reason, count(*) FROM set_aside GROUP BY reason"
        ):
            to.add(f"{name} set {count} aside: {reason}", doubled=count)


def check_complaints(ledger: Ledger, copy: StreamCopy, to: Findings) -> None:
    """Every complaint once, numbered without gaps; one case, one draft, one release each."""
    given = Counter(answer["id"] for answer in ledger.acknowledged.values() if "receipt" in answer)
    to.compare("complaints", given, copy.about("ComplaintReceived"))
    series: dict[str, Counter[int]] = {}
    for payload in copy.received.values():
        found = NUMBER.fullmatch(payload["number"])
        assert found is not None, payload["number"]
        series.setdefault(found[1], Counter())[int(found[2])] += 1
    for numbers in series.values():
        wanted = Counter(range(1, max(len(numbers), numbers.total()) + 1))
        to.compare("numbers", wanted, numbers)
    numbers_given = {
        answer["id"]: answer["number"]
        for answer in ledger.acknowledged.values()
        if "receipt" in answer
    }
    for id, payload in copy.received.items():
        if numbers_given.get(id, payload["number"]) != payload["number"]:
            to.add("an acknowledged number is another one now", lost=1)
    cases = Counter(id for id, payload in copy.received.items() if payload["kind"] != "praise")
    to.compare("cases", cases, copy.about("CaseOpened"))
    documented = copy.about("ResolutionDocumented")
    to.compare("documented once", Counter(set(documented)), documented)
    to.compare("drafts", documented, copy.about("PublicationDrafted"))
    to.compare("releases", documented, copy.about("ResolutionPublished"))


def check_facts(node: DrillNode, to: Findings, source: str) -> None:
    """The live facts are those that a rebuild makes."""
    body = {"check": True, "source": source}
    answer = node.as_("admin").post("/rebuild", json=body).raise_for_status()
    last = json.loads(answer.text.splitlines()[-1])
    if "outcome" not in last:
        to.add(f"rebuild from {source} failed: {last['failed']}")
        return
    for each in last["outcome"]["differences"]:
        rows = each["only_live"] + each["only_rebuilt"]
        to.add(f"rebuild from {source}: {each['table']} differs", differs=rows)


def _end(data: Path) -> int:
    return int(_one(data, "stream", "SELECT ifnull(max(offset), -1) + 1 FROM log"))


def _one(data: Path, store: str, statement: str) -> int:
    ((value,),) = rows_of(data, store, statement)
    return value or 0


def rows_of(data: Path, store: str, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Return what a query finds in a store of a node."""
    file = f"file:{data / store}.sqlite?mode=ro"
    with closing(sqlite3.connect(file, uri=True, timeout=30)) as connection:
        return iter(connection.execute(statement, values).fetchall())
