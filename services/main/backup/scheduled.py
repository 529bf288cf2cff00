"""Backs a data folder up by the clock, keeps the newest, and tells how that goes.

Each is made by a process of its own, at a lower priority: people do not wait for its trial.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from services.kernel.backup import manifest as manifests
from services.kernel.backup.manifest import Manifest
from services.kernel.clock import Clock
from services.kernel.condition import BackupState
from services.kernel.worker import Worker
from services.main.backup.erased import Following, backups_in
from services.main.backup.layout import kept_recovery
from services.main.settings import Settings

log = structlog.get_logger()
LOOK_SECONDS: Final = 30.0
RETRY: Final = timedelta(minutes=10)
LOWER_PRIORITY: Final = 10
NO_PASSPHRASE: Final = "no_passphrase"  # noqa: S105 - a code
NOT_MADE: Final = "not_made"
_NAME: Final = "%Y-%m-%dT%H%MZ"


Command = Callable[[Path, Path], Sequence[str]]


def by_command(data: Path, to: Path) -> Sequence[str]:
    """Return the command that backs a data folder up."""
    return (
        *(sys.executable, "-m", "services.main.cli", "backup", str(to)),
        *("--data", str(data), "--json"),
    )


def with_district(file: Path) -> Command:
    """Return the same for a process of a district, which is told its district file."""
    return lambda data, to: (*by_command(data, to), "--district", str(file))


def scheduled(
    settings: Settings,
    origin: str,
    clock: Clock,
    command: Command = by_command,
    following: Following | None = None,
) -> "Scheduled | None":
    """Return the backups of a deployment as its settings say; None: they are made by hand only."""
    if settings.backups is None:
        return None
    return Scheduled(
        settings.data,
        origin,
        settings.backups,
        settings.backup_hours,
        settings.backups_kept,
        clock,
        command,
        following,
    )


class Scheduled:
    """The backups of one data folder in `folder`: one every `hours`, of which `keeps` stay.

    `following` changes them where somebody is erased.
    """

    def __init__(
        self,
        data: Path,
        origin: str,
        folder: Path,
        hours: int,
        keeps: int,
        clock: Clock,
        command: Command = by_command,
        following: Following | None = None,
    ) -> None:
        self._following = following
        self._data, self._origin, self._folder = data, origin, folder
        self._every, self._keeps = timedelta(hours=hours), keeps
        self._clock, self._command = clock, command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self._failure: str | None = None
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self.worker = Worker("backups", self.step, wake=self._end)

    def step(self) -> None:
        """Make a backup if one is due, and let old ones go."""
        now = self._clock()
        if now < max(self._due_at(), self._not_before):
            self.worker.pause(LOOK_SECONDS)
            return
        self._failure = self._make(now)
        if self._failure:
            self._not_before = now + RETRY
        else:
            self.prune()

    def state(self) -> list[BackupState]:
        """Return how the backups stand."""
        found = self._made()
        last = found[-1][1] if found else None
        return [
            BackupState(
                folder=str(self._folder),
                every_hours=self._every // timedelta(hours=1),
                kept=len(found),
                last_at=last.made_at if last else None,
                passed=last.trial.passed if last else None,
                size=sum(each.size for each in last.files) if last else None,
                failure=self._failure,
                unerased=self._following.unerased if self._following else 0,
            )
        ]

    def prune(self) -> None:
        """Remove what is older than the newest that are kept, but the last that passed."""
        found = self._made()
        passed = [path for path, made in found if made.trial.passed][-1:]
        for path, _made in found[: -self._keeps]:
            if path not in passed:
                with self._following.lock if self._following else nullcontext():
                    # What is half removed is no backup any more: its manifest goes first.
                    (path / manifests.MANIFEST).unlink()
                    shutil.rmtree(path, ignore_errors=True)

    def _due_at(self) -> datetime:
        found = self._made()
        return found[-1][1].made_at + self._every if found else self._not_before

    def _made(self) -> list[tuple[Path, Manifest]]:
        """Return the backups of this origin that lie there, the oldest first."""
        return backups_in(self._folder, self._origin, f"{self._origin}-*")

    def _make(self, now: datetime) -> str | None:
        """Make one; return why there is none, if so."""
        if kept_recovery(self._data) is None:
            return NO_PASSPHRASE
        to = self._folder / f"{self._origin}-{now.astimezone(UTC).strftime(_NAME)}"
        with self._lock:
            if self._stopping:
                return NOT_MADE
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self._command(self._data, to),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            os.setpriority(os.PRIO_PROCESS, self._process.pid, LOWER_PRIORITY)
        _out, said = self._process.communicate()
        if not (to / manifests.MANIFEST).exists():
            log.error("backup_not_made", said=said.decode(errors="replace").strip()[-300:])
            return NOT_MADE
        return None

    def _end(self) -> None:
        """End a backup that is being made: nothing of it is left."""
        with self._lock:
            self._stopping = True
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
