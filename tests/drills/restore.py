"""Drill *restore*: a node, an edge and a district, in turn, are backed up under load, go on, and
are lost; of the backup they go on.

Lost is only what neither the backup nor a stream held; what they held is there once; no number and
no position that an earlier life gave is given again; facts equal a rebuild. Each run begins on what
the one before restored, so that incarnations follow one another. Edge and district are in
`tests/drills/restore_away.py`.
"""

import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from services.kernel.backup.manifest import Manifest
from services.kernel.backup.recovery import recovery_of
from services.kernel.clock import system_clock
from services.main.backup.making import make
from services.main.backup.restoring import Restoring
from services.main.settings import Settings
from tests.drills import sabotage as sabotages
from tests.drills.checks import WRITING, Findings, check_facts, rows_of, unsettled
from tests.drills.kill import ACKNOWLEDGED, REBUILT_FROM, WAIT_SECONDS
from tests.drills.load import Ledger, Load
from tests.drills.node import DrillFailed, DrillNode
from tests.drills.restore_away import away
from tests.forked import PROCESSES

NODE: Final = "node"
KINDS: Final = (NODE, "edge", "district")
PASSPHRASE: Final = "a passphrase of the drill"
CHEAP: Final = 2**4
RESTORE_SECONDS: Final = 300.0
_RECEIVED: Final = (
    "SELECT originator_id FROM stored_events WHERE topic = 'intake.ComplaintReceived'"
)


def restore(backup: Path, data: Path, sabotage: str | None) -> None:
    """Restore a backup (in a process of its own, which a sabotage may break)."""
    if sabotage:
        sabotages.apply(sabotage, threading.Event())
    restoring = Restoring(backup, Settings(data=data), system_clock)
    restoring.run(restoring.secrets(PASSPHRASE))


class RestoreDrill:
    """Runs the drill; `result` is its line."""

    def __init__(
        self, runs: int, seed: int, sabotage: str | None, folder: Path, kinds: Sequence[str]
    ) -> None:
        self._runs, self._seed, self._sabotage, self._folder = runs, seed, sabotage, folder
        self._kinds = [kinds[run % len(kinds)] for run in range(runs)]
        self._recovery = recovery_of(PASSPHRASE, os.urandom, CHEAP)
        self._findings = Findings()
        self._given: dict[str, Counter[str]] = {"numbers": Counter(), "positions": Counter()}
        self._after = 0

    def result(self) -> dict[str, Any]:
        """Run all, and say what was found."""
        began = time.monotonic()
        unheard = 0
        try:
            for run in range(self._kinds.count(NODE)):
                self._run(run)
                self._told(run + 1)
                if self._findings.found:
                    break
            if others := [kind for kind in self._kinds if kind != NODE]:
                unheard = self._away(others)
        except DrillFailed as problem:
            self._findings.add(str(problem))
        if not self._after and not self._findings.found:
            self._findings.add("nothing was written between a backup and the loss")
        found = self._findings
        return {
            "drill": "restore",
            "runs": self._runs,
            "seed": self._seed,
            "seconds": round(time.monotonic() - began, 1),
            "failpoints": dict(Counter(self._kinds)),
            "after_the_backup": self._after,
            "heard_of_by_nobody": unheard,
            **found.line(),
        }

    def _away(self, kinds: Sequence[str]) -> int:
        """Lose an edge and its district in turn; return how many commands were acknowledged there
        that neither backup nor stream held."""
        with away(self._seed) as both:
            for number, kind in enumerate(kinds):
                both.run(kind, number, self._findings)
                self._told(self._runs - len(kinds) + number + 1)
                if self._findings.found:
                    break
            self._after += both.after
            return both.unheard

    def _told(self, run: int) -> None:
        print(f"{run} of {self._runs} runs", file=sys.stderr, flush=True)

    def _run(self, run: int) -> None:
        data, backup = self._folder / str(run) / "data", self._folder / f"backup-{run}"
        data.parent.mkdir(exist_ok=True)
        ledger = Ledger()
        before, made = self._life(run, data, backup, ledger)
        if made.trial.wrong:
            self._findings.add(f"the trial found {made.trial.wrong[:3]}", differs=1)
        again = self._folder / str(run + 1) / "data"
        again.parent.mkdir()
        process = PROCESSES.Process(target=restore, args=(backup, again, self._sabotage))
        process.start()
        process.join(RESTORE_SECONDS)
        if process.exitcode != 0:
            raise DrillFailed(f"run {run}: nothing was restored ({process.exitcode})")
        self._remember(ledger)
        node = DrillNode(again, {}, None, 0, None)
        try:
            self._check(run, node, before, made)
        finally:
            node.kill()
            node.end()
        shutil.rmtree(data.parent)
        shutil.rmtree(backup)

    def _life(
        self, run: int, data: Path, backup: Path, ledger: Ledger
    ) -> tuple[set[str], Manifest]:
        """Let a node work, back it up meanwhile, and kill it some answers later; return which
        complaints were acknowledged before the backup began."""
        chance = random.Random(f"{self._seed}/{run}/restore")
        node = DrillNode(data, {}, None, 0, None)
        try:
            load = Load(node, ledger, self._seed, run)
            try:
                if not ledger.wait(ACKNOWLEDGED, WAIT_SECONDS):
                    raise DrillFailed(f"run {run}: the load does not get on")
                before = _complaints(ledger)
                made = make(Settings(data=data), backup, self._recovery, system_clock)
                ledger.wait(len(ledger.acknowledged) + chance.randint(10, 60), WAIT_SECONDS)
            finally:
                node.kill()
                load.end()
        finally:
            node.end()
        self._after += len(_complaints(ledger) - before)
        return before, made

    def _remember(self, ledger: Ledger) -> None:
        """Count what a life gave out, lost or not."""
        for answer in ledger.acknowledged.values():
            self._given["positions"][answer["position"]] += 1
            if "receipt" in answer:
                self._given["numbers"][answer["number"]] += 1

    def _check(self, run: int, node: DrillNode, before: set[str], made: Manifest) -> None:
        to = self._findings
        held = {str(row[0]) for row in rows_of(node.data, "intake", _RECEIVED)}
        if lost := {id.replace("-", "") for id in before} - held:
            to.add(f"{len(lost)} that were acknowledged before the backup are gone", lost=len(lost))
        ledger, source = Ledger(), REBUILT_FROM[run % len(REBUILT_FROM)]
        load = Load(node, ledger, self._seed, 1_000_000 + run)
        ledger.wait(ACKNOWLEDGED, WAIT_SECONDS)
        load.end()
        for sentence in ledger.refused:
            to.add(sentence, lost=1)
        if not node.has_reports(RESTORE_SECONDS):
            raise DrillFailed(f"run {run}: the reports are not made again")
        if late := unsettled(node):
            to.add(f"did not come to rest: {late}")
        self._once(node, made, len(held) + len(_complaints(ledger)))
        self._remember(ledger)
        for what, given in self._given.items():
            if twice := sum(count > 1 for count in given.values()):
                to.add(f"{what}: {twice} were given twice", doubled=twice)
        if not node.get("agus", "/verify")["whole"]:
            to.add("verify: the history is not whole", differs=1)
        check_facts(node, to, source)

    def _once(self, node: DrillNode, made: Manifest, complaints: int) -> None:
        """Every event of the stores is in the log copy once, and nothing was set aside."""
        copied = {each["source"]: each["events"] for each in node.get("agus", "/verify")["sources"]}
        for source, last in made.positions.items():
            if last and copied.get(source) != last:
                self._findings.add(f"{source}: {copied.get(source, 0)} of {last}", lost=1)
        for name in WRITING:
            ((events,),) = rows_of(node.data, name, "SELECT count(*) FROM stored_events")
            there = sum(count for source, count in copied.items() if source.endswith(f"/{name}"))
            self._findings.compare(name, Counter(events=events), Counter(events=there))
            for reason, count in rows_of(
                node.data, name, "SELECT reason, count(*) FROM set_aside GROUP BY reason"
            ):
                self._findings.add(f"{name} set {count} aside: {reason}", doubled=count)
        ((received,),) = rows_of(node.data, "intake", f"SELECT count(*) FROM ({_RECEIVED})")
        self._findings.compare("complaints", Counter(there=complaints), Counter(there=received))


def _complaints(ledger: Ledger) -> set[str]:
    with ledger.news:
        return {each["id"] for each in ledger.acknowledged.values() if "receipt" in each}


def run(runs: int, seed: int, sabotage: str | None = None) -> dict[str, Any]:
    """Run the drill in a folder of its own, and return its line; what is broken on purpose is
    broken at a node."""
    with tempfile.TemporaryDirectory(prefix="drill-restore-") as folder:
        kinds = (NODE,) if sabotage else KINDS
        return RestoreDrill(runs, seed, sabotage, Path(folder), kinds).result()
