"""An uploaded file is taken by a task: sealed, in portions, once, whatever happens on the way."""

import csv
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.import_job import Taking
from services.intake.imported import key_of
from services.kernel import failpoints
from services.kernel.aggregate import Intent
from services.kernel.district import SHIPPED, load_district
from services.main.node import Node
from services.main.settings import Settings
from tests.drills.node import DrillNode
from tests.running import ENDS_SECONDS, RunningNode
from tests.waiting import looks, until

PATH = "/puskesmas/puring/imports"
CANARY = "Kenari-9f3a2c menunggu dua jam di loket"
MANY = 3000


def file_of(count: int, *more: list[str], words: str = CANARY) -> dict[str, Any]:
    """Return an upload of so many good rows, then `more`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["kanal", "isi"])
    writer.writerows(["sms", f"{words}, nomor {n}"] for n in range(count))
    writer.writerows(more)
    return {"file": ("keluhan.csv", out.getvalue().encode())}


def ended(client: httpx.Client, location: str) -> dict[str, Any]:
    """Ask for an import until it has ended."""
    taken = 0
    for _look in looks():
        found: dict[str, Any] = client.get(location.removeprefix("/api/v1")).json()
        assert found["taken"] >= taken, "progress never runs back"
        taken = found["taken"]
        if found["state"] != "running":
            return found
    raise AssertionError(f"the import does not end: {found['taken']} of {found['rows']}")


def rows_of(data: Path, store: str, statement: str, *values: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{data / store}?mode=ro", uri=True)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def in_clear(data: Path, words: bytes) -> list[str]:
    return [file.name for file in data.iterdir() if file.is_file() and words in file.read_bytes()]


def test_a_long_import_is_followed_and_leaves_no_file(node: RunningNode) -> None:
    client = node.as_("rini")
    answer = client.post(PATH, files=file_of(1500), params={"wait": 0})
    assert answer.status_code == 202, answer.text
    begun = answer.json()
    assert (begun["state"], begun["rows"], begun["ids"]) == ("running", 1500, [])
    location = answer.headers["location"]
    assert location == f"/api/v1{PATH}/{begun['import']}"

    key = f"import/{begun['import']}"
    (stored,) = rows_of(node.data, "keyring.sqlite", "SELECT wrapped FROM keys WHERE id = ?", key)
    found = ended(client, location)
    assert (found["accepted"], found["repeated"], found["taken"]) == (1500, 0, 1500)
    assert len(set(found["ids"])) == 1500

    (sealed,) = rows_of(
        node.data, "intake.sqlite", "SELECT sealed FROM imports WHERE id = ?", begun["import"]
    )
    assert sealed == (None,)
    for _look in looks():
        # The key's row goes first, and the write-ahead log that still holds it a moment later.
        gone = not rows_of(node.data, "keyring.sqlite", "SELECT 1 FROM keys WHERE id = ?", key)
        if gone and not in_clear(node.data, stored[0]):
            break
    assert in_clear(node.data, stored[0]) == [], "the key's bytes are gone too"
    assert in_clear(node.data, CANARY.encode()) == []


def test_a_short_import_is_answered_at_once_in_the_asked_language(node: RunningNode) -> None:
    upload = file_of(2, ["merpati", "x"], ["sms", ""], words="Singkat")
    answer = node.as_("rini").post(PATH, files=upload, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["state"], found["accepted"]) == ("ended", 2)
    assert [each["row"] for each in found["rejected"]] == [4, 5]
    kept = node.as_("rini").get(f"{PATH}/{found['import']}").json()
    assert "Pilih" in kept["rejected"][0]["message"]
    assert "Choose" in found["rejected"][0]["message"]
    again = node.as_("rini").post(PATH, files=upload).json()
    assert (again["accepted"], again["repeated"]) == (0, 2)
    assert again["ids"] == found["ids"] and again["import"] != found["import"]


def test_the_same_key_is_the_same_import(node: RunningNode) -> None:
    client, key = node.as_("rini"), {"Idempotency-Key": "impor-1"}
    first = client.post(PATH, files=file_of(3, words="Sekali"), headers=key).json()
    again = client.post(PATH, files=file_of(3, words="Sekali"), headers=key).json()
    assert again == first and first["accepted"] == 3
    other = client.post(PATH, files=file_of(4, words="Lain"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_who_may_see_an_import(node: RunningNode) -> None:
    found = node.as_("rini").post(PATH, files=file_of(1, words="Siapa")).json()
    path = f"{PATH}/{found['import']}"
    assert node.as_("sari").get(path).json()["accepted"] == 1
    assert node.as_("agus").get(path).status_code == 403
    assert node.public.get(path).status_code == 401
    assert node.as_("rini").get(path.replace("puring", "lamaru")).status_code == 404
    assert node.as_("rini").get(f"{PATH}/{uuid4()}").status_code == 404


def test_an_unreadable_file_is_refused_and_nothing_is_stored(node: RunningNode) -> None:
    count = "SELECT count(*) FROM imports"
    before = rows_of(node.data, "intake.sqlite", count)
    answer = node.as_("rini").post(PATH, files={"file": ("x.csv", b"nama\nSiti\n")})
    assert answer.status_code == 422
    assert rows_of(node.data, "intake.sqlite", count) == before


def test_a_check_takes_nothing(node: RunningNode) -> None:
    upload = file_of(2, ["merpati", "x"], words="Periksa")
    found = node.as_("rini").post(PATH, files=upload, params={"dry_run": True}).json()
    assert (found["import"], found["accepted"], len(found["rejected"])) == (None, 2, 1)
    assert node.as_("rini").post(PATH, files=upload).json()["accepted"] == 2


def test_the_command_line_follows_a_long_import(node: RunningNode, tmp_path: Path) -> None:
    file = tmp_path / "panjang.csv"
    file.write_bytes(file_of(1000, ["merpati", "x"], words="Baris perintah")["file"][1])
    done = node.tanggap("import", str(file), "--puskesmas", "puring")
    assert done.returncode == 1, done.stderr
    assert "1000 diterima, 0 sudah ada." in done.stdout
    assert "baris 1002: channel" in done.stderr
    again = node.tanggap("import", str(file), "--puskesmas", "puring", "--json")
    assert '"repeated": 1000' in again.stdout


def test_the_command_line_is_interrupted(node: RunningNode, tmp_path: Path) -> None:
    file = tmp_path / "banyak.csv"
    file.write_bytes(file_of(10_000, words="Dihentikan dari baris perintah")["file"][1])
    command = [sys.executable, "-m", "services.main.cli", "import", str(file)]
    # A shell's background jobs have SIGINT ignored, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*command, "--puskesmas", "puring"],
        env=os.environ | {"TANGGAP_DATA": str(node.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    taken = "SELECT max(taken) FROM imports WHERE ended_at IS NULL"
    while (rows_of(node.data, "intake.sqlite", taken)[0][0] or 0) < 500:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=200)
    assert process.returncode == 1, told
    assert "Dihentikan; sisanya belum diambil." in told
    found = re.search(r"(\d+) diterima, 0 sudah ada", said)
    assert found and 500 <= int(found[1]) < 10_000


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Any]:
    """Start lives of one node on one data folder."""
    tokens: dict[str, str] = {}
    lives: list[DrillNode] = []

    def start(failpoint: str | None = None, passing: int = 1) -> DrillNode:
        lives.append(DrillNode(tmp_path / "data", tokens, failpoint, passing, None))
        return lives[-1]

    yield start
    for each in lives:
        each.end()


@pytest.mark.parametrize(
    ("failpoint", "passing"), [(failpoints.KEY_STORED, 4), (failpoints.EVENTS_SAVED, 9)]
)
def test_a_kill_amid_an_import_loses_and_doubles_nothing(
    life: Any, failpoint: str, passing: int
) -> None:
    node = life(failpoint, passing)
    answer = node.as_("rini").post(PATH, files=file_of(MANY), params={"wait": 0})
    assert answer.status_code == 202
    node.arm()
    assert node.ended(ENDS_SECONDS) and node.process.exitcode == -signal.SIGKILL

    node = life()
    found = ended(node.as_("rini"), answer.headers["location"])
    assert (found["accepted"], found["repeated"], found["rejected"]) == (MANY, 0, [])
    assert len(set(found["ids"])) == MANY
    received = rows_of(
        node.data,
        "intake.sqlite",
        "SELECT state ->> 'number' FROM stored_events "
        "WHERE topic LIKE '%ComplaintReceived%' ORDER BY 1",
    )
    assert len(received) == MANY
    assert received[-1][0].endswith(f"{MANY:06d}"), "the numbers are gapless"
    answer = node.as_("rini").post(PATH, files=file_of(MANY), params={"wait": 0})
    again = ended(node.as_("rini"), answer.headers["location"])
    assert (again["accepted"], again["repeated"]) == (0, MANY)


def test_rows_to_mend_are_kept_for_a_while_and_then_destroyed(tmp_path: Path) -> None:
    """Seven days later neither the rows nor the key that opens them are there."""
    now = [datetime(2026, 11, 2, 8, tzinfo=UTC)]
    node = Node(Settings(data=tmp_path), load_district(SHIPPED), lambda: now[0])
    node.start()
    try:
        importing, keys = node.importing, node.keyring
        data = b"kanal,isi\nmerpati,Lama\nsms,Baik\n"
        id = importing.begin("puring", data, "a.csv", Intent("rini", "officer"))
        until(lambda: importing.outcome("puring", id).ended)
        assert importing.outcome("puring", id).mends
        kept = importing.to_mend("puring", id)
        assert kept and kept[2].records == ((2, ["merpati", "Lama"]),)
        now[0] += timedelta(days=6)
        again = Taking(importing.files).take(id)
        assert again and again > now[0] and importing.outcome("puring", id).mends
        now[0] += timedelta(days=2)
        until(lambda: keys.key(key_of(id)) is None)
        assert importing.to_mend("puring", id) is None
        assert not importing.outcome("puring", id).mends

        waiting = importing.begin("puring", data, "a.csv", Intent("rini", "officer"), waits=True)
        assert importing.outcome("puring", waiting).state == "waiting"
        now[0] += timedelta(days=1, seconds=1)
        until(lambda: keys.key(key_of(waiting)) is None)
        assert importing.outcome("puring", waiting).state == "stopped", "nobody confirmed it"
    finally:
        node.stop()
