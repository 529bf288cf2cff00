"""An edge whose disk is full: what does not fit is refused and says so, nothing is half written;
when there is room again it goes on by itself, up to the district's stream and down from it."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from tests.integration.test_operations import RECEIVED, event
from tests.running import RunningNode, running_node
from tests.servers.disk import Disk, small_disk
from tests.servers.edge import HOME, ORIGIN, district_file
from tests.waiting import looks

KEYS = [f"key-{number}" for number in range(12)]
ABOVE = "/dinas/intake"


@pytest.fixture
def topic(kafka: str) -> Topic:
    topic = Topic(kafka, f"tanggap-{uuid4()}", {})
    topic.create()
    return topic


@pytest.fixture
def above(topic: Topic) -> Iterator[KafkaStream]:
    """The district's stream, as the district writes and reads it."""
    stream = KafkaStream(topic)
    yield stream
    stream.close()


@pytest.fixture
def edge(tmp_path: Path, topic: Topic) -> Iterator[tuple[RunningNode, Disk]]:
    environment = {
        "TANGGAP_MODE": "edge",
        "TANGGAP_ORIGIN": ORIGIN,
        "TANGGAP_UPLINK_KAFKA": topic.servers,
        "TANGGAP_UPLINK_URL": "http://127.0.0.1:9",
        "TANGGAP_UPLINK_TOKEN": token_of("secret", Pair.of("dinas", bytes(32)).public),
        "TANGGAP_TOPIC": topic.name,
        "TANGGAP_KAFKA_DELIVERY_SECONDS": "5",
    }
    file = str(district_file(tmp_path))
    with (
        small_disk(tmp_path / "disk", "192m") as disk,
        running_node(disk.folder / "data", "--district", file, environment=environment) as node,
    ):
        yield node, disk


def receive(node: RunningNode, key: str) -> Any:
    body = {"channel": "phone", "text": f"Antre lama. {key} " + "a" * 4000}
    headers = {"Idempotency-Key": key}
    return node.as_("rini").post(f"/puskesmas/{HOME}/complaints", json=body, headers=headers)


class District:
    """Files complaints for this edge's Puskesmas on the district's stream."""

    def __init__(self, stream: KafkaStream) -> None:
        self._stream, self._ids, self._last = stream, count(1), dict[int, int]()

    def file(self, many: int) -> list[str]:
        subjects, page = [str(uuid4()) for _each in range(many)], []
        for about in subjects:
            id, at = next(self._ids), self._stream.partition_of(about.encode())
            page.append(event(id, self._last.get(at, 0), ABOVE, about, RECEIVED))
            self._last[at] = id
        sender = self._stream.sender(ABOVE)
        sender.send(page)
        sender.close()
        return subjects


def test_what_does_not_fit_is_refused_and_taken_once_there_is_room(
    edge: tuple[RunningNode, Disk], above: KafkaStream
) -> None:
    node, disk = edge
    district = District(above)
    before = [receive(node, f"before-{n}").raise_for_status().json()["id"] for n in range(3)]
    come_down = district.file(2)
    for id in (*before, *come_down):
        node.until("sari", f"/cases/{id}", lambda _found: True)
    disk.fill()
    answers = [receive(node, key) for key in KEYS]
    come_down += district.file(10)
    statuses = {answer.status_code for answer in answers}
    assert 503 in statuses and statuses <= {201, 503}, answers[-1].text
    assert {each.json()["code"] for each in answers if each.status_code == 503} == {"unavailable"}
    # What is there is still read.
    assert node.as_("sari").get(f"/cases/{before[0]}").status_code == 200
    done = node.tanggap("doctor")
    assert done.returncode == 3 and "(full); tinggal 0 MiB" in done.stdout, done.stdout

    disk.clear()
    taken = [receive(node, key).raise_for_status().json() for key in KEYS]
    for answer, again in zip(answers, taken, strict=True):
        assert answer.status_code != 201 or answer.json()["id"] == again["id"]
    ids = [*before, *(each["id"] for each in taken)]
    for id in (*ids, *come_down):
        node.until("sari", f"/cases/{id}", lambda _found: True)
    wanted = len(ids) + len(come_down)
    found = node.until(
        "wulan",
        "/reports/totals",
        lambda found: found["items"][0]["received"] >= wanted,
        puskesmas=HOME,
    )
    assert found["items"][0]["received"] == wanted
    numbers = [int(each["number"].rpartition("-")[2]) for each in taken]
    assert sorted(numbers) == [*range(len(before) + 1, len(ids) + 1)]
    done = node.tanggap("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    # No district is there to compare with, and to hand keys over; all else is well.
    done = node.tanggap("verify")
    assert done.returncode == 3 and done.stdout.startswith("Riwayat utuh"), done.stdout
    (wrong,) = node.json("doctor", "--json", code=1)["wrong"]
    assert "LineCut" in wrong
    assert gone_up(above, ids) == Counter(ids)


def gone_up(stream: KafkaStream, ids: list[str]) -> Counter[str]:
    """Read until each is on the district's stream, and to its end; return how often each is."""
    reader, found = stream.reader("test", {}), Counter[str]()
    for _look in looks():
        deliveries = reader.poll(500, 0.2)
        found.update(
            each.message.subject
            for each in deliveries
            if each.message.type == RECEIVED.type and each.message.source == f"/{ORIGIN}/intake"
        )
        if not deliveries and set(found) >= set(ids):
            break
    reader.close()
    return found
