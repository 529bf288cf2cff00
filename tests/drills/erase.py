"""Drill *erase*: a person is nowhere any more, and every count is as it was.

Each run is a new person on a node that serves, or in every fifth run in a district: what they said
is read on every page, document and file that may show it, and their keys' bytes are found in the
keyring; then they are erased, at a node in every other run with the process ended between their
keys and the event that says so. Then neither is in any byte of what it keeps (in a district also
PostgreSQL with its write-ahead log, the topic, and Redis), of its logs, or of what leaves, and
those pages say so. At a node in some runs a backup is made before, which is kept, and a copy of it,
which no erasure reaches: both end the same when they are restored: nothing of the person, said once
to be erased, and every count.
"""

import itertools
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import yaml

from services.kernel import failpoints
from services.kernel.district import SHIPPED
from tests.drills.checks import Findings
from tests.drills.district import servers
from tests.drills.kept import Backup
from tests.drills.lying import Lying, OfDistrict, OfNode, Served
from tests.drills.node import DrillFailed, DrillNode
from tests.drills.told import Asked, Neighbours, Person, plain
from tests.servers.district import running_district
from tests.waiting import looks

RUNS_A_FOLDER: Final = 20
"""So many persons one folder takes: what waits for each stands on one page."""
RUNS_A_BACKUP: Final = 10
RUNS_A_DISTRICT, IN_A_DISTRICT = 5, 2
"""So often a run is in a district, and which of them is."""
WAIT_SECONDS: Final = 30.0
REACHES_SECONDS: Final = {False: 60.0, True: 6.0}
"""So long it is waited for that an erasure is said, and has reached a kept backup; with something
broken on purpose, for which it never does, no longer than it is sure to take else."""
ERASED: Final = "dihapus"
LEAVES: Final = (
    ("agus", "/exports/complaints.csv"),
    ("agus", "/exports/complaints.xlsx"),
    ("agus", "/exports/open-data.csv"),
    ("agus", "/exports/open-data.xlsx"),
    ("agus", "/exports/log.tar"),
    ("agus", "/events"),
)
"""What leaves as files, or as the log: no words before, and none afterwards."""
FAILPOINT: Final = failpoints.KEYS_DESTROYED


def district_file(folder: Path) -> Path:
    """Write the district file that ships, with keys destroyed as soon as it is asked for."""
    written: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    written["erasure"] = {"destroy_after_days": 0}
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True))
    return file


class EraseDrill:
    """Runs the drill; `result` is its line."""

    def __init__(self, runs: int, seed: int, sabotage: str | None, folder: Path) -> None:
        self._runs, self._seed, self._sabotage, self._folder = runs, seed, sabotage, folder
        self._findings = Findings()
        self._fired = {FAILPOINT: 0}
        self._district = district_file(folder)

    def result(self) -> dict[str, Any]:
        """Run all, and say what was found."""
        began = time.monotonic()
        every = range(self._runs)
        in_a_district = every[IN_A_DISTRICT::RUNS_A_DISTRICT]
        on_nodes = [run for run in every if run not in in_a_district]
        for first in range(0, len(on_nodes), RUNS_A_FOLDER):
            self._tell_of(self._in_one_folder, on_nodes[first : first + RUNS_A_FOLDER])
        if in_a_district:
            self._tell_of(self._in_one_district, in_a_district)
        if self._runs > 1 and not self._fired[FAILPOINT]:
            self._findings.add(f"failpoint {FAILPOINT} never fired")
        found = self._findings
        return {
            "drill": "erase",
            "runs": self._runs,
            "seed": self._seed,
            "seconds": round(time.monotonic() - began, 1),
            "failpoints": self._fired,
            **found.line(),
        }

    def _tell_of(self, go_through: Callable[[Sequence[int]], None], runs: Sequence[int]) -> None:
        """Go through some runs; what ends them is told."""
        try:
            go_through(runs)
        except (DrillFailed, httpx.HTTPError, AssertionError) as problem:
            self._findings.add(f"{type(problem).__name__}: {problem}")

    def _in_one_district(self, runs: Sequence[int]) -> None:
        with (
            servers("erase") as on,
            running_district(
                *(on.folder, on.postgres, on.kafka.servers, on.redis), file=self._district
            ) as district,
        ):
            for run in runs:
                before = len(self._findings.found)
                one = self._run(district, OfDistrict(district, on), run)
                one.before()
                one.erase(district)
                one.after(district, OfDistrict(district, on))
                self._told(run)
                if len(self._findings.found) > before:
                    break

    def _in_one_folder(self, runs: Sequence[int]) -> None:
        data, tokens = self._folder / str(runs[0]) / "data", dict[str, str]()
        (data.parent / "backups").mkdir(parents=True)
        chance = random.Random(f"{self._seed}/{runs[0]}/passing")

        def start(passing: int) -> DrillNode:
            return DrillNode(
                *(data, tokens, FAILPOINT, passing, self._sabotage, self._district),
                backups=data.parent / "backups",
            )

        node = start(1)
        try:
            for run in runs:
                before = len(self._findings.found)
                one = self._run(node, OfNode(node), run)
                if run % RUNS_A_BACKUP == 0:
                    one.backup = Backup(node, run, one.reaches)
                one.before()
                if run % 2:
                    node = self._end_between(node, one, lambda: start(chance.randint(1, 3)))
                else:
                    one.erase(node)
                one.after(node, OfNode(node))
                self._told(run)
                if len(self._findings.found) > before:
                    break
        finally:
            node.end()

    def _run(self, served: Served, lying: Lying, run: int) -> "_Run":
        person = Person(f"{self._seed}-{run}")
        return _Run(served, lying, person, self._findings, run, self._sabotage is not None)

    def _told(self, run: int) -> None:
        print(f"{run + 1} of {self._runs} runs", file=sys.stderr, flush=True)

    def _end_between(
        self, node: DrillNode, run: "_Run", start: Callable[[], DrillNode]
    ) -> DrillNode:
        """Have the process end itself while it erases; start it again and repeat the command."""
        node.arm()
        asked = threading.Thread(target=lambda: run.try_to_erase(node), daemon=True)
        asked.start()
        if node.ended(WAIT_SECONDS) and node.fired.exists():
            self._fired[FAILPOINT] += 1
        else:
            self._findings.add(f"run {run.number}: {FAILPOINT} was not passed")
        asked.join(WAIT_SECONDS)
        node.end()
        node = start()
        run.erase(node)
        return node


class _Run:
    """One person: told, read, erased, looked for. With a `backup`, all papers are read, too."""

    def __init__(
        self,
        served: Served,
        lying: Lying,
        person: Person,
        findings: Findings,
        number: int,
        broken: bool,
    ) -> None:
        """`broken`: something is so on purpose, and the first place that shows it is enough."""
        self._served, self._lying, self._person = served, lying, person
        self._findings, self.number = findings, number
        self._key, self._broken, self.reaches = str(uuid4()), broken, REACHES_SECONDS[broken]
        self.backup: Backup | None = None

    def before(self) -> None:
        """Have the person's words told and read, and note what must be gone, and what must stay."""
        self._neighbours = Neighbours(self._served, self._person.mark)
        self._asked = Asked(self._served, self._person, whole=self.backup is not None)
        self._asked.walk()
        for what, content in self._asked.read(self._served):
            if missing := [each for each in what.shows if plain(each) not in content]:
                self._say(f"{what.path} does not show {missing} before")
        self._secrets = dict(self._lying.keys(self._asked.keys))
        wrapped = [each for each, _raw in self._secrets.values()]
        held = any(each in there for _name, there in self._lying.files() for each in wrapped)
        if len(self._secrets) < len(self._asked.keys) or not held:
            self._say("the keys are not in the keyring before")
        self._totals = self._asked.totals(self._served)
        if self.backup:
            self.backup.make()

    def try_to_erase(self, node: Served) -> None:
        """Ask for it, of a process that may end meanwhile."""
        try:
            self._ask(node)
        except httpx.TransportError:
            return

    def erase(self, node: Served) -> None:
        """Ask for it, the same command again where it was asked before."""
        answer = self._ask(node)
        if answer.status_code != httpx.codes.OK:
            self._say(f"the erasure was answered {answer.status_code}: {answer.text[:200]}")

    def after(self, node: Served, lying: Lying) -> None:
        """Look everywhere."""
        self._ends(node)
        wanted: dict[str, bytes] = {}
        for id, (wrapped, raw) in self._secrets.items():
            wanted |= {f"the wrapped key {id}": wrapped, f"the key {id}": raw}
        for word in self._person.forms():
            wanted |= {f"{word!r}": word.encode(), f"{word!r} in UTF-16": word.encode("utf-16-le")}
        for name, there in itertools.chain(lying.files(), self._leaving(node)):
            for secret, some in wanted.items():
                if some in there:
                    self._say(f"{secret} lies in {name}")
        if self._broken and self._findings.found:
            return
        if self.backup:
            for sentence in self.backup.found(
                wanted, lambda restored: self._ends(restored, "once restored: ")
            ):
                self._say(sentence)
        if unread := self._neighbours.unread(node):
            self._say(f"{unread} neighbours cannot be read any more", lost=unread)

    def _ends(self, node: Served, where: str = "") -> None:
        """Say what is not as it must be in the end, at the node or at what is restored of it."""
        for id, said in self._said(node):
            if said != 1:
                sentence = f"{where}PersonErased is said {said} times of {id}"
                self._say(sentence, doubled=max(0, said - 1))
        for what, content in self._asked.read(node):
            if shown := [each for each in self._person.words if plain(each) in content]:
                self._say(f"{where}{what.path} still shows {shown}")
            elif what.says and ERASED not in content:
                self._say(f"{where}{what.path} does not say that it is erased")
        if (totals := self._asked.totals(node)) != self._totals:
            self._say(f"{where}totals differ: {self._totals} → {totals}", differs=1)

    def _ask(self, node: Served) -> httpx.Response:
        body = {"reason": "subject_request", "complaints": self._asked.ids}
        headers = {"Idempotency-Key": self._key}
        path = f"/persons/{self._asked.ids[0]}/erasure"
        return node.as_("kukuh").post(path, json=body, headers=headers)

    def _said(self, node: Served) -> Iterator[tuple[str, int]]:
        """Wait until PersonErased is said of each complaint; yield how often it is."""
        until = time.monotonic() + self.reaches
        for id in self._asked.ids:
            for _look in looks(until - time.monotonic()):
                found = node.as_("agus").get(f"/audit/complaints/{id}")
                items = found.json()["items"] if found.is_success else []
                if said := [each["type"].split(".")[1] for each in items].count("PersonErased"):
                    break
            yield id, said

    def _leaving(self, node: Served) -> Iterator[tuple[str, bytes]]:
        for user, path in LEAVES:
            yield path, node.as_(user).get(path).raise_for_status().content

    def _say(self, sentence: str, **counted: int) -> None:
        self._findings.add(f"run {self.number}: {sentence}", **counted)


def run(runs: int, seed: int, sabotage: str | None = None) -> dict[str, Any]:
    """Run the drill in a folder of its own, and return its line."""
    with tempfile.TemporaryDirectory(prefix="drill-erase-") as folder:
        return EraseDrill(runs, seed, sabotage, Path(folder)).result()
