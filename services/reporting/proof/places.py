"""The other places that hold a history, each compared with the log copy: the stores of this
deployment's services, and the stream.

All is read page by page; where a place differs first, a few events of both sides are looked at
again, to tell what was done.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.chain import tracking_name
from services.kernel.contracts import Message
from services.kernel.contracts.envelope import UNREADABLE
from services.kernel.proof import leaf_of
from services.kernel.stream import Delivery, Reader, Stream, StreamUnavailable
from services.reporting.messages import MESSAGE_COLUMNS, as_message
from services.reporting.outboxes import Outboxes
from services.reporting.proof.differing import UNREADABLE_CONTENT, Difference, Item
from services.reporting.proof.leaves import LEAF
from services.reporting.queries.question import records
from services.reporting.store import stored

WINDOW: Final = 64
"""So many events are looked at to tell what was done."""
PAGE: Final = 8_000
_WAIT_SECONDS: Final = 1.0
_NO_WORD: Final = 5
"""After so many waits without a message the rest of the stream counts as cut off."""
NAME: Final = "verify"
_COMPARED: Final = ("source", "id", "arrived_at", "previous", "leaf")


class Outbox:
    """What the store of a source holds, read forward once."""

    def __init__(self, outboxes: Outboxes, source: str) -> None:
        self._outboxes, self._source = outboxes, source
        self._read: list[Message] = []
        self._position = 0

    def upto(self, id: int) -> list[tuple[int, bytes]]:
        """Return the ids up to one, each with its leaf; raises Unavailable."""
        while self._position < id:
            page = self._outboxes.after(self._source, self._position)
            if not page:
                break
            self._read += page
            self._position = page[-1].id
        given = [each for each in self._read if each.id <= id]
        self._read = [each for each in self._read if each.id > id]
        return [(each.id, leaf_of(each)) for each in given]

    def items(self, first: int) -> list[Item]:
        """Return how the store goes on from an id."""
        return [item_of(each) for each in self._outboxes.after(self._source, first - 1)[:WINDOW]]


def items_of_log(connection: DuckDBPyConnection, source: str, first: int) -> list[Item]:
    """Return how a source goes on in the log copy from an id."""
    return _items(connection, "source = ? AND id >= ? ORDER BY id", [source, first])


class OnStream:
    """The stream beside the log copy, which has `read` it up to these offsets and `tracked` each
    chain up to these ids."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        stream: Stream,
        read: Mapping[int, int],
        tracked: Mapping[str, int],
    ) -> None:
        self._connection, self._stream, self._tracked = connection, stream, tracked
        self._ends = stream.ends()
        self._upto = {at: min(end, self._ends.get(at, 0)) for at, end in read.items()}
        self._alone = len(read) == 1
        """What an edge took over lies on lanes of its one partition."""

    def differences(self) -> list[Difference]:
        """Return where each partition differs first from the log copy; raises StreamUnavailable."""
        found: dict[int, Difference] = {}
        for at, first, last, page in self._pages():
            if at not in found and (offset := self._differs(at, first, last, page)) is not None:
                found[at] = self._at_offset(at, offset)
        for at in self._upto:
            gone = self._goes_on(at, self._ends.get(at, 0))
            if gone and at not in found:
                found[at] = Difference.of(gone, [])
        return list(found.values())

    def _pages(self) -> Iterator[tuple[int, int, int, Sequence[Delivery]]]:
        """Yield what lies in each partition, page by page: the partition, the first and the last
        offset that are looked at, and what lies there."""
        reader = self._stream.reader(NAME, {})
        reached, silent = dict.fromkeys(self._upto, 0), 0
        try:
            while silent < _NO_WORD and (behind := self._behind(reached)):
                page, unreadable = _polled(reader, alone=self._alone)
                silent = 0 if page or unreadable else silent + 1
                for at, lying in _by_partition(page):
                    if at in behind:
                        last = min(lying[-1].offset, self._upto[at] - 1)
                        within = [each for each in lying if each.offset <= last]
                        yield at, reached[at], last, within
                        reached[at] = last + 1
                if unreadable:
                    (at,) = reached
                    yield at, reached[at], reached[at], []
                    reached[at] += 1
                    reader.seek(at, reached[at])
        finally:
            reader.close()
        for at in self._behind(reached):
            yield at, reached[at], self._upto[at] - 1, []

    def _behind(self, reached: Mapping[int, int]) -> list[int]:
        return [at for at, end in self._upto.items() if reached[at] < end]

    def _differs(self, at: int, first: int, last: int, page: Sequence[Delivery]) -> int | None:
        """Return the first offset at which the stream is not what the log copy says."""
        held = self._held(at, first, last)
        lying = {each.offset: each for each in page}
        for offset in sorted({*held, *lying}):
            rows, delivery = held.get(offset, []), lying.get(offset)
            if delivery is None or (rows and rows != [_row(delivery)]):
                return offset
            if not rows and not self._is_known(delivery):
                return offset
        return None

    def _held(self, at: int, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
        """Return what the log copy says lies at these offsets of a partition."""
        rows = self._connection.execute(
            f"SELECT stream_offset, source, id, arrived_at, previous, {LEAF} FROM log "
            f"WHERE stream_offset BETWEEN ? AND ?{self._and_at}",
            [first, last, *self._at(at)],
        ).fetchall()
        found: dict[int, list[dict[str, Any]]] = {}
        for offset, *row in rows:
            found.setdefault(offset, []).append(dict(zip(_COMPARED, row, strict=True)))
        return found

    @property
    def _and_at(self) -> str:
        return "" if self._alone else " AND partition = ?"

    def _at(self, at: int) -> list[int]:
        return [] if self._alone else [at]

    def _is_known(self, delivery: Delivery) -> bool:
        """Say whether a message is a repeat, one that still waits behind a hole, or a fork that
        is kept apart: the log copy has it not at this offset, and all is well."""
        message = delivery.message
        if message.id > self._tracked.get(tracking_name(delivery), 0):
            return True
        same = f"SELECT 1 FROM log WHERE source = ? AND id = ? AND {LEAF} = ?"
        apart = "SELECT 1 FROM forks WHERE partition = ? AND stream_offset = ?"
        ask = self._connection.execute
        return bool(
            ask(same, [message.source, message.id, leaf_of(message)]).fetchall()
            or ask(apart, [delivery.partition, delivery.offset]).fetchall()
        )

    def _at_offset(self, at: int, offset: int) -> Difference:
        """Return how both sides go on from an offset of a partition."""
        reader = self._stream.reader(NAME, {**self._ends, at: offset})
        try:
            page, unreadable = _polled(reader, alone=self._alone, limit=WINDOW)
        finally:
            reader.close()
        lying = [each for each in page if each.partition == at]
        held = self._goes_on(at, offset)
        if unreadable:
            return Difference.of(held, [Item("", 0, UNREADABLE_CONTENT)])
        found = [item_of(each.message) for each in lying]
        rows = self._held(at, offset, offset).get(offset, [])
        what = None
        if len(rows) == 1 and held[0] == found[0]:
            there = _row(lying[0])
            what = next(name for name in _COMPARED if there[name] != rows[0][name])
        return Difference.of(held, found, what)

    def _goes_on(self, at: int, offset: int) -> list[Item]:
        where = f"stream_offset >= ?{self._and_at} ORDER BY stream_offset"
        return _items(self._connection, where, [offset, *self._at(at)])


def _polled(reader: Reader, *, alone: bool, limit: int = PAGE) -> tuple[Sequence[Delivery], bool]:
    """Return a page, or what of it lies before the first message that cannot be read; and
    whether that is the next one."""
    try:
        return reader.poll(limit, _WAIT_SECONDS), False
    except StreamUnavailable:
        raise
    except Exception:
        if not alone:
            raise
    page: list[Delivery] = []
    while True:
        try:
            page += reader.poll(1, _WAIT_SECONDS)
        except Exception:
            return page, not page


def _by_partition(page: Iterable[Delivery]) -> list[tuple[int, list[Delivery]]]:
    found: dict[int, list[Delivery]] = {}
    for each in page:
        found.setdefault(each.partition, []).append(each)
    return list(found.items())


def _row(delivery: Delivery) -> dict[str, Any]:
    message = delivery.message
    values = message.source, message.id, stored(delivery.arrived_at), message.previous
    return dict(zip(_COMPARED, (*values, leaf_of(message)), strict=True))


def _items(connection: DuckDBPyConnection, where: str, values: list[Any]) -> list[Item]:
    found = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM log WHERE {where} LIMIT {WINDOW}", values
    )
    return [item_of(as_message(row)) for row in records(found)]


def item_of(message: Message) -> Item:
    """Return a message as it is compared by what it says."""
    if message.type == UNREADABLE:
        return Item(message.source, message.id, UNREADABLE_CONTENT)
    content = msgspec.structs.replace(message, id=0, previous=0)
    return Item(message.source, message.id, leaf_of(content))
