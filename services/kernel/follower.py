"""A service follows the stream: each event handled once, in one transaction a batch.

What the batch caused, the tracking of its sources and the place to read on from are written in
one transaction of the service's own store. An event that cannot be handled is set aside in that
same transaction; later events of its subject queue behind it, all others go on. When another
event of the subject arrives, the queue is tried again (an event that came before its complaint
then finds it).
"""

# ruff: noqa: S608 (the names of tables are ours)

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec
import structlog
from eventsourcing.persistence import IntegrityError

from services.kernel import failpoints
from services.kernel.chain import Holes, Sorted, sort_out
from services.kernel.contracts import Message, from_headers, in_order, read
from services.kernel.errors import Problem, Unavailable
from services.kernel.policy import Policy, belongs_to
from services.kernel.store import Service, UnitOfWork
from services.kernel.store.database import Connection, Row
from services.kernel.store.rows import insert_rows
from services.kernel.store.taking_back import followed_before
from services.kernel.stream import Delivery, Stream, unread
from services.kernel.tracing import correlated, span
from services.kernel.worker import Worker

log = structlog.get_logger()
BATCH = 500
QUEUES = 100
WAIT_SECONDS = 0.5
REST_SECONDS = 0.1
"""So long events gather after a batch: each batch is a commit, however few they are."""


@dataclass(frozen=True)
class Queue:
    """Events of one subject that wait for the first of them to be handled.

    `reason` is the code of a refusal or the name of a failure, never a message: those may quote
    what a person wrote. `behind` counts the events after the first.
    """

    follower: str
    subject: str
    source: str
    id: int
    type: str
    reason: str
    since: datetime
    behind: int


@dataclass(frozen=True)
class Drained:
    """What a replay of one follower's queue did; `reason` is why it stopped, if it did."""

    follower: str
    handled: int
    left: int
    reason: str | None


class Follower:
    """Feeds one service's policy from the stream; a further follower in the same store has a name
    and tables of its own."""

    tracking: ClassVar = "tracking"
    followed: ClassVar = "followed"

    def __init__(
        self, service: Service, policy: Policy, stream: Stream, name: str | None = None
    ) -> None:
        self.name = name or service.name
        self._service = service
        self._policy = policy
        self._interests = policy.by_type()
        self._remembered = {each.type for each in policy.remembers}
        self._stream = stream
        self._reader = stream.reader(self.name, {})
        self._rests_until = 0.0
        self._load()
        self.worker = Worker(
            f"follow-{self.name}",
            self._turn,
            failed=self._load,
            wake=lambda: self._reader.wake(),
            close=lambda: self._reader.close(),
        )

    def _load(self) -> None:
        self._reader.close()
        self._offsets, self._tracked, self._aside = self._service.writer.run(self._state)
        self._before = self._service.writer.run(followed_before)
        self._holes = Holes()
        self._reader = self._stream.reader(self.name, self._offsets)

    @property
    def aside(self) -> frozenset[str]:
        """The subjects that have an event set aside."""
        return frozenset(self._aside)

    def holes(self) -> list[Delivery]:
        """The first message after each hole: it is late, or what precedes it is."""
        return list(self._holes.first.values())

    def lag(self) -> int:
        """How many messages of the stream are still to be read."""
        return unread(self._stream, self._offsets)

    def _turn(self) -> None:
        """Handle what comes first at once, and what follows it in a moment together."""
        self.worker.pause(self._rests_until - time.monotonic())
        self.step()

    def step(self) -> None:
        """Handle the next batch, if there is one within half a second."""
        deliveries = self._reader.poll(BATCH, WAIT_SECONDS)
        if deliveries:
            full = len(deliveries) == BATCH
            self._rests_until = time.monotonic() + (0 if full else REST_SECONDS)
            self.handle(deliveries)

    def handle(self, deliveries: Iterable[Delivery]) -> None:
        """Handle deliveries in one transaction, and go back where a hole was filled."""
        read_to = dict(self._offsets)
        deliveries = list(deliveries)
        for delivery in deliveries:
            read_to[delivery.partition] = delivery.offset + 1
        batch = sort_out(deliveries, self._tracked)
        go_back, safe = self._holes.settle(batch, read_to)
        self._write(batch, safe)
        failpoints.hit(failpoints.BATCH_HANDLED)
        self._tracked |= batch.tracked
        self._offsets = read_to
        for delivery in go_back:
            self._reader.seek(delivery.partition, delivery.offset)
        for fork in batch.forks:
            log.error("fork_on_stream", source=fork.message.source, id=fork.message.id)

    def _write(self, batch: Sorted, offsets: dict[int, int]) -> None:
        """Write what a batch causes; all at once if nothing of it waits or fails, which is the
        rule, else event by event, each in a savepoint of its own."""
        mine = [each for each in batch.taken if self._concerns(each.message)]

        def at_once(uow: UnitOfWork) -> None:
            for delivery in mine:
                with correlated(belongs_to(delivery.message)):
                    self._handle(uow, delivery)
            self._record(uow.connection, batch, offsets)

        def one_by_one(uow: UnitOfWork) -> None:
            for delivery in mine:
                with correlated(belongs_to(delivery.message)):
                    self._take(uow, delivery)
            self._record(uow.connection, batch, offsets)

        run = self._service.transact
        if self._aside.isdisjoint(each.message.subject for each in mine):
            try:
                run(at_once).result()
                return
            except Exception as error:
                log.warning("batch_taken_apart", follower=self.name, error=type(error).__name__)
        run(one_by_one).result()

    def _record(self, connection: Connection, batch: Sorted, offsets: dict[int, int]) -> None:
        """Record the tracking, and where to read on from; raises IntegrityError where somebody else
        has tracked as much."""
        before = connection.total_changes
        # As the library would, but all at once: a district has a source for each service, partition
        # and endpoint, and a statement each was most of what following cost.
        insert_rows(
            connection,
            f"INSERT INTO {self.tracking} VALUES",
            list(batch.tracked.items()),
            "ON CONFLICT (application_name) "
            "DO UPDATE SET notification_id = excluded.notification_id "
            f"WHERE {self.tracking}.notification_id < excluded.notification_id",
        )
        if connection.total_changes - before != len(batch.tracked):
            raise IntegrityError("another process has followed as far")
        insert_rows(
            connection,
            f"INSERT INTO {self.followed} VALUES",
            list(offsets.items()),
            "ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset",
        )

    def _concerns(self, message: Message) -> bool:
        return (
            message.type in self._interests
            and message.source not in self._service.incarnations.sources
            and self._policy.acts_for(message.puskesmas)
        )

    def _handle(self, uow: UnitOfWork, delivery: Delivery) -> None:
        message = delivery.message
        if message.type in self._remembered:
            uow.insert("INSERT INTO arrived VALUES", _stored(delivery))
        if message.id <= self._before.get((message.source, message.subject), 0):
            return  # what it caused was taken back
        if handler := self._interests[message.type]:
            uow.after(message.time)
            with span(f"{self.name} {message.type}"):
                handler(uow, message, read(message))
            log.debug("event_handled", follower=self.name, source=message.source, id=message.id)

    def _take(self, uow: UnitOfWork, delivery: Delivery) -> None:
        message = delivery.message
        if message.subject in self._aside:
            _set_aside(uow.connection, delivery, "behind", self._service.clock())
            self._replay(uow, message.subject)
        elif reason := self._try(uow, delivery):
            _set_aside(uow.connection, delivery, reason, self._service.clock())
            self._aside.add(message.subject)

    def _try(self, uow: UnitOfWork, delivery: Delivery) -> str | None:
        """Handle one event in a savepoint of its own; return why it could not be."""
        message, connection = delivery.message, uow.connection
        back = uow.undo()
        connection.execute("SAVEPOINT event")
        try:
            self._handle(uow, delivery)
            uow.flush()
        except Unavailable:
            # Nothing is wrong with the event: the whole batch is tried again.
            raise
        except Exception as error:
            connection.execute("ROLLBACK TO event")
            connection.execute("RELEASE event")
            uow.roll_back(back)
            reason = error.code if isinstance(error, Problem) else type(error).__name__
            log.error("event_set_aside", source=message.source, id=message.id, reason=reason)
            return reason
        connection.execute("RELEASE event")
        return None

    def replay(self, subject: str) -> int:
        """Try a subject's set-aside events again, in order; return how many are left."""
        return self._service.transact(lambda uow: self._replay(uow, subject)).result()

    def drain(self, subject: str) -> Drained | None:
        """Try a subject's queue again, in order, and say what happened; None: it has no queue."""

        def work(uow: UnitOfWork) -> Drained | None:
            waiting = len(set_aside(uow.connection, subject))
            if not waiting:
                return None
            left = self._replay(uow, subject)
            reason = set_aside(uow.connection, subject)[0][1] if left else None
            return Drained(self.name, waiting - left, left, reason)

        try:
            return self._service.transact(work).result()
        except BaseException:
            # Whatever was undone with its transaction waits again.
            self._aside.add(subject)
            raise

    def queues(self, limit: int = QUEUES) -> list[Queue]:
        """Return what is set aside, the queue that waits longest first."""
        waiting = self._service.select(
            "SELECT subject, count(*) AS events, min(since) AS since FROM set_aside "
            "GROUP BY subject ORDER BY min(since), subject LIMIT ?",
            (limit,),
        )
        found = []
        for each in waiting:
            rows = self._service.select(
                "SELECT * FROM set_aside WHERE subject = ?", (each["subject"],)
            )
            if not rows:
                continue  # it was drained meanwhile
            first, reason = _in_order(rows)[0]
            found.append(
                Queue(
                    follower=self.name,
                    subject=each["subject"],
                    source=first.message.source,
                    id=first.message.id,
                    type=first.message.type,
                    reason=reason,
                    since=datetime.fromisoformat(each["since"]),
                    behind=len(rows) - 1,
                )
            )
        return found

    def _replay(self, uow: UnitOfWork, subject: str) -> int:
        connection = uow.connection
        queue = set_aside(connection, subject)
        for done, (delivery, _reason) in enumerate(queue):
            at = (subject, delivery.message.source, delivery.message.id)
            with correlated(belongs_to(delivery.message)):
                reason = self._try(uow, delivery)
            if reason:
                connection.execute(
                    "UPDATE set_aside SET reason = ? WHERE subject = ? AND source = ? AND id = ?",
                    (reason, *at),
                )
                return len(queue) - done
            connection.execute(
                "DELETE FROM set_aside WHERE subject = ? AND source = ? AND id = ?", at
            )
        self._aside.discard(subject)
        return 0

    def _state(self, connection: Connection) -> tuple[dict[int, int], dict[str, int], set[str]]:
        offsets = connection.execute(f"SELECT partition, next_offset FROM {self.followed}")
        tracked = connection.execute(
            f"SELECT application_name, notification_id FROM {self.tracking}"
        )
        aside = connection.execute("SELECT DISTINCT subject FROM set_aside")
        return (
            {row["partition"]: row["next_offset"] for row in offsets},
            {row["application_name"]: row["notification_id"] for row in tracked},
            {row["subject"] for row in aside},
        )


def set_aside(connection: Connection, subject: str | None = None) -> list[tuple[Delivery, str]]:
    """Return what is set aside, with its reason, in the order of the subject's history."""
    if subject is None:
        return _in_order(connection.execute("SELECT * FROM set_aside").fetchall())
    rows = connection.execute("SELECT * FROM set_aside WHERE subject = ?", (subject,)).fetchall()
    return _in_order(rows)


def _in_order(rows: Iterable[Row]) -> list[tuple[Delivery, str]]:
    queue = [(_delivery(row), row["reason"]) for row in rows]
    return sorted(queue, key=lambda each: in_order(each[0].message))


def arrived(service: Service, subject: str) -> list[Message]:
    """Return the remembered events of other services about one subject."""
    rows = service.select("SELECT * FROM arrived WHERE subject = ?", (subject,))
    return [_delivery(row).message for row in rows]


def remembered(uow: UnitOfWork, subject: str, type: str) -> Message | None:
    """Return the newest remembered event of one type about a subject, or None."""
    uow.flush()
    rows = uow.connection.execute("SELECT * FROM arrived WHERE subject = ?", (subject,)).fetchall()
    messages = [_delivery(row).message for row in rows]
    of_type = [message for message in messages if message.type == type]
    return max(of_type, key=in_order, default=None)


def _stored(delivery: Delivery) -> tuple[str, str, int, bytes, bytes, str]:
    message = delivery.message
    headers = [(name, data.decode()) for name, data in message.headers()]
    return (
        message.subject,
        message.source,
        message.id,
        msgspec.json.encode(headers),
        message.value,
        delivery.arrived_at.isoformat(),
    )


def _delivery(row: Row) -> Delivery:
    headers = [(name, data.encode()) for name, data in msgspec.json.decode(row["headers"])]
    return Delivery(
        from_headers(headers, row["value"]), -1, -1, datetime.fromisoformat(row["arrived_at"])
    )


def _set_aside(connection: Connection, delivery: Delivery, reason: str, since: datetime) -> None:
    connection.execute(
        "INSERT INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*_stored(delivery), reason, since.isoformat()),
    )
