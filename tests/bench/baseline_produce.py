"""What one relay is measured against: a bare loop that sends the same messages with kafka-python.

They lie in memory; nothing is read from a store, chained, or recorded as sent. Without transactions
a loop may lose the middle of what it sends (docs/decisions/0016-benches-of-the-district.md), so
it is measured both with them, a page of the relay's size each, and without.
"""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kafka import KafkaProducer


class Record(NamedTuple):
    """A message as Kafka's client takes it."""

    partition: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def produce(servers: str, topic: str, records: Sequence[Record], page: int | None) -> float:
    """Send all; return the seconds until the brokers have acknowledged the last.

    `page`: so many records a transaction; None: without transactions, idempotent all the same.
    """
    producer = KafkaProducer(
        bootstrap_servers=servers,
        enable_idempotence=True,
        acks="all",
        transactional_id=f"bench-{topic}" if page else None,
    )
    if page:
        producer.init_transactions()
    began = time.perf_counter()
    for part in _pages(records, page or len(records)):
        if page:
            producer.begin_transaction()
        futures = [
            producer.send(
                topic,
                key=each.key,
                value=each.value,
                headers=each.headers,
                partition=each.partition,
            )
            for each in part
        ]
        producer.flush()
        for future in futures:
            future.get(timeout=0)
        if page:
            producer.commit_transaction()
    seconds = time.perf_counter() - began
    producer.close()
    return seconds


def _pages(records: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    for first in range(0, len(records), size):
        yield records[first : first + size]
