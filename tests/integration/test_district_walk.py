"""The same twenty complaints, through a district of four processes on PostgreSQL and Kafka."""

from collections.abc import Iterator

import pytest

from tests.integration.test_real_complaints import *  # noqa: F403 - the same tests, elsewhere
from tests.running import RunningNode
from tests.servers.district import running_district
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer


@pytest.fixture(scope="module")
def node(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, kafka: str, redis: RedisServer
) -> Iterator[RunningNode]:
    with running_district(tmp_path_factory.mktemp("district"), postgres, kafka, redis) as district:
        yield district
