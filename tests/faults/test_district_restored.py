"""A district is backed up while it works, loses its database, and is restored: what the stream
heard after the backup is taken back, whoever was erased since is erased again, nothing is there
twice."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from services.kernel.backup import manifest as manifests
from services.kernel.district import SHIPPED
from tests.forked import PROGRAM
from tests.running import RunningNode
from tests.servers.district import RunningDistrict, running_district
from tests.servers.edge import case_at, page
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer
from tests.waiting import until

PASSPHRASE = "hujan di bulan juni"
HOME = "puring"
PHONE = "0812 3456 7890"
PHOTO = Path(__file__).parents[1] / "data" / "photo.jpg"
pytestmark = pytest.mark.timeout(900)
"""A district is started twice."""


def received(at: RunningNode, text: str, **more: Any) -> Any:
    body = {"channel": "phone", "text": text, **more}
    answer = at.as_("rini").post(f"/puskesmas/{HOME}/complaints", json=body)
    return answer.raise_for_status().json()


def asked(district: RunningDistrict, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on intake's data folder that asks for the passphrase."""
    data = str(district._folder / "intake")
    return district.tanggap(*arguments, "--data", data, seconds=300, given=PASSPHRASE + "\n")


class Lost:
    """A district that was restored, what was said of it, and what had been written when."""

    def __init__(self, district: RunningDistrict, folder: Path) -> None:
        self.district, self.folder = district, folder
        self.backup = folder / "backup"
        self.ids: dict[str, list[str]] = {}
        self.made: Any = None
        self.told: Any = None

    def work(self) -> None:
        """Write before and after a backup; one person is erased after it."""
        district = self.district
        before = [received(district, f"Sebelum {n}.")["id"] for n in range(3)]
        gone = received(district, "Akan dihapus.", complainant={"phone": PHONE})["id"]
        file = {"file": ("foto.jpg", PHOTO.read_bytes(), "image/jpeg")}
        district.as_("rini").post(f"/complaints/{gone}/attachments", files=file).raise_for_status()
        district.as_("rini").post(
            f"/complaints/{before[1]}/attachments", files=file
        ).raise_for_status()
        until(lambda: all(case_at(district, id) == 200 for id in (*before, gone)))
        done = asked(district, "backup", str(self.backup), "--json", "--district", self.file)
        assert done.returncode == 0, done.stdout + done.stderr
        self.made = json.loads(done.stdout)
        after = [received(district, f"Sesudah {n}.")["id"] for n in range(2)]
        until(lambda: case_at(district, after[-1]) == 200)
        self.grade(before[0], "green")
        self.grade(after[0], "red")
        reason = {"reason": "subject_request", "ends_open_cases": True}
        erased = district.as_("wulan").post(f"/persons/{gone}/erasure", json=reason)
        erased.raise_for_status()
        until(lambda: self.steps(gone, "PersonErased") == self.steps(after[0], "CaseGraded") == 1)
        self.ids = {"before": before, "after": after, "gone": [gone]}

    @property
    def file(self) -> str:
        return str(self.folder / "district.yaml")

    def grade(self, id: str, grade: str) -> None:
        answer = self.district.as_("sari").post(f"/cases/{id}/grade", json={"grade": grade})
        answer.raise_for_status()

    def steps(self, id: str, name: str) -> int:
        """Return how often a complaint has an event, as the log copy knows it."""
        answer = self.district.as_("wulan").get(f"/audit/complaints/{id}")
        items = answer.json()["items"] if answer.is_success else ()
        return sum(f".{name}." in each["type"] for each in items)

    def lose(self, postgres: Postgres) -> None:
        """Lose database, secrets, files and the log copy; Kafka stays."""
        district = self.district
        for name in [each for each in district.services if each != "proxy"]:
            district.kill(name)
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored")
        district.environment["TANGGAP_DATABASE_URL"] = postgres.url("restored")
        for name in ("receipt.secret", "master.key"):
            (district._folder / name).rename(self.folder / name)
        for name in ("intake", "reporting"):
            shutil.rmtree(district._folder / name)

    def restore(self) -> None:
        done = asked(self.district, "restore", str(self.backup), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        self.told = json.loads(done.stdout)

    def start(self) -> None:
        district = self.district
        names = [each for each in district.services if each != "proxy"]
        for name in names:
            district.launch(name)
        for name in names:
            district.await_start(name)
        district._clients.clear()


@pytest.fixture(scope="module")
def lost(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, kafka: str, redis: RedisServer
) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    (folder / "district").mkdir()
    written = yaml.safe_load(SHIPPED.read_text()) | {"erasure": {"destroy_after_days": 0}}
    (folder / "district.yaml").write_text(yaml.safe_dump(written, allow_unicode=True))
    with running_district(
        folder / "district", postgres, kafka, redis, file=folder / "district.yaml"
    ) as district:
        found = Lost(district, folder)
        found.work()
        found.lose(postgres)
        found.restore()
        found.start()
        yield found


def test_the_backup_was_tried_and_holds_no_secret(lost: Lost) -> None:
    trial = lost.made["trial"]
    assert not trial["wrong"] and trial["keys"] >= 4 and trial["files"] == 2
    secrets = [(lost.folder / name).read_bytes() for name in ("master.key", "receipt.secret")]
    files = [path.read_bytes() for path in lost.backup.rglob("*") if path.is_file()]
    for each in (*secrets, b"Sebelum 0", PHONE.encode(), PHONE.replace(" ", "")[1:].encode()):
        assert not any(each in content for content in files)


def test_what_the_stream_heard_after_it_is_taken_back(lost: Lost) -> None:
    told = lost.told
    assert told["incarnation"] == 2 and told["missing"] == {}
    assert told["taken_back"]["/dinas/intake"] >= 2 + 3
    assert told["taken_back"]["/dinas/resolution"] >= 2 * 2 + 2
    assert told["erased_again"] == 1
    assert told["without_words"] == len(lost.ids["after"])
    for name in ("receipt.secret", "master.key"):
        there = lost.district._folder / name
        assert there.read_bytes() == (lost.folder / name).read_bytes()


def test_every_case_is_there_once_with_its_words_where_their_keys_are(lost: Lost) -> None:
    district, ids = lost.district, lost.ids
    every = [*ids["before"], *ids["after"]]
    until(lambda: all(case_at(district, id) == 200 for id in every))
    last = received(district, "Terakhir.")
    assert last["position"].startswith("/dinas.2/intake:")
    assert last["number"].split("-")[2] == "A2"
    until(lambda: lost.steps(last["id"], "CaseOpened") == 1)
    assert [lost.steps(id, "CaseOpened") for id in every] == [1] * len(every)
    for id in (ids["before"][0], ids["after"][0]):
        assert district.as_("sari").get(f"/cases/{id}").json()["state"] == "graded"
    assert "Sebelum 0." in page(district, "sari", f"/kasus/{ids['before'][0]}").text
    assert "Terakhir." in page(district, "sari", f"/kasus/{last['id']}").text


def test_who_was_erased_is_erased_again_and_the_photos_of_others_are_there(lost: Lost) -> None:
    (gone,) = lost.ids["gone"]
    files = lost.district._folder / "intake" / "attachments"
    assert not (files / gone).exists()
    assert len([*(files / lost.ids["before"][1]).iterdir()]) == 1
    with psycopg.connect(lost.district.environment["TANGGAP_DATABASE_URL"]) as connection:
        held = connection.execute("SELECT id FROM keyring.keys WHERE id = %s", (gone,)).fetchall()
    assert held == []
    assert lost.steps(gone, "PersonErased") == 1


@pytest.mark.parametrize("source", ["log", "stream", "stores"])
def test_its_history_is_whole_and_its_facts_are_those_of_a_rebuild(lost: Lost, source: str) -> None:
    last = received(lost.district, f"Lagi {source}.")
    lost.district.settle(last["position"])
    until(lambda: lost.steps(last["id"], "TeamNotified") == 1)
    rebuilt = lost.district.tanggap("rebuild", "--check", "--from", source)
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    found = lost.district.json("verify", "--json")
    assert found["whole"], found
    operations = lost.district.as_("wulan").get("/operations").json()
    assert not operations["queues"] and not operations["forks"] and not operations["late"]


def test_it_is_backed_up_by_the_clock_and_the_operations_page_says_so(lost: Lost) -> None:
    district = lost.district
    (lost.folder / "kept").mkdir()
    district._commands["backups"] = [*PROGRAM, "backups", "--district", lost.file]
    district._settings["backups"] = {
        "TANGGAP_DATA": str(district._folder / "intake"),
        "TANGGAP_BACKUPS": str(lost.folder / "kept"),
    }
    district.launch("backups")
    found = district.until(
        "admin", "/operations", lambda found: any(each["last_at"] for each in found["backups"])
    )
    assert [(each["passed"], each["failure"]) for each in found["backups"]] == [(True, None)]
    (made,) = (lost.folder / "kept").glob("dinas-*")
    assert manifests.read(made).incarnation == 2
    district.end("backups")
    del district.services["backups"]


def test_a_database_that_holds_anything_is_never_written_over(lost: Lost) -> None:
    data = lost.folder / "elsewhere"
    done = lost.district.tanggap(
        *("restore", str(lost.backup), "--data", str(data)), given=PASSPHRASE + "\n"
    )
    assert done.returncode == 1 and "sudah berisi" in done.stderr


def test_another_topic_is_not_taken_for_the_district_s(lost: Lost, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE nothing")
    environment = dict(lost.district.environment)
    try:
        lost.district.environment |= {
            "TANGGAP_DATABASE_URL": postgres.url("nothing"),
            "TANGGAP_TOPIC": environment["TANGGAP_TOPIC"] + "-other",
        }
        migrated = lost.district.tanggap("migrate", "--district", lost.file)
        assert migrated.returncode == 0, migrated.stderr
        done = lost.district.tanggap(
            *("restore", str(lost.backup), "--data", str(lost.folder / "elsewhere")),
            given=PASSPHRASE + "\n",
        )
        assert done.returncode == 1 and "TANGGAP_TOPIC" in done.stderr
    finally:
        lost.district.environment = environment
