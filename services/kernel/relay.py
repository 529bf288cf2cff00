"""From a service's outbox to the stream: in order, nothing lost, each page whole.

The library's notification log is the outbox. A page is sent, then its position is recorded with
the last id sent to each partition. A crash between the two sends the page again; followers know
a repeat by its id and a missing one by `previous`.
"""

import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, Literal

import msgspec

from services.kernel import failpoints
from services.kernel.contracts import Message
from services.kernel.store import Service
from services.kernel.store.database import Connection
from services.kernel.store.recent import Placed
from services.kernel.stream import Sender, Stream, StreamUnavailable
from services.kernel.worker import Worker

PAGE = 500
WAIT_SECONDS = 0.5
SETTLE_SECONDS: Final = 10.0
"""So often it looks whether anything is held up on the stream."""
Way = Literal["relay", "uplink"]
_TABLES: Final[dict[Way, str]] = {"relay": "relayed", "uplink": "uplinked"}
"""Where it is recorded how far each way has got."""


class Relay:
    """Moves one service's events to a stream; `way` is which: to this deployment's own, or up to
    the district's. While it may not send, it waits."""

    def __init__(
        self,
        service: Service,
        stream: Stream,
        way: Way = "relay",
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self.service = service
        self.way: Way = way
        self._may_send = may_send
        self._stream = stream
        self._sender: Sender | None = None
        self._sends_as = service.source
        self._settles_at = 0.0
        self._sent = recorded_positions(service, way)
        self._subscription = service.subscription(self.position)
        self.worker = Worker(
            f"{way}-{service.name}",
            self.step,
            failed=self._start_anew,
            wake=self._subscription.stop,
            close=self._drop_sender,
        )

    @property
    def position(self) -> int:
        """The last id of the outbox that is known to be on the stream."""
        return max(self._sent.values(), default=0)

    def lag(self) -> int:
        """How many events of the outbox are not yet on the stream."""
        return (self.service.recorder.max_notification_id() or 0) - self.position

    def step(self) -> None:
        """Send the next page, if there is one within half a second."""
        if not self._may_send():
            self.worker.pause(WAIT_SECONDS)
            return
        if events := self._page():
            page = [self.service.publish(position, event) for position, event in events]
            for _source, messages in groupby(page, lambda each: each.source):
                self.send([*messages])
        if time.monotonic() > self._settles_at:
            self._settles_at = time.monotonic() + SETTLE_SECONDS
            self._settle()

    def _page(self) -> Sequence[Placed]:
        """Return the next events, as they were saved or, where that is not known, as stored."""
        service, after = self.service, self.position
        events = service.recent.after(after, PAGE)
        if events == []:
            self._subscription.wait(WAIT_SECONDS)
            events = service.recent.after(after, PAGE)
        if events:
            return events
        self._subscription.restart(after)
        stored = self._subscription.page(0 if events == [] else WAIT_SECONDS)
        return [(each.id, service.mapper.to_domain_event(each)) for each in stored]

    def send(self, page: Sequence[Message]) -> None:
        """Send a page of one source, then record that it was sent."""
        sent = dict(self._sent)
        sender = self._open_sender(page[0].source)
        sender.send([self._chained(message, sent) for message in page])
        failpoints.hit(failpoints.PAGE_SENT)
        self.service.writer.run(lambda connection: _record(connection, self.way, sent))
        self._sent = sent
        failpoints.hit(failpoints.POSITION_SAVED)

    def _chained(self, message: Message, sent: dict[int, int]) -> Message:
        partition = self._stream.partition_of(message.key)
        after = self.service.incarnations.begun(message.source).after
        # What an earlier incarnation sent is of another chain.
        previous = max(sent.get(partition, 0) - after, 0)
        sent[partition] = after + message.id
        return msgspec.structs.replace(message, previous=previous)

    def _settle(self) -> None:
        try:
            self._open_sender(self.service.source).settle()
        except StreamUnavailable:
            # That the stream is away is told by the next page that cannot be sent.
            self._drop_sender()

    def _open_sender(self, source: str) -> Sender:
        if source != self._sends_as:
            self._drop_sender()
        if self._sender is None:
            self._sender = self._stream.sender(source)
            self._sends_as = source
        return self._sender

    def _start_anew(self) -> None:
        self._drop_sender()
        self._sent = recorded_positions(self.service, self.way)

    def _drop_sender(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None


def recorded_positions(service: Service, way: Way = "relay") -> dict[int, int]:
    """Return the last position of the store that was sent to each partition, as recorded."""
    statement = f"SELECT partition, last_id FROM {_TABLES[way]}"  # noqa: S608 - a name of ours
    rows = service.writer.run(lambda connection: connection.execute(statement).fetchall())
    return {row["partition"]: row["last_id"] for row in rows}


def sent_ids(service: Service, source: str) -> dict[int, int]:
    """Return the last id that a source of a store sent to each partition, as recorded.

    Of an earlier incarnation that is no more known where a later one has sent to the partition.
    """
    begun = service.incarnations.begun(source)
    return {
        partition: last - begun.after
        for partition, last in recorded_positions(service).items()
        if begun.after < last and (begun.until is None or last <= begun.until)
    }


def _record(connection: Connection, way: Way, sent: dict[int, int]) -> None:
    connection.executemany(
        f"INSERT INTO {_TABLES[way]} VALUES (?, ?) "  # noqa: S608 - a name of ours
        "ON CONFLICT (partition) DO UPDATE SET last_id = excluded.last_id",
        sent.items(),
    )
