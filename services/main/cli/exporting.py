"""`tanggap export`: what the node makes, written whole or not at all."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final, cast
from uuid import uuid4

from services.main.client import Client

MANIFEST: Final = "manifest.json"


class Format(StrEnum):
    """What can be exported."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    CASE = "case"
    OPEN_DATA = "open-data"
    CHECKPOINTS = "checkpoints"


class CannotWrite(Exception):
    """Nothing was written; the message says why."""


class Occupied(CannotWrite):
    """Something is there already."""


def export(
    client: Client,
    form: Format,
    out: Path,
    asked: Mapping[str, Any],
    *,
    number: str | None = None,
    force: bool = False,
) -> int:
    """Write an export to `out`, a folder for Parquet; return how many bytes came.

    Raises Occupied for what is there already (with `force` only where it is no export of ours),
    and CannotWrite; then nothing is left of it.
    """
    address = _address(form, out, number)
    with (
        _replacing(out, form is Format.PARQUET, force) as place,
        client.download(address, asked) as pieces,
    ):
        if form is Format.PARQUET:
            return _unpack(pieces, place)
        with place.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()


def _address(form: Format, out: Path, number: str | None) -> str:
    if form is Format.CASE:
        return f"/exports/cases/{number}"
    if form is Format.PARQUET:
        return "/exports/log.tar"
    if form is Format.CHECKPOINTS:
        return "/checkpoints"
    if form is Format.OPEN_DATA:
        return f"/exports/open-data.{'xlsx' if out.suffix == '.xlsx' else 'csv'}"
    return f"/exports/complaints.{form.value}"


@contextmanager
def _replacing(out: Path, folder: bool, force: bool) -> Iterator[Path]:
    """Yield a place beside `out`, which takes its name once all is written."""
    if os.path.lexists(out) and not (force and _ours(out, folder)):
        raise Occupied(
            f"{out} sudah ada dan bukan hasil ekspor; pilih nama lain."
            if force
            else f"{out} sudah ada. Pilih nama lain, atau timpa dengan --force."
        )
    place = out.with_name(f".{out.name}.{uuid4().hex[:8]}.partial")
    try:
        yield place
        if folder and out.exists():
            shutil.rmtree(out)
        place.replace(out)
    except OSError as error:
        raise CannotWrite(f"{out} tidak dapat ditulis: {error.strerror or error}.") from error
    finally:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _ours(out: Path, folder: bool) -> bool:
    """Say whether what is there may be replaced: a file by a file, an export's folder by one."""
    return (out / MANIFEST).is_file() if folder else out.is_file()


def _unpack(pieces: Iterator[bytes], place: Path) -> int:
    """Unpack an export of the log as it comes, and check each file against the manifest."""
    place.mkdir()
    stream = _Stream(pieces)
    try:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|") as tar:
            tar.extractall(place, filter="data")
    except tarfile.TarError as error:
        raise CannotWrite(f"Kiriman tidak utuh ({type(error).__name__}); coba lagi.") from error
    manifest = json.loads((place / MANIFEST).read_text())
    for each in manifest["files"]:
        with (place / each["path"]).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != each["sha256"]:
                raise CannotWrite(f"{each['path']} tidak sama dengan daftar isinya; coba lagi.")
    return stream.taken


class _Stream:
    """What comes piece by piece, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer at the end only."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        self.taken += len(found)
        return found
