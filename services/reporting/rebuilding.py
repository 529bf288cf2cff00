"""One rebuild at a time: begun, watched and stopped from any thread."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from services.kernel.errors import Conflict
from services.kernel.text import _
from services.reporting.folding import Progress
from services.reporting.rebuild import Outcome, Rebuild, Source

Told = Callable[[Progress], None]


class Run(Protocol):
    """A rebuild that has its turn."""

    def __call__(self, *, check: bool) -> Outcome:
        """Run it to its end, as `Rebuild.run`."""


class Rebuilding:
    """Gives rebuilds their turn; `new` makes one."""

    def __init__(self, new: Callable[[Source, Told], Rebuild]) -> None:
        self._new = new
        self._turn = threading.Lock()
        self._rebuild: Rebuild | None = None
        self._source: Source | None = None
        self._progress: Progress | None = None

    def begin(self, source: Source, told: Told) -> Run:
        """Return a rebuild that has its turn, to be run once; raises Conflict when another has."""
        if not self._turn.acquire(blocking=False):
            raise Conflict(_("Pembangunan ulang lain sedang berjalan. Tunggu sampai selesai."))

        def note(progress: Progress) -> None:
            self._progress = progress
            told(progress)

        try:
            self._rebuild = rebuild = self._new(source, note)
            self._source, self._progress = source, None
        except BaseException:
            self._end()
            raise

        def run(*, check: bool) -> Outcome:
            try:
                return rebuild.run(check=check)
            finally:
                self._end()

        return run

    def _end(self) -> None:
        self._rebuild = self._source = self._progress = None
        self._turn.release()

    def stop(self) -> bool:
        """Ask the one that runs to stop, and wait until it has; say whether there was one."""
        rebuild = self._rebuild
        if rebuild is None:
            return False
        rebuild.stop()
        with self._turn:
            return True

    def state(self) -> dict[str, Any] | None:
        """Return from what one is made now and how far it is, None for none."""
        source, progress = self._source, self._progress
        if source is None:
            return None
        return {"source": source} | (msgspec.to_builtins(progress) if progress else {})
