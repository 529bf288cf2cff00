"""The log copy follows the stream: bytes first, then facts, in one transaction a batch.

It refuses nothing. What cannot be read is kept with its trouble, what comes again is compared
with what is stored, what contradicts it is kept apart as a fork, and what comes too early waits
until the hole before it is filled.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from uuid import UUID

import duckdb
import msgspec
import structlog
from duckdb import DuckDBPyConnection

from services.kernel import failpoints
from services.kernel.chain import Holes, Sorted, sort_out
from services.kernel.stream import Delivery, ReadAhead, Stream, unread
from services.kernel.worker import Worker
from services.reporting import folds
from services.reporting.messages import (
    MESSAGE_COLUMNS,
    as_batch,
    as_message,
    insert,
    message_hash,
)
from services.reporting.store import Store, aware, is_damage, stored

log = structlog.get_logger()
NAME = "reporting"
BATCH = 48_000
WAIT_SECONDS = 0.5
REST_SECONDS = 0.05
UUID_LENGTH = 36
_INSERT = insert()
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class LogCopy:
    """Feeds the log, and from it the facts."""

    def __init__(self, store: Store, stream: Stream) -> None:
        self._store = store
        self._stream = stream
        self._connection = store.connection()
        self._reader = ReadAhead(stream.reader(NAME, {}), NAME)
        self.writing = threading.RLock()
        self._news = threading.Condition()
        self._rested = time.monotonic()
        self.on_news: Callable[[], None] = lambda: None
        self.before: Callable[[], bool] = lambda: True
        self.on_stop: Callable[[], None] = lambda: None
        self._load()
        self.worker = Worker(
            "follow-reporting",
            self._turn,
            failed=self._load,
            wake=self._wake,
            close=self._close,
        )

    def _load(self) -> None:
        self._reader.close()
        ((tracked, offsets),) = self._connection.execute(
            "SELECT tracked, offsets FROM reading"
        ).fetchall()
        self.tracked: dict[str, int] = msgspec.json.decode(tracked)
        self.offsets = {int(at): offset for at, offset in msgspec.json.decode(offsets).items()}
        self._holes = Holes()
        self.reload_ends()
        self._reader = ReadAhead(self._stream.reader(NAME, self.offsets), NAME)

    def read_anew(self) -> None:
        """Begin again from what the file says (while nothing is taken)."""
        with self.writing:
            self._load()
        with self._news:
            self._news.notify_all()
        self.on_news()

    def reload_ends(self) -> None:
        """Read anew where the log ends (while nothing is taken)."""
        # All is fetched: what is not would keep its transaction open, and checkpoints waiting.
        ((place, newest),) = self._connection.execute(
            "SELECT max(place), max(arrived_at) FROM log"
        ).fetchall()
        self.place = 0 if place is None else place + 1
        self._newest = LONG_AGO if newest is None else aware(newest)

    def _wake(self) -> None:
        self.on_stop()
        self._reader.wake()

    def _close(self) -> None:
        self._reader.close()
        self._connection.close()

    def holes(self) -> list[Delivery]:
        """The first message after each hole: it waits for what precedes it."""
        return list(self._holes.first.values())

    def lag(self) -> int:
        """How many messages of the stream are still to be read."""
        return unread(self._stream, self.offsets)

    def _turn(self) -> None:
        """Rest about as long as the last batch took, so that what comes meanwhile is folded
        together and at most half a core goes into it; then take the next."""
        if (rest := self._rested - time.monotonic()) > 0:
            self.worker.pause(rest)
        self.step()

    def step(self) -> None:
        """Take the next batch, if there is one within half a second."""
        if not self.before():
            return
        deliveries = self._reader.poll(BATCH, WAIT_SECONDS)
        if deliveries:
            began = time.monotonic()
            # With more waiting nothing is gained by resting, or by leaving a core to others.
            full = len(deliveries) * 2 >= BATCH
            with self._store.on_all_cores() if full else nullcontext():
                self.handle(deliveries)
            ended = time.monotonic()
            self._rested = ended + (0 if full else min(ended - began, REST_SECONDS))

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Store and fold deliveries in one transaction, and go back where a hole was filled."""
        with self.writing:
            read_to = dict(self.offsets)
            for delivery in deliveries:
                read_to[delivery.partition] = delivery.offset + 1
            batch = sort_out(deliveries, self.tracked)
            go_back, offsets = self._holes.settle(batch, read_to)
            tracked = self.tracked | batch.tracked
            self._write(batch, tracked, offsets)
            failpoints.hit(failpoints.FACTS_FOLDED)
            self.offsets = read_to
            self.place += len(batch.taken)
            self._newest = max([self._newest, *(each.arrived_at for each in batch.taken)])
        for delivery in go_back:
            self._reader.seek(delivery.partition, delivery.offset)
        with self._news:
            self.tracked = tracked
            self._news.notify_all()
        self.on_news()

    def _write(self, batch: Sorted, tracked: dict[str, int], offsets: dict[int, int]) -> None:
        connection = self._connection
        connection.execute("BEGIN")
        try:
            if batch.taken:
                connection.execute(_INSERT, {"batch": as_batch(batch.taken, self.place)})
                fold_touched(connection, batch.taken, self._newest)
            for fork in [*batch.forks, *contradicting(connection, batch.repeats)]:
                keep_apart(connection, fork)
            connection.execute(
                "UPDATE reading SET tracked = ?, offsets = ?",
                [msgspec.json.encode(tracked).decode(), msgspec.json.encode(offsets).decode()],
            )
            connection.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):  # a commit that failed has ended the transaction
                connection.execute("ROLLBACK")
            if isinstance(error, duckdb.Error) and is_damage(error):
                self._store.suspect()
            raise

    def wait_for(self, source: str, id: int, seconds: float) -> bool:
        """Wait until the log copy holds a source's event; say whether it does."""
        with self._news:
            return self._news.wait_for(lambda: self._holds(source, id), seconds)

    def wait_to(self, ends: Mapping[int, int], seconds: float) -> bool:
        """Wait until the stream was read up to these offsets, and nothing before them waits for
        what is missing; say whether it was."""

        def there() -> bool:
            read = all(self.offsets.get(at, 0) >= end for at, end in ends.items())
            return read and not self._holes.first

        with self._news:
            return self._news.wait_for(there, seconds)

    def changed(self, seen: int, seconds: float) -> int:
        """Wait for news after `seen` (a former answer; 0 at first); return the present state."""
        with self._news:
            self._news.wait_for(lambda: self._taken() != seen, seconds)
            return self._taken()

    def _taken(self) -> int:
        return sum(self.tracked.values())

    def _holds(self, source: str, id: int) -> bool:
        known = [last for name, last in self.tracked.items() if name.rpartition("/")[0] == source]
        if max(known, default=0) < id:
            return False
        if len(known) == 1:
            return True
        # On several partitions a later event may have come before this one.
        found = self._store.reader().execute(
            "SELECT 1 FROM log WHERE source = ? AND id = ?", [source, id]
        )
        return bool(found.fetchall())


def fold_touched(
    connection: DuckDBPyConnection, deliveries: Sequence[Delivery], newest: datetime
) -> None:
    """Make the facts anew of the subjects that these deliveries are about.

    `newest` is when the latest of all that was stored before them arrived.
    """
    newer = min(each.arrived_at for each in deliveries) > newest
    names = frozenset(each.message.type.split(".")[1] for each in deliveries)
    for key, keys in subjects(each.message.subject for each in deliveries).items():
        bound = folds.bind_touched(connection, key, keys)
        among = names if newer and bound.straight else None
        folds.fold_bound(connection, key, anew=True, present=bound.names, among=among)


def subjects(found: Iterable[str]) -> dict[folds.Key, list[str]]:
    """Return subjects by the key under which their facts stand; a key with none is left out."""
    distinct = set(found)
    complaints = sorted(filter(_is_uuid, distinct))
    others = sorted(distinct.difference(complaints))
    by_key: dict[folds.Key, list[str]] = {"complaint": complaints, "subject": others}
    return {key: keys for key, keys in by_key.items() if keys}


def _is_uuid(subject: str) -> bool:
    # As DuckDB reads it when it fills the column `complaint`.
    try:
        UUID(subject)
    except ValueError:
        return False
    return len(subject) == UUID_LENGTH


def contradicting(
    connection: DuckDBPyConnection, repeats: Sequence[Delivery], copy: str = "log"
) -> list[Delivery]:
    """Return the repeats that are not what a log holds under their source and id."""
    if not repeats:
        return []
    cursor = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM {copy} "
        "WHERE id IN (SELECT unnest($ids::BIGINT[])) "
        "AND source IN (SELECT unnest($sources::VARCHAR[]))",
        {
            "ids": [each.message.id for each in repeats],
            "sources": list({each.message.source for each in repeats}),
        },
    )
    known = {
        (message.source, message.id): message_hash(message)
        for message in map(as_message, rows(cursor))
    }
    return [
        each
        for each in repeats
        if known.get((each.message.source, each.message.id)) != message_hash(each.message)
    ]


def keep_apart(connection: DuckDBPyConnection, delivery: Delivery) -> None:
    """Keep a message that contradicts another under its source and id."""
    message = delivery.message
    log.error("fork_on_stream", source=message.source, id=message.id)
    headers = [(name, data.decode()) for name, data in message.headers()]
    connection.execute(
        "INSERT INTO forks VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            message.source,
            message.id,
            delivery.partition,
            delivery.offset,
            message.previous,
            stored(delivery.arrived_at),
            msgspec.json.encode(headers).decode(),
            message.value,
        ],
    )


def rows(cursor: DuckDBPyConnection) -> list[dict[str, object]]:
    """Return what a query found, each row by its column names."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
