"""A zip that is written as it is sent: never whole in memory, and nowhere on a disk, for the words
in it lie in clear nowhere else."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MEDIA_TYPE: Final = "application/zip"
_MODE: Final = 0o600 << 16


class _Taken(RawIOBase):
    """Keeps what was written until it is taken; it cannot be gone back in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        taken = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(taken)
        return len(taken)

    def take(self) -> bytes:
        """Return what was written since."""
        found, self._pieces = b"".join(self._pieces), []
        return found


def zipped(files: Iterable[tuple[str, Callable[[], bytes]]], at: datetime) -> Iterator[bytes]:
    """Yield the bytes of a zip of these files, each made when its turn comes; `at` stands as the
    time of each. Whoever stops reading gets a zip without its end, which does not open."""
    sink = _Taken()
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, make in files:
            info = ZipInfo(name, stamp)
            info.compress_type, info.external_attr = ZIP_DEFLATED, _MODE
            archive.writestr(info, make())
            yield sink.take()
    yield sink.take()
