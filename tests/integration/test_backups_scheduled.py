"""Backups by the clock: one when it is due, the newest kept, and operations and doctor say how they
stand."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.kernel.backup import manifest as manifests
from services.kernel.backup.manifest import FORMAT, Manifest, Trial
from services.kernel.backup.recovery import recovery_of
from services.main.backup.layout import keep_recovery
from services.main.backup.scheduled import NO_PASSPHRASE, NOT_MADE, Scheduled
from tests.running import RunningNode, running_node

ORIGIN = "node-test"
BEGUN = datetime(2026, 3, 1, 8, tzinfo=UTC)
PASSPHRASE = "hujan di bulan juni"


class Time:
    def __init__(self) -> None:
        self.now = BEGUN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    keep_recovery(folder, recovery_of(PASSPHRASE, os.urandom, 2**4))
    return folder


def written(to: Path, made_at: datetime, *wrong: str, origin: str = ORIGIN) -> None:
    """Write what a backup of that moment leaves of itself."""
    to.mkdir(parents=True)
    trial = Trial(made_at, 1, 1, 0, 0, list(wrong))
    made = Manifest(FORMAT, "0.1.0", origin, 1, "node", made_at, {}, [], trial)
    for name, content in manifests.written(made, b"").items():
        (to / name).write_bytes(content)


def scheduled(
    data: Path,
    time: Time,
    keeps: int = 3,
    command: Callable[[Path, Path], Sequence[str]] = lambda _data, _to: ("false",),
) -> Scheduled:
    return Scheduled(data, ORIGIN, data.parent / "backups", 24, keeps, time, command)


def names(data: Path) -> list[str]:
    return sorted(each.name for each in (data.parent / "backups").iterdir())


def test_without_a_passphrase_none_is_made_and_that_is_said(data: Path, time: Time) -> None:
    (data / "recovery.json").unlink()
    found = scheduled(data, time)
    found.step()
    (state,) = found.state()
    assert (state.failure, state.last_at, state.kept) == (NO_PASSPHRASE, None, 0)


def test_one_that_cannot_be_made_is_said_and_tried_again(data: Path, time: Time) -> None:
    tries: list[Path] = []

    def command(_data: Path, to: Path) -> Sequence[str]:
        tries.append(to)
        if len(tries) == 1:
            return ("false",)
        write = "from tests.integration.test_backups_scheduled import *; import pathlib;"
        made = f"written(pathlib.Path({str(to)!r}), BEGUN + timedelta(minutes=11))"
        return (sys.executable, "-c", write + made)

    found = scheduled(data, time, command=command)
    found.step()
    assert found.state()[0].failure == NOT_MADE
    time.now += timedelta(minutes=11)
    found.step()
    (state,) = found.state()
    assert (state.failure, state.kept, state.passed) == (None, 1, True)
    assert tries[1].name == f"{ORIGIN}-2026-03-01T0811Z"


def test_the_newest_are_kept_and_the_last_that_passed(data: Path, time: Time) -> None:
    folder = data.parent / "backups"
    for day in range(6):
        wrong = [] if day == 1 else ["stream: 3"]
        written(folder / f"{ORIGIN}-{day}", BEGUN + timedelta(days=day), *wrong)
    written(folder / f"{ORIGIN}-b-0", BEGUN, origin=f"{ORIGIN}-b")
    (folder / f"{ORIGIN}-mine").mkdir()
    scheduled(data, time).prune()
    kept = [f"{ORIGIN}-{day}" for day in (1, 3, 4, 5)]
    assert names(data) == sorted([*kept, f"{ORIGIN}-b-0", f"{ORIGIN}-mine"])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    folder = tmp_path_factory.mktemp("scheduled")
    (folder / "backups").mkdir()
    data = folder / "data"
    data.mkdir(mode=0o700)
    keep_recovery(data, recovery_of(PASSPHRASE, os.urandom, 2**4))
    settings = {"TANGGAP_BACKUPS": str(folder / "backups")}
    with running_node(data, environment=settings) as running:
        yield running


def test_a_node_makes_them_by_itself_and_shows_them(node: RunningNode) -> None:
    found = node.until(
        "admin",
        "/operations",
        lambda answer: any(each["last_at"] for each in answer["backups"]),
    )
    (state,) = found["backups"]
    assert (state["passed"], state["failure"], state["kept"]) == (True, None, 1)
    page = node.as_("admin").get(f"{node.address}/operasi").text
    assert "Cadangan terjadwal" in page and "lulus" in page
    assert node.tanggap("doctor").returncode == 0
    (made,) = (node.data.parent / "backups").iterdir()
    assert (made / "keys" / "secrets.json").exists()
