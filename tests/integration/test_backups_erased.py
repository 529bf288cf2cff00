"""Whoever is erased is erased in kept backups too, and again when an older backup is restored; a
change of a backup that is broken off leaves the old one or the new one."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from services.intake.domain import Stage
from services.kernel.aggregate import Intent
from services.kernel.backup import changing
from services.kernel.backup import manifest as manifests
from services.kernel.backup.changing import finish
from services.kernel.backup.manifest import Unusable
from services.kernel.backup.recovery import recovery_of
from services.kernel.clock import system_clock
from services.kernel.district import load_district
from services.kernel.district.model import Erasure as ErasureRules
from services.kernel.keyring import Keyring, Mark
from services.main.backup.erased import Following, purge
from services.main.backup.making import make
from services.main.backup.restoring import CannotRestore, Restored, Restoring
from services.main.migrate import opened
from services.main.settings import Settings
from tests.handover import OneOrigin
from tests.servers.edge import district_file

PASSPHRASE = "hujan di bulan juni"
RECOVERY = recovery_of(PASSPHRASE, os.urandom, 2**4)
ORIGIN = "node-uji"


class Place:
    """A node's data folder, what was received there, and the backups that lie apart from it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.backups = folder, folder / "backups"
        self.backups.mkdir()
        self.settings = Settings(data=folder / "data", origin=ORIGIN)
        file = load_district(district_file(folder, destroy_after_days=0))
        with opened(self.settings, file) as node:
            node.close()
        self.node = OneOrigin(self.settings, file)
        self.gone, self.stays = (self.node.receive("lamaru", photo=True) for _ in range(2))
        self.master = self.node.folder.master_key
        self.wrapped = {id: self._wrapped(id) for id in (self.gone, self.stays)}

    def _wrapped(self, id: str) -> bytes:
        (row,) = self.node.keyring.direct.rows("SELECT wrapped FROM keys WHERE id = ?", (id,))
        return bytes(row["wrapped"])

    def back_up(self, name: str, folder: Path | None = None) -> Path:
        """Make a backup of this moment."""
        to = (folder or self.backups) / name
        assert make(self.settings, to, RECOVERY, system_clock).trial.passed
        return to

    def erase(self) -> None:
        """Destroy the keys of one complaint, as its erasure does."""
        self.node.keyring.erased.destroy(self.gone, [self.gone])

    def restore(self, backup: Path, name: str = "again", lost: Path | None = None) -> Restored:
        """Restore a backup beside the data folder."""
        settings = Settings(data=self.folder / name, origin=ORIGIN)
        restoring = Restoring(backup, settings, system_clock, lost=lost)
        return restoring.run(restoring.secrets(PASSPHRASE))

    def held(self, name: str = "again") -> tuple[Mark | None, bool, bool]:
        """Return the mark of what is gone in a restored folder, whether its key lies there, and
        that of what stays."""
        place = self.folder / name / "keyring.sqlite"
        keyring = Keyring(place, self.master, system_clock, os.urandom)
        mark = keyring.erased.mark(self.gone)
        keys = [keyring.held(id) is not None for id in (self.gone, self.stays)]
        keyring.close()
        return mark, keys[0], keys[1]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path)
    yield found
    found.node.close()


def lies_in(folder: Path, wanted: bytes) -> bool:
    return any(wanted in each.read_bytes() for each in folder.rglob("*") if each.is_file())


def test_a_kept_backup_is_whole_and_holds_nothing_of_the_erased(place: Place) -> None:
    backup = place.back_up(f"{ORIGIN}-1")
    before = manifests.read(backup)
    assert lies_in(backup, place.wrapped[place.gone])
    assert (backup / "attachments" / place.gone).exists()
    keyring = place.node.keyring
    following = Following(place.backups, ORIGIN, keyring, place.master, system_clock)
    following.step()
    assert manifests.read(backup) == before
    place.erase()
    following.step()
    assert following.unerased == 0
    assert not lies_in(backup, place.wrapped[place.gone])
    assert lies_in(backup, place.wrapped[place.stays])
    assert not list(backup.rglob(f"attachments/{place.gone}/*"))
    assert list(backup.rglob(f"attachments/{place.stays}/*"))
    manifests.check_files(backup, manifests.read(backup))
    manifests.check_voucher(backup, place.master)
    assert place.restore(backup).erased_again == 0
    assert place.held() == (Mark.DESTROYED, False, True)


def test_one_that_cannot_be_changed_is_counted_and_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = place.back_up(f"{ORIGIN}-1")
    place.erase()
    following = Following(place.backups, ORIGIN, place.node.keyring, place.master, system_clock)
    (backup / manifests.VOUCHER).rename(backup / "away")
    following.step()
    assert following.unerased == 1
    assert lies_in(backup, place.wrapped[place.gone])
    (backup / "away").rename(backup / manifests.VOUCHER)
    following.step()
    assert following.unerased == 0
    assert not lies_in(backup, place.wrapped[place.gone])


def test_whoever_was_erased_since_is_erased_again_as_a_later_backup_tells(place: Place) -> None:
    (place.folder / "stick").mkdir()
    older = place.back_up("before", place.folder / "stick")
    place.erase()
    place.back_up("after", place.folder / "stick")
    assert place.restore(older).erased_again == 1
    assert place.held() == (Mark.DESTROYED, False, True)
    assert not (place.folder / "again" / "attachments" / place.gone).exists()
    assert (place.folder / "again" / "attachments" / place.stays).exists()


def test_the_lost_data_folder_tells_it_where_no_backup_does(place: Place) -> None:
    (place.folder / "stick").mkdir()
    older = place.back_up("before", place.folder / "stick")
    place.erase()
    place.node.close()
    assert place.restore(older, "without").erased_again == 0
    assert place.held("without") == (None, True, True)
    assert place.restore(older, lost=place.settings.data).erased_again == 1
    assert place.held() == (Mark.DESTROYED, False, True)
    for wrong in (place.folder, place.folder / "nowhere"):
        with pytest.raises(CannotRestore, match="--lost"):
            place.restore(older, "other", lost=wrong)
    assert not (place.folder / "other").exists()


def said(place: Place, name: str = "again") -> list[list[str]]:
    """Serve a restored folder until nothing is due; return what its history says of what is gone
    and of what stays, after they were received."""
    node = OneOrigin(Settings(data=place.folder / name, origin=ORIGIN), place.node.district)
    try:
        for _time in range(3):
            node.jobs.step()
        (erased,) = (each for each in node.erasing.listed(None) if str(each.id) == place.gone)
        assert erased.erasure is not None
        assert erased.erasure.stage is Stage.ERASED and erased.erasure.destroyed == (ORIGIN,)
        return [
            [each.name for each in node.intake.history(UUID(id))][2:]
            for id in (place.gone, place.stays)
        ]
    finally:
        node.close()


def test_the_restored_history_says_again_that_the_person_is_erased_and_its_case_ends(
    place: Place,
) -> None:
    (place.folder / "stick").mkdir()
    older = place.back_up("before", place.folder / "stick")
    place.erase()
    place.node.close()
    assert place.restore(older, lost=place.settings.data).erased_again == 1
    once = [["ComplaintWithdrawn", "PersonErased"], []]
    assert said(place) == once
    assert said(place) == once


def test_it_is_said_of_a_kept_backup_too_which_the_erasure_has_reached(place: Place) -> None:
    kept = place.back_up(f"{ORIGIN}-1")
    place.erase()
    Following(place.backups, ORIGIN, place.node.keyring, place.master, system_clock).step()
    place.node.close()
    place.restore(kept)
    assert said(place) == [["ComplaintWithdrawn", "PersonErased"], []]


def test_it_is_said_again_where_an_erasure_before_it_was_called_back(place: Place) -> None:
    (place.folder / "stick").mkdir()
    later = place.node.district.model_copy(update={"erasure": ErasureRules(destroy_after_days=7)})
    place.node.intake.district = later
    who = Intent("acc-2", "complaint_team")
    erasing = place.node.erasing
    erasing.request(UUID(place.gone), who, "subject_request", ends_open_cases=True).result()
    erasing.call_back(UUID(place.gone), who).result()
    older = place.back_up("before", place.folder / "stick")
    place.erase()
    place.node.close()
    place.restore(older, lost=place.settings.data)
    begun, _stays = said(place)
    assert begun[-3:] == ["ErasureScheduled", "ErasureCalledBack", "PersonErased"]


Break = Callable[[pytest.MonkeyPatch], None]


class Cut(Exception):
    """The power went."""


def at_replacing(number: int) -> Break:
    """Break off at the n-th file that takes another's place."""

    def arm(patch: pytest.MonkeyPatch) -> None:
        real, left = Path.replace, iter(range(number))

        def replace(self: Path, to: Path) -> Path:
            if next(left, None) is None:
                raise Cut
            return real(self, to)

        patch.setattr(Path, "replace", replace)

    return arm


@pytest.mark.parametrize("number", range(4))
def test_a_change_that_is_broken_off_leaves_a_backup_that_can_be_restored(
    place: Place, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = place.back_up(f"{ORIGIN}-1")
    place.erase()
    marks = place.node.keyring.erased.destroyed()
    with monkeypatch.context() as patch:
        at_replacing(number)(patch)
        with pytest.raises(Cut):
            purge(backup, marks, place.master, system_clock)
    copy = place.folder / "copy"
    shutil.copytree(backup, copy)
    finish(copy)
    manifests.check_files(copy, manifests.read(copy))
    manifests.check_voucher(copy, place.master)
    decided = number > 0
    assert lies_in(copy, place.wrapped[place.gone]) is not decided
    assert not list(copy.rglob(f"*{changing.NEW}"))
    purge(backup, marks, place.master, system_clock)
    assert not lies_in(backup, place.wrapped[place.gone])
    manifests.check_files(backup, manifests.read(backup))


def test_what_is_no_backup_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / f"letter{changing.NEW}").write_text("mine")
    with pytest.raises(Unusable):
        finish(tmp_path)
    assert (tmp_path / f"letter{changing.NEW}").exists()
