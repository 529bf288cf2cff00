"""A thread that does one thing over and over until it is told to stop."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from services.kernel.faults import fault

log = structlog.get_logger()
PAUSE_AFTER_FAILURE = (0.1, 0.5, 2.0, 5.0)


class Worker:
    """Runs `step` repeatedly; a failure is logged, shown in `failure`, and tried again later.

    `step` must return within about a second, so that a stop is prompt. `failed` is called after
    a failure, to drop what may be broken.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], None],
        *,
        failed: Callable[[], None] = lambda: None,
        wake: Callable[[], None] = lambda: None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.failure: str | None = None
        self.failing_since: datetime | None = None
        self._step = step
        self._failed = failed
        self._wake = wake
        self._close = close
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask to stop, wait until the step in hand is finished, and let go of what it used."""
        self._stopping.set()
        self._wake()
        self._thread.join()
        self._close()

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until a stop."""
        self._stopping.wait(seconds)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._step()
            except Exception as error:
                self._note(error)
                self._drop()
                self._stopping.wait(PAUSE_AFTER_FAILURE[min(failures, 3)])
                failures += 1
            else:
                failures = 0
                self.failure = self.failing_since = None

    def _drop(self) -> None:
        # What is dropped after a failure may be broken itself; the next step shows whether it is.
        try:
            self._failed()
        except Exception as error:
            log.error("worker_could_not_start_anew", worker=self.name, error=type(error).__name__)

    def _note(self, error: Exception) -> None:
        # The kind of failure only: a message may quote what a person wrote.
        if self.failure is None:
            self.failing_since = datetime.now(UTC)
            log.error("worker_failed", worker=self.name, **fault(error))
        self.failure = type(error).__name__
