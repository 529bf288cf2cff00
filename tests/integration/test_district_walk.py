"""The same twenty complaints, through a district of four processes on PostgreSQL and Kafka."""

import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from services.kernel.clock import system_clock
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from services.main.app import SERVICES
from tests.codes import words
from tests.drills.armed import NONE
from tests.integration.test_meetings import HELD, plan
from tests.integration.test_operations import DOCUMENTED, event
from tests.integration.test_real_complaints import *  # noqa: F403 - the same tests, elsewhere
from tests.integration.test_real_complaints import Walk
from tests.integration.test_surveys import TERMS, filled, opened, step
from tests.receiver import receiving
from tests.running import RunningNode, today_in_jakarta
from tests.servers.district import RunningDistrict, command_line, running_district
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


CONTRACTS = Path(__file__).parents[2] / "contracts"
WORKER = "worker-publication"


@pytest.fixture(scope="module")
def node(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, kafka: str, redis: RedisServer
) -> Iterator[RunningNode]:
    folder, inside = tmp_path_factory.mktemp("district"), "127.0.0.0/8"
    sends_again_soon = (sys.executable, "-m", "tests.drills.armed", str(folder), NONE)

    def program(name: str) -> Sequence[str]:
        return sends_again_soon if name == WORKER else command_line(name)

    with running_district(
        folder, postgres, kafka, redis, program=program, TANGGAP_WEBHOOK_NETWORKS=inside
    ) as district:
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


def test_every_process_is_heard_and_sound(node: RunningDistrict) -> None:
    found = node.until("wulan", "/operations", lambda found: not found["missing"])
    assert {each["services"][0] for each in found["processes"]} == set(SERVICES)
    assert {each["service"] for each in found["relays"]} == set(SERVICES)
    assert not any(each["silent"] or each["failing"] for each in found["processes"])
    done = node.tanggap("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_process_serves_its_figures(node: RunningDistrict) -> None:
    for name in SERVICES:
        told = httpx.get(f"{node.addresses[name]}/metrics", trust_env=False).text
        assert "tanggap_disk_free_bytes" in told
        figure = "follower_unread_messages" if name == "reporting" else "relay_unsent_events"
        assert f'tanggap_{figure}{{service="{name}"}} 0.0' in told


def test_a_month_is_closed_and_comes_back_over_the_topic(node: RunningDistrict) -> None:
    """Reporting writes its event in PostgreSQL, relays it, and reads it from Kafka."""
    path = "/puskesmas/puring/recaps/2026-01/closing"
    first = node.as_("sari").post(path).raise_for_status().json()
    # Checkpoints are written there, too.
    assert "/reporting:" in first["position"]
    found = node.until(
        "wulan",
        "/reports/recap",
        lambda found: found["closing"],
        puskesmas="puring",
        month="2026-01",
    )
    assert found["closing"]["position"] == first["position"]
    assert found["closing"]["reproduced"]
    again = node.as_("sari").post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    for source in ("log", "stream", "stores"):
        done = node.tanggap("rebuild", "--check", "--from", source)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_accreditation_bundle_is_made_of_what_lies_in_all_four(
    node: RunningDistrict, walked: dict[str, Walk]
) -> None:
    """Resolution asks reporting what there is, and intake for its papers of surveys."""
    survey = opened(node)
    step(node, "rini", survey, "answers", answers=[filled()]).raise_for_status()
    step(node, "sari", survey, "closing").raise_for_status()
    at = system_clock().isoformat()
    body = plan(starts_at=at) | {"held": {**HELD, "held_at": at}}
    node.as_("bayu").post("/puskesmas/puring/meetings", json=body).raise_for_status()
    span = {"from": str(today_in_jakarta() - timedelta(days=1000)), "to": str(today_in_jakarta())}
    path = "/puskesmas/puring/accreditation"
    whole = Counter({"06-notulen": 1, "09-laporan-rtl": 2, "10-rtl-dilaksanakan": 2})
    found = node.until("bayu", path, lambda found: by_folder(found) >= whole, None, **span)
    pages = httpx.Client(headers=node.as_("bayu").headers, trust_env=False, timeout=120)
    with pages:
        asked = {"puskesmas": "puring", "reason": "quality_review", **span}
        page = pages.get(f"{node.address}/akreditasi", params=asked)
        assert page.status_code == 200 and "Laporan survei 2026-Q4" in page.text
        file = pages.get(f"{node.address}/akreditasi/berkas.zip", params=asked)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        read = {name: words(archive.read(name)) for name in archive.namelist()}
    paths = [paper["path"] for item in found["items"] for paper in item["papers"]]
    assert [*read] == ["00-daftar-isi.pdf", *paths]
    assert str(TERMS["agenda"]) in read[f"02-pedoman-kak/kak-survei-2026-Q4-{survey[-4:]}.pdf"]
    assert "100,00" in read[f"09-laporan-rtl/laporan-survei-2026-Q4-{survey[-4:]}.pdf"]
    said = {each.real.row["text"] for each in walked.values() if each.real.puskesmas == "puring"}
    forms = " ".join(read[each] for each in paths if "/formulir/" in each)
    assert any(" ".join(each.split()) in forms for each in said)


def by_folder(found: dict[str, Any]) -> Counter[str]:
    """Count the papers of a bundle by their folder."""
    papers = (paper for item in found["items"] for paper in item["papers"])
    return Counter(paper["path"].partition("/")[0] for paper in papers)


def test_a_queue_is_tried_again_where_it_lies(node: RunningDistrict) -> None:
    """Documented at a place whose complaint nobody received: publication sets it aside."""
    about, source = str(uuid4()), "/elsewhere/resolution"
    servers, topic = (node.environment[f"TANGGAP_{name}"] for name in ("KAFKA", "TOPIC"))
    stream = KafkaStream(Topic(servers, topic, {}))
    sender = stream.sender(source)
    sender.send([event(1, 0, source, about, DOCUMENTED)])
    sender.close()
    stream.close()
    found = node.until("wulan", "/operations", lambda found: found["queues"])
    assert [(each["follower"], each["subject"]) for each in found["queues"]] == [
        ("publication", about)
    ]
    path = f"/operations/queues/{about}/replay"
    (drained,) = node.as_("admin").post(path).raise_for_status().json()["items"]
    assert (drained["follower"], drained["left"]) == ("publication", 1)
    assert node.as_("admin").post(path.replace(about, str(uuid4()))).status_code == 404
    done = node.tanggap("doctor")
    assert done.returncode == 1
    assert f"publication menyisihkan {about}" in done.stdout


def test_nobody_outside_tells_or_asks(node: RunningDistrict) -> None:
    reporting = node.addresses["reporting"]
    for path in ("/internal/conditions", "/internal/lists/place"):
        assert httpx.post(reporting + path, trust_env=False).status_code == 401
        assert node.public.post(f"/../..{path}").status_code == 404


def test_what_a_killed_worker_had_in_hand_is_told_by_the_next(node: RunningDistrict) -> None:
    """By Celery, from the due table: also what came while neither worker nor publication ran."""
    answers = {"now": 500}
    with receiving(lambda _received: answers["now"]) as receiver:
        body = {"name": "Dasbor", "address": receiver.address, "events": ["ComplaintReceived"]}
        made = node.as_("admin").post("/webhooks", json=body).raise_for_status().json()
        given = {"channel": "phone", "kind": "complaint", "text": "Antre."}
        at = "/puskesmas/puring/complaints"
        ids = [node.as_("rini").post(at, json=given).raise_for_status().json()["id"]]
        receiver.until(lambda: bool(receiver.got))
        for name in (WORKER, "publication"):
            node.kill(name)
        ids.append(node.as_("rini").post(at, json=given).raise_for_status().json()["id"])
        answers["now"] = 200
        for name in ("publication", WORKER):
            node.launch(name)
        # What was in hand is claimed again after a time, the rest at once.
        receiver.until(lambda: {each.subject for each in receiver.taken} == set(ids), 240)
        assert all(each.signed_by(made["secret"]) for each in receiver.got)
        first = {each.id for each in receiver.got if each.subject == ids[0]}
        assert len(first) == 1, "the same event has the same id"
        node.await_start("publication")
        node.as_("admin").delete(f"/webhooks/{made['id']}").raise_for_status()
