"""What of a data folder goes into a backup, and where it lies there.

Not in it: reporting's DuckDB file, which is made again from the stream and the stores.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.kernel.backup.recovery import Recovery
from services.main.folder import DISTRICT, write_secret
from services.main.parts import WRITING
from services.main.settings import Settings

STREAM: Final = "stream"
KEYRING: Final = "keyring"
SEALED: Final = "keys/secrets.json"
ATTACHMENTS: Final = "attachments"
DISTRICT_FILE: Final = DISTRICT
RECOVERY: Final = "recovery.json"
"""In the data folder: what backups are sealed for. It opens nothing."""
STORES: Final = (*WRITING, KEYRING, "access", STREAM)
"""In the order in which a writer of one may wait for that of another."""


ENDPOINTS: Final = ("intake",)
"""The one store that an intake endpoint has of its own; its keys lie with the deployment's."""


class Secrets(msgspec.Struct, frozen=True):
    """What stores and receipts rest on; `settings` are those that the process was started with."""

    master_key: bytes
    receipt_secret: bytes
    settings: dict[str, str]


def kept_recovery(data: Path) -> Recovery | None:
    """Return what backups of a data folder are sealed for; None before the first."""
    try:
        return msgspec.json.decode((data / RECOVERY).read_bytes(), type=Recovery)
    except (OSError, msgspec.MsgspecError):
        return None


def keep_recovery(data: Path, recovery: Recovery) -> None:
    """Have the backups of a data folder sealed for another passphrase from now on."""
    write_secret(data / RECOVERY, msgspec.json.encode(recovery))


def stores_of(data: Path, names: Sequence[str] = STORES) -> Mapping[str, Path]:
    """Return the files of a data folder's stores, by their place in a backup."""
    return {at(name): data / f"{name}.sqlite" for name in names}


def own_stores(settings: Settings) -> Mapping[str, Path]:
    """Return the stores that are files in the data folder of a node, an edge or an endpoint."""
    return stores_of(settings.data, ENDPOINTS if settings.own_store else STORES)


def at(name: str) -> str:
    """Return the place of a store in a backup: keys lie apart."""
    return f"{'keys' if name == KEYRING else 'stores'}/{name}.sqlite"


def copy_files(source: Path, to: Path) -> None:
    """Copy a folder's files; one that goes meanwhile is left out: its receiver has it."""
    for path in sorted(source.rglob("*")):
        if not path.is_file() or path.name.endswith(".new"):
            continue
        target = to / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copyfile(path, target)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
        else:
            target.chmod(0o600)


def settle(folder: Path) -> None:
    """Make durable every file below a folder, and which names stand in it."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def settle_name(path: Path) -> None:
    """Make durable that a folder stands under its name."""
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
