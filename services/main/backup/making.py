"""Makes a backup of a data folder, or of a district, while it runs: whole and tried, or none.

Stores are of one moment, so nothing has to be put right between them. A file that events name is
durable before its event, so files are copied after the stores: what is too much is harmless.
"""

import errno
import importlib.metadata
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

import msgspec
from pydantic import SecretStr

from services.kernel.backup import manifest as manifests
from services.kernel.backup.manifest import Manifest
from services.kernel.backup.moment import copy_stores
from services.kernel.backup.recovery import Recovery, SealedSecrets, seal_secrets
from services.kernel.clock import Clock
from services.kernel.district import District
from services.kernel.store.database import StoreUnavailable
from services.kernel.store.incarnations import number_of
from services.main.backup.layout import (
    ATTACHMENTS,
    DISTRICT_FILE,
    SEALED,
    Secrets,
    copy_files,
    own_stores,
    settle,
    settle_name,
)
from services.main.backup.trial import tried
from services.main.claims import backing_up
from services.main.folder import Folder, open_folder
from services.main.settings import PREFIX, Settings

SPARE: Final = 1 << 20
"""Room for what is not copied: the manifest, and a trial's write-ahead logs."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_OF_THE_MACHINE: Final = {"data", "keys", "secret_file", "database_url", "log_level"}
"""Settings that another machine has its own of."""


class CannotBackUp(Exception):
    """There is no backup; the message says why and what to do."""


def make(
    settings: Settings,
    to: Path,
    recovery: Recovery,
    clock: Clock,
    district: District | None = None,
) -> Manifest:
    """Back the data folder up to `to`, a folder that is not there yet, and return its manifest;
    of a district, the stores of its database, and the files of intake's data folder. `district` is
    the district file that it holds, where none lies in the data folder.

    Whatever goes wrong, nothing of it is left. Raises CannotBackUp; what the trial found wrong is
    in the manifest.
    """
    _check_place(settings, to, of_files=settings.kind != "district")
    folder = open_folder(settings)
    new = to.with_name(f".{to.name}.new")
    with backing_up(settings.data):
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(mode=0o700)
            made = _filled(new, settings, folder, recovery, clock, district)
            settle(new)
            new.rename(to)
            settle_name(to)
        except (OSError, sqlite3.Error, StoreUnavailable) as problem:
            raise CannotBackUp(_said(problem, to)) from problem
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return made


def _check_place(settings: Settings, to: Path, *, of_files: bool) -> None:
    missing = [path for path in own_stores(settings).values() if not path.exists()]
    if missing and of_files:
        raise CannotBackUp(f"{missing[0]} tidak ada: belum ada yang dapat dicadangkan.")
    if settings.data.absolute() in to.parents:
        raise CannotBackUp(
            f"{to} terletak di dalam folder data: ia akan hilang bersamanya. Pilih tempat lain."
        )
    if to.exists():
        raise CannotBackUp(f"{to} sudah ada. Pilih nama lain: cadangan tidak pernah ditimpa.")
    if not to.parent.is_dir():
        raise CannotBackUp(f"{to.parent} tidak ada. Pasang medianya, atau buat foldernya dahulu.")
    if not os.access(to.parent, os.W_OK | os.X_OK):
        raise CannotBackUp(f"{to.parent} tidak dapat ditulisi. Pilih folder lain.")
    # The copy, and a second one that it is tried with.
    needed = 2 * _size(settings, of_files=of_files) + SPARE
    free = shutil.disk_usage(to.parent).free
    if free < needed:
        raise CannotBackUp(
            f"{to.parent} hanya punya ruang {free >> 20} MB; cadangan dan pengujiannya "
            f"memerlukan {(needed >> 20) + 1} MB."
        )


def _size(settings: Settings, *, of_files: bool) -> int:
    """Return how many bytes there are to be copied, about."""
    files = (path for path in settings.data.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files if ".duckdb" not in path.name)
    if of_files:
        return size
    from services.main.backup.servers import size_of

    try:
        return size + size_of(settings)
    except StoreUnavailable as problem:
        raise CannotBackUp(_said(problem, settings.data)) from problem


def _filled(
    new: Path,
    settings: Settings,
    folder: Folder,
    recovery: Recovery,
    clock: Clock,
    district: District | None,
) -> Manifest:
    made_at = clock()
    if settings.kind == "district":
        assert district is not None
        _copy_district(settings, district, clock, new)
    else:
        copy_stores({live: new / place for place, live in own_stores(settings).items()})
    if district is not None:
        (new / DISTRICT_FILE).write_text(district.text)
    elif (file := settings.data / DISTRICT_FILE).exists():
        shutil.copyfile(file, new / DISTRICT_FILE)
    if (files := settings.data / ATTACHMENTS).is_dir():
        copy_files(files, new / ATTACHMENTS)
    secrets = Secrets(folder.master_key, folder.receipt_secret, given(settings))
    _write_secrets(new, folder, secrets, recovery)
    positions, trial = tried(new, folder, clock)
    manifest = Manifest(
        manifests.FORMAT,
        importlib.metadata.version("tanggap"),
        folder.origin,
        max(map(number_of, positions)),
        settings.kind,
        made_at,
        positions,
        manifests.entries(new),
        trial,
    )
    for name, content in manifests.written(manifest, folder.master_key).items():
        (new / name).write_bytes(content)
    return manifest


def _copy_district(settings: Settings, district: District, clock: Clock, new: Path) -> None:
    # Loads psycopg, which a node does without.
    from services.main.backup.servers import OtherTables, copy_out

    try:
        copy_out(settings, district, clock, new)
    except OtherTables as problem:
        raise CannotBackUp(
            f"Tabel {problem} tidak ada di kedua sisi. Pakai TANGGAP_DATABASE_URL milik pemilik "
            "basis data, jalankan `tanggap migrate`, lalu ulangi."
        ) from None


def _write_secrets(new: Path, folder: Folder, secrets: Secrets, recovery: Recovery) -> None:
    plain = msgspec.json.encode(secrets)
    sealed = seal_secrets(plain, folder.origin, folder.master_key, recovery, os.urandom)
    (new / SEALED).parent.mkdir(exist_ok=True, mode=0o700)  # an endpoint has no keyring there
    (new / SEALED).write_bytes(msgspec.json.encode(sealed))
    (new / SEALED).chmod(0o600)


def sealed_secrets(backup: Path) -> SealedSecrets:
    """Return the sealed secrets of a backup; raises Unusable."""
    try:
        return msgspec.json.decode((backup / SEALED).read_bytes(), type=SealedSecrets)
    except (OSError, msgspec.MsgspecError):
        raise manifests.Unusable(f"{backup / SEALED} tidak terbaca. Pakai cadangan lain.") from None


def given(settings: Settings) -> dict[str, str]:
    """Return the settings of a process that its successor is started with, as they are written."""
    names = settings.model_fields_set - _OF_THE_MACHINE
    found = {name: getattr(settings, name) for name in sorted(names)}
    return {
        PREFIX + name.upper(): _as_set(value) for name, value in found.items() if value is not None
    }


def _as_set(value: object) -> str:
    """Return a setting as it stands in the environment."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case dict():
            return json.dumps(value)
        case frozenset():
            return ",".join(sorted(value))
    return str(value)


def _said(problem: Exception, to: Path) -> str:
    full = getattr(problem, "errno", None) in _NO_ROOM or (
        getattr(problem, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    )
    if full or getattr(problem, "kind", "") == "full":
        return f"{to.parent} penuh. Kosongkan, atau pilih tempat lain; tidak ada yang tertinggal."
    if isinstance(problem, StoreUnavailable):
        return f"Penyimpanan tidak dapat dibaca ({problem.kind}). Coba lagi."
    why = problem.strerror if isinstance(problem, OSError) else type(problem).__name__
    return f"{to} tidak dapat ditulis ({why}). Pilih tempat lain; tidak ada yang tertinggal."
