"""What lies in a backup: every file with its size and hash, and how far each store had got.

It is written last and vouched for under the master key, so that who changes a file, or the
manifest with it, is found before anything is restored.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

MANIFEST: Final = "manifest.json"
VOUCHER: Final = "manifest.hmac"
FORMAT: Final = 1
"""Raised whenever an older program could not restore what a newer one has put into a backup."""
_CHUNK: Final = 1 << 20


class Unusable(Exception):
    """A folder that cannot be restored; the message says why and what to do."""


class Entry(msgspec.Struct, frozen=True):
    """One file of a backup."""

    path: str
    size: int
    sha256: str


class Trial(msgspec.Struct, frozen=True):
    """What came of restoring a backup to a temporary place: `wrong` says what was not right.

    `gone` counts the keys that events name and nobody holds any more: handed over, or erased.
    """

    at: datetime
    events: int
    keys: int
    gone: int
    files: int
    wrong: list[str]

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.wrong


class Manifest(msgspec.Struct, frozen=True):
    """A backup. `positions` has, by source, the last id that its store held."""

    format: int
    program: str
    origin: str
    incarnation: int
    mode: str
    made_at: datetime
    positions: dict[str, int]
    files: list[Entry]
    trial: Trial


class _Versions(msgspec.Struct):
    format: int
    program: str


def entries(folder: Path) -> list[Entry]:
    """Return every file of a backup that is being made, by its name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [
        Entry(path.relative_to(folder).as_posix(), path.stat().st_size, sha256(path))
        for path in sorted(found)
    ]


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def written(manifest: Manifest, master: bytes) -> Mapping[str, bytes]:
    """Return the manifest and what vouches for it, by the names of their files."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    return {MANIFEST: content, VOUCHER: _voucher(content, master).encode()}


def read(folder: Path) -> Manifest:
    """Return what a backup says of itself; raises Unusable where it is none, or a newer one's."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError:
        raise Unusable(
            f"{folder} bukan cadangan Tanggap yang utuh: {MANIFEST} tidak ada atau tidak terbaca."
        ) from None
    try:
        versions = msgspec.json.decode(content, type=_Versions)
        if versions.format <= FORMAT:
            return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError:
        raise Unusable(
            f"{folder / MANIFEST} terpotong atau berubah. Pakai cadangan lain."
        ) from None
    raise Unusable(
        f"Cadangan ini dibuat oleh Tanggap {versions.program}, yang lebih baru. "
        "Mutakhirkan Tanggap dahulu, lalu pulihkan."
    )


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise Unusable for the first file that is missing, was cut off or changed."""
    for each in manifest.files:
        path = folder / each.path
        if not path.is_file():
            raise Unusable(f"{path} tidak ada, padahal tercatat. Pakai cadangan lain.")
        size = path.stat().st_size
        if size != each.size:
            raise Unusable(f"{path} berukuran {size}, bukan {each.size}. Pakai cadangan lain.")
        if sha256(path) != each.sha256:
            raise Unusable(f"{path} berubah sejak dibuat. Pakai cadangan lain.")


def check_voucher(folder: Path, master: bytes) -> None:
    """Raise Unusable where the manifest is not as the holder of the master key wrote it."""
    try:
        said = (folder / VOUCHER).read_text().strip()
    except (OSError, UnicodeDecodeError):
        said = ""
    if not hmac.compare_digest(
        said.encode(), _voucher((folder / MANIFEST).read_bytes(), master).encode()
    ):
        raise Unusable(f"{folder / MANIFEST} berubah sejak dibuat. Pakai cadangan lain.")


def _voucher(content: bytes, master: bytes) -> str:
    return hmac.new(master, b"tanggap backup 1|" + content, hashlib.sha256).hexdigest()
