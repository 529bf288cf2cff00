"""The real node, worked by hand: each part takes a step when it is told to, and time stands still.

The four applications, their stores, relays, followers and due tasks are the product's own, put
together as the program does; only no thread of theirs runs, so that what comes when is chosen. A
crash is the data folder as it lies on the disk at a seam between two durable writes.
"""

import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from services.kernel import failpoints
from services.kernel.contracts import read
from services.kernel.district import District
from services.kernel.store import Service
from services.main.node import Node
from services.main.settings import Settings
from services.reporting.messages import message_hash
from services.reporting.rebuild import Source

WRITING = ("intake", "resolution", "publication")
DUE = "SELECT * FROM due ORDER BY due_at"
FOLLOWING = ("resolution", "publication", "reporting")


class SetClock:
    """A clock that moves only when it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, span: timedelta) -> None:
        self.now += span


class NodeByHand:
    """A node on a folder; `district` is as it was read from its file."""

    def __init__(self, folder: Path, district: District, clock: SetClock) -> None:
        self.clock = clock
        self._crashes = 0
        self._district = district
        self._folder = folder
        self._at: str | None = None
        self._left: tuple[str, Path] | None = None
        for name in failpoints.ALL:
            failpoints.arm(name, partial(self._passed, name))
        self._open()

    def _open(self) -> None:
        at, self._at = self._at, None  # a start is no passing
        self.node = Node(Settings(data=self._folder), self._district, self.clock)
        self.services: dict[str, Service] = {
            each.name: each
            for each in (self.node.intake, self.node.resolution, self.node.publication)
        }
        self.node.record_district()
        self._at = at

    def _close(self) -> None:
        self.node.reporting.store.reader().close()
        for worker in self.node.workers:
            worker._close()  # as its stop would, had it been started
        self.node.close()
        del self.node, self.services

    def end(self) -> None:
        """Close the node for good."""
        for name in failpoints.ALL:
            failpoints.arm(name, _nothing)
        self._close()
        shutil.rmtree(self._folder)

    def restart(self) -> None:
        """Close everything, and open it again on the same folder."""
        self._close()
        self._open()

    def crash_at(self, failpoint: str) -> None:
        """At its next passing, what is then on the disk will be all that is left."""
        self._at = failpoint

    def crashed(self) -> str | None:
        """Where it has crashed meanwhile: open what was left, and say at which failpoint."""
        if self._left is None:
            return None
        (failpoint, left), self._left = self._left, None
        self._close()
        shutil.rmtree(self._folder)
        self._folder = left
        self._open()
        return failpoint

    def crash(self) -> None:
        """Crash between two steps."""
        self._keep("")
        self.crashed()

    def _passed(self, name: str) -> None:
        if name == self._at:
            self._at = None
            self._keep(name)

    def _keep(self, failpoint: str) -> None:
        self._crashes += 1
        left = self._folder.with_name(f"crash-{self._crashes}")
        # The -shm is no content: SQLite makes it anew from the write-ahead log.
        shutil.copytree(self._folder, left, ignore=shutil.ignore_patterns("*-shm"))
        self._left = failpoint, left

    def relay(self, service: str) -> None:
        """Send what lies in a service's outbox."""
        if self.node.relays[service].lag():
            self.node.relays[service].step()

    def follow(self, name: str) -> None:
        """Let one follower take what lies on the stream."""
        part = self._follower(name)
        while part.lag():
            part.step()

    def deliver_again(self, name: str, offset: int) -> None:
        """Have the stream deliver to a follower once more what it has read, from an offset on."""
        part = self._follower(name)
        read = part.offsets if name == "reporting" else part._offsets
        part._reader.seek(0, offset % (read.get(0, 0) + 1))
        part.step()
        self.follow(name)

    def _follower(self, name: str) -> Any:
        return self.node.reporting.log if name == "reporting" else self.node.followers[name]

    def run_due(self) -> None:
        """Run the tasks that are due now, until none is."""
        for jobs in self.node.jobs:
            service = jobs.service
            waiting = service.select(DUE)
            while any(_due(row["due_at"]) <= self.clock.now for row in waiting):
                jobs.step()
                if self._left:
                    return
                before, waiting = waiting, service.select(DUE)
                assert before != waiting, "what is due is not run"

    def count(self, service: str) -> int:
        """Return how many events a service has recorded."""
        return self.services[service].recorder.max_notification_id() or 0

    def steps(self, service: str, id: Any) -> list[tuple[str, datetime, datetime, str]]:
        """Return the recorded steps of one thing: name, both times, and who."""
        return [
            (each.name, read(each).occurred_at, each.time, each.actor)
            for each in self.services[service].history(id)
        ]

    def faults(self) -> list[str]:
        """Say what is wrong with the node at rest: stores, stream, log copy, facts."""
        found = []
        for name, follower in self.node.followers.items():
            store = self.services.get(name)
            kept = store.select("SELECT * FROM set_aside") if store else []
            if kept or follower.aside:
                found.append(f"{name} has set events aside")
            if follower.holes():
                found.append(f"{name} waits for what never comes")
        reporting = self.node.reporting
        verified = reporting.verify()
        if not verified["whole"]:
            found.append(f"verify: {verified}")
        copied: dict[tuple[str, int], str] = {
            (each["source"], each["id"]): each["hash"]
            for each in reporting.events(None, limit=1_000_000)
        }
        stored = {
            (each.source, each.id): message_hash(each)
            for service in self.services.values()
            for each in service.published(1, 1_000_000)
        }
        if copied != stored:
            wrong = copied.items() ^ stored.items()
            found.append(f"the log copy is not what the stores hold: {wrong}")
        return found

    def differences(self, source: Source, *, check: bool = True) -> tuple[Any, ...]:
        """Return what a rebuild makes otherwise than the live facts are."""
        return self.node.reporting.rebuild(source, _nothing, check=check).differences


def _due(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _nothing(*_: Any) -> None:
    """What happens where nothing is to happen."""
