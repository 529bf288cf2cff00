"""From the district's stream down to an edge's own: what concerns its Puskesmas, each message once.

Every message of the topic is read, so that chains are whole; those for this edge's Puskesmas, and
those for all, are stored in its own stream, chained anew, together with how far the topic is read.
So the edge's services follow one stream, whoever wrote. Its own events, which it has, are compared
with what it sent: a difference means that another machine runs on a copy of this data folder.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog

from services.kernel.chain import Holes, sort_out, tracking_name
from services.kernel.contracts import Message
from services.kernel.contracts.envelope import STRAY
from services.kernel.store import Service
from services.kernel.store.database import Connection
from services.kernel.stream import Delivery, EmbeddedStream, Stream, unread
from services.kernel.worker import Worker

log = structlog.get_logger()
NAME = "downlink"
BATCH = 500
WAIT_SECONDS = 0.5
TABLES = """
CREATE TABLE IF NOT EXISTS down_read (
    partition   INTEGER PRIMARY KEY,
    next_offset INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS down_tracked (
    name    TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS down_stored (
    name    TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""
"""How far each partition is read; the last id taken of each chain, and stored of it."""


class DuplicateOrigin(Exception):
    """The district's stream holds events of this origin that this data folder did not write."""


class Downlink:
    """Feeds an edge's own stream from the district's. `own` are the edge's services; `concerns`
    says of a Puskesmas whether its home is here."""

    def __init__(
        self,
        district: Stream,
        here: EmbeddedStream,
        own: Iterable[Service],
        concerns: Callable[[str], bool],
    ) -> None:
        self._district, self._here = district, here
        self._own = {source: service for service in own for source in service.incarnations.sources}
        self._concerns = concerns
        self.compared = False
        """Whether everything was read that lay on the district's stream when this process began."""
        self.duplicate: str | None = None
        here.read(lambda connection: _define(connection))
        self._reader = district.reader(NAME, {})
        self._load()
        self.worker = Worker(
            NAME,
            self.step,
            failed=self._load,
            wake=lambda: self._reader.wake(),
            close=lambda: self._reader.close(),
        )

    def _load(self) -> None:
        self._reader.close()
        self._offsets, self._tracked, self._stored = self._here.read(_state)
        self._holes = Holes()
        self._reader = self._district.reader(NAME, self._offsets)

    def lag(self) -> int:
        """How many messages of the district's stream are still to be read."""
        return unread(self._district, self._offsets)

    def holes(self) -> list[Delivery]:
        """The first message after each hole."""
        return list(self._holes.first.values())

    def step(self) -> None:
        """Take the next batch, if there is one within half a second; raises DuplicateOrigin."""
        deliveries = self._reader.poll(BATCH, WAIT_SECONDS)
        if deliveries:
            self.handle(deliveries)
        elif not self.compared:
            self.compared = self.lag() == 0

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Store what concerns this edge in one transaction with how far it has read."""
        read_to = dict(self._offsets)
        for delivery in deliveries:
            read_to[delivery.partition] = delivery.offset + 1
        batch = sort_out(deliveries, self._tracked)
        self._compare([each.message for each in (*batch.taken, *batch.repeats, *batch.forks)])
        go_back, safe = self._holes.settle(batch, read_to)
        kept = [each for each in batch.taken if self._is_for_here(each.message)]
        stored = dict(self._stored)
        page = [_chained(each, stored) for each in kept]

        def also(connection: Connection) -> None:
            _keep(connection, "down_read", "partition", "next_offset", safe)
            _keep(connection, "down_tracked", "name", "last_id", batch.tracked)
            _keep(connection, "down_stored", "name", "last_id", stored)

        # A partition's order is not that of the others: each keeps a chain of its own.
        self._here.store(page, [-1 - each.partition for each in kept], also)
        self._tracked |= batch.tracked
        self._stored, self._offsets = stored, read_to
        for delivery in go_back:
            self._reader.seek(delivery.partition, delivery.offset)
        for fork in batch.forks:
            log.error("fork_on_stream", source=fork.message.source, id=fork.message.id)

    def _is_for_here(self, message: Message) -> bool:
        if message.source in self._own or message.type == STRAY:
            return False
        return not message.puskesmas or self._concerns(message.puskesmas)

    def _compare(self, messages: Sequence[Message]) -> None:
        """Raise DuplicateOrigin for an event of ours that is not in our store as it was sent."""
        for source, service in self._own.items():
            # What an earlier incarnation wrote and a restore did not find is known to be lost.
            end = service.incarnations.last(source)
            ours = {
                each.id: each
                for each in messages
                if each.source == source and (end is None or each.id <= end)
            }
            if not ours:
                continue
            first, last = min(ours), max(ours)
            written = {each.id: each for each in service.published(first, last - first + 1, source)}
            for id, message in ours.items():
                if id not in written or _content(written[id]) != _content(message):
                    self.duplicate = f"{source}:{id}"
                    raise DuplicateOrigin(self.duplicate)


def _content(message: Message) -> Message:
    return msgspec.structs.replace(message, previous=0)


def _chained(delivery: Delivery, stored: dict[str, int]) -> Message:
    name, message = tracking_name(delivery), delivery.message
    chained = msgspec.structs.replace(message, previous=stored.get(name, 0))
    stored[name] = message.id
    return chained


def _define(connection: Connection) -> None:
    for statement in TABLES.split(";\n"):
        connection.execute(statement)


def _state(connection: Connection) -> tuple[dict[int, int], dict[str, int], dict[str, int]]:
    read = connection.execute("SELECT partition, next_offset FROM down_read").fetchall()
    tracked = connection.execute("SELECT name, last_id FROM down_tracked").fetchall()
    stored = connection.execute("SELECT name, last_id FROM down_stored").fetchall()
    return (
        {row["partition"]: row["next_offset"] for row in read},
        {row["name"]: row["last_id"] for row in tracked},
        {row["name"]: row["last_id"] for row in stored},
    )


def _keep(
    connection: Connection,
    table: str,
    key: str,
    value: str,
    rows: Mapping[int, int] | Mapping[str, int],
) -> None:
    connection.executemany(
        f"INSERT INTO {table} VALUES (?, ?) "  # noqa: S608 - names of ours
        f"ON CONFLICT ({key}) DO UPDATE SET {value} = excluded.{value}",
        rows.items(),
    )
