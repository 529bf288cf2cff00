"""Changes what lies in a backup: all of it or nothing, wherever that is broken off.

New files are written beside the old ones; the new manifest, written last, is what decides. From
then on whoever opens the backup finishes what was begun.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from services.kernel.backup.manifest import (
    MANIFEST,
    VOUCHER,
    Entry,
    Manifest,
    read,
    sha256,
    written,
)

NEW: Final = ".new"
"""After the name of a file that is to take another's place."""


def beside(path: Path) -> Path:
    """Return where the file that is to take another's place is written."""
    return path.with_name(path.name + NEW)


def change(folder: Path, gone: Collection[str], master: bytes) -> None:
    """Put new files in the place of those that they lie beside, and remove some; durable when this
    returns. Raises OSError where the folder cannot be written to."""
    manifest = read(folder)
    files = [_entry(folder, each) for each in manifest.files if each.path not in gone]
    content = written(msgspec.structs.replace(manifest, files=files), master)
    _write(beside(folder / VOUCHER), content[VOUCHER])
    _write(_begun(folder), content[MANIFEST])
    _begun(folder).replace(beside(folder / MANIFEST))
    _settle(folder)
    finish(folder)


def finish(folder: Path) -> None:
    """Finish a change that was broken off, if it was decided; forget it if it was not.

    Raises Unusable for what is no backup, and OSError.
    """
    files, decided = read(folder).files, beside(folder / MANIFEST)
    if not decided.exists():
        begun = [beside(folder / each.path) for each in files]
        for left in (*begun, beside(folder / VOUCHER), _begun(folder)):
            # Of a medium that nobody can write to, nothing is asked for.
            if left.exists():
                left.unlink()
        return
    named = {each.path for each in _decoded(decided).files}
    for each in files:
        path = folder / each.path
        if each.path not in named:
            path.unlink(missing_ok=True)
        elif (new := beside(path)).exists():
            new.replace(path)
        _settle(path.parent)
    if (voucher := beside(folder / VOUCHER)).exists():
        voucher.replace(folder / VOUCHER)
    _settle(folder)
    decided.replace(folder / MANIFEST)
    _settle(folder)


def _begun(folder: Path) -> Path:
    return folder / f"{MANIFEST}.begun"


def _decoded(path: Path) -> Manifest:
    return msgspec.json.decode(path.read_bytes(), type=Manifest)


def _entry(folder: Path, old: Entry) -> Entry:
    new = beside(folder / old.path)
    if not new.exists():
        return old
    return Entry(old.path, new.stat().st_size, sha256(new))


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
