"""A node whose key file is missing, cut off, unreadable or another one says which, and is read:
figures and pages as ever, no words, no commands; with the file back it goes on."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.main.folder import LostSecret, open_folder
from services.main.settings import Settings
from tests.running import RunningNode, running_node

CANARY = "kenari-di-loket"
LOCKED = "Isi tidak dapat dibuka: berkas kunci"
BODY = {"channel": "phone", "text": f"Petugas {CANARY} lama.", "service_unit": "loket"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lost") / "data"


@pytest.fixture(scope="module")
def written(data: Path) -> str:
    """Return a complaint of which everything is known."""
    with running_node(data) as node:
        id: str = node.as_("sari").post("/puskesmas/puring/complaints", json=BODY).json()["id"]
        node.until("sari", f"/cases/{id}", lambda _case: True)
        assert CANARY in page(node, f"/kasus/{id}")
    return id


def page(node: RunningNode, path: str) -> str:
    answer = node.as_("sari").get(node.address + path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def removed(file: Path) -> None:
    file.unlink()


def another(file: Path) -> None:
    file.write_bytes(secrets.token_bytes(32))


@pytest.mark.parametrize("lose", [removed, another])
def test_it_says_which_file_is_lost_and_is_read_only(
    data: Path, written: str, lose: Callable[[Path], None]
) -> None:
    file = data / "master.key"
    key = file.read_bytes()
    lose(file)
    left = file.read_bytes() if file.exists() else None
    try:
        with running_node(data) as node:
            for path in (f"/kasus/{written}", f"/catat/{written}", "/kasus"):
                shown = page(node, path)
                assert CANARY not in shown and "berkas master.key" in shown, path
            assert LOCKED in page(node, f"/kasus/{written}")
            assert node.as_("sari").get(f"/cases/{written}").json()["words"] == "locked"
            assert node.as_("wulan").get("/reports/totals").is_success
            assert node.as_("wulan").get("/reports/complaints").json()["items"]
            for path, body in (
                ("/puskesmas/puring/complaints", BODY),
                (f"/cases/{written}/grade", {"grade": "green"}),
            ):
                refused = node.as_("sari").post(path, json=body)
                assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
                assert "master.key" in refused.json()["detail"]
            typed = node.as_("sari").post(f"{node.address}/kasus/{written}/nilai", data={})
            assert typed.status_code == 503 and "berkas master.key" in typed.text
            (process,) = node.as_("wulan").get("/operations").json()["processes"]
            assert process["failing"]["read_only"] == file.name
            told = node.tanggap("doctor")
            assert told.returncode != 0 and "master.key hilang" in told.stdout
        assert (file.read_bytes() if file.exists() else None) == left
    finally:
        file.write_bytes(key)


def test_with_the_file_back_it_goes_on(data: Path, written: str) -> None:
    with running_node(data) as node:
        assert CANARY in page(node, f"/kasus/{written}")
        graded = node.as_("sari").post(f"/cases/{written}/grade", json={"grade": "green"})
        assert graded.status_code == 200, graded.text


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(data=tmp_path / "data")
    open_folder(settings)
    yield settings


@pytest.mark.parametrize("name", ["master.key", "receipt.secret"])
def test_a_secret_that_is_cut_off_or_unreadable_is_lost(folder: Settings, name: str) -> None:
    file = folder.data / name
    whole = file.read_bytes()
    file.write_bytes(whole[:31])
    _is_lost(folder, file)
    file.unlink()
    _is_lost(folder, file)
    file.mkdir()
    _is_lost(folder, file)
    file.rmdir()
    file.write_bytes(whole)
    assert open_folder(folder, without_secrets=True).lost is None


def _is_lost(folder: Settings, file: Path) -> None:
    with pytest.raises(LostSecret, match=file.name):
        open_folder(folder)
    assert open_folder(folder, without_secrets=True).lost == file
