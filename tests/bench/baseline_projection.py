"""What a rebuild is measured against: the event library's own ProjectionRunner, which hands every
event of resolution's store to a projection that writes it down.

It writes the rows of two of the facts: `steps`, one for each event, and `settlements`, when a case
was settled and when that was taken back.
"""

from pathlib import Path
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder

from services.kernel.clock import system_clock
from services.kernel.store import Service
from services.resolution.domain.events import CaseEvent, Documented, Reopened
from services.resolution.outbox import OUTBOX

SECONDS = 600.0
TABLES = (
    "CREATE TABLE IF NOT EXISTS steps (complaint TEXT, step TEXT, id INTEGER, occurred_at TEXT)",
    "CREATE TABLE IF NOT EXISTS settlements (complaint TEXT, settled_at TEXT, happened_from TEXT,"
    " happened_to TEXT)",
    "CREATE INDEX IF NOT EXISTS settled ON settlements (complaint)",
)


class Facts(SQLiteTrackingRecorder):
    """The two facts, each row in one transaction with how far the log was read."""

    def construct_create_table_statements(self) -> list[str]:
        """Add the facts' tables to the library's."""
        return [*super().construct_create_table_statements(), *TABLES]

    def add(self, event: CaseEvent, step: str, tracking: Tracking) -> None:
        """Write down what one event says."""
        complaint, at = str(event.originator_id), event.occurred_at.isoformat()
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO steps VALUES (?, ?, ?, ?)",
                (complaint, step, tracking.notification_id, at),
            )
            if isinstance(event, Documented | Reopened):
                cursor.execute(
                    "UPDATE settlements SET happened_to = ? "
                    "WHERE complaint = ? AND happened_to IS NULL",
                    (at, complaint),
                )
                settled = at if isinstance(event, Documented) else None
                cursor.execute(
                    "INSERT INTO settlements VALUES (?, ?, ?, NULL)", (complaint, settled, at)
                )


class Steps(Projection[Facts]):
    """Reads every event of a case."""

    topics = ()

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take one event in."""
        if isinstance(domain_event, CaseEvent):
            step = OUTBOX[type(domain_event)].__name__.removesuffix("V1")
            self.view.add(domain_event, step, tracking)


def run(store: Path, target: Path, until: int) -> None:
    """Have the library project the events of resolution's store up to a position."""

    class Upstream(Service):
        """Resolution's store, read as the library reads an application's."""

        name = "resolution"
        outbox = OUTBOX

        def __init__(self, _env: object = None) -> None:
            super().__init__(store, "bench", system_clock)

    runner = ProjectionRunner(
        application_class=Upstream,
        projection_class=Steps,
        view_class=Facts,
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(target)},
    )
    with runner:
        runner.wait(until, timeout=SECONDS)
