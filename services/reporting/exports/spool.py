"""Where an export is made before it is sent: a file without a name, gone when it is closed."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import duckdb
import structlog

from services.kernel.errors import Unavailable
from services.kernel.text import _

AT_ONCE: Final = 2
"""More of them would take the disk and the cores from those who work."""
_PIECE: Final = 256 * 1024

log = structlog.get_logger()


class Spool:
    """The folder beside the reporting file; what a process that died left there goes at the
    start of the next one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = threading.BoundedSemaphore(AT_ONCE)
        shutil.rmtree(folder, ignore_errors=True)

    def made(self, make: Callable[[BinaryIO, Path], None]) -> BinaryIO:
        """Return the file that `make` wrote, from its beginning; `make` also gets a folder for
        what it writes on the way.

        Raises Unavailable when as many are being made as may be, and when the disk is full.
        """
        with self._place(), self._disk():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (it outlives this call)
            try:
                with tempfile.TemporaryDirectory(dir=self._folder) as folder:
                    make(file, Path(folder))
                file.flush()
                file.seek(0)
            except BaseException:
                file.close()
                raise
        return file

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable(
                _("Ekspor lain sedang dibuat. Coba lagi sebentar lagi."), extra={"retry_after": 5}
            )
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            log.warning("export_failed", error=type(error).__name__)
            raise Unavailable(
                _("Ruang di server tidak cukup untuk membuat berkas ini; tidak ada yang dikirim.")
            ) from None


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file to its end, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
