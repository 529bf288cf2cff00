"""What `tanggap export` writes is whole or gone: a full disk, a broken line, another's bytes."""

import hashlib
import io
import json
import resource
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import typer

from services.main.cli.exporting import CannotWrite, Format, export
from services.main.client import Client

FULL = 20_000
"""Bytes that a file may grow to on the disk that is full."""


class Sends:
    """Answers a download with these bytes; `breaks` ends it half-way, as a lost line does."""

    def __init__(self, content: bytes, *, breaks: bool = False) -> None:
        self._content, self._breaks = content, breaks

    @contextmanager
    def download(self, _path: str, _asked: Mapping[str, Any]) -> Iterator[Iterator[bytes]]:
        yield self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        half = len(self._content) // 2
        yield self._content[:half]
        if self._breaks:
            raise typer.Exit(3)
        yield self._content[half:]


def packed(content: bytes, digest: str | None = None) -> bytes:
    """Return an export of the log with one file."""
    told = {
        "files": [
            {
                "path": "month=2026-11/events.parquet",
                "sha256": digest or hashlib.sha256(content).hexdigest(),
            }
        ]
    }
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in (
            ("month=2026-11/events.parquet", content),
            ("manifest.json", json.dumps(told).encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def written(sends: Sends, form: Format, out: Path, **more: Any) -> int:
    return export(cast(Client, sends), form, out, {}, **more)


@contextmanager
def full_disk() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


LARGE = b"x" * FULL * 2


def test_a_file_and_a_folder_are_written(tmp_path: Path) -> None:
    assert written(Sends(LARGE), Format.CSV, tmp_path / "a.csv") == len(LARGE)
    assert (tmp_path / "a.csv").read_bytes() == LARGE
    written(Sends(packed(LARGE)), Format.PARQUET, tmp_path / "log")
    assert (tmp_path / "log" / "month=2026-11" / "events.parquet").read_bytes() == LARGE


@pytest.mark.parametrize("form", [Format.CSV, Format.PARQUET])
def test_a_full_disk_leaves_nothing(tmp_path: Path, form: Format) -> None:
    sends = Sends(packed(LARGE) if form is Format.PARQUET else LARGE)
    with full_disk(), pytest.raises(CannotWrite, match="tidak dapat ditulis"):
        written(sends, form, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [Format.CSV, Format.PARQUET])
def test_a_line_that_breaks_leaves_what_was_there(tmp_path: Path, form: Format) -> None:
    out = tmp_path / "out"
    content = packed(LARGE) if form is Format.PARQUET else LARGE
    written(Sends(content), form, out)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises((typer.Exit, CannotWrite)):
        written(Sends(content, breaks=True), form, out, force=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_other_bytes_than_the_manifest_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="daftar isinya"):
        written(Sends(packed(LARGE, digest="0" * 64)), Format.PARQUET, tmp_path / "log")
    assert list(tmp_path.iterdir()) == []


def test_a_half_tar_is_refused(tmp_path: Path) -> None:
    content = packed(LARGE)
    with pytest.raises(CannotWrite):
        written(Sends(content[: len(content) // 2]), Format.PARQUET, tmp_path / "log")
    assert list(tmp_path.iterdir()) == []
