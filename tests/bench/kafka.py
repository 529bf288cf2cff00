"""Kafka into the log copy, and a service's outbox into Kafka, each against a bare loop of
kafka-python's on the same broker."""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import uuid_utils.compat
from eventsourcing.persistence import StoredEvent

from services.intake.application import Intake
from services.kernel.clock import system_clock
from services.kernel.contracts import Message, in_order
from services.kernel.district import SHIPPED, load_district
from services.kernel.keyring import Keyring, Pool
from services.kernel.relay import PAGE, Relay
from services.kernel.store.files import SqliteFile
from services.kernel.store.servers import PostgresSchema
from services.kernel.stream import Delivery, EmbeddedStream
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from tests.bench.baseline_produce import Record, produce
from tests.bench.history import district
from tests.bench.line import Measure
from tests.servers.district import REPORTING_MEMORY
from tests.servers.kafka import running_kafka
from tests.servers.postgres import running_postgres

EVENTS = 150_000
"""So many of the demo district's are read."""
ROUNDS = 3
POLL = "tests/bench/baseline_poll.py"
PRODUCE = "tests/bench/baseline_produce.py"


def run() -> Iterator[Measure]:
    """Measure both ways; each side in a process that does nothing else, in turns."""
    with tempfile.TemporaryDirectory(prefix="bench-kafka-") as name:
        folder = Path(name)
        (folder / "kafka").mkdir()
        with running_kafka(folder / "kafka") as kafka:
            yield _into_the_log_copy(kafka.servers)
            with running_postgres(folder / "postgres") as postgres:
                place = PostgresSchema(postgres.url(), "intake", makes=True)
                place.create()
                yield from _out_of_intake(kafka.servers, place, folder)


def _into_the_log_copy(servers: str) -> Measure:
    topic = f"tanggap-{uuid4()}"
    _fill(Topic(servers, topic, {}))
    ours, theirs = [], []
    for _round in range(ROUNDS):
        theirs.append(_side("baseline_poll", servers, topic))
        ours.append(_side("log_copy", servers, topic))
    return Measure(
        name="kafka",
        unit="events/s",
        ours=statistics.median(each["events"] / each["seconds"] for each in ours),
        theirs=statistics.median(each["events"] / each["seconds"] for each in theirs),
        baseline=POLL,
        floor=0.4,
        aim=0.7,
        n=sum(int(each["events"]) for each in ours),
        more={
            "memory_limit": REPORTING_MEMORY,
            "rounds_ours": [round(each["events"] / each["seconds"]) for each in ours],
            "rounds_theirs": [round(each["events"] / each["seconds"]) for each in theirs],
            "lag": {"events_behind_at_end": max(each["lag"] for each in ours)},
        },
    )


def _side(module: str, servers: str, topic: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", servers, topic],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _fill(topic: Topic) -> None:
    """Lay the demo district's events on a topic, in their order and in pages as relays send them;
    a chain names its source's last message of the same partition.

    The generator's clock stands still while one service's event causes another's. What arrived at
    one instant there gets instants of its own here, so it is laid in the order of its histories, as
    clocks that go on would have it: else three of four would count as known in the wrong order.
    """
    topic.create()
    kafka = KafkaStream(topic)
    sender = kafka.sender("/bench/filling")
    embedded = EmbeddedStream(district() / "stream.sqlite", system_clock)
    reader = embedded.reader("bench", {})
    last: dict[tuple[str, int], int] = {}

    def chained(message: Message) -> Message:
        at = message.source, kafka.partition_of(message.key)
        found = msgspec.structs.replace(message, previous=last.get(at, 0))
        last[at] = message.id
        return found

    laid: list[Delivery] = []
    while len(laid) < EVENTS and (page := reader.poll(PAGE, 0.1)):
        laid += page
    laid.sort(key=lambda each: (each.arrived_at, *in_order(each.message)))
    for first in range(0, len(laid), PAGE):
        sender.send([chained(each.message) for each in laid[first : first + PAGE]])
    for each in (sender, reader, embedded, kafka):
        each.close()


def _out_of_intake(servers: str, place: PostgresSchema, folder: Path) -> Iterator[Measure]:
    """Measure one relay of a store on PostgreSQL."""
    keyring = Keyring(
        SqliteFile(folder / "keyring.sqlite"), os.urandom(32), system_clock, Pool(os.urandom)
    )
    intake = Intake(
        place,
        "dinas",
        system_clock,
        keyring,
        load_district(SHIPPED),
        uuid_utils.compat.uuid7,
        os.urandom(32),
        folder / "attachments",
        lambda _puskesmas: "dinas",
    )
    _copy_outbox(intake)
    records: list[Record] = []
    ours, plain, transactional = [], [], []
    for _round in range(ROUNDS):
        topic = _new_topic(servers)
        stream = KafkaStream(topic)
        intake.writer.run(lambda connection: connection.execute("DELETE FROM relayed"))
        relay = Relay(intake, stream)
        began = time.perf_counter()
        while relay.lag():
            relay.step()
        ours.append(time.perf_counter() - began)
        relay.worker.start()
        relay.worker.stop()
        records = records or _records(stream)
        stream.close()
        plain.append(produce(servers, _new_topic(servers).name, records, None))
        transactional.append(produce(servers, _new_topic(servers).name, records, PAGE))
    unsent = relay.lag()
    intake.close()
    keyring.close()
    for name, theirs, floor in (
        ("kafka-relay", transactional, 0.4),
        ("kafka-relay-against-no-transactions", plain, 0.2),
    ):
        yield Measure(
            name=name,
            unit="events/s",
            ours=len(records) / statistics.median(ours),
            theirs=len(records) / statistics.median(theirs),
            baseline=PRODUCE,
            floor=floor,
            aim=0.7,
            n=len(records) * ROUNDS,
            more={
                "rounds_ours": [round(len(records) / each) for each in ours],
                "rounds_theirs": [round(len(records) / each) for each in theirs],
                "lag": {"events_unsent_at_end": unsent},
            },
        )


def _new_topic(servers: str) -> Topic:
    topic = Topic(servers, f"tanggap-{uuid4()}", {})
    topic.create()
    return topic


def _copy_outbox(intake: Intake) -> None:
    """Put the events of the demo district's intake into a store, as they are."""
    file = district() / "intake.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        events = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events "
            "ORDER BY rowid"
        )
        while page := events.fetchmany(PAGE):
            intake.recorder.insert_events([StoredEvent(UUID(id), *more) for id, *more in page])


def _records(stream: KafkaStream) -> list[Record]:
    """Return what lies on a topic, as it would be sent again."""
    reader = stream.reader("bench", {})
    ends = stream.ends()
    read = dict.fromkeys(ends, 0)
    found: list[Record] = []
    while read != dict(ends):
        for each in reader.poll(PAGE, 1.0):
            read[each.partition] = each.offset + 1
            message = each.message
            found.append(Record(each.partition, message.key, message.value, message.headers()))
    reader.close()
    return found
