"""The stream's contract on a real broker, and what only a topic can do wrong."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from services.kernel.contracts import Message
from services.kernel.stream import Stream, unread
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.port import StreamUnavailable
from services.kernel.stream.topic import Topic, WrongTopic
from tests.contract.stream import SOURCE, StreamContract, read_all
from tests.messages import message
from tests.running import free_port
from tests.servers.kafka import running_kafka

SENDING: Final = f"tanggap{SOURCE.replace('/', '-')}-network-thread"
"""The thread of the client that sends for a source."""


@pytest.fixture
def topic(kafka: str) -> Topic:
    made = Topic(kafka, f"tanggap-{uuid4()}", {})
    assert made.create() and not made.create()
    return made


class TestKafkaStream(StreamContract):
    @pytest.fixture
    def stream(self, topic: Topic) -> Iterator[Stream]:
        self.topic = topic
        stream = KafkaStream(topic)
        yield stream
        stream.close()

    def reopened(self, stream: Stream) -> Stream:
        stream.close()
        return KafkaStream(self.topic)

    def test_what_is_no_event_is_given_as_a_stray_and_holds_up_nothing(
        self, stream: Stream
    ) -> None:
        key = message(1).key
        producer = KafkaProducer(bootstrap_servers=self.topic.servers)
        for headers in ([], [("ce_id", b"x")], [*message(1).headers()[:3], ("ce_type", b"\xff")]):
            where = {"partition": stream.partition_of(key), "key": key, "headers": headers}
            producer.send(self.topic.name, value=b"{}", **where).get(30)
        producer.send(self.topic.name, value=None, partition=where["partition"], key=key).get(30)
        producer.close()
        stream.sender(SOURCE).send([message(1)])
        found = [each.message for each in read_all(stream.reader("a", {}), 5)]
        assert [each.name for each in found[:4]] == ["Stray"] * 4
        assert [each.value for each in found[:4]] == [b"{}", b"{}", b"{}", b""]
        assert len({(each.source, each.id) for each in found}) == 5
        assert found[4] == message(1)


def test_what_an_unfinished_page_withholds_is_still_to_be_read(topic: Topic) -> None:
    stream = KafkaStream(topic)
    stream.sender(SOURCE).send([message(1)])
    at, key = stream.partition_of(message(1).key), message(1).key
    assert unread(stream, {}) == 1
    other = KafkaProducer(
        bootstrap_servers=topic.servers, transactional_id="other", enable_idempotence=True
    )
    other.init_transactions()
    other.begin_transaction()
    other.send(topic.name, value=b"{}", key=key, partition=at).get(30)
    assert (stream.withheld(), unread(stream, {})) == (1, 2)
    stream.sender("/node-b/intake").send([message(1, source="/node-b/intake")])
    assert unread(stream, {}) > 2
    other.abort_transaction()
    until = time.monotonic() + 30
    while stream.withheld():  # brokers mark the end of a transaction after they have answered
        assert time.monotonic() < until
    assert read_all(stream.reader("a", {}), 2)[-1].offset + 1 == unread(stream, {})
    other.close()
    stream.close()


def test_what_was_not_ended_is_given_up_for_good_by_who_takes_over(topic: Topic) -> None:
    """As it is left by a process that was killed within a page."""
    stream = KafkaStream(topic)
    stream.sender(SOURCE).send([message(1)])
    killed = KafkaProducer(
        bootstrap_servers=topic.servers, transactional_id=SOURCE, enable_idempotence=True
    )
    killed.init_transactions()
    killed.begin_transaction()
    two = message(2)
    at = stream.partition_of(two.key)
    sent = killed.send(
        topic.name, value=two.value, key=two.key, headers=two.headers(), partition=at
    )
    sent.get(30)
    assert stream.withheld()
    sender = stream.sender(SOURCE)
    sender.take_over()
    assert not stream.withheld()
    with pytest.raises(KafkaError):
        killed.commit_transaction()
    sender.send([message(3)])
    assert [each.message.id for each in read_all(stream.reader("a", {}), 2)] == [1, 3]
    killed._sender.force_close()
    killed.close()
    sender.close()
    stream.close()


def test_a_transaction_that_brokers_forgot_is_ended(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as broker:
        topic = Topic(broker.servers, "forgotten", {})
        topic.create()
        stream = KafkaStream(topic, delivery_seconds=2.0)
        sender = stream.sender(SOURCE)
        sender.send([message(1)])
        _leave_open(topic, message(2), stream.partition_of(message(2).key))
        sender = stream.sender(SOURCE)
        until = time.monotonic() + 60
        while stream.withheld():
            assert time.monotonic() < until
            sender.settle()
        sender.send([message(3)])
        found = read_all(stream.reader("a", {}), 3)
        assert [each.message.id for each in found] == [1, 2, 3]
        sender.close()
        stream.close()


def _leave_open(topic: Topic, left: Message, partition: int) -> None:
    """Store a message as part of a transaction of which the broker's coordinator knows nothing, as
    it does not after it was killed between ending it and marking its end."""
    admin = KafkaAdminClient(bootstrap_servers=topic.servers)
    unverified = {"transaction.partition.verification.enable": "false"}
    admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", unverified)])
    admin.close()
    producer = KafkaProducer(
        bootstrap_servers=topic.servers, transactional_id=SOURCE, enable_idempotence=True
    )
    producer.init_transactions()
    producer.begin_transaction()
    transaction = producer._transaction_manager
    assert transaction is not None
    transaction._partitions_in_transaction.add(TopicPartition(topic.name, partition))
    producer.send(
        topic.name, value=left.value, key=left.key, headers=left.headers(), partition=partition
    ).get(30)
    producer._sender.force_close()
    producer.close()


def test_a_sender_that_failed_sends_nothing_any_more(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as broker:
        topic = Topic(broker.servers, "away", {})
        topic.create()
        of_others = set(threading.enumerate())
        sender = KafkaStream(topic, delivery_seconds=2.0).sender(SOURCE)
        sender.send([message(1)])
        begun = set(threading.enumerate()) - of_others
        (thread,) = (each for each in begun if SENDING in each.name)
        broker.kill()
        with pytest.raises(StreamUnavailable):
            sender.send([message(2)])
        thread.join(10)
        assert not thread.is_alive()


def test_brokers_that_went_away_are_not_waited_for_longer_than_was_said(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as broker:
        topic = Topic(broker.servers, "gone", {}, first_answer_seconds=3)
        topic.create()
        stream = KafkaStream(topic)
        stream.withheld()
        broker.kill()
        refused: list[StreamUnavailable] = []

        def ask() -> None:
            for question in (stream.ends, stream.withheld):
                with pytest.raises(StreamUnavailable) as found:
                    question()
                refused.append(found.value)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        # By itself the client waits for half a minute, each time.
        asking.join(20)
        assert len(refused) == 2
        stream.close()


def test_brokers_out_of_reach_cost_no_thread_however_often_they_are_asked() -> None:
    topic = Topic(f"127.0.0.1:{free_port()}", "tanggap", {}, first_answer_seconds=0.3)
    stream = KafkaStream(topic)
    unreachable = (
        stream.ends,
        stream.withheld,
        lambda: stream.reader("a", {}).poll(1, 0),
        lambda: stream.sender(SOURCE).send([message(1)]),
        topic.check,
    )
    for ask in unreachable:
        before = set(threading.enumerate())
        for _time in range(2):
            with pytest.raises(StreamUnavailable):
                ask()
        assert set(threading.enumerate()) <= before, ask


def test_a_topic_that_was_made_is_right(topic: Topic) -> None:
    topic.check()


def test_a_missing_topic_is_named(kafka: str) -> None:
    with pytest.raises(WrongTopic, match="nirgends is missing: run `tanggap migrate`"):
        Topic(kafka, "nirgends", {}).check()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("retention.ms", "1000"),
        ("retention.bytes", "1000"),
        ("cleanup.policy", "compact"),
        ("message.timestamp.type", "CreateTime"),
    ],
)
def test_a_setting_that_would_lose_or_date_events_is_named(
    topic: Topic, setting: str, value: str
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=topic.servers)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, {setting: value})])
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name)]
    # The controller has taken it; the broker that is asked hears of it a little later.
    while admin.describe_configs(asked)["topic"][topic.name][setting]["value"] != value:
        time.sleep(0.01)
    admin.close()
    with pytest.raises(WrongTopic, match=f"has {setting}={value}, and needs"):
        topic.check()


def test_another_number_of_partitions_is_named(topic: Topic) -> None:
    with pytest.raises(WrongTopic, match="has 12 partitions, and needs 6"):
        Topic(topic.servers, topic.name, {}, partitions=6).check()
