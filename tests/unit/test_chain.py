"""The chain rule: whatever the transport does, each message is taken once and in order."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.chain import Holes, sort_out
from services.kernel.stream import Delivery
from tests.messages import START, message

NAME = "/node-a/intake/0"


def deliveries(ids: Iterable[int]) -> list[Delivery]:
    """A chain 1, 2, 3 … delivered in the order of `ids`."""
    return [Delivery(message(each, previous=each - 1), 0, at, START) for at, each in enumerate(ids)]


def ids(found: Iterable[Delivery]) -> list[int]:
    return [each.message.id for each in found]


def test_a_chain_is_taken_in_order() -> None:
    batch = sort_out(deliveries([1, 2, 3]), {})
    assert ids(batch.taken) == [1, 2, 3]
    assert batch.tracked == {NAME: 3}


def test_repeats_are_skipped() -> None:
    batch = sort_out(deliveries([1, 2, 2, 1, 3]), {})
    assert ids(batch.taken) == [1, 2, 3]
    assert ids(batch.repeats) == [2, 1]


def test_what_follows_a_hole_is_late_and_not_taken() -> None:
    batch = sort_out(deliveries([1, 3, 4]), {})
    assert ids(batch.taken) == [1]
    assert ids(batch.late) == [3, 4]
    assert batch.tracked == {NAME: 1}


def test_another_predecessor_is_a_fork() -> None:
    other = Delivery(message(6, previous=3), 0, 9, START)
    batch = sort_out([other], {NAME: 5})
    assert ids(batch.forks) == [6]
    assert not batch.taken and not batch.tracked


def test_sources_and_partitions_are_chained_apart() -> None:
    one = Delivery(message(1), 0, 0, START)
    other_partition = Delivery(message(2), 1, 0, START)
    other_source = Delivery(message(5, source="/node-b/intake"), 0, 1, START)
    assert ids(sort_out([one, other_partition, other_source], {}).taken) == [1, 2, 5]


@given(st.data())
def test_any_delivery_with_repeats_and_going_back_takes_each_once_in_order(
    data: st.DataObject,
) -> None:
    count = data.draw(st.integers(1, 12))
    order = data.draw(
        st.lists(st.integers(1, count), max_size=30).map(lambda some: [*some, *range(1, count + 1)])
    )
    stream = deliveries(order)
    tracked: dict[str, int] = {}
    holes = Holes()
    taken: list[int] = []
    at = 0
    for _round in range(2000):
        if at >= len(stream):
            break
        size = data.draw(st.integers(1, 5)) if _round < 40 else 5
        batch = sort_out(stream[at : at + size], tracked)
        back, _safe = holes.settle(batch, {0: at + size})
        tracked |= batch.tracked
        taken += ids(batch.taken)
        at = min([at + size, *(each.offset for each in back)])
    assert taken == list(range(1, count + 1))
    assert tracked == {NAME: count}


@given(st.permutations(range(1, 8)))
def test_a_restart_never_reads_from_after_an_untaken_message(order: list[int]) -> None:
    stream = deliveries(order)
    holes = Holes()
    batch = sort_out(stream, {})
    _back, safe = holes.settle(batch, {0: len(stream)})
    untaken = [each.offset for each in stream if each not in batch.taken]
    assert all(safe[0] <= offset for offset in untaken)
