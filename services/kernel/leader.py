"""Of several processes that share a store, one at a time relays and follows.

Whoever holds the store's lock for it leads; the lock lives as long as the connection, so that
another process takes over within seconds of a death. Should a leader that lost its connection
still send, the stream refuses it: a page is fenced by its source, and its positions are written
under the store's one lock for writing.
"""

import threading
from collections.abc import Callable, Sequence

import structlog

from services.kernel.store.database import Connection, Database, StoreUnavailable
from services.kernel.worker import Worker

log = structlog.get_logger()
LOOK_SECONDS = 1.0
_WHO_IS_SILENT = "SET idle_session_timeout = 10000"
"""A leader that is frozen, its connection open, leads no more after these milliseconds."""
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(current_schema, 2))"


class Leader:
    """Runs the workers of a shared store while this process leads; `new` makes them afresh."""

    def __init__(self, database: Database, new: Callable[[], Sequence[Worker]]) -> None:
        self._database = database
        self._new = new
        self._connection: Connection | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lead-{database.name}", daemon=True)
        self.workers: Sequence[Worker] = ()

    @property
    def leads(self) -> bool:
        """Whether this process leads now."""
        return bool(self.workers)

    def start(self) -> None:
        """Begin to wait for the lead."""
        self._thread.start()

    def stop(self) -> None:
        """Let the workers finish the step in hand, and let go of the lead."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except Exception as error:
                # What begins to lead reads from store and stream, and either may be away.
                log.warning("cannot_lead", store=self._database.name, error=type(error).__name__)
                self._step_down()
            self._stopping.wait(LOOK_SECONDS)
        self._step_down()

    def _look(self) -> None:
        """Take the lead if it is free, or see that it is still held."""
        if self._connection is None:
            self._connection = self._database.connect()
            self._connection.execute(_WHO_IS_SILENT)
        if self.workers:
            self._connection.execute("SELECT 1")
            return
        (led,) = self._connection.execute(_TRY).fetchone()
        if led:
            workers = list(self._new())
            for worker in workers:
                worker.start()
            self.workers = workers
            log.info("leads", store=self._database.name)

    def _step_down(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.workers = ()
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except StoreUnavailable:
                log.warning("lead_not_released", store=self._database.name)
