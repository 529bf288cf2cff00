"""Restores a backup into an empty data folder, as a new incarnation of its origin.

Everything is made ready beside the data folder and put in its place in one step: a restore that is
broken off leaves nothing that a node could be started on.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import msgspec

from services.kernel.backup import manifest as manifests
from services.kernel.backup.changing import finish
from services.kernel.backup.manifest import Manifest, Unusable
from services.kernel.backup.recovery import WrongPassphrase, open_secrets
from services.kernel.clock import Clock
from services.kernel.handover.district import LineCut, Refused, TokenRefused
from services.kernel.keyring import Copy
from services.kernel.stream import StreamUnavailable
from services.main.backup.erased import Marks, backups_in, joined, marks_of
from services.main.backup.heard import (
    Heard,
    district_in,
    erase_again,
    homed_in,
    listen,
    taken_back,
    without_words,
)
from services.main.backup.kept import kept, keys_back
from services.main.backup.layout import (
    Secrets,
    keep_recovery,
    settle,
    settle_name,
)
from services.main.backup.making import sealed_secrets
from services.main.backup.stores import OUTBOXES, store_of
from services.main.backup.unpacking import unpack, write_secrets
from services.main.claims import SERVING, AlreadyServed, claimed
from services.main.deployment import uplink
from services.main.folder import MASTER_KEY, RECEIPT_SECRET, record_origin, write_secret
from services.main.settings import Settings

INCARNATION: Final = "restored"
"""Beside a backup's manifest: the highest incarnation that was made from it."""

_SET_BY: Final = {
    **{mode: f"TANGGAP_MODE={mode}" for mode in ("node", "edge", "district")},
    "endpoint": "TANGGAP_DISTRICT_ORIGIN",
}
"""By the kind of a backup, what makes a deployment one of that kind."""


class CannotRestore(Exception):
    """Nothing was restored; the message says why and what to do."""


class Restored(msgspec.Struct, frozen=True):
    """What was restored. By source: `positions`, up to which id its events were in the backup;
    `taken_back`, how many more the stream held; `missing`, the first and last id that were heard
    and could not be taken back. `keys_back` counts the keys that the district had a copy of and the
    backup did not hold, `keys_unopened` those of another master key; `erased_again` the complaints
    whose words were erased after the backup; `without_words` those that were taken back with words
    whose keys lay in no backup."""

    origin: str
    incarnation: int
    made_at: str
    positions: dict[str, int]
    taken_back: dict[str, int]
    missing: dict[str, tuple[int, int]]
    keys_back: int
    keys_unopened: int
    erased_again: int
    without_words: int


def secrets_in(backup: Path, origin: str, passphrase: str) -> Secrets:
    """Open the secrets of a backup; raises CannotRestore for a wrong passphrase, and Unusable
    where the manifest is not as it was written."""
    try:
        content = open_secrets(sealed_secrets(backup), origin, passphrase)
    except WrongPassphrase:
        raise CannotRestore("Frasa sandi ini bukan milik cadangan itu.") from None
    secrets = msgspec.json.decode(content, type=Secrets)
    manifests.check_voucher(backup, secrets.master_key)
    return secrets


def settings_in(backup: Path, passphrase: str) -> dict[str, str]:
    """Return the settings that a backup's deployment was started with; as `secrets_in`."""
    return secrets_in(backup, manifests.read(backup).origin, passphrase).settings


class Restoring:
    """The restore of one backup. Made, it has been checked that backup and data folder fit.

    `named` is the origin that is to be taken over where the settings name another, `lost` the data
    folder or a later backup that tells who was erased since. Raises CannotRestore, and Unusable for
    what is no whole backup.
    """

    def __init__(
        self,
        backup: Path,
        settings: Settings,
        clock: Clock,
        named: str | None = None,
        lost: Path | None = None,
    ) -> None:
        self._backup, self._settings, self._clock = backup, settings, clock
        self._lost = lost
        _finish(backup)
        self.manifest: Manifest = manifests.read(backup)
        self._check_origin(named)

    def secrets(self, passphrase: str) -> Secrets:
        """Open the backup's secrets; as `secrets_in`."""
        return secrets_in(self._backup, self.manifest.origin, passphrase)

    def run(self, secrets: Secrets) -> Restored:
        """Restore into the data folder; raises CannotRestore and Unusable."""
        self._check_data(secrets)
        manifests.check_files(self._backup, self.manifest)
        heard, copies = self._heard(), self._copies()
        data, number = self._settings.data.absolute(), self._next_incarnation(heard)
        new = self._beside(data)
        try:
            with claimed(new):
                try:
                    taken, missing, keys = self._fill(new, number, secrets, heard, copies)
                    self._note(number)
                    self._put_in_place(new, data, secrets)
                finally:
                    shutil.rmtree(new, ignore_errors=True)
        except AlreadyServed:
            raise CannotRestore(f"{data} sedang dipulihkan oleh proses lain.") from None
        except OSError as problem:
            raise CannotRestore(_said(problem, data)) from problem
        made_at = self.manifest.made_at.isoformat()
        return Restored(
            self.manifest.origin, number, made_at, self.manifest.positions, taken, missing, *keys
        )

    def _beside(self, data: Path) -> Path:
        """Return where everything is made ready."""
        return data.with_name(f".{data.name}.restoring")

    def _put_in_place(self, new: Path, data: Path, secrets: Secrets) -> None:
        """Put what was made ready in its place, in one step."""
        self._write_elsewhere(secrets)
        for name in self._names_elsewhere():
            (new / name).unlink()
        settle(new)
        new.rename(data)
        settle_name(data)

    def _copies(self) -> list[Copy]:
        """Return the copies that the district keeps of this origin's keys: only of an edge's."""
        if self._settings.mode != "edge":
            return []
        try:
            return kept(self._settings)
        except LineCut:
            raise CannotRestore(
                f"Kabupaten tidak menjawab di {self._settings.uplink_url}: kunci yang dibuat "
                "setelah cadangan ini belum dapat diambil kembali. Ulangi ketika tersambung."
            ) from None
        except TokenRefused:
            raise CannotRestore(
                "Token edge ini tidak berlaku (lagi). Minta yang baru dari kabupaten "
                f"(tanggap edge add {self.manifest.origin}), lalu setel TANGGAP_UPLINK_TOKEN."
            ) from None
        except Refused as refusal:
            raise CannotRestore(
                f"Kabupaten menolak permintaan kunci ({refusal}). Mutakhirkan Tanggap di sana."
            ) from None

    def _heard(self) -> Heard:
        """Return what others heard of this origin after the backup: of a node alone, nothing."""
        if self._settings.mode == "node":
            return Heard()
        stream = uplink(self._settings)
        try:
            return listen(stream, self.manifest.origin, self.manifest.positions, self._told_here())
        except StreamUnavailable as problem:
            raise CannotRestore(
                f"Kafka kabupaten tidak menjawab ({problem}): yang sudah terkirim ke sana setelah "
                "cadangan ini belum dapat diambil kembali. Ulangi ketika tersambung."
            ) from None
        finally:
            stream.close()

    def _told_here(self) -> frozenset[str]:
        """Return the Puskesmas whose forms are needed to take back what was said of them."""
        origin = self.manifest.origin
        homes = {origin, None} if self._settings.mode == "district" else {origin}
        return homed_in(district_in(self._backup), homes)

    def _fill(
        self, new: Path, number: int, secrets: Secrets, heard: Heard, copies: list[Copy]
    ) -> tuple[dict[str, int], dict[str, tuple[int, int]], tuple[int, int, int, int]]:
        """Make the data folder ready beside its place; return what was taken back, what is
        missing, how many keys came back, how many do not open, how many complaints were erased
        again, and how many have no words."""
        origin, master = self.manifest.origin, secrets.master_key
        _clear(new)
        unpack(self._backup, new)
        write_secrets(new, secrets)
        taken, missing = taken_back(new, origin, heard, self._clock)
        keys = self._opened_again(new, master, heard, copies)
        keep_recovery(new, sealed_secrets(self._backup).recovery)
        for name in (each for each in OUTBOXES if (new / f"{each}.sqlite").exists()):
            with closing(store_of(new, name, origin, self._clock)) as service:
                service.begin_anew(number)
        record_origin(new, origin, number)
        settle(new)
        return taken, missing, keys

    def _opened_again(
        self, new: Path, master: bytes, heard: Heard, copies: list[Copy]
    ) -> tuple[int, int, int, int]:
        """Put the keys right, of those who are erased and of those that came after the backup."""
        origin, clock = self.manifest.origin, self._clock
        keys = keys_back(new, origin, master, copies, heard, clock)
        erased = erase_again(new, origin, master, heard, clock, self._marks(master))
        return *keys, erased, without_words(new, master, heard, clock)

    def _marks(self, master: bytes) -> Marks:
        """Return who was erased after the backup, as far as the backups beside it tell, those where
        they are kept, and what was named."""
        origin, kept = self.manifest.origin, self._settings.backups
        found = []
        for place in {self._backup.parent, *([kept] if kept else [])}:
            for path, _made in backups_in(place, origin):
                with suppress(Unusable, OSError, sqlite3.Error):  # of another, or broken
                    found.append(marks_of(origin, path, master))
        if self._lost is not None:
            try:
                found.append(marks_of(origin, self._lost, master))
            except (Unusable, OSError, ValueError, LookupError, sqlite3.Error):
                raise CannotRestore(
                    f"{self._lost} bukan folder data atau cadangan {origin} yang terbaca. Tanpa "
                    "--lost, penghapusan yang hanya tercatat di sana tidak ikut."
                ) from None
        return joined(found)

    def _check_origin(self, named: str | None) -> None:
        origin, settings = self.manifest.origin, self._settings
        if self.manifest.mode != settings.kind:
            raise CannotRestore(
                f"Ini cadangan sebuah {self.manifest.mode}, dan setelan di sini untuk sebuah "
                f"{settings.kind}: setel {_SET_BY[self.manifest.mode]} dahulu (`--settings` "
                "mencetak setelan yang tersimpan di dalamnya)."
            )
        if (named or settings.origin or origin) != origin:
            raise CannotRestore(
                f"Ini cadangan {origin}, bukan {named or settings.origin}. Bila memang {origin} "
                f"yang dipulihkan di sini, sebutkan dengan --origin {origin}."
            )

    def _check_data(self, secrets: Secrets) -> None:
        data = self._settings.data.absolute()
        if data.exists() and (not data.is_dir() or any(data.iterdir())):
            raise CannotRestore(
                f"{data} sudah berisi. Pulihkan ke folder kosong dengan --data, atau pindahkan "
                "isinya dahulu: yang ada tidak pernah ditimpa."
            )
        if data.is_mount():
            raise CannotRestore(
                f"{data} adalah titik kait. Pakai folder di dalamnya dengan --data."
            )
        if not data.parent.is_dir():
            raise CannotRestore(f"{data.parent} tidak ada. Buat foldernya dahulu.")
        self._check_secrets(secrets)
        self._check_room(data.parent)

    def _check_secrets(self, secrets: Secrets) -> None:
        for file, content in self._elsewhere(secrets).items():
            if file.exists() and file.read_bytes() != content:
                raise CannotRestore(f"{file} sudah ada, dan bukan rahasia dari cadangan ini.")

    def _check_room(self, place: Path) -> None:
        needed = sum(each.size for each in self.manifest.files)
        if (free := shutil.disk_usage(place).free) < needed:
            raise CannotRestore(
                f"{place} hanya punya ruang {free >> 20} MB dari {(needed >> 20) + 1} MB."
            )

    def _elsewhere(self, secrets: Secrets) -> dict[Path, bytes]:
        """Return the secrets that the settings want outside the data folder."""
        wanted = {
            self._settings.keys: secrets.master_key,
            self._settings.secret_file: secrets.receipt_secret,
        }
        return {file: content for file, content in wanted.items() if file is not None}

    def _write_elsewhere(self, secrets: Secrets) -> None:
        for file, content in self._elsewhere(secrets).items():
            if not file.exists():  # it may be where nobody writes, and was looked at before
                write_secret(file, content)

    def _names_elsewhere(self) -> Iterator[str]:
        """Yield the secrets of the data folder that lie elsewhere."""
        if self._settings.keys is not None:
            yield MASTER_KEY
        if self._settings.secret_file is not None:
            yield RECEIPT_SECRET

    def _next_incarnation(self, heard: Heard) -> int:
        """Return a number that no restore has had, as far as backup and stream know."""
        try:
            noted = int((self._backup / INCARNATION).read_text())
        except (OSError, ValueError):
            noted = 0
        return max(noted, heard.incarnation, self.manifest.incarnation) + 1

    def _note(self, number: int) -> None:
        """Note beside the backup which incarnation was made of it, where it can be written to."""
        try:
            write_secret(self._backup / INCARNATION, str(number).encode())
        except OSError as problem:
            if problem.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise


def _finish(backup: Path) -> None:
    try:
        finish(backup)
    except OSError:
        raise Unusable(
            f"{backup} sedang diubah ketika medianya dilepas, dan tidak dapat ditulisi sekarang. "
            "Salin ke tempat yang dapat ditulisi dahulu."
        ) from None


def _clear(new: Path) -> None:
    """Remove what a restore that was broken off has left."""
    for path in new.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != SERVING:
            path.unlink()


def _said(problem: OSError, data: Path) -> str:
    why = os.strerror(problem.errno) if problem.errno else type(problem).__name__
    return f"{data} tidak dapat ditulis ({why}). Tidak ada yang dipulihkan."
