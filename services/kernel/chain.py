"""Exactly once, in effect: what a follower may take of a batch, judged by the chain of ids.

For each source and partition a follower knows the last id it took. A message that follows it is
taken; one at or before it is a repeat; one that follows an id not seen yet leaves a hole and is
not taken until the hole is filled; one that claims another predecessor is a fork.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.kernel.contracts.envelope import UNCHAINED
from services.kernel.stream import Delivery


@dataclass
class Sorted:
    """A batch, sorted out. `tracked` is what the follower will have taken after it."""

    taken: list[Delivery] = field(default_factory=list)
    repeats: list[Delivery] = field(default_factory=list)
    late: list[Delivery] = field(default_factory=list)
    forks: list[Delivery] = field(default_factory=list)
    tracked: dict[str, int] = field(default_factory=dict)


def tracking_name(delivery: Delivery) -> str:
    """Return the name under which a follower tracks a chain of a source."""
    return f"{delivery.message.source}/{delivery.chain}"


def sort_out(deliveries: Iterable[Delivery], tracked: dict[str, int]) -> Sorted:
    """Sort a batch out; `tracked` holds the last id taken per source and partition."""
    found = Sorted()
    for delivery in deliveries:
        name = tracking_name(delivery)
        last = found.tracked.get(name, tracked.get(name, 0))
        message = delivery.message
        if message.id <= last:
            found.repeats.append(delivery)
        elif message.previous in (last, UNCHAINED):
            found.taken.append(delivery)
            found.tracked[name] = message.id
        elif message.previous > last:
            found.late.append(delivery)
        else:
            found.forks.append(delivery)
    return found


@dataclass
class Holes:
    """Where reading must go back to when a hole is filled: source and partition -> offset."""

    first: dict[str, Delivery] = field(default_factory=dict)

    def settle(
        self, batch: Sorted, read_to: Mapping[int, int]
    ) -> tuple[list[Delivery], dict[int, int]]:
        """Remember new holes and let go of filled ones.

        Returns the deliveries to go back to (what they waited for has been taken), and the
        offsets from which a restart must read: never after a message that was not taken.
        """
        for delivery in batch.late:
            self.first.setdefault(tracking_name(delivery), delivery)
        filled = [name for name in batch.tracked if name in self.first]
        back = [self.first.pop(name) for name in filled if self._is_reachable(name, batch)]
        safe = dict(read_to)
        for untaken in (*back, *self.first.values()):
            at = untaken.partition
            safe[at] = min(safe.get(at, untaken.offset), untaken.offset)
        return back, safe

    def _is_reachable(self, name: str, batch: Sorted) -> bool:
        return batch.tracked[name] >= self.first[name].message.previous
