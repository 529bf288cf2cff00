"""Drill *kill*: accepted means stored, whenever the process is killed; nothing is done twice.

Each run is one life of a node: load, at least 50 acknowledged commands, the fault, a restart on
the same data folder, and the checks. A data folder serves many runs.
"""

import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.kernel import failpoints
from services.reporting.rebuild import Source
from tests.drills.checks import Findings, StreamCopy, check
from tests.drills.load import Ledger, Load
from tests.drills.node import DrillFailed, DrillNode

MOMENT = "moment"
FAILPOINTS = tuple(each for each in failpoints.ALL if each != failpoints.PAGE_WRITTEN)
"""Those that a node passes; its stream stores a page at once."""
FAULTS = (*FAILPOINTS, MOMENT)
ENOUGH_RUNS = len(FAULTS)
ACKNOWLEDGED = 50
RUNS_A_FOLDER = 25
REBUILT_FROM: tuple[Source, ...] = ("log", "stream", "stores")
"""A run after the other."""
LAST_PASSING = 8
WAIT_SECONDS = 120.0

# With which fault a sabotage must show: the rotation begins there.
SHOWS_AT = {"position-before-send": failpoints.POSITION_SAVED, "savepoint-dropped": MOMENT}


@dataclass(frozen=True)
class Fault:
    """How a run ends: at the k-th passing of a failpoint, or after so many more answers."""

    name: str
    passing: int
    more_answers: int
    pause: float

    @property
    def failpoint(self) -> str | None:
        return None if self.name == MOMENT else self.name


def fault_of(seed: int, run: int, sabotage: str | None) -> Fault:
    """Return the fault of a run: failpoints in turn, and the rest by the seed."""
    begin = FAULTS.index(SHOWS_AT.get(sabotage or "", FAULTS[0]))
    chance = random.Random(f"{seed}/{run}/fault")
    return Fault(
        FAULTS[(begin + run) % len(FAULTS)],
        chance.randint(1, LAST_PASSING),
        chance.randint(10, 60),
        chance.uniform(0, 0.02),
    )


class KillDrill:
    """Runs the drill; `result` is its line."""

    def __init__(self, runs: int, seed: int, sabotage: str | None, folder: Path) -> None:
        self._runs, self._seed, self._sabotage, self._folder = runs, seed, sabotage, folder
        self._findings = Findings()
        self._fired = dict.fromkeys(FAULTS, 0)

    def result(self) -> dict[str, Any]:
        """Run all, and say what was found."""
        began = time.monotonic()
        for first in range(0, self._runs, RUNS_A_FOLDER):
            try:
                self._in_one_folder(range(first, min(first + RUNS_A_FOLDER, self._runs)))
            except DrillFailed as problem:
                self._findings.add(str(problem))
        if self._runs >= ENOUGH_RUNS:
            for name in [each for each in FAILPOINTS if not self._fired[each]]:
                self._findings.add(f"failpoint {name} never fired")
        found = self._findings
        return {
            "drill": "kill",
            "runs": self._runs,
            "seed": self._seed,
            "seconds": round(time.monotonic() - began, 1),
            "failpoints": self._fired,
            **found.line(),
        }

    def _in_one_folder(self, runs: range) -> None:
        folder = self._folder / str(runs.start)
        folder.mkdir()
        ledger, copy, tokens = Ledger(), StreamCopy(), dict[str, str]()

        def start(run: int) -> DrillNode:
            fault = fault_of(self._seed, run, self._sabotage)
            return DrillNode(
                folder / "data", tokens, fault.failpoint, fault.passing, self._sabotage
            )

        node = start(runs.start)
        try:
            for run in runs:
                load = Load(node, ledger, self._seed, run)
                try:
                    self._end(node, ledger, load, fault_of(self._seed, run, self._sabotage), run)
                finally:
                    node.kill()
                    load.end()
                    node.end()
                node = start(run + 1)
                before = len(self._findings.found)
                source = REBUILT_FROM[run % len(REBUILT_FROM)]
                check(node, ledger, load, copy, self._findings, source)
                print(f"{run + 1} of {self._runs} runs", file=sys.stderr, flush=True)
                if len(self._findings.found) > before:
                    # What is wrong in this folder would be found again after every run.
                    self._findings.found[before] = (
                        f"run {run}, {fault_of(self._seed, run, self._sabotage).name}: "
                        + self._findings.found[before]
                    )
                    break
        finally:
            node.end()

    def _end(self, node: DrillNode, ledger: Ledger, load: Load, fault: Fault, run: int) -> None:
        """Let the load work, then have the process end as the fault says."""
        before = len(ledger.acknowledged)
        if not ledger.wait(before + ACKNOWLEDGED, WAIT_SECONDS) or not load.walked.wait(
            WAIT_SECONDS
        ):
            self._findings.add(f"run {run}: the load does not get on")
        node.arm()
        if fault.name == MOMENT:
            ledger.wait(len(ledger.acknowledged) + fault.more_answers, WAIT_SECONDS)
            time.sleep(fault.pause)
            node.kill()
            self._fired[MOMENT] += 1
            return
        if not node.ended(WAIT_SECONDS):
            self._findings.add(f"run {run}: {fault.name} was not passed")
            return
        if node.process.exitcode != -signal.SIGKILL or node.fired.read_text() != fault.name:
            raise DrillFailed(
                f"run {run}: the node ended by itself: {node.log.read_text()[-2000:]}"
            )
        self._fired[fault.name] += 1


def run(runs: int, seed: int, sabotage: str | None = None) -> dict[str, Any]:
    """Run the drill in a folder of its own, and return its line."""
    with tempfile.TemporaryDirectory(prefix="drill-kill-") as folder:
        return KillDrill(runs, seed, sabotage, Path(folder)).result()
