"""Due tasks as Celery's messages, for workers in processes of their own.

The `due` table decides what is to be done; a message only says that it is time. So a lost queue
loses no work (what was sent and not done is sent again), and a message that comes twice, or late,
finds nothing to do. A task that takes its worker down again and again is set aside: it is sent no
more, and stands in the table for a person to see.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, timedelta
from typing import Any, Final

import structlog
from celery import Celery

from services.kernel.jobs import PAGE, Jobs
from services.kernel.store import UnitOfWork
from services.kernel.store.database import Row

log = structlog.get_logger()
AGAIN: Final = timedelta(minutes=2)
"""After so long without an end, what was sent is sent again."""
MOST: Final = 5
"""So often what was sent again is begun and comes to no end; then it is set aside. What was lost on
its way is not counted: a queue that forgets, however often, loses no work."""
TICK_SECONDS: Final = 1.0
LIMIT_SECONDS: Final = 90
"""A task that takes longer is broken off; it is below AGAIN, so that none runs twice at once."""
_DUE: Final = """
SELECT due.task, due.argument, due.due_at,
    CASE WHEN sent.due_at = due.due_at THEN sent.times ELSE 0 END AS times,
    coalesce(sent.due_at = due.due_at, FALSE) AS again
FROM due LEFT JOIN sent ON sent.task = due.task AND sent.argument = due.argument
WHERE due.due_at <= ? AND (sent.due_at IS NULL OR sent.due_at <> due.due_at
    OR (sent.sent_at < ? AND sent.times < ?))
ORDER BY due.due_at LIMIT ?
"""
_SENT: Final = "INSERT INTO sent (task, argument, due_at, sent_at, times) VALUES"
_SENT_AGAIN: Final = """ON CONFLICT (task, argument) DO UPDATE SET due_at = excluded.due_at,
    sent_at = excluded.sent_at, times = excluded.times"""
_BEGUN: Final = "UPDATE sent SET times = times + 1 WHERE task = ? AND argument = ?"
_SET_ASIDE: Final = """
SELECT due.task, due.argument, due.due_at, due.failure, sent.sent_at
FROM due JOIN sent ON sent.task = due.task AND sent.argument = due.argument
    AND sent.due_at = due.due_at
WHERE sent.times >= ? AND sent.sent_at < ? ORDER BY sent.sent_at LIMIT ?
"""


class Queue:
    """The messages of one service: its clock's tick, and its tasks by name.

    `jobs` gives the service's jobs in the process that runs a task, which is not the one that
    declares it.
    """

    def __init__(
        self, app: Celery, service: str, names: Sequence[str], jobs: Callable[[], Jobs]
    ) -> None:
        self._app = app
        self._service = service
        self._jobs = jobs
        app.task(self._tick, name=tick(service), shared=False)
        for name in names:
            app.task(self._runner(name), name=name, shared=False)

    def _tick(self) -> None:
        for row in claim(self._jobs()):
            args = [row["argument"], bool(row["again"])]
            self._app.send_task(row["task"], args=args, queue=self._service)

    def _runner(self, name: str) -> Callable[[str, bool], None]:
        def run(argument: str, again: bool = False) -> None:
            jobs = self._jobs()
            if again:
                note_begun(jobs, name, argument)
            jobs.run_due(name, argument)

        return run


def tick(service: str) -> str:
    """Return the name of the message that has a service's due tasks sent."""
    return f"{service}.tick"


def send_tick(app: Celery, service: str, connection: Any) -> None:
    """Send a service's tick, which is worth nothing later; raises kombu's OperationalError."""
    app.send_task(
        tick(service),
        queue=service,
        expires=TICK_SECONDS * 5,
        connection=connection,
        retry=False,
    )


def claim(jobs: Jobs) -> list[Row]:
    """Return what is due and not on its way, and note that it is sent now; of several that ask at
    once, one gets it."""
    service = jobs.service

    def work(uow: UnitOfWork) -> list[Row]:
        now = service.clock().astimezone(UTC)
        asked = (now.isoformat(), (now - AGAIN).isoformat(), MOST, PAGE)
        rows: list[Row] = uow.connection.execute(_DUE, asked).fetchall()
        sent = [
            (row["task"], row["argument"], row["due_at"], now.isoformat(), row["times"])
            for row in rows
        ]
        uow.insert(_SENT, *sent, on_conflict=_SENT_AGAIN)
        return rows

    rows = service.transact(work).result()
    for row in rows:
        if row["again"]:
            log.warning("task_sent_again", task=row["task"], begun=row["times"])
    return rows


def note_begun(jobs: Jobs, task: str, argument: str) -> None:
    """Note that what was sent again is begun."""

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute(_BEGUN, (task, argument))

    jobs.service.transact(work).result()


def set_aside(jobs: Jobs) -> list[Row]:
    """Return the tasks that are sent no more: they were begun, again and again, and never ended."""
    before = jobs.service.clock().astimezone(UTC) - AGAIN
    return jobs.service.select(_SET_ASIDE, (MOST, before.isoformat(), PAGE))
