"""How a process of the deployment stands: what of its service is not yet on the stream, not yet
read or set aside, what fails, and how its machine is.

The operations page, `tanggap doctor` and `/metrics` show the same figures.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from prometheus_client.core import GaugeMetricFamily

from services.kernel.clock import Clock
from services.kernel.follower import Follower, Queue
from services.kernel.jobs import Jobs
from services.kernel.queue import set_aside
from services.kernel.relay import Relay
from services.kernel.store import Service
from services.kernel.store.database import StoreUnavailable
from services.kernel.stream import StreamUnavailable
from services.kernel.worker import Worker


class RelayState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a service's events are on their way; times are when the oldest was recorded."""

    service: str
    unsent: int
    oldest_unsent_at: datetime | None
    failure: str | None
    failing_since: datetime | None


class LateState(msgspec.Struct, frozen=True, kw_only=True):
    """A message that came before the one it follows."""

    source: str
    id: int
    waits_for: int
    arrived_at: datetime


class FollowerState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a service's follower is; `lag` is None while the stream does not answer."""

    name: str
    lag: int | None
    failure: str | None
    failing_since: datetime | None
    late: list[LateState]


class JobsState(msgspec.Struct, frozen=True, kw_only=True):
    """What a service does later: how much of it is due by now, and since when."""

    service: str
    due: int
    oldest_due_at: datetime | None


class TaskState(msgspec.Struct, frozen=True, kw_only=True):
    """A task that is sent no more: it was begun, again and again, and came to no end."""

    task: str
    argument: str
    since: datetime


class HandoverState(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and files that wait to go to another origin, and what holds them up.

    `refused` counts those that it will not have; `heard_at` is when it last answered (an edge's
    district; None: not since the process began, or this side never calls).
    """

    peer: str
    keys: int
    files: int
    oldest_since: datetime | None
    refused: int = 0
    heard_at: datetime | None = None
    failure: str | None = None
    failing_since: datetime | None = None


class BackupState(msgspec.Struct, frozen=True, kw_only=True):
    """How the scheduled backups stand: when the last was made (None: never), whether it passed its
    trial, how many bytes it has, why the one that is due is not there, and how many of them still
    hold words of people who were erased since."""

    folder: str
    every_hours: int
    kept: int
    last_at: datetime | None
    passed: bool | None
    size: int | None
    failure: str | None
    unerased: int = 0


class MailboxState(msgspec.Struct, frozen=True, kw_only=True):
    """How the mailbox is read to which e-mails come back: when last (None: never), how many mails
    of it nobody has read that say nothing to the machine, and why it cannot be read now."""

    mailbox: str
    looked_at: datetime | None
    left: int
    failure: str | None


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How one process stands; `relays`, `followers`, `queues`, `jobs`, `tasks` and
    `handovers` only while it leads its store.

    Sizes are bytes; `clock_ahead_seconds` is against the store's server, None where there is none.
    """

    process: str
    services: list[str]
    leads: bool
    relays: list[RelayState]
    followers: list[FollowerState]
    queues: list[Queue]
    jobs: list[JobsState]
    tasks: list[TaskState]
    failing: dict[str, str]
    disk_free: int
    disk_size: int
    clock_ahead_seconds: float | None = None
    handovers: list[HandoverState] = []
    backups: list[BackupState] = []
    mailboxes: list[MailboxState] = []


def relay_state(relay: Relay) -> RelayState:
    """Return how far a relay is."""
    service, position = relay.service, relay.position
    unsent = relay.lag()
    oldest = service.recorder.select_notifications(position + 1, 1) if unsent > 0 else []
    event: Any = service.mapper.to_domain_event(oldest[0]) if oldest else None
    return RelayState(
        service=service.name,
        unsent=max(unsent, 0),
        oldest_unsent_at=event and event.timestamp,
        failure=relay.worker.failure,
        failing_since=relay.worker.failing_since,
    )


def follower_state(
    name: str, lag: Callable[[], int], worker: Worker, late: Sequence[Any]
) -> FollowerState:
    """Return how far a follower (or the log copy) is; `late` are the deliveries after its holes."""
    try:
        behind: int | None = lag()
    except StreamUnavailable:
        behind = None
    return FollowerState(
        name=name,
        lag=behind,
        failure=worker.failure,
        failing_since=worker.failing_since,
        late=[
            LateState(
                source=each.message.source,
                id=each.message.id,
                waits_for=each.message.previous,
                arrived_at=each.arrived_at,
            )
            for each in late
        ],
    )


def jobs_state(jobs: Jobs) -> JobsState:
    """Return what of a service's work is due by now."""
    due = jobs.due()
    oldest = datetime.fromisoformat(due[0]["due_at"]) if due else None
    return JobsState(service=jobs.service.name, due=len(due), oldest_due_at=oldest)


def task_states(jobs: Jobs) -> list[TaskState]:
    """Return the tasks of a service that are sent no more."""
    return [
        TaskState(
            task=row["task"],
            argument=row["argument"],
            since=datetime.fromisoformat(row["sent_at"]),
        )
        for row in set_aside(jobs)
    ]


def clock_ahead(service: Service, clock: Clock) -> float | None:
    """Return by how many seconds this machine's clock is before that of the store's server."""
    if not service.shared:
        return None
    before = clock()
    (row,) = service.select("SELECT clock_timestamp() AS now")
    # The server read its clock somewhere between our two readings.
    between = before + (clock() - before) / 2
    ahead: float = (between - row["now"]).total_seconds()
    return round(ahead, 3)


def condition(
    process: str,
    services: Sequence[str],
    folder: Path,
    *,
    leads: bool,
    relays: Sequence[Relay] = (),
    followers: Sequence[Follower] = (),
    jobs: Sequence[Jobs] = (),
    log: Callable[[], FollowerState] | None = None,
    failing: Mapping[str, str] | None = None,
    handovers: Callable[[], list[HandoverState]] = list,
    backups: Callable[[], list[BackupState]] = list,
    mailboxes: Callable[[], list[MailboxState]] = list,
    clock_ahead_seconds: Callable[[], float | None] = lambda: None,
) -> Condition:
    """Return how this process stands; what its store does not answer is left out and named.

    `log` tells of the log copy, which keeps no queues.
    """
    failing = dict(failing or {})
    disk = shutil.disk_usage(folder)
    found: dict[str, Any] = {
        name: [] for name in ("relays", "followers", "queues", "jobs", "tasks", "handovers")
    }
    try:
        found["relays"] = [relay_state(each) for each in relays]
        found["followers"] = [
            follower_state(each.name, each.lag, each.worker, each.holes()) for each in followers
        ]
        found["followers"] += [log()] if log else []
        found["queues"] = [queue for each in followers for queue in each.queues()]
        found["jobs"] = [jobs_state(each) for each in jobs]
        found["tasks"] = [task for each in jobs for task in task_states(each)]
        found["handovers"] = handovers()
        found["backups"] = backups()
        found["mailboxes"] = mailboxes()
        found["clock_ahead_seconds"] = clock_ahead_seconds()
    except Exception as error:
        # How a process stands is asked most when something is wrong: then this is what is told.
        failing["store"] = error.kind if isinstance(error, StoreUnavailable) else _kind(error)
    return Condition(
        process=process,
        services=list(services),
        leads=leads,
        failing=failing,
        disk_free=disk.free,
        disk_size=disk.total,
        **found,
    )


def _kind(error: Exception) -> str:
    return type(error).__name__


GAUGES: Final = {
    "tanggap_relay_unsent_events": "Events of a service's store that are not yet on the stream",
    "tanggap_relay_oldest_unsent_seconds": "Age of the oldest event not yet on the stream",
    "tanggap_follower_unread_messages": "Messages of the stream that a follower has still to read",
    "tanggap_follower_holes": "Sources for which a message before a later one is missing",
    "tanggap_follower_set_aside_subjects": "Subjects with an event that could not be handled",
    "tanggap_jobs_due": "Tasks that are due by now and not done",
    "tanggap_tasks_set_aside": "Tasks that are sent no more",
    "tanggap_handover_waiting": "Keys and files that wait to go to another origin",
    "tanggap_mailbox_left": "Mails among those that came back which nobody has read or told",
    "tanggap_workers_failing": "Workers of the process that fail now",
    "tanggap_disk_free_bytes": "Free space where the data folder lies",
    "tanggap_clock_ahead_seconds": "This machine's clock against that of the store's server",
}


class Figures:
    """The figures of a process for Prometheus, taken when asked (its collector protocol)."""

    def __init__(self, now: Callable[[], Condition], clock: Clock) -> None:
        self._now, self._clock = now, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge; those of relays and followers by service."""
        found = self._now()
        values: dict[str, list[tuple[str, float]]] = {name: [] for name in GAUGES}
        for relay in found.relays:
            oldest = relay.oldest_unsent_at
            age = (self._clock() - oldest).total_seconds() if oldest else 0.0
            values["tanggap_relay_unsent_events"].append((relay.service, relay.unsent))
            values["tanggap_relay_oldest_unsent_seconds"].append((relay.service, age))
        for each in found.followers:
            if each.lag is not None:
                values["tanggap_follower_unread_messages"].append((each.name, each.lag))
            values["tanggap_follower_holes"].append((each.name, len(each.late)))
            aside = sum(queue.follower == each.name for queue in found.queues)
            values["tanggap_follower_set_aside_subjects"].append((each.name, aside))
        values["tanggap_jobs_due"] = [(each.service, each.due) for each in found.jobs]
        values["tanggap_tasks_set_aside"].append(("", len(found.tasks)))
        waiting = sum(each.keys + each.files for each in found.handovers)
        values["tanggap_handover_waiting"].append(("", waiting))
        values["tanggap_mailbox_left"].append(("", sum(each.left for each in found.mailboxes)))
        values["tanggap_workers_failing"].append(("", len(found.failing)))
        values["tanggap_disk_free_bytes"].append(("", found.disk_free))
        if found.clock_ahead_seconds is not None:
            values["tanggap_clock_ahead_seconds"].append(("", found.clock_ahead_seconds))
        for name, given in values.items():
            gauge = GaugeMetricFamily(name, GAUGES[name], labels=["service"])
            for service, value in given:
                gauge.add_metric([service], value)
            yield gauge
