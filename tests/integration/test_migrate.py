"""`tanggap migrate`: makes the stores once, whoever else does so at the same time."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from services.kernel.district import SHIPPED, load_district
from services.main.migrate import migrate, opened
from services.main.settings import Settings
from tests.running import free_port, running_node

DISTRICT = load_district(SHIPPED)
STORES = {
    "access.sqlite",
    "intake.sqlite",
    "keyring.sqlite",
    "publication.sqlite",
    "reporting.duckdb",
    "reporting.sqlite",
    "resolution.sqlite",
    "stream.sqlite",
}
SECRETS = ("origin.json", "master.key", "receipt.secret")


def command(data: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "services.main.cli", *arguments, "--data", str(data)],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=data.parent,
    )


def ended_well(process: "subprocess.Popen[str]") -> str:
    out, problem = process.communicate(timeout=120)
    assert process.returncode == 0, problem
    return out


def whole(data: Path) -> bool:
    """Say whether every store is there and none is damaged."""
    for name in STORES - {"reporting.duckdb"}:
        connection = sqlite3.connect(data / name)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), name
            assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() > (0,), name
        finally:
            connection.close()
    return {each.name for each in data.iterdir()} >= STORES


def test_several_at_once_make_one_set_of_stores(tmp_path: Path) -> None:
    data = tmp_path / "data"
    several = [command(data, "migrate") for _each in range(3)]
    assert all("mutakhir" in ended_well(each) for each in several)
    assert whole(data)
    made = {name: (data / name).read_bytes() for name in SECRETS}
    assert "mutakhir" in ended_well(command(data, "migrate"))
    assert {name: (data / name).read_bytes() for name in SECRETS} == made


def test_one_waits_until_the_other_has_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, tried = tmp_path / "data", threading.Event()
    really = fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        with suppress(BlockingIOError):
            really(descriptor, how | fcntl.LOCK_NB)
            return
        tried.set()
        really(descriptor, how)

    data.mkdir()
    with (data / "migrate.lock").open("w") as held:
        really(held, fcntl.LOCK_EX)
        monkeypatch.setattr("services.main.claims.fcntl.flock", flock)
        other = threading.Thread(target=migrate, args=(Settings(data=data), DISTRICT))
        other.start()
        assert tried.wait(60), "it found the folder taken"
        assert not (data / "origin.json").exists()
        really(held, fcntl.LOCK_UN)
    other.join(60)
    assert whole(data)


def test_beside_a_running_node_there_is_nothing_to_do_and_no_second_node(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_node(data) as node:
        assert "sedang berjalan" in ended_well(command(data, "migrate"))
        second = command(data, "up", "--port", str(free_port()))
        _out, problem = second.communicate(timeout=120)
        assert second.returncode == 1 and "Node lain" in problem
        found = node.as_("rini").post(
            "/puskesmas/puring/complaints", json={"channel": "sms", "text": "Antre."}
        )
        assert found.status_code == 201, "the node that runs is not touched"


def test_a_store_without_the_newest_tables_is_given_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ended_well(command(data, "migrate"))
    connection = sqlite3.connect(data / "intake.sqlite")
    connection.execute("DROP TABLE import_rows")
    connection.close()
    ended_well(command(data, "migrate"))
    with opened(Settings(data=data), DISTRICT) as node:
        assert node.intake.select("SELECT * FROM import_rows") == []
        node.close()


def test_a_port_that_is_taken_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with running_node(tmp_path / "one") as node:
        port = node.address.rpartition(":")[2]
        second = command(tmp_path / "two", "up", "--port", port)
        out, problem = second.communicate(timeout=120)
    assert (second.returncode, out) == (1, "")
    assert f"porta {port} tidak dapat dipakai" in problem and "--port" in problem
    assert not (tmp_path / "two" / "origin.json").exists()
