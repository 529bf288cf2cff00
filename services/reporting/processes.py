"""How the processes of this deployment stand, as the operations page shows them and has them try
again what was set aside.

Reporting imports no other service: whoever puts a process together hands the watch in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from services.kernel.access.edges import Edge
from services.kernel.condition import Condition
from services.kernel.errors import NotFound
from services.kernel.follower import Drained
from services.kernel.text import _
from services.reporting.edges import edges


class Heard(NamedTuple):
    """How a process stood when it was last heard."""

    condition: Condition
    heard_at: datetime
    silent: bool


class Watch(Protocol):
    """What is known of the processes that relay and follow."""

    def heard(self) -> Sequence[Heard]:
        """Return how each process stands."""

    def edges(self) -> Sequence[Edge]:
        """Return the edges of the deployment, as they were heard."""

    def missing(self) -> Sequence[str]:
        """Return the services of which no process is heard, or none that relays and follows."""

    def replay(self, subject: str) -> Sequence[Drained]:
        """Have every follower try a subject's queue again, in order."""


class Nobody:
    """Where there are no other processes."""

    def heard(self) -> Sequence[Heard]:
        """Nobody is heard."""
        return ()

    def edges(self) -> Sequence[Edge]:
        """There are none."""
        return ()

    def missing(self) -> Sequence[str]:
        """Nobody is missed."""
        return ()

    def replay(self, subject: str) -> Sequence[Drained]:
        """Nobody has a queue."""
        return ()


def state(watch: Watch, log: str) -> dict[str, Any]:
    """Return what the processes tell: relays, followers (but the one named `log`), queues, tasks,
    backups, mailboxes, keys and files that wait to go elsewhere, how they are themselves; and the
    edges."""
    heard = list(watch.heard())
    leading = _leading(heard)

    def of_all(name: str) -> list[dict[str, Any]]:
        return [_plain(each) for found in leading for each in getattr(found, name)]

    return {
        "relays": of_all("relays"),
        "followers": [each for each in of_all("followers") if each["name"] != log],
        "queues": sorted(of_all("queues"), key=lambda queue: queue["since"]),
        "jobs": of_all("jobs"),
        "tasks": of_all("tasks"),
        "handovers": of_all("handovers"),
        "backups": of_all("backups"),
        "mailboxes": of_all("mailboxes"),
        "edges": edges(watch.edges()),
        "missing": list(watch.missing()),
        "processes": [
            {
                "process": each.condition.process,
                "services": each.condition.services,
                "leads": each.condition.leads,
                "failing": each.condition.failing,
                "disk_free": each.condition.disk_free,
                "disk_size": each.condition.disk_size,
                "clock_ahead_seconds": each.condition.clock_ahead_seconds,
                "heard_at": each.heard_at,
                "silent": each.silent,
            }
            for each in heard
        ],
    }


def _leading(heard: Sequence[Heard]) -> list[Condition]:
    """Return who leads: of several that say so of one service, who was heard last. The others have
    ended, and what they had not sent or read then says nothing any more."""
    leaders: dict[tuple[str, ...], Condition] = {}
    for each in sorted(heard, key=lambda each: each.heard_at):
        if each.condition.leads:
            leaders[tuple(each.condition.services)] = each.condition
    return [found for _services, found in sorted(leaders.items())]


def replay(watch: Watch, subject: str) -> list[dict[str, Any]]:
    """Have each follower try a subject's queue again, in order; raises NotFound for none."""
    drained = watch.replay(subject)
    if not drained:
        raise NotFound(_("Tidak ada antrean untuk pengenal ini. Mungkin sudah selesai."))
    return [vars(each) for each in drained]


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,))
    return found
