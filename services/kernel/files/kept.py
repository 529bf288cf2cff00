"""A sealed file beside the stores: where it lies, and how it gets there whole."""

import os
from pathlib import Path
from typing import NamedTuple


class Opened(NamedTuple):
    """A file as its reader gets it."""

    name: str
    media_type: str
    data: bytes


def file_path(files: Path, complaint: str, attachment: str) -> Path:
    """Return where a complaint's file lies, sealed."""
    return files / complaint / attachment


def write_file(path: Path, data: bytes) -> None:
    """Write a new file so that it is whole and durable when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    settle(path.parent)
    settle(path.parent.parent)


def settle(folder: Path) -> None:
    """Make durable which names stand in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
