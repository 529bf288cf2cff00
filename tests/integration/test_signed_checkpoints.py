"""Trees over the log copy, and the checkpoints that are signed of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.clock import system_clock
from services.kernel.contracts import Message
from services.kernel.proof import Checkpoint, Signer, leaf_of, root_of
from services.kernel.relay import Relay
from services.kernel.stream import Delivery
from services.reporting.messages import as_batch, insert
from services.reporting.proof.kept import kept, of_origin
from services.reporting.proof.leaves import LEAF
from services.reporting.proof.signing import Signing
from services.reporting.proof.trees import BLOCK, Trees
from services.reporting.recaps import Recaps
from services.reporting.store import Store
from tests.contract.test_contracts import messages
from tests.integration.test_reporting_log_copy import Bench, chain
from tests.messages import START, message

SOURCE = "/node-a/intake"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("leaves") / "reporting.duckdb")
    yield store
    store.close()


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(messages, min_size=1, max_size=5))
def test_a_leaf_in_sql_is_that_of_the_message(store: Store, found: list[Message]) -> None:
    connection = store.connection()
    connection.execute("DELETE FROM log")
    placed = [Delivery(each, 0, at, START) for at, each in enumerate(found)]
    connection.execute(insert(), {"batch": as_batch(placed, 0)})
    rows = connection.execute(f"SELECT {LEAF} FROM log ORDER BY place").fetchall()
    assert [leaf for (leaf,) in rows] == [leaf_of(each) for each in found]
    connection.close()


class Signed(Bench):
    """A log copy, reporting's own store with its relay, and what signs; all stepped by hand."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.wrong = timedelta(0)
        self.recaps = Recaps(folder / "reporting.sqlite", "node-a", self.clock)
        self.relay = Relay(self.recaps, self.stream)
        self.signer = Signer.of("node-a", bytes(32))
        self.signing = self.open_signing()

    def open_signing(self) -> Signing:
        return Signing(self.reporting.store, self.recaps, self.signer, self.clock)

    def clock(self) -> datetime:
        """Return the time of a machine whose clock may be wrong."""
        return system_clock() + self.wrong

    def sign(self) -> Checkpoint | None:
        """Do what happens each minute."""
        self.follow()
        while self.signing.grow():
            pass
        signed = self.signing.sign()
        while self.relay.lag():
            self.relay.step()
        self.follow()
        return signed

    def close(self) -> None:
        self.signing.close()
        self.relay.worker._close()
        self.recaps.close()
        self.reporting.close()
        self.stream.close()


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Signed]:
    signed = Signed(tmp_path)
    yield signed
    signed.close()


def following(count: int, source: str = SOURCE) -> list[Message]:
    return [message(n, previous=n - 1, source=source) for n in range(1, count + 1)]


def root(found: Sequence[Message]) -> bytes:
    return root_of([leaf_of(each) for each in found])


def test_a_tree_grows_by_blocks_and_goes_on_after_a_restart(signed: Signed) -> None:
    sent = following(2 * BLOCK + 7)
    trees = Trees(signed.reporting.store)
    for upto in (1, BLOCK - 1, BLOCK, 2 * BLOCK + 7):
        signed.send(*sent[trees.tree(SOURCE).size : upto])
        signed.follow()
        assert trees.grow(SOURCE) is False
        assert (trees.tree(SOURCE).size, trees.tree(SOURCE).root) == (upto, root(sent[:upto]))
    trees.forget()
    assert trees.tree(SOURCE).size == 2 * BLOCK
    trees.grow(SOURCE)
    assert (trees.tree(SOURCE).size, trees.tree(SOURCE).root) == (len(sent), root(sent))
    trees.close()


def test_a_tree_ends_before_a_hole_and_goes_on_when_it_is_filled(signed: Signed) -> None:
    sent = following(5)
    trees = Trees(signed.reporting.store)
    # Partitions of a topic come each at its own pace: of two chains one is ahead.
    other = [message(2, source=SOURCE), message(4, previous=2, source=SOURCE)]
    placed = [Delivery(each, 1, at, START) for at, each in enumerate(other)]
    signed.reporting.log.handle(placed)
    trees.grow(SOURCE)
    assert trees.tree(SOURCE).size == 0
    one = [message(1, source=SOURCE), message(3, previous=1), message(5, previous=3)]
    signed.reporting.log.handle([Delivery(each, 0, at, START) for at, each in enumerate(one)])
    trees.grow(SOURCE)
    assert (trees.tree(SOURCE).size, trees.tree(SOURCE).root) == (5, root(sent))
    trees.close()


def test_a_minute_with_news_is_signed_and_a_checkpoint_is_no_news(signed: Signed) -> None:
    sent = following(3)
    assert signed.sign() is None
    signed.send(*sent[:2])
    first = signed.sign()
    assert first is not None and first.is_genuine
    assert [(top.source, top.size, top.root) for top in first.tops] == [(SOURCE, 2, root(sent[:2]))]
    assert [each.checkpoint for each in kept(signed.reporting.store.reader())] == [first]
    assert signed.sign() is None
    assert signed.sign() is None
    signed.send(sent[2])
    second = signed.sign()
    assert second is not None
    sizes = {top.source: top.size for top in second.tops}
    assert sizes == {SOURCE: 3, "/node-a/reporting": 1}
    assert [each.checkpoint for each in kept(signed.reporting.store.reader(), 1)] == [second]


def test_what_was_signed_is_not_signed_again_after_a_restart(signed: Signed) -> None:
    signed.send(*chain(1, 2))
    assert signed.sign() is not None
    signed.signing.close()
    signed.signing = signed.open_signing()
    assert signed.sign() is None


def test_of_an_origin_the_newest_are_given_and_others_evenly_apart(signed: Signed) -> None:
    made = []
    for sent in following(7):
        signed.send(sent)
        made.append(signed.sign())
    reader = signed.reporting.store.reader()
    assert of_origin(reader, "node", 9) == of_origin(reader, "dinas", 9) == []
    for most, left in ((9, made), (7, made), (4, made[::2]), (3, made[::3]), (1, made[6:])):
        assert of_origin(reader, "node-a", most) == left
    signed.reporting.store.reader().execute(
        'UPDATE log SET value = encode(replace(decode(value), \'"origin":"node-a"\', '
        "'\"origin\":\"dinas\"')) WHERE name = 'CheckpointSigned' AND id = 7"
    )
    assert of_origin(reader, "node-a", 1) == []


def test_a_clock_that_was_an_hour_ahead_leaves_the_order_and_the_history_whole(
    signed: Signed,
) -> None:
    made = []
    for at, hours in enumerate((0, 1, 0)):
        signed.wrong = timedelta(hours=hours)
        signed.send(following(3)[at])
        made.append(signed.sign())
    ahead, behind = made[1:]
    assert ahead is not None and behind is not None and ahead.signed_at > behind.signed_at
    reader = signed.reporting.store.reader()
    assert [each.checkpoint for each in kept(reader)] == of_origin(reader, "node-a", 9) == made
    found = signed.reporting.verify([ahead])
    assert found["whole"], found
    assert [each["vouched"] for each in found["vouched"]] == [2, 1]


def test_it_is_signed_for_whoever_has_no_reporting_and_for_nobody_of_whom_a_part_is_here(
    signed: Signed,
) -> None:
    for source in ("/loket-b/intake", "/edge-a/intake", "/edge-a/reporting"):
        signed.send(*following(1, source), source=source)
    signed.stream.store(following(1, "/dinas/intake"), [-1])
    checkpoint = signed.sign()
    assert checkpoint is not None
    assert [top.source for top in checkpoint.tops] == ["/loket-b/intake"]
