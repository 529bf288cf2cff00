"""The shared stream as its users see it; `embedded` and `kafka` are its adapters.

Promise of every adapter (tests/contract/stream.py holds each to it): a page is stored whole or
not at all; one key's messages keep their order; what was sent is durable; a reader starts where
it is told and may read anything again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kernel.contracts import Message


class Delivery(NamedTuple):
    """A message as it lies on the stream; `arrived_at` is when the stream took it.

    `lane` is the chain that it belongs to among those of its source, where that is not its
    partition: below 0 what an edge took over from the partitions of its district's stream, of
    which it keeps only a part.
    """

    message: Message
    partition: int
    offset: int
    arrived_at: datetime
    lane: int | None = None

    @property
    def chain(self) -> int:
        """The lane of what was taken over, else the partition."""
        return self.partition if self.lane is None else self.lane


class StreamUnavailable(Exception):
    """The stream does not answer; nothing of the page may be taken as sent."""


class Sender(Protocol):
    """Sends for one source; a second sender for the same source makes the first one fail."""

    def send(self, page: Sequence[Message]) -> None:
        """Store a page, all of it or nothing; raises StreamUnavailable."""

    def take_over(self) -> None:
        """Have what an earlier sender of this source began be over: readable from now on, or given
        up for good; raises StreamUnavailable."""

    def settle(self) -> None:
        """End what an earlier page of this source left unfinished, if anything is held up by it;
        raises StreamUnavailable."""

    def close(self) -> None:
        """Let go of the transport."""


class Reader(Protocol):
    """Reads every partition given to it, each in order."""

    def poll(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Return up to `limit` deliveries, or none after `timeout` seconds."""

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset` of a partition."""

    def wake(self) -> None:
        """Have a waiting `poll` return at once (from any thread)."""

    def close(self) -> None:
        """Let go of the transport."""


class Stream(Protocol):
    """The one log that all services write to and follow."""

    def partition_of(self, key: bytes) -> int:
        """Return the partition on which a key's messages lie."""

    def sender(self, source: str) -> Sender:
        """Return the sender of a source."""

    def reader(self, name: str, start: Mapping[int, int]) -> Reader:
        """Return a reader that begins at the given offsets (0 where none is given)."""

    def ends(self) -> Mapping[int, int]:
        """Return the offset after the last message of each partition."""

    def withheld(self) -> int:
        """Return how many messages are stored that nobody can read yet: of a page that is not
        done, or of which it is not known whether it was."""

    def close(self) -> None:
        """Let go of files and connections."""


def unread(stream: Stream, offsets: Mapping[int, int]) -> int:
    """Return how many messages are still to come to one who has read to these offsets."""
    ends = stream.ends()
    behind = sum(end - offsets.get(partition, 0) for partition, end in ends.items())
    return behind + stream.withheld()
