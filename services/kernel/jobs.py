"""Work that is done later: Celery tasks, called when the due table says so.

A task gets one id as its argument, never words. What is due, how often it was tried and when it
is tried again lie in the service's own `due` table, written in the transaction that wants the
work; so a restart forgets nothing, and a lost queue loses no work. On a node the tasks run in
this process, through the same Celery task objects that a district's workers run.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from celery import Celery

from services.kernel.store import Service
from services.kernel.store.database import Connection, Row
from services.kernel.tracing import correlated, span
from services.kernel.worker import Worker

log = structlog.get_logger()
Task = Callable[[str], datetime | None]
BACKOFF = (
    timedelta(seconds=1),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
)
PAGE = 50
IDLE_SECONDS = 0.25


def celery_app() -> Celery:
    """Return the Celery application with the settings that every task here needs."""
    app = Celery("tanggap", set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        enable_utc=True,
        timezone="UTC",
    )
    return app


class Jobs:
    """Runs one service's due tasks. A task that returns a time is due again then."""

    def __init__(self, service: Service, tasks: Mapping[str, Task], app: Celery) -> None:
        self.service = service
        self._tasks: dict[str, Any] = {
            name: app.task(function, name=name, shared=False) for name, function in tasks.items()
        }
        self.worker = Worker(f"jobs-{service.name}", self.step)
        self._idle = self.worker.pause

    def due(self) -> list[Row]:
        """Return the first of what is due now."""
        now = self.service.clock().astimezone(UTC).isoformat()
        return self.service.select(
            "SELECT * FROM due WHERE due_at <= ? ORDER BY due_at LIMIT ?", (now, PAGE)
        )

    def step(self) -> None:
        """Run what is due now."""
        rows = self.due()
        for row in rows:
            self._run(row)
        if not rows:
            self._idle(IDLE_SECONDS)

    def run_due(self, task: str, argument: str) -> None:
        """Run one task if it is due (a message for it may be late, or the second)."""
        now = self.service.clock().astimezone(UTC).isoformat()
        rows = self.service.select(
            "SELECT * FROM due WHERE task = ? AND argument = ? AND due_at <= ?",
            (task, argument, now),
        )
        for row in rows:
            self._run(row)

    def _run(self, row: Row) -> None:
        with correlated(f"{row['task']}:{row['argument']}"):
            self._do(row)

    def _do(self, row: Row) -> None:
        try:
            with span(row["task"]):
                again = (
                    self._tasks[row["task"]]
                    .apply(args=[row["argument"]], throw=True)
                    .get(disable_sync_subtasks=False)
                )
        except Exception as error:
            log.error("task_failed", task=row["task"], error=type(error).__name__)
            delay = BACKOFF[min(row["attempts"], len(BACKOFF) - 1)]
            self._note(row, self.service.clock() + delay, type(error).__name__)
        else:
            self._note(row, again, None)

    def _note(self, row: Row, again: datetime | None, failure: str | None) -> None:
        # Only the row as it was read is touched: the task may have been scheduled anew meanwhile.
        seen = (row["task"], row["argument"], row["due_at"])
        if again is None:
            statement = "DELETE FROM due WHERE task = ? AND argument = ? AND due_at = ?"
            values: tuple[object, ...] = seen
        else:
            attempts = 0 if failure is None else row["attempts"] + 1
            statement = (
                "UPDATE due SET due_at = ?, attempts = ?, failure = ? "
                "WHERE task = ? AND argument = ? AND due_at = ?"
            )
            values = (again.astimezone(UTC).isoformat(), attempts, failure, *seen)

        def work(connection: Connection) -> None:
            connection.execute(statement, values)
            connection.execute("DELETE FROM sent WHERE task = ? AND argument = ?", seen[:2])

        self.service.writer.run(work)
