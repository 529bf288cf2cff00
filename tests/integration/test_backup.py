"""A node is backed up while people work, lost, and restored: what the backup held is there, once,
and goes on; whatever does not fit is refused, and nothing half done is left."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.kernel.backup.manifest import MANIFEST, Manifest, Unusable, sha256
from services.kernel.backup.recovery import Recovery, recovery_of
from services.kernel.clock import system_clock
from services.main.backup.making import CannotBackUp, make
from services.main.backup.restoring import CannotRestore, Restoring, settings_in
from services.main.settings import Settings
from tests.running import RunningNode, kill_node, running_node, start_node
from tests.servers.disk import small_disk

PASSPHRASE = "hujan di bulan juni"
CHEAP = 2**4
RECOVERY = recovery_of(PASSPHRASE, os.urandom, CHEAP)
HOME = "puring"


def received(node: RunningNode, text: str) -> Any:
    body = {"channel": "phone", "text": text, "service_unit": "loket"}
    answer = node.as_("rini").post(f"/puskesmas/{HOME}/complaints", json=body)
    return answer.raise_for_status().json()


def listed(node: RunningNode) -> list[str]:
    """Return every complaint of the list, once the log copy has read all of the stream."""
    node.until("wulan", "/reports/totals", lambda _found: True)
    node.until(
        "wulan",
        "/operations",
        lambda found: all(each["lag"] == 0 for each in found["followers"]),
    )
    found: list[str] = []
    cursor: dict[str, str] = {}
    while cursor or not found:
        page = node.as_("wulan").get("/reports/complaints", params={"limit": 200, **cursor}).json()
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    return found


def passphrase(*arguments: str, node: RunningNode) -> tuple[int, str]:
    """Run a command of the node's folder that asks for the passphrase."""
    done = node.tanggap(*arguments, seconds=300, given=PASSPHRASE + "\n")
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Lost"]:
    """A node that was backed up under way and then lost, and one that was restored of it."""
    folder = tmp_path_factory.mktemp("backup")
    (folder / "first").mkdir()
    (folder / "second").mkdir()
    node = start_node(folder / "first" / "data")
    try:
        before = [received(node, f"Sebelum cadangan {n}.") for n in range(5)]
        node.settle(before[-1]["position"])
        node.until("sari", f"/cases/{before[-1]['id']}", lambda _found: True)
        graded = node.as_("sari").post(f"/cases/{before[0]['id']}/grade", json={"grade": "green"})
        graded.raise_for_status()
        during: list[Any] = []
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                during.append(received(node, f"Selama cadangan {len(during)}."))

        crowd = threading.Thread(target=work)
        crowd.start()
        try:
            code, said = passphrase("backup", str(folder / "backup"), "--json", node=node)
        finally:
            stop.set()
            crowd.join()
        assert code == 0, said
    finally:
        kill_node(node)
    code, said = passphrase(
        "restore", str(folder / "backup"), "--data", str(folder / "second" / "data"), node=node
    )
    assert code == 0, said
    with running_node(folder / "second" / "data") as restored:
        yield Lost(folder, node, restored, before, during)


class Lost:
    def __init__(
        self,
        folder: Path,
        node: RunningNode,
        restored: RunningNode,
        before: list[Any],
        during: list[Any],
    ) -> None:
        self.folder, self.node, self.restored = folder, node, restored
        self.before, self.during = before, during
        self.backup = folder / "backup"
        self.manifest = msgspec.json.decode((self.backup / MANIFEST).read_bytes(), type=Manifest)

    @property
    def held(self) -> int:
        """How many complaints the backup holds."""
        with sqlite3.connect(self.backup / "stores" / "intake.sqlite") as store:
            (count,) = store.execute(
                "SELECT count(*) FROM stored_events WHERE topic = 'intake.ComplaintReceived'"
            ).fetchone()
        return int(count)


def test_the_backup_was_tried_and_holds_what_was_acknowledged_before_it(lost: Lost) -> None:
    trial = lost.manifest.trial
    assert trial.passed, trial.wrong
    assert trial.events == sum(lost.manifest.positions.values()) > 0
    assert trial.keys >= lost.held
    assert trial.gone == 0
    assert len(lost.before) <= lost.held <= len(lost.before) + len(lost.during)


def test_neither_keys_nor_secrets_lie_open_in_it(lost: Lost) -> None:
    secrets = [(lost.node.data / name).read_bytes() for name in ("master.key", "receipt.secret")]
    files = [path.read_bytes() for path in lost.backup.rglob("*") if path.is_file()]
    for each in (*secrets, *(secret.hex().encode() for secret in secrets), b"Sebelum cadangan"):
        assert not any(each in content for content in files)


def test_what_it_held_is_there_once_and_its_words_open(lost: Lost) -> None:
    ids = listed(lost.restored)
    assert len(ids) == len(set(ids)) == lost.held
    assert {each["id"] for each in lost.before} <= set(ids)
    first = lost.before[0]["id"]
    assert lost.restored.as_("sari").get(f"/cases/{first}").json()["state"] == "graded"
    page = lost.restored.as_("sari").get(f"{lost.restored.address}/kasus/{first}")
    assert "Sebelum cadangan 0." in page.text


def test_it_goes_on_as_another_source_with_another_letter(lost: Lost) -> None:
    after = received(lost.restored, "Setelah dipulihkan.")
    origin = lost.manifest.origin
    assert after["position"] == f"/{origin}.2/intake:1"
    assert lost.before[0]["position"].startswith(f"/{origin}/intake:")
    assert after["number"].split("-")[2:] == ["A2", "000001"]
    lost.restored.settle(after["position"])
    lost.restored.until("sari", f"/cases/{after['id']}", lambda _found: True)
    answered = lost.restored.as_("sari").post(
        f"/cases/{lost.before[1]['id']}/grade", json={"grade": "red"}
    )
    assert answered.status_code == 200
    assert answered.json()["position"].startswith(f"/{origin}.2/resolution:")
    lost.restored.settle(answered.json()["position"])


@pytest.mark.parametrize("source", ["log", "stream", "stores"])
def test_its_history_is_whole_and_its_facts_are_those_of_a_rebuild(lost: Lost, source: str) -> None:
    lost.restored.settle(received(lost.restored, f"Lagi {source}.")["position"])
    assert lost.restored.json("verify", "--json")["whole"]
    rebuilt = lost.restored.tanggap("rebuild", "--check", "--from", source)
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr


def test_the_restored_node_is_backed_up_without_being_asked_and_restored_again(lost: Lost) -> None:
    again = lost.folder / "again"
    made = lost.restored.json("backup", str(again), "--json")
    sources = {source.rpartition("/")[0] for source in made["positions"]}
    assert sources == {f"/{lost.manifest.origin}", f"/{lost.manifest.origin}.2"}
    settings = Settings(data=lost.folder / "third")
    restoring = Restoring(again, settings, system_clock)
    assert restoring.run(restoring.secrets(PASSPHRASE)).incarnation == 3


def test_restored_twice_no_incarnation_is_given_twice(lost: Lost) -> None:
    settings = Settings(data=lost.folder / "fourth")
    restoring = Restoring(lost.backup, settings, system_clock)
    assert restoring.run(restoring.secrets(PASSPHRASE)).incarnation == 3


# What is refused


@pytest.fixture
def data(lost: Lost, tmp_path: Path) -> Path:
    """A data folder that no node runs on."""
    folder = tmp_path / "data"
    restored(lost.backup, folder)
    return folder


def restored(backup: Path, folder: Path, said: str = PASSPHRASE) -> None:
    restoring = Restoring(backup, Settings(data=folder), system_clock)
    restoring.run(restoring.secrets(said))


def backed_up(data: Path, to: Path, recovery: Recovery = RECOVERY) -> Manifest:
    return make(Settings(data=data), to, recovery, system_clock)


def test_a_backup_is_never_written_over_or_into_nowhere(data: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    with pytest.raises(CannotBackUp, match="sudah ada"):
        backed_up(data, there)
    with pytest.raises(CannotBackUp, match="di dalam folder data"):
        backed_up(data, data / "backup")
    with pytest.raises(CannotBackUp, match="Pasang medianya"):
        backed_up(data, tmp_path / "usb" / "backup")
    with pytest.raises(CannotBackUp, match="belum ada yang dapat dicadangkan"):
        backed_up(tmp_path / "none", tmp_path / "backup")
    assert {each.name for each in tmp_path.iterdir()} == {"data", "there"}


def test_a_full_disk_is_named_and_nothing_is_left_on_it(data: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "24m") as disk:
        disk.fill()
        with pytest.raises(CannotBackUp, match=r"ruang|penuh"):
            backed_up(data, disk.folder / "backup")
        assert not [each for each in disk.folder.iterdir() if "backup" in each.name]


def test_a_backup_says_what_its_trial_found_wrong(data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data / "keyring.sqlite") as keyring:
        keyring.execute(
            "UPDATE keys SET wrapped = zeroblob(60) WHERE id = (SELECT min(id) FROM keys)"
        )
    with sqlite3.connect(data / "stream.sqlite") as stream:
        stream.execute("DELETE FROM log WHERE offset = 3")
    wrong = backed_up(data, tmp_path / "backup").trial.wrong
    assert any(each.startswith("keyring: ") for each in wrong)
    assert any(each.startswith("stream: ") for each in wrong)


def test_only_into_an_empty_folder(lost: Lost, data: Path) -> None:
    held = sorted(each.name for each in data.iterdir())
    with pytest.raises(CannotRestore, match="sudah berisi"):
        restored(lost.backup, data)
    assert sorted(each.name for each in data.iterdir()) == held


def test_a_wrong_passphrase_restores_nothing(lost: Lost, tmp_path: Path) -> None:
    with pytest.raises(CannotRestore, match="Frasa sandi"):
        restored(lost.backup, tmp_path / "data", "hujan di bulan juli")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def copy(lost: Lost, tmp_path: Path) -> Path:
    return shutil.copytree(lost.backup, tmp_path / "copy")


@pytest.mark.parametrize(
    "harm",
    [
        lambda copy: (copy / "stores" / "intake.sqlite").unlink(),
        lambda copy: os.truncate(copy / "stores" / "intake.sqlite", 8192),
        lambda copy: _flip(copy / "stores" / "resolution.sqlite"),
        lambda copy: _flip(copy / "keys" / "keyring.sqlite"),
        lambda copy: os.truncate(copy / MANIFEST, 200),
        lambda copy: (copy / MANIFEST).unlink(),
        lambda copy: (copy / "keys" / "secrets.json").unlink(),
        lambda copy: _forge(copy),
    ],
    ids=["gone", "cut-off", "changed", "keys", "manifest-cut", "no-manifest", "no-keys", "forged"],
)
def test_a_backup_that_is_not_whole_is_refused(harm: Any, copy: Path, tmp_path: Path) -> None:
    harm(copy)
    with pytest.raises((Unusable, CannotRestore), match=r"cadangan|Cadangan"):
        restored(copy, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _forge(copy: Path) -> None:
    """Change a store, and the manifest with it."""
    store = copy / "stores" / "publication.sqlite"
    _flip(store)
    found = msgspec.json.decode((copy / MANIFEST).read_bytes())
    for each in found["files"]:
        if each["path"].endswith("publication.sqlite"):
            each["sha256"] = sha256(store)
    (copy / MANIFEST).write_bytes(msgspec.json.encode(found))


def test_a_newer_version_and_somebody_elses_backup_are_refused(copy: Path, tmp_path: Path) -> None:
    found = msgspec.json.decode((copy / MANIFEST).read_bytes())
    elsewhere = Settings(data=tmp_path / "data", origin="node-lamaru")
    with pytest.raises(CannotRestore, match="--origin"):
        Restoring(copy, elsewhere, system_clock)
    Restoring(copy, elsewhere, system_clock, named=found["origin"])
    with pytest.raises(CannotRestore, match="--origin"):
        Restoring(copy, Settings(data=tmp_path / "data"), system_clock, named="node-lamaru")
    older = found | {"program": "0.0.1"}
    (copy / MANIFEST).write_bytes(msgspec.json.encode(older))
    Restoring(copy, Settings(data=tmp_path / "data"), system_clock)
    newer = found | {"format": 99, "program": "9.0", "news": True}
    (copy / MANIFEST).write_bytes(msgspec.json.encode(newer))
    with pytest.raises(Unusable, match=r"9\.0, yang lebih baru"):
        Restoring(copy, Settings(data=tmp_path / "data"), system_clock)


def test_settings_lie_in_it_sealed(data: Path, tmp_path: Path) -> None:
    settings = Settings(data=data, topic="kebumen")
    make(settings, tmp_path / "backup", RECOVERY, system_clock)
    found = settings_in(tmp_path / "backup", PASSPHRASE)
    assert found == {"TANGGAP_TOPIC": "kebumen"}
