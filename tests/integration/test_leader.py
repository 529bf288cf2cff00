"""Of several processes on one store one relays; when it dies, another does, and nothing is lost."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from services.kernel import leader as leading
from services.kernel.aggregate import Aggregate, Created, Intent
from services.kernel.clock import system_clock
from services.kernel.leader import Leader
from services.kernel.relay import Relay
from services.kernel.store import Ids, Service, UnitOfWork
from services.kernel.store.servers import PostgresSchema
from services.kernel.stream import EmbeddedStream
from services.kernel.worker import Worker
from tests.contract.stream import read_all
from tests.messages import message
from tests.servers.fixtures import Schemas
from tests.servers.postgres import Postgres
from tests.waiting import until


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "LOOK_SECONDS", 0.05)


class Contender:
    """One process's leader, and whether its worker runs."""

    def __init__(self, place: PostgresSchema) -> None:
        self.runs = threading.Event()
        self.leader = Leader(place, self._new)
        self.leader.start()

    def _new(self) -> list[Worker]:
        return [Worker("test", self._step, close=self.runs.clear)]

    def _step(self) -> None:
        self.runs.set()
        threading.Event().wait(0.01)


@pytest.fixture
def both(schemas: Schemas) -> Iterator[list[Contender]]:
    place = schemas.new()
    contenders = [Contender(place), Contender(place)]
    yield contenders
    for each in contenders:
        each.leader.stop()


def test_one_leads_and_the_other_takes_over(both: list[Contender]) -> None:
    until(lambda: any(each.leader.leads for each in both))
    first, second = sorted(both, key=lambda each: not each.leader.leads)
    until(first.runs.is_set)
    assert not second.leader.leads
    first.leader.stop()
    until(second.runs.is_set)
    assert not first.runs.is_set()


def test_who_loses_the_connection_steps_down(both: list[Contender], postgres: Postgres) -> None:
    until(lambda: any(each.leader.leads for each in both))
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        for (pid,) in admin.execute(held).fetchall():
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until(lambda: sum(each.runs.is_set() for each in both) == 1)
    assert sum(each.leader.leads for each in both) == 1


class Note(Aggregate):
    """Something with a place."""

    class Written(Created):
        TOPIC = "test.leader.Written"

    def take(self, event: Any) -> None:
        self.puskesmas = event.puskesmas


def test_the_chain_is_whole_over_two_processes_of_one_store(
    schemas: Schemas, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write; whoever leads relays what both have written, in the order of the commits."""
    place = schemas.new()
    stream = EmbeddedStream(tmp_path / "stream.sqlite", system_clock)
    services = [Service(place, "dinas", system_clock) for _each in range(2)]
    for service in services:
        monkeypatch.setattr(service, "publish", _published(service))

    def write(service: Service) -> None:
        def decide(uow: UnitOfWork) -> Ids:
            act = uow.act(Intent("a", "officer"))
            uow.save(Note.begin(Note.Written, act, id=uuid4(), puskesmas="puring"))
            return {}

        for _each in range(30):
            service.command(decide).result()

    threads = [threading.Thread(target=write, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    first = Relay(services[0], stream)
    while first.position < 20:
        first.step()
    for thread in threads:
        thread.join()
    second = Relay(services[1], stream)
    while second.lag():
        second.step()
    found = [each.message for each in read_all(stream.reader("a", {}), 60)]
    assert [each.id for each in found] == list(range(1, 61))
    assert [each.previous for each in found] == list(range(60))
    times = [each.time for each in found]
    assert times == sorted(times)
    for service in services:
        service.close()
    stream.close()


def _published(service: Service) -> Callable[[int, Any], Any]:
    def publish(position: int, event: Any) -> Any:
        return msgspec.structs.replace(
            message(position), source=service.source, time=event.timestamp
        )

    return publish
