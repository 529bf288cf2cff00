"""The servers that tests share: one of each a worker process, started when first asked for."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from services.kernel.store.database import Database
from services.kernel.store.files import SqliteFile
from services.kernel.store.servers import PostgresSchema
from tests.servers.kafka import running_kafka
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import RedisServer, running_redis


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server; a test takes a schema of its own in it."""
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Kafka broker; a test takes a topic of its own there."""
    with running_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server.servers


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis server."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def schemas(postgres: Postgres) -> "Schemas":
    """Gives places for stores on the server."""
    return Schemas(postgres)


class Schemas:
    """Makes a schema of its own for each store that a test wants."""

    def __init__(self, server: Postgres) -> None:
        self._url = server.url()
        self._numbers = count(1)

    def new(self) -> PostgresSchema:
        """Return an empty schema."""
        place = PostgresSchema(self._url, f"store_{next(self._numbers)}", makes=True)
        place.create()
        return place


@pytest.fixture(params=["file", "schema"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A place for a store, of each kind in turn: what holds for one holds for the other."""
    if request.param == "file":
        return SqliteFile(tmp_path / "store.sqlite")
    schemas: Schemas = request.getfixturevalue("schemas")
    return schemas.new()
