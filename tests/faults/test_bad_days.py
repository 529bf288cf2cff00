"""Bad days of a district, on real servers: brokers away at the start, strange messages on the
topic, a database that is restarted, read-only or full. People go on where they can, what is late is
said, and afterwards nothing is lost or doubled."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from services.kernel.contracts import Message
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from tests.integration.test_operations import RECEIVED, event
from tests.running import RunningNode
from tests.servers.disk import Disk, small_disk
from tests.servers.district import RunningDistrict, running_district
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


MILLION = 1_000_000


class Place:
    """A district, and the servers that it stands on."""

    def __init__(
        self, district: RunningDistrict, kafka: KafkaServer, postgres: Postgres, disk: Disk
    ) -> None:
        self.district, self.kafka, self.postgres, self.disk = district, kafka, postgres, disk
        self.acknowledged: list[str] = []

    def write(self, key: str) -> Any:
        """Write a complaint down once; give the answer."""
        body = {"channel": "phone", "text": f"Antre lama ({key}). " + "a" * 3000}
        answer = self.district.as_("rini").post(
            "/puskesmas/puring/complaints", json=body, headers={"Idempotency-Key": key}
        )
        if answer.status_code == 201:
            self.acknowledged.append(answer.json()["id"])
        return answer

    def become_cases(self) -> None:
        """Wait until all that was acknowledged has come through to case and report."""
        for id in set(self.acknowledged):
            self.district.until("sari", f"/cases/{id}", lambda _found: True)
            # What processes say of themselves is a moment old: the report itself is asked.
            self.district.until(
                "wulan",
                f"/replay/{id}",
                lambda found: "TeamNotified" in {each["step"] for each in found["items"]},
            )
        self.district.until(
            "wulan",
            "/operations",
            lambda found: (
                found["lag"] == 0
                and not found["missing"]
                and not any(each["unsent"] for each in found["relays"])
            ),
        )

    def whole(self) -> None:
        """Each once, in log and facts."""
        self.become_cases()
        found = Counter((each["type"].split(".")[1], each["subject"]) for each in self._events())
        for id in set(self.acknowledged):
            for name in ("ComplaintReceived", "CaseOpened", "TeamNotified"):
                assert found[name, id] == 1, (name, found[name, id])
        for source in ("log", "stream", "stores"):
            body = {"check": True, "source": source}
            done = self.district.as_("admin").post("/rebuild", json=body).raise_for_status()
            last = json.loads(done.text.splitlines()[-1])
            assert last["outcome"]["differences"] == [], last

    def _events(self) -> Iterator[Any]:
        """Yield what the log copy holds."""
        since: str | None = None
        while True:
            asked = {} if since is None else {"since": since}
            answer = self.district.as_("agus").get("/events", params=asked).raise_for_status()
            yield from answer.json()["items"]
            if (since := answer.json()["next"]) is None:
                return

    def sql(self, statement: str) -> None:
        url = self.district.environment["TANGGAP_DATABASE_URL"]
        with psycopg.connect(self.postgres.url(), autocommit=True) as connection:
            connection.execute(statement.format(database=url.rpartition("/")[2]))

    def new_connections(self) -> None:
        """Have every process sign in anew."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        )


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: RedisServer
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("bad")
    for each in ("kafka", "district"):
        (folder / each).mkdir()
    with (
        small_disk(folder / "disk", "96m") as disk,
        running_kafka(folder / "kafka") as kafka,
        postgres.tablespace("small", disk.folder),
        running_district(
            *(folder / "district", postgres, kafka.servers, redis),
            tablespace="small",
            TANGGAP_KAFKA_DELIVERY_SECONDS="3",
        ) as district,
    ):
        yield Place(district, kafka, postgres, disk)


# Servers


def test_brokers_that_are_away_at_the_start_keep_nobody_from_working(place: Place) -> None:
    assert place.write("before").status_code == 201
    place.become_cases()
    place.kafka.kill()
    try:
        place.district.restart()
        answers = [place.write(f"away-{number}") for number in range(5)]
        assert [each.status_code for each in answers] == [201] * 5
        district: RunningNode = place.district
        assert district.as_("sari").get(f"/cases/{place.acknowledged[0]}").status_code == 200
        assert district.as_("wulan").get("/reports/totals").status_code == 200
        done = place.district.tanggap("doctor")
        assert done.returncode == 3 and "TANGGAP_KAFKA: Kafka tidak menjawab" in done.stdout
        district.until(
            "wulan",
            "/operations",
            lambda found: any(
                each["service"] == "intake" and each["unsent"] >= 5 and each["oldest_unsent_at"]
                for each in found["relays"]
            ),
        )
    finally:
        place.kafka.start()
    place.whole()


def test_a_database_that_is_restarted_is_found_again(place: Place) -> None:
    place.postgres.stop()
    refused = place.write("restart")
    place.postgres.start()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    taken(place, "restart")
    place.whole()


def taken(place: Place, key: str) -> None:
    """Send the same request until it is taken, as whoever was refused does."""
    until(lambda: place.write(key).status_code == 201)


def test_a_database_that_is_read_only_refuses_and_is_read(place: Place) -> None:
    place.sql("ALTER DATABASE {database} SET default_transaction_read_only = on")
    place.new_connections()
    try:
        until(lambda: place.write("read-only").status_code == 503)
        refused = place.write("read-only")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        district: RunningNode = place.district
        id = place.acknowledged[0]
        district.until("sari", f"/cases/{id}", lambda _found: True)
    finally:
        place.sql("ALTER DATABASE {database} RESET default_transaction_read_only")
        place.new_connections()
    taken(place, "read-only")
    place.whole()


def test_a_database_whose_disk_is_full_refuses_and_goes_on_when_there_is_room(
    place: Place,
) -> None:
    place.disk.fill()
    keys = [f"full-{number}" for number in range(60)]
    try:
        answers = [place.write(key) for key in keys]
        assert {each.status_code for each in answers} <= {201, 503}, answers[-1].text
        refused = answers[-1]
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        district: RunningNode = place.district
        assert district.as_("sari").get(f"/cases/{place.acknowledged[0]}").status_code == 200
    finally:
        place.disk.clear()
    for key in keys:
        taken(place, key)
    place.whole()


# The topic


def started(place: Place, topic: str) -> "subprocess.CompletedProcess[str]":
    environment = place.district.environment | {"TANGGAP_TOPIC": topic}
    return subprocess.run(
        [sys.executable, "-m", "services.main.cli", "serve", "intake", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_topic_that_is_missing_or_wrong_stops_the_start_and_is_named(place: Place) -> None:
    name = f"wrong-{uuid4()}"
    done = started(place, name)
    assert done.returncode == 1
    assert f"topic {name} is missing: run `tanggap migrate`" in done.stderr
    admin = KafkaAdminClient(bootstrap_servers=place.kafka.servers)
    admin.create_topics({name: {"num_partitions": 12, "replication_factor": 1}})
    admin.close()
    done = started(place, name)
    assert done.returncode == 1
    assert f"topic {name} has retention.ms=604800000, and needs -1" in done.stderr


class Stranger:
    """Sends what none of ours would, to the district's topic."""

    def __init__(self, place: Place) -> None:
        environment = place.district.environment
        topic = Topic(environment["TANGGAP_KAFKA"], environment["TANGGAP_TOPIC"], {})
        self.servers, self.topic = topic.servers, topic.name
        self.stream = KafkaStream(topic)

    def send(self, source: str, *page: Message) -> None:
        sender = self.stream.sender(source)
        sender.send(page)
        sender.close()

    def raw(self, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        producer = KafkaProducer(bootstrap_servers=self.servers, acks="all")
        producer.send(self.topic, key=b"k", value=value, headers=headers).get(timeout=30)
        producer.close()


@pytest.fixture
def stranger(place: Place) -> Iterator[Stranger]:
    stranger = Stranger(place)
    yield stranger
    stranger.stream.close()


def test_what_nobody_knows_holds_up_nobody_and_is_shown(place: Place, stranger: Stranger) -> None:
    about = {name: str(uuid4()) for name in ("type", "version", "payload", "source", "far", "old")}

    def of(name: str, id: int = 1, previous: int = 0, **more: Any) -> Message:
        found = event(id, previous, f"/asing-{name}/intake", about[name], RECEIVED)
        return msgspec.structs.replace(found, **more)

    stranger.send("/asing-type/intake", of("type", type="tanggap.Nonsense.v1", value=b"{}"))
    stranger.send("/asing-version/intake", of("version", type="tanggap.ComplaintReceived.v9"))
    stranger.send("/asing-payload/intake", of("payload", value=b"\xff not json"))
    stranger.send("/asing-source/intake", of("source"))
    stranger.send("/asing-far/intake", of("far"), of("far", MILLION + 1, MILLION))
    stranger.send("/asing-old/intake", of("old", MILLION), of("old", 5))
    stranger.raw(b"\x00\x01", [])
    stranger.raw(b"{}", [("ce_id", b"x"), ("ce_source", b"\xff"), ("ce_type", b"")])
    assert place.write("among strangers").status_code == 201
    district: RunningNode = place.district
    for each in ("source", "far", "old"):
        path = f"/cases/{about[each]}"
        district.until("sari", path, lambda _found: True)
    place.whole()

    found = district.until("wulan", "/operations", lambda found: found["late"] and found["forks"])
    (late,) = found["late"]
    assert (late["source"], late["id"], late["waits_for"]) == (
        *("/asing-far/intake", MILLION + 1, MILLION),
    )
    assert [(each["source"], each["id"]) for each in found["forks"]] == [("/asing-old/intake", 5)]
    told = {each["source"] for each in found["trouble"]}
    assert told >= {"/asing-payload/intake"}, found["trouble"]
    assert {each["subject"] for each in found["queues"]} == {about["payload"]}
    done = place.district.tanggap("doctor")
    assert done.returncode == 1
    for line in ("/asing-far/intake:1000001 menunggu 1000000", "/asing-old/intake:5 bertentangan"):
        assert line in done.stdout
    # The hole is filled: what waited is taken, and the line is gone.
    stranger.send("/asing-far/intake", of("far", MILLION, 1))
    district.until("wulan", "/operations", lambda found: not found["late"])
