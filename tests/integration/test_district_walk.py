"""The same twenty complaints, through a district of four processes on PostgreSQL and Kafka."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.integration.test_real_complaints import *  # noqa: F403 - the same tests, elsewhere
from tests.integration.test_real_complaints import Walk
from tests.running import RunningNode
from tests.servers.district import RunningDistrict, running_district
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="module")
def node(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, kafka: str, redis: RedisServer
) -> Iterator[RunningNode]:
    with running_district(tmp_path_factory.mktemp("district"), postgres, kafka, redis) as district:
        yield district


def test_the_topic_is_read_by_others(node: RunningDistrict, walked: dict[str, Walk]) -> None:
    """Nothing of ours reads here: librdkafka, the CloudEvents project's package, JSON Schema."""
    servers, topic = (node.environment[f"TANGGAP_{name}"] for name in ("KAFKA", "TOPIC"))
    read = subprocess.run(
        ["kcat", "-b", servers, "-t", topic, "-C", "-e", "-q", "-J"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    records = [json.loads(line) for line in read.stdout.splitlines()]
    received = Counter[str]()
    chains: dict[tuple[str, int], int] = {}
    for record in records:
        given = iter(record["headers"])
        headers = {name: value.encode() for name, value in zip(given, given, strict=True)}
        event = from_binary_event(
            KafkaMessage(headers, record["key"].encode(), record["payload"].encode())
        )
        assert event.get_subject() == record["key"]
        validator(event.get_type()).validate(event.get_data())
        at = (event.get_source(), record["partition"])
        assert headers["ce_previous"] == str(chains.get(at, 0)).encode()
        chains[at] = int(event.get_id())
        received[event.get_type()] += 1
    assert received["tanggap.ComplaintReceived.v1"] == len(walked)
    assert set(received) > {"tanggap.ResponsePlanned.v1", "tanggap.ResolutionPublished.v1"}


@cache
def validator(type: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((CONTRACTS / type / "schema.json").read_text()))
