"""The stream of a node: one SQLite file, whose row id is the offset, on one partition."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from services.kernel import failpoints
from services.kernel.clock import Clock
from services.kernel.contracts import Message, from_headers
from services.kernel.store import GroupWriter
from services.kernel.store.database import Connection
from services.kernel.store.files import SqliteFile
from services.kernel.store.rows import insert_rows
from services.kernel.stream.port import Delivery, StreamUnavailable

T = TypeVar("T")
SCHEMA = """
CREATE TABLE IF NOT EXISTS log (
    offset     INTEGER PRIMARY KEY,
    headers    BLOB NOT NULL,
    value      BLOB NOT NULL,
    arrived_at TEXT NOT NULL,
    lane       INTEGER
) STRICT
"""
LANE = "ALTER TABLE log ADD COLUMN lane INTEGER"
"""For a file that was made before there were edges."""
TAIL = 4096
PARTITION = 0


class EmbeddedStream:
    """The stream on one file; the newest messages are kept decoded for followers near the end."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = SqliteFile(path)
        self._clock = clock
        self._writer = GroupWriter(self._file, failpoints.STREAM_STORED)
        self._writer.run(self._create)
        self._last_arrival = self._writer.run(_last_arrival)
        self._tail: deque[Delivery] = deque(maxlen=TAIL)
        self._news = threading.Condition()
        self._senders: dict[str, EmbeddedSender] = {}

    def _create(self, connection: Connection) -> None:
        connection.execute(SCHEMA)
        if "lane" not in self._file.columns(connection, "log"):
            connection.execute(LANE)

    def partition_of(self, key: bytes) -> int:
        """Everything lies on the one partition."""
        return PARTITION

    def sender(self, source: str) -> "EmbeddedSender":
        """Return the sender of a source; the one before it is fenced off."""
        sender = EmbeddedSender(self, source)
        self._senders[source] = sender
        return sender

    def reader(self, name: str, start: Mapping[int, int]) -> "EmbeddedReader":
        """Return a reader from the given offset."""
        return EmbeddedReader(self, self._file.connect(), start.get(PARTITION, 0))

    def ends(self) -> Mapping[int, int]:
        """Return the next offset to be written."""
        (last,) = self._writer.run(
            lambda connection: connection.execute("SELECT max(offset) FROM log").fetchone()
        )
        return {PARTITION: 0 if last is None else last + 1}

    def withheld(self) -> int:
        """Return 0: a page is one transaction of the file."""
        return 0

    def close(self) -> None:
        """Finish what is being written, and close the file."""
        self._writer.close()

    def store(
        self,
        page: Sequence[Message],
        lanes: Sequence[int] | None = None,
        also: Callable[[Connection], object] = lambda _none: None,
    ) -> None:
        """Store a page, each message on its lane if `lanes` are given, and `also` what is written
        in the same transaction of the file; raises StreamUnavailable."""
        on: Sequence[int | None] = lanes or [None] * len(page)
        rows = [(msgspec.json.encode(_plain(message)), message.value) for message in page]

        def work(connection: Connection) -> list[Delivery]:
            arrived_at = self._last_arrival = max(self._clock(), self._last_arrival)
            stamp = arrived_at.isoformat()
            (first,) = connection.execute("SELECT ifnull(max(offset), -1) + 1 FROM log").fetchone()
            placed = [
                (offset, *row, stamp, lane)
                for offset, (row, lane) in enumerate(zip(rows, on, strict=True), start=first)
            ]
            insert_rows(
                connection,
                "INSERT INTO log (offset, headers, value, arrived_at, lane) VALUES",
                placed,
            )
            also(connection)
            return [
                Delivery(message, PARTITION, offset, arrived_at, lane)
                for offset, (message, lane) in enumerate(zip(page, on, strict=True), start=first)
            ]

        future = self._writer.submit(work)
        future.add_done_callback(self._stored)
        try:
            future.result()
        except sqlite3.Error as error:
            raise StreamUnavailable(str(error)) from error

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads of the file, or defines in it."""
        return self._writer.run(work)

    def _stored(self, future: "Future[list[Delivery]]") -> None:
        if future.exception() is None:
            with self._news:
                self._tail.extend(future.result())
                self._news.notify_all()


class EmbeddedSender:
    """Appends one source's pages."""

    def __init__(self, stream: EmbeddedStream, source: str) -> None:
        self._stream = stream
        self.source = source

    def send(self, page: Sequence[Message]) -> None:
        """Store a page in one savepoint; raises StreamUnavailable."""
        if self._stream._senders.get(self.source) is not self:
            raise StreamUnavailable(f"another sender has taken over for {self.source}")
        self._stream.store(page)

    def take_over(self) -> None:
        """Do nothing: the sender before was fenced off when this one was made."""

    def settle(self) -> None:
        """Do nothing: a page is one transaction of the file."""

    def close(self) -> None:
        """Nothing to let go of."""


class EmbeddedReader:
    """Reads the file from an offset on, or the decoded tail when it is near the end."""

    def __init__(self, stream: EmbeddedStream, connection: Connection, start: int) -> None:
        self._stream = stream
        self._connection = connection
        self._next = start
        self._woken = False

    def poll(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Return what lies at and after the reader's offset."""
        until = time.monotonic() + timeout
        news = self._stream._news
        while True:
            found = self._from_tail(limit)
            if found is None:
                found = self._from_file(limit)
            if found:
                self._next = found[-1].offset + 1
                return found
            with news:
                tail = self._stream._tail
                if not (tail and tail[-1].offset >= self._next) and not self._woken:
                    left = until - time.monotonic()
                    if left <= 0 or not news.wait(left):
                        return []
                if self._woken:
                    self._woken = False
                    return []

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset`."""
        self._next = offset

    def wake(self) -> None:
        """Have a waiting poll return."""
        with self._stream._news:
            self._woken = True
            self._stream._news.notify_all()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _from_tail(self, limit: int) -> list[Delivery] | None:
        """Return what the tail holds from the offset on, or None where it begins later."""
        with self._stream._news:
            tail = self._stream._tail
            if not tail or tail[0].offset > self._next:
                return None
            # A step into a deque costs its distance from the end where the walk begins.
            before, behind = self._next - tail[0].offset, tail[-1].offset + 1 - self._next
            if before < behind:
                return list(islice(tail, before, before + limit))
            newest_first = list(islice(reversed(tail), max(0, behind)))
            return newest_first[::-1][:limit]

    def _from_file(self, limit: int) -> list[Delivery]:
        rows = self._connection.execute(
            "SELECT offset, headers, value, arrived_at, lane FROM log WHERE offset >= ? "
            "ORDER BY offset LIMIT ?",
            (self._next, limit),
        ).fetchall()
        return [
            Delivery(
                from_headers(
                    [(name, text.encode()) for name, text in msgspec.json.decode(row["headers"])],
                    row["value"],
                ),
                PARTITION,
                row["offset"],
                datetime.fromisoformat(row["arrived_at"]),
                row["lane"],
            )
            for row in rows
        ]


def _plain(message: Message) -> list[tuple[str, str]]:
    return [(name, data.decode()) for name, data in message.headers()]


def _last_arrival(connection: Connection) -> datetime:
    row = connection.execute("SELECT arrived_at FROM log ORDER BY offset DESC LIMIT 1").fetchone()
    return datetime.fromisoformat(row[0] if row else "0001-01-01T00:00:00+00:00")
