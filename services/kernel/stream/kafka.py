"""The stream of a district: one Kafka topic, written in transactions, read committed.

A page is one transaction whose `transactional_id` is the source: followers see all of it or
nothing, and a second sender of a source fences the first (design: an idempotent producer alone,
with the broker away for longer than its delivery time-out, loses the middle of a page).
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from services.kernel import failpoints
from services.kernel.contracts import Message, from_headers
from services.kernel.contracts.envelope import MalformedMessage, stray
from services.kernel.stream.clients import begun
from services.kernel.stream.port import Delivery, StreamUnavailable
from services.kernel.stream.topic import Topic

log = structlog.get_logger()
DELIVERY_SECONDS: Final = 30.0
SLICE_SECONDS: Final = 0.1
_GIVEN_UP_AFTER: Final = 2
"""So many times as long as a page may take, a transaction may be open; whatever is on the topic
after its first record is not read before it ends."""
_POSITIVE: Final = 0x7FFFFFFF


class KafkaStream:
    """The stream on one topic; that it is as it must be is checked when a process starts
    (`Topic.check`), or, where it may be out of reach then, at first use."""

    def __init__(
        self, topic: Topic, *, delivery_seconds: float = DELIVERY_SECONDS, check: bool = False
    ) -> None:
        self._unchecked = topic if check else None
        self._topic = topic.name
        self._partitions = [
            TopicPartition(topic.name, number) for number in range(topic.partitions)
        ]
        self._options = topic.connection
        self._delivery_ms = int(delivery_seconds * 1000)
        self._answer_ms = int(topic.first_answer_seconds * 1000)
        self._asking = threading.Lock()
        self._asker: KafkaConsumer | None = None
        self._counter: KafkaConsumer | None = None
        self._ends: dict[int, tuple[int, int]] = {}
        self._held: dict[TopicPartition, tuple[int, float]] = {}

    def partition_of(self, key: bytes) -> int:
        """Return the partition that Kafka's own default partitioner gives a key."""
        hashed: int = murmur2(key) & _POSITIVE
        return hashed % len(self._partitions)

    def sender(self, source: str) -> "KafkaSender":
        """Return the sender of a source; it fences the one before when it first sends."""
        return KafkaSender(self, source)

    def reader(self, name: str, start: Mapping[int, int]) -> "KafkaReader":
        """Return a reader of every partition; `name` is how it is known to the brokers."""
        return KafkaReader(self, name, start)

    def ends(self) -> Mapping[int, int]:
        """Return the offset after the last message of each partition; raises StreamUnavailable.

        The end that brokers tell counts the marks of transactions too, which nobody reads.
        """
        with self._asking, reported():
            if self._asker is None:
                self._asker = self._consumer("ends")
            told = self._told(self._asker)
            return {each.partition: self._end(each, told[each]) for each in self._partitions}

    def withheld(self) -> int:
        """Return how many records lie beyond the first of a transaction that is still open; a
        broker gives one up that nobody ends (`_GIVEN_UP_AFTER`). Raises StreamUnavailable."""
        with self._asking, reported():
            return sum(self._behind_open().values())

    def _overdue(self) -> list[TopicPartition]:
        """Return the partitions that have been held up for longer than any page may take."""
        with self._asking, reported():
            self._behind_open()
            limit = self._delivery_ms / 1000 * _GIVEN_UP_AFTER
            now = time.monotonic()
            return [each for each, (_at, since) in self._held.items() if now - since > limit]

    def _behind_open(self) -> dict[TopicPartition, int]:
        """Return by partition how many records lie behind an open transaction, and note since when
        it has been open."""
        if self._asker is None:
            self._asker = self._consumer("ends")
        if self._counter is None:
            self._counter = self._consumer("stored", isolation_level="read_uncommitted")
        # In this order: what comes between the two answers is counted, and gone the next time.
        readable, stored = self._told(self._asker), self._told(self._counter)
        now, before = time.monotonic(), self._held
        behind = {each: stored[each] - at for each, at in readable.items() if stored[each] > at}
        self._held = {}
        for each in behind:
            at, since = before.get(each, (None, now))
            self._held[each] = readable[each], since if at == readable[each] else now
        return behind

    def _told(self, asker: KafkaConsumer) -> dict[TopicPartition, int]:
        # By itself the client waits half a minute for brokers that went away, and so would the end
        # of a process that asks several times.
        ends: dict[TopicPartition, int] = asker.end_offsets(
            self._partitions, timeout_ms=self._answer_ms
        )
        return ends

    def close(self) -> None:
        """Let go of the connections; senders and readers are closed by who holds them."""
        with self._asking:
            for each in (self._asker, self._counter):
                if each is not None:
                    each.close()
            self._asker = self._counter = None

    def _end(self, place: TopicPartition, told: int) -> int:
        """Return the offset after the last message before `told`, looking back ever further."""
        told_before, end = self._ends.get(place.partition, (0, 0))
        back = 2
        while told_before < told:
            first = max(end, told - back)
            last = self._last_between(place, first, told)
            if last is not None or first == end:
                told_before, end = told, end if last is None else last + 1
            back *= 4
        self._ends[place.partition] = told_before, end
        return end

    def _last_between(self, place: TopicPartition, first: int, end: int) -> int | None:
        asker = self._asker
        assert asker is not None
        asker.assign([place])
        asker.seek(place, first)
        last = None
        until = time.monotonic() + self._delivery_ms / 1000
        while asker.position(place) < end:
            for records in asker.poll(timeout_ms=100).values():
                last = records[-1].offset
            if time.monotonic() > until:
                raise StreamUnavailable(f"partition {place.partition} does not answer")
        return last

    def _check(self) -> None:
        """Raise WrongTopic or StreamUnavailable, until the topic was found to be right."""
        if self._unchecked is not None:
            self._unchecked.check()
            self._unchecked = None

    def _consumer(self, name: str, isolation_level: str = "read_committed") -> KafkaConsumer:
        self._check()
        return begun(
            KafkaConsumer,
            **self._options,
            client_id=f"tanggap-{name}",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level=isolation_level,
        )


class KafkaSender:
    """Sends one source's pages, each as one transaction.

    Any failure ends the producer: what it knew of the broker's state may be wrong, and whoever
    sends begins again from what is recorded.
    """

    def __init__(self, stream: KafkaStream, source: str) -> None:
        self._stream = stream
        self._source = source
        self._producer: KafkaProducer | None = None
        self._ended = False

    def send(self, page: Sequence[Message]) -> None:
        """Store a page; raises StreamUnavailable, after which this sender sends no more."""
        stream = self._stream
        records = [(each.key, each.headers(), each.value) for each in page]
        if self._ended:
            raise StreamUnavailable("this sender has failed before; take a new one")
        try:
            with reported():
                producer = self._begin()
                futures = [
                    producer.send(
                        stream._topic,
                        key=key,
                        value=value,
                        headers=headers,
                        partition=stream.partition_of(key),
                    )
                    for key, headers, value in records
                ]
                producer.flush(timeout=stream._delivery_ms / 1000)
                for future in futures:
                    future.get(timeout=0)
                failpoints.hit(failpoints.PAGE_WRITTEN)
                producer.commit_transaction()
                failpoints.hit(failpoints.STREAM_STORED)
        except StreamUnavailable:
            self.close()
            raise

    def take_over(self) -> None:
        """Fence the sender before, as the first page would.

        Brokers answer when its last transaction has ended: what it had not committed is given up,
        what it had is marked in every partition.
        """
        try:
            with reported():
                self._opened()
        except StreamUnavailable:
            self.close()
            raise

    def settle(self) -> None:
        """End a transaction of this source that brokers forgot: nobody reads on behind it.

        A broker that is alone, killed between deciding that a transaction ends and marking that in
        its partitions, may come back without marking it (Kafka 4.3.1, found by `make drill
        NAME=broker`). The next end that is marked there ends it, too; here one is marked that has
        no messages. If it was to be given up, its messages are repeats of what is sent again.
        """
        if not (overdue := self._stream._overdue()):
            return
        log.warning("transaction_left_open", source=self._source, partitions=len(overdue))
        try:
            with reported():
                producer = self._begin()
                transaction = producer._transaction_manager
                assert transaction is not None
                for each in overdue:
                    transaction.maybe_add_partition_to_transaction(each)
                producer.commit_transaction()
        except StreamUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection; what was not committed is never seen."""
        self._ended = True
        producer, self._producer = self._producer, None
        if producer is not None:
            # By itself the client flushes first, and where that fails it never ends its thread,
            # which goes on sending what was given up, beside the next sender.
            producer._sender.force_close()
            with suppress(KafkaError):
                producer.close(timeout=1)

    def _begin(self) -> KafkaProducer:
        producer = self._opened()
        producer.begin_transaction()
        return producer

    def _opened(self) -> KafkaProducer:
        if self._producer is None:
            stream = self._stream
            stream._check()
            self._producer = begun(
                KafkaProducer,
                **stream._options,
                client_id=f"tanggap{self._source.replace('/', '-')}",
                transactional_id=self._source,
                enable_idempotence=True,
                acks="all",
                compression_type=None,
                linger_ms=5,
                delivery_timeout_ms=stream._delivery_ms,
                transaction_timeout_ms=stream._delivery_ms * _GIVEN_UP_AFTER,
                max_block_ms=stream._delivery_ms,
                request_timeout_ms=max(1000, stream._delivery_ms // 2),
            )
            self._producer.init_transactions()
        return self._producer


class KafkaReader:
    """Reads every partition from the given offsets on; its place is kept by who reads."""

    def __init__(self, stream: KafkaStream, name: str, start: Mapping[int, int]) -> None:
        self._stream = stream
        self._name = name
        self._next = {each.partition: start.get(each.partition, 0) for each in stream._partitions}
        self._consumer: KafkaConsumer | None = None
        self._woken = threading.Event()

    def poll(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Return what has come, a partition after the other; raises StreamUnavailable."""
        until = time.monotonic() + timeout
        with reported():
            while True:
                left = max(0.0, min(SLICE_SECONDS, until - time.monotonic()))
                polled = self._opened().poll(timeout_ms=int(left * 1000), max_records=limit)
                if polled or self._woken.is_set() or time.monotonic() >= until:
                    self._woken.clear()
                    return [_delivery(record) for records in polled.values() for record in records]

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset` of a partition."""
        self._next[partition] = offset
        if self._consumer is not None:
            self._consumer.seek(TopicPartition(self._stream._topic, partition), offset)

    def wake(self) -> None:
        """Have a waiting poll return within a tenth of a second."""
        self._woken.set()

    def close(self) -> None:
        """Let go of the connection."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _opened(self) -> KafkaConsumer:
        if self._consumer is None:
            consumer = self._stream._consumer(self._name)
            consumer.assign(self._stream._partitions)
            for partition, offset in self._next.items():
                consumer.seek(TopicPartition(self._stream._topic, partition), offset)
            self._consumer = consumer
        return self._consumer


@contextmanager
def reported() -> Iterator[None]:
    """Say every failure of the client as StreamUnavailable, by its kind alone."""
    try:
        yield
    except KafkaError as error:
        raise StreamUnavailable(type(error).__name__) from error


def _delivery(record: Any) -> Delivery:
    arrived_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    value = record.value or b""
    try:
        message = from_headers(list(record.headers), value)
    except MalformedMessage:
        message = stray(record.partition, record.offset, arrived_at, value)
    return Delivery(message, record.partition, record.offset, arrived_at)
