"""A backup that was made before somebody was erased: it, and a copy of it that no erasure reaches,
are restored afterwards."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from services.kernel.backup.recovery import recovery_of
from services.kernel.clock import system_clock
from services.main.backup.making import make
from services.main.backup.restoring import Restoring
from services.main.settings import Settings
from tests.drills.node import DrillFailed, DrillNode

PASSPHRASE: Final = "hujan di bulan juni"
WAIT_SECONDS: Final = 60.0


class Backup:
    """One backup of a node, kept where the node keeps its own; and a copy on a shelf."""

    def __init__(self, node: DrillNode, number: int, patience: float) -> None:
        """`patience` is for so many seconds in which an erasure is to reach it."""
        self._patience = patience
        self._folder, self._data = node.data.parent, node.data
        origin = json.loads((node.data / "origin.json").read_text())["origin"]
        self._kept = self._folder / "backups" / f"{origin}-{number}"
        self._shelf = self._folder / "shelf" / str(number)

    def make(self) -> None:
        """Back the node up while it serves."""
        recovery = recovery_of(PASSPHRASE, os.urandom, 2**4)
        make(Settings(data=self._data), self._kept, recovery, system_clock)
        shutil.copytree(self._kept, self._shelf)

    def found(
        self, wanted: Mapping[str, bytes], check: Callable[[DrillNode], None]
    ) -> Iterator[str]:
        """Yield what is still found of the erased in the kept backup, and in what is restored of
        both; `check` looks at each of these while it serves."""
        until = time.monotonic() + self._patience
        while (left := set(_lying(self._kept, wanted))) and time.monotonic() < until:
            time.sleep(0.2)
        yield from (f"{each} lies in the backup" for each in sorted(left))
        for backup, lost in ((self._kept, None), (self._shelf, self._data)):
            if lost and not set(_lying(backup, wanted)):
                yield "nothing of the person lay in the backup on the shelf"
            again = self._folder / "again" / "data"
            again.parent.mkdir()
            restoring = Restoring(backup, Settings(data=again), system_clock, lost=lost)
            restoring.run(restoring.secrets(PASSPHRASE))
            yield from (f"{each} lies in what was restored" for each in _lying(again, wanted))
            node = DrillNode(again, {}, None, 0, None)
            try:
                _wait_until_it_reports(node)
                check(node)
            finally:
                node.end()
            shutil.rmtree(again.parent)
        shutil.rmtree(self._kept)
        shutil.rmtree(self._shelf)


def _wait_until_it_reports(node: DrillNode) -> None:
    """Wait until the reports are made anew and all that was restored has been read again."""
    if not node.has_reports(WAIT_SECONDS):
        raise DrillFailed("the reports of what was restored are not made")
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = node.as_("wulan").get("/operations")
        if found.is_success and not any(each["lag"] for each in found.json()["followers"]):
            return
        time.sleep(0.1)
    raise DrillFailed("what was restored is not read again")


def _lying(folder: Path, wanted: Mapping[str, bytes]) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        content = file.read_bytes() if file.is_file() else b""
        yield from (name for name, some in wanted.items() if some in content)
