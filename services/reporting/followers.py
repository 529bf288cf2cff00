"""The followers of this deployment, as the operations page shows them and has them try again.

Reporting imports no other service: whoever puts a process together hands the followers in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from services.kernel.errors import NotFound
from services.kernel.follower import Drained, Queue
from services.kernel.text import _


class Working(Protocol):
    """A follower's thread, and how it fails if it does."""

    failure: str | None
    failing_since: datetime | None


class Followed(Protocol):
    """One service's follower."""

    name: str
    worker: Any

    def lag(self) -> int:
        """How many messages it has still to read."""

    def queues(self) -> list[Queue]:
        """What it has set aside."""

    def drain(self, subject: str) -> Drained | None:
        """Try a subject's queue again; None: it has none."""


def state(follower: Followed) -> dict[str, Any]:
    """Return how far a follower is, and whether it fails now."""
    worker: Working = follower.worker
    return {
        "name": follower.name,
        "lag": follower.lag(),
        "failure": worker.failure,
        "failing_since": worker.failing_since,
    }


def queues(followers: Sequence[Followed]) -> list[dict[str, Any]]:
    """Return every queue of set-aside events, the one that waits longest first."""
    found = [queue for follower in followers for queue in follower.queues()]
    return [vars(queue) for queue in sorted(found, key=lambda queue: queue.since)]


def replay(followers: Sequence[Followed], subject: str) -> list[dict[str, Any]]:
    """Have each follower try a subject's queue again, in order; raises NotFound for none."""
    drained = [found for each in followers if (found := each.drain(subject))]
    if not drained:
        raise NotFound(_("Tidak ada antrean untuk pengenal ini. Mungkin sudah selesai."))
    return [vars(each) for each in drained]
