"""A service: an application of the event store library, one transaction a command."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Notification, Transcoder

from services.kernel.aggregate import Aggregate
from services.kernel.clock import Clock
from services.kernel.contracts import Event, Message
from services.kernel.contracts.envelope import unreadable
from services.kernel.errors import KeyReused
from services.kernel.store.database import Connection, Database, Row, place_of
from services.kernel.store.incarnations import READ, Incarnations, begin
from services.kernel.store.mapper import JSON, TypedMapper
from services.kernel.store.recent import Placed, Recent
from services.kernel.store.subscription import CommitSubscription
from services.kernel.store.unit_of_work import UnitOfWork, read_aggregate
from services.kernel.store.writer import GroupWriter
from services.kernel.text import _

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")
Outbox = Mapping[type[Aggregate.Event], type[Event]]
Ids = dict[str, Any]


@dataclass(frozen=True)
class Once:
    """What makes a repeated request the same one (`Idempotency-Key`); `body` is its hash."""

    account: str
    route: str
    key: str
    body: str


@dataclass(frozen=True)
class Answer:
    """What a command did: ids and numbers only, and the id of its last event in its source."""

    ids: Ids
    position: int
    source: str
    repeated: bool = False


class Service(Application[UUID]):
    """The store and the commands of one service.

    `outbox` maps each domain event to what is published of it; it is the whole mapping, frozen
    per version of the contract. `tables` is the SQL of the service's own look-up tables.
    """

    name = "service"
    snapshotting_intervals = {}
    outbox: ClassVar[Outbox] = {}
    tables: ClassVar[str] = ""

    def __init__(self, place: Path | Database, origin: str, clock: Clock) -> None:
        database = place_of(place)
        super().__init__(dict(database.library))
        self.origin = origin
        self.clock = clock
        self.writer: GroupWriter = self._recorder.datastore.writer
        schema = files("services.kernel.store").joinpath("schema.sql").read_text()
        self.writer.run(lambda connection: database.define(connection, schema + self.tables))
        self.incarnations = Incarnations(origin, self.name, self.select(READ))
        self.source = self.incarnations.source
        self._last_time = self._last_recorded()
        self._last_position = self.recorder.max_notification_id() or 0
        self.shared = database.shared
        if self.shared:
            self.writer.on_begin(self._follow_the_others)
        self.recent = Recent()
        self._joined: _Joined | None = None

    @property
    def _recorder(self) -> Any:
        # Ours, for a file or for a server: they share no type but the library's.
        return self.recorder

    def construct_recorder(self) -> Any:
        """Use the recorder that also tracks others' events."""
        return self.factory.process_recorder()

    def construct_transcoder(self) -> Transcoder:
        """Store plain JSON."""
        return JSON()

    def construct_mapper(self) -> Mapper[UUID]:
        """Store events by their declared types."""
        return TypedMapper(self.construct_transcoder())

    def command(
        self,
        decide: Callable[[UnitOfWork], Ids],
        once: Once | None = None,
        needs: Sequence[Any] = (),
    ) -> "Future[Answer]":
        """Run a command in one transaction, answered after it is durable.

        With `once`, the same request gives the same answer and no second event; the same key
        with another body raises KeyReused. `decide` returns ids and numbers only: they are kept.
        What the command `needs` is durable before its event (`GroupWriter.store_first`).
        """

        def work(uow: UnitOfWork) -> Answer:
            if once and (kept := _kept(uow.connection, once)):
                return self._answer(*kept, repeated=True)
            ids = decide(uow)
            uow.flush()
            if once:
                _keep(uow, once, ids)
            return self._answer(ids, uow.position, repeated=False)

        return self.transact(work, needs)

    def _answer(self, ids: Ids, position: int, *, repeated: bool) -> Answer:
        source, id = self.incarnations.placed(position)
        return Answer(ids, id, source, repeated)

    def transact(self, work: Callable[[UnitOfWork], T], needs: Sequence[Any] = ()) -> "Future[T]":
        """Run any work in one transaction of the store (again, where another of its commit failed
        after it had written)."""
        if self._joined and self.writer.is_current_thread():
            return self._joined.run(work, needs)
        committed: list[Placed] = []

        def run(connection: Connection) -> T:
            uow = UnitOfWork(self, connection, self.record_time())
            result = work(uow)
            uow.flush()
            committed[:] = uow.saved
            return result

        return self.writer.submit(run, needs, lambda: self._took(committed))

    def together(self, commands: Iterable[tuple[datetime, Callable[[], object]]]) -> None:
        """Run commands in one transaction, each recorded at its time at the earliest.

        All of it or nothing: the first that raises undoes them all.
        """
        commands = list(commands)

        def work(uow: UnitOfWork) -> None:
            self._joined = _Joined(uow)
            try:
                for at, command in commands:
                    uow.not_before(at)
                    command()
                self.writer.store_now(self._joined.needs)
            finally:
                self._joined = None

        self.transact(work).result()

    def record_time(self, earliest: datetime | None = None) -> datetime:
        """Return the time to record at: never before the last recorded one or the `earliest` (for
        the writer's thread)."""
        self._last_time = max(self.clock(), self._last_time, earliest or self._last_time)
        return self._last_time

    def read(self, kind: type[A], id: UUID, expected_version: int | None = None) -> A:
        """Return an aggregate as it stands; raises NotFound or StaleVersion."""
        return read_aggregate(self, kind, id, expected_version)

    def select(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """Return rows of the service's own tables, as last committed; inside a work, as it left
        them."""
        rows: list[Row] = self._recorder.datastore.select(statement, values)
        return rows

    def begin_anew(self, number: int) -> None:
        """Let an incarnation begin after all that is here (of a store that nobody serves)."""
        after = self.recorder.max_notification_id() or 0
        self.writer.run(lambda connection: begin(connection, number, after))
        self.incarnations = Incarnations(self.origin, self.name, self.select(READ))
        self.source = self.incarnations.source

    def history(self, id: UUID) -> list[Message]:
        """Return an aggregate's own events as they are published, oldest first.

        Their `id` is the version in the aggregate, not the position in the store.
        """
        events = self.events.get(id)
        return [self._message(self.source, each.originator_version, each) for each in events]

    def published(self, first: int, limit: int, source: str | None = None) -> list[Message]:
        """Return the outbox from an id on, as messages without `previous`; of an earlier `source`
        of this store, what that one wrote."""
        return [
            self.publish(each.id, self.mapper.to_domain_event(each))
            for each in self._notifications(first, limit, source)
        ]

    def held(self, first: int, limit: int, source: str | None = None) -> list[Message]:
        """Return the outbox as `published` does; an event that cannot be read any more, whatever
        was done to it, is given as such."""
        return [self._held(each) for each in self._notifications(first, limit, source)]

    def _notifications(self, first: int, limit: int, source: str | None) -> Sequence[Notification]:
        begun = self.incarnations.begun(source or self.source)
        start = begun.after + first
        if begun.until is not None:
            limit = min(limit, begun.until - start + 1)
        return self.recorder.select_notifications(start, limit) if limit > 0 else ()

    def _held(self, notification: Notification) -> Message:
        try:
            return self.publish(notification.id, self.mapper.to_domain_event(notification))
        except Exception:
            source, id = self.incarnations.placed(notification.id)
            return unreadable(id, source, notification.state)

    def publish(self, position: int, event: Any) -> Message:
        """Return a domain event as the message that the stream carries."""
        return self._message(*self.incarnations.placed(position), event)

    def _message(self, source: str, id: int, event: Any) -> Message:
        contract = self.outbox[type(event)]
        payload = msgspec.convert(vars(event), contract)
        return Message(
            id=id,
            source=source,
            subject=event.subject,
            type=contract.type,
            time=event.timestamp,
            puskesmas=event.puskesmas,
            actor=event.actor,
            role=event.role,
            correlation_id=event.correlation_id,
            causation_id=event.causation_id,
            value=msgspec.json.encode(payload),
        )

    def subscription(self, position: int) -> CommitSubscription:
        """Return the outbox's notifications after `position`, waiting for new ones."""
        subscription: CommitSubscription = self._recorder.subscribe(gt=position)
        return subscription

    def _took(self, committed: Sequence[Placed]) -> None:
        if committed:
            self._last_position = committed[-1][0]
            self.recent.took(committed)

    def _follow_the_others(self) -> None:
        """Take in what other processes have recorded since this one last wrote (within the
        writer's transaction): nothing is recorded at a time before the last."""
        last = self.recorder.max_notification_id() or 0
        if last != self._last_position:
            self._last_position = last
            self._last_time = max(self._last_time, self._last_recorded())

    def _last_recorded(self) -> datetime:
        last = self.recorder.max_notification_id()
        if not last:
            return datetime.min.replace(tzinfo=UTC)
        (notification,) = self.recorder.select_notifications(last, 1)
        recorded: datetime = self.mapper.to_domain_event(notification).timestamp  # type: ignore[attr-defined]
        return recorded


class _Joined:
    """The transaction that other works join, and what they need."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.needs: list[Any] = []

    def run(self, work: Callable[[UnitOfWork], T], needs: Sequence[Any]) -> "Future[T]":
        self.needs += needs
        done: Future[T] = Future()
        done.set_result(work(self._uow))
        return done


def _kept(connection: Connection, once: Once) -> tuple[Ids, int] | None:
    row = connection.execute(
        "SELECT body, ids, position FROM answered WHERE account = ? AND route = ? AND key = ?",
        (once.account, once.route, once.key),
    ).fetchone()
    if row is None:
        return None
    if row["body"] != once.body:
        raise KeyReused(
            _("Idempotency-Key ini sudah dipakai untuk isi yang lain. Pakai kunci baru.")
        )
    return json.loads(row["ids"]), row["position"]


def _keep(uow: UnitOfWork, once: Once, ids: Ids) -> None:
    uow.connection.execute(
        "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            once.account,
            once.route,
            once.key,
            once.body,
            json.dumps(ids),
            uow.position,
            uow.now.isoformat(),
        ),
    )
