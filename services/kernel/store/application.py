"""A service: an application of the event store library, one transaction a command."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Transcoder

from services.kernel.aggregate import Aggregate
from services.kernel.clock import Clock
from services.kernel.contracts import Event, Message
from services.kernel.errors import KeyReused
from services.kernel.store.mapper import JSON, TypedMapper
from services.kernel.store.recent import Placed, Recent
from services.kernel.store.sqlite import CommitSubscription, GroupProcessRecorder
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
    """What a command did: ids and numbers only, and the position of its last event."""

    ids: Ids
    position: int
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

    def __init__(self, path: Path, origin: str, clock: Clock) -> None:
        super().__init__(
            {
                "PERSISTENCE_MODULE": "services.kernel.store.sqlite",
                "SQLITE_DBNAME": str(path),
            }
        )
        self.source = f"/{origin}/{self.name}"
        self.clock = clock
        self.writer: GroupWriter = self._recorder.datastore.writer
        schema = files("services.kernel.store").joinpath("schema.sql").read_text()
        self.writer.run(lambda connection: _create(connection, schema + self.tables))
        self._last_time = self._last_recorded()
        self.recent = Recent()

    @property
    def _recorder(self) -> GroupProcessRecorder:
        return cast(GroupProcessRecorder, self.recorder)

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
                return kept
            ids = decide(uow)
            uow.flush()
            answer = Answer(ids, uow.position)
            if once:
                _keep(uow, once, answer)
            return answer

        return self.transact(work, needs)

    def transact(self, work: Callable[[UnitOfWork], T], needs: Sequence[Any] = ()) -> "Future[T]":
        """Run any work in one transaction of the store (again, where another of its commit failed
        after it had written)."""
        committed: list[Placed] = []

        def run(connection: sqlite3.Connection) -> T:
            uow = UnitOfWork(self, connection, self.record_time())
            result = work(uow)
            uow.flush()
            committed[:] = uow.saved
            return result

        return self.writer.submit(run, needs, lambda: self.recent.took(committed))

    def record_time(self, caused_at: datetime | None = None) -> datetime:
        """Return the time to record at: never before the last recorded one or the cause (for the
        writer's thread)."""
        self._last_time = max(self.clock(), self._last_time, caused_at or self._last_time)
        return self._last_time

    def read(self, kind: type[A], id: UUID, expected_version: int | None = None) -> A:
        """Return an aggregate as it stands; raises NotFound or StaleVersion."""
        return read_aggregate(self, kind, id, expected_version)

    def select(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return rows of the service's own tables, as last committed."""
        with self._recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, values)
            rows: list[sqlite3.Row] = cursor.fetchall()
            return rows

    def history(self, id: UUID) -> list[Message]:
        """Return an aggregate's own events as they are published, oldest first.

        Their `id` is the version in the aggregate, not the position in the store.
        """
        events = self.events.get(id)
        return [self.publish(event.originator_version, event) for event in events]

    def publish(self, position: int, event: Any) -> Message:
        """Return a domain event as the message that the stream carries."""
        contract = self.outbox[type(event)]
        payload = msgspec.convert(vars(event), contract)
        return Message(
            id=position,
            source=self.source,
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
        return self._recorder.subscribe(gt=position)

    def _last_recorded(self) -> datetime:
        last = self.recorder.max_notification_id()
        if not last:
            return datetime.min.replace(tzinfo=UTC)
        (notification,) = self.recorder.select_notifications(last, 1)
        recorded: datetime = self.mapper.to_domain_event(notification).timestamp  # type: ignore[attr-defined]
        return recorded


def _create(connection: sqlite3.Connection, schema: str) -> None:
    for statement in schema.split(";\n"):
        connection.execute(statement)


def _kept(connection: sqlite3.Connection, once: Once) -> Answer | None:
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
    return Answer(json.loads(row["ids"]), row["position"], repeated=True)


def _keep(uow: UnitOfWork, once: Once, answer: Answer) -> None:
    uow.connection.execute(
        "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            once.account,
            once.route,
            once.key,
            once.body,
            json.dumps(answer.ids),
            answer.position,
            uow.now.isoformat(),
        ),
    )
