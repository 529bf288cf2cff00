"""A small disk that can be full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Disk:
    """A disk of its own at a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._filler.open("wb", buffering=0) as out, suppress(OSError):
            while out.write(bytes(4096)):
                pass

    def clear(self) -> None:
        """Give it back."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[Disk]:
    """Mount a disk of `size` (`64m`) until the block ends."""
    at.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)]
    subprocess.run(["mount", *options], check=True)
    try:
        yield Disk(at)
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)
