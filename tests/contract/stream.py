"""What every adapter of the stream must do; an adapter's test module subclasses this."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.kernel.contracts import Message
from services.kernel.stream import Delivery, ReadAhead, Reader, Stream, StreamUnavailable
from tests.messages import message, subject

SOURCE = "/node-a/intake"


def read_all(reader: Reader, count: int) -> list[Delivery]:
    """Read until `count` deliveries have come; an adapter that loses one runs into the limit."""
    found: list[Delivery] = []
    for _attempt in range(200):
        found.extend(reader.poll(50, 0.1))
        if len(found) >= count:
            return found
    raise AssertionError(f"only {len(found)} of {count} deliveries came")


class StreamContract:
    """The promise of the port, held against a real adapter given by the `stream` fixture."""

    @pytest.fixture
    def stream(self) -> Iterator[Stream]:
        raise NotImplementedError("an adapter's tests give their stream here")
        yield

    def reopened(self, stream: Stream) -> Stream:
        """Close the adapter and open it again on the same storage."""
        raise NotImplementedError

    def test_what_was_sent_is_read_back_the_same(self, stream: Stream) -> None:
        sent = message(7, previous=3, value='{"kata": "sudah tua — ñ"}'.encode())
        stream.sender(SOURCE).send([sent])
        (delivery,) = read_all(stream.reader("a", {}), 1)
        assert delivery.message == sent
        assert delivery.message.headers() == sent.headers()

    def test_one_keys_messages_keep_their_order_on_one_partition(self, stream: Stream) -> None:
        page = [message(n, about=subject(n % 7)) for n in range(1, 200)]
        stream.sender(SOURCE).send(page)
        by_key: dict[str, list[Delivery]] = {}
        for delivery in read_all(stream.reader("a", {}), len(page)):
            by_key.setdefault(delivery.message.subject, []).append(delivery)
        for key, deliveries in by_key.items():
            assert {each.partition for each in deliveries} == {stream.partition_of(key.encode())}
            ids = [each.message.id for each in deliveries]
            assert ids == sorted(ids) and len(set(ids)) == len(ids)
            offsets = [each.offset for each in deliveries]
            assert offsets == sorted(offsets)

    def test_a_page_is_stored_whole_or_not_at_all(self, stream: Stream) -> None:
        class Unsendable(Message, frozen=True, kw_only=True):
            @property
            def broken(self) -> bool:
                return True

            def headers(self) -> list[tuple[str, bytes]]:
                raise UnicodeError("cannot be encoded")

        good = message(1)
        bad = Unsendable(**{name: getattr(good, name) for name in Message.__struct_fields__})
        sender = stream.sender(SOURCE)
        with pytest.raises(UnicodeError):
            sender.send([good, bad])
        stream.sender(SOURCE).send([message(2)])
        (delivery,) = read_all(stream.reader("a", {}), 1)
        assert delivery.message.id == 2

    def test_a_reader_starts_where_it_is_told(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n) for n in range(1, 6)])
        first = read_all(stream.reader("a", {}), 5)
        third = first[2]
        again = read_all(stream.reader("a", {third.partition: third.offset}), 3)
        assert [each.message.id for each in again] == [3, 4, 5]

    def test_a_reader_may_go_back(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n) for n in range(1, 6)])
        reader = stream.reader("a", {})
        first = read_all(reader, 5)
        reader.seek(first[1].partition, first[1].offset)
        assert [each.message.id for each in read_all(reader, 4)] == [2, 3, 4, 5]

    def test_each_reader_gets_everything(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(1), message(2)])
        for name in ("a", "b"):
            assert len(read_all(stream.reader(name, {}), 2)) == 2

    def test_it_is_all_there_after_a_restart(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n) for n in range(1, 6)])
        before = read_all(stream.reader("a", {}), 5)
        after = read_all(self.reopened(stream).reader("a", {}), 5)
        assert after == before

    def test_arrival_is_stamped_and_never_runs_back(self, stream: Stream) -> None:
        started = datetime.now(UTC)
        for n in range(1, 6):
            stream.sender(SOURCE).send([message(n)])
        stamps = [each.arrived_at for each in read_all(stream.reader("a", {}), 5)]
        assert stamps == sorted(stamps)
        assert abs((stamps[0] - started).total_seconds()) < 60

    def test_the_ends_say_how_far_there_is_to_read(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n) for n in range(1, 4)])
        read = read_all(stream.reader("a", {}), 3)
        (partition,) = {each.partition for each in read}
        assert stream.ends()[partition] == read[-1].offset + 1

    def test_a_second_sender_fences_the_first(self, stream: Stream) -> None:
        first = stream.sender(SOURCE)
        first.send([message(1)])
        stream.sender(SOURCE).send([message(2)])
        with pytest.raises(StreamUnavailable):
            first.send([message(3)])
        assert [each.message.id for each in read_all(stream.reader("a", {}), 2)] == [1, 2]

    def test_who_takes_over_fences_without_a_page(self, stream: Stream) -> None:
        first = stream.sender(SOURCE)
        first.send([message(1)])
        second = stream.sender(SOURCE)
        second.take_over()
        with pytest.raises(StreamUnavailable):
            first.send([message(2)])
        second.send([message(2, previous=1)])
        assert [each.message.id for each in read_all(stream.reader("a", {}), 2)] == [1, 2]

    def test_other_sources_are_not_fenced(self, stream: Stream) -> None:
        one, other = stream.sender(SOURCE), stream.sender("/node-b/intake")
        one.send([message(1)])
        other.send([message(1, source="/node-b/intake")])
        one.send([message(2, previous=1)])
        assert len(read_all(stream.reader("a", {}), 3)) == 3

    def test_an_empty_poll_returns_when_woken(self, stream: Stream) -> None:
        reader = stream.reader("a", {})
        reader.poll(1, 0.01)
        answers: list[object] = []
        waiting = threading.Thread(target=lambda: answers.append(reader.poll(1, 30)))
        waiting.start()
        reader.wake()
        waiting.join(10)
        assert not waiting.is_alive()
        assert answers == [[]]

    def test_senders_at_once_lose_nothing(self, stream: Stream) -> None:
        sources = [f"/node-{n}/intake" for n in range(4)]

        def send(source: str) -> None:
            sender = stream.sender(source)
            for n in range(1, 51):
                sender.send([message(n, source=source, about=subject(n))])

        threads = [threading.Thread(target=send, args=(source,)) for source in sources]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = read_all(stream.reader("a", {}), 200)
        for source in sources:
            ids = sorted(each.message.id for each in found if each.message.source == source)
            assert ids == list(range(1, 51))

    def test_who_reads_ahead_gets_the_same(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n, about=subject(n % 5)) for n in range(1, 61)])
        wanted = read_all(stream.reader("a", {}), 60)
        reader = ReadAhead(stream.reader("b", {}), "b")
        found = [each for _page in range(60) for each in reader.poll(7, 0.1)]
        reader.close()
        assert len(found) == 60
        assert sorted(found, key=place) == sorted(wanted, key=place)

    def test_who_reads_ahead_may_go_back_and_misses_nothing(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n, about=subject(n % 5)) for n in range(1, 61)])
        wanted = sorted(map(place, read_all(stream.reader("a", {}), 60)))
        reader = ReadAhead(stream.reader("b", {}), "b")
        first: list[Delivery] = []
        while len(first) < 20:
            first.extend(reader.poll(7, 0.1))
        back = first[3]
        reader.seek(back.partition, back.offset)
        later = [each for _page in range(60) for each in reader.poll(7, 0.1)]
        reader.close()
        again = [each for each in map(place, first) if each >= place(back)]
        again = [each for each in again if each[0] == back.partition]
        assert sorted(map(place, [*first, *later])) == sorted([*wanted, *again])


def place(delivery: Delivery) -> tuple[int, int]:
    return delivery.partition, delivery.offset
