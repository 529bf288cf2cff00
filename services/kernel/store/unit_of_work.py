"""What a command may do inside its one transaction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from services.kernel.aggregate import Act, Aggregate, Intent
from services.kernel.errors import NotFound, StaleVersion, invalid
from services.kernel.store.database import Connection
from services.kernel.store.recent import Placed
from services.kernel.store.rows import insert_rows
from services.kernel.text import _

if TYPE_CHECKING:
    from services.kernel.store.application import Service

A = TypeVar("A", bound=Aggregate)
Undo = tuple[int, int]
CLOCKS_DIFFER = timedelta(minutes=2)


class UnitOfWork:
    """One transaction on a service's store: read, decide, save; all of it or nothing."""

    def __init__(self, service: "Service", connection: Connection, now: datetime) -> None:
        self._service = service
        self.connection = connection
        self.now = now
        self.position = 0
        self.saved: list[Placed] = []
        self._events: list[Any] = []
        self._rows: dict[tuple[str, str], list[Sequence[Any]]] = {}

    def not_before(self, moment: datetime) -> None:
        """Have what follows recorded at `moment` at the earliest."""
        self.now = self._service.record_time(moment)

    def after(self, cause: datetime) -> None:
        """Have what follows recorded later than its cause was, by the least that a time tells.

        Of the same instant, a history would put the one whose source's name sorts first before the
        other: what was told of a result before the result, on a clock that stands or was set back.
        """
        self.not_before(cause + timedelta.resolution)

    def act(self, intent: Intent, field: str = "occurred_at") -> Act:
        """Return `intent` with the time at which it is recorded.

        Raises InvalidInput for a time in the future (beyond what two clocks may differ), named
        as `field`.
        """
        occurred_at = intent.occurred_at or self.now
        self.not_in_future(occurred_at, field)
        return Act(
            actor=intent.actor,
            role=intent.role,
            occurred_at=min(occurred_at, self.now),
            recorded_at=self.now,
            correlation_id=intent.correlation_id,
            causation_id=intent.causation_id,
        )

    def not_in_future(self, moment: datetime, field: str) -> None:
        """Raise InvalidInput for a stated time that has not come yet, beyond a clock's error."""
        if moment > self.now + CLOCKS_DIFFER:
            raise invalid(field, _("Waktu ini belum tiba. Isi dengan waktu yang sudah lewat."))

    def get(self, kind: type[A], id: UUID, expected_version: int | None = None) -> A:
        """Return the aggregate as it stands in this transaction.

        Raises NotFound, and StaleVersion when the reader had seen an older version.
        """
        self.flush()
        return self._service.read(kind, id, expected_version)

    def find(self, kind: type[A], id: UUID) -> A | None:
        """Return the aggregate, or None where there is none."""
        self.flush()
        try:
            return self._service.read(kind, id)
        except NotFound:
            return None

    def save(self, *aggregates: Aggregate) -> None:
        """Record the new events of these aggregates, with the next flush at the latest."""
        for aggregate in aggregates:
            self._events += aggregate.collect_events()

    def insert(self, insert: str, *rows: Sequence[Any], on_conflict: str = "") -> None:
        """Have rows inserted with the next flush at the latest, the rows of one `insert` (up to
        and with its VALUES) together."""
        self._rows.setdefault((insert, on_conflict), []).extend(rows)

    def flush(self) -> None:
        """Write what was saved so far; whoever began the transaction calls it at the end.

        Raises IntegrityError where somebody else has recorded that version first.
        """
        if self._events:
            events, self._events = self._events, []
            mapper, recorder = self._service.mapper, self._service.recorder
            # By the recorder and not by the library's `save`: that would check by its protocols
            # what each argument is and build notifications for followers of a kind that we do
            # not have, which took a third of a command's time.
            positions = recorder.insert_events([mapper.to_stored_event(each) for each in events])
            if positions:
                self.position = positions[-1]
                self.saved += zip(positions, events, strict=True)
        rows, self._rows = self._rows, {}
        for (insert, on_conflict), values in rows.items():
            insert_rows(self.connection, insert, values, on_conflict)

    def undo(self) -> Undo:
        """Return what brings the unit back to this point, when its savepoint is rolled back."""
        self.flush()
        return len(self.saved), self.position

    def roll_back(self, to: Undo) -> None:
        """Forget what was saved since; the caller rolls the savepoint back."""
        kept, self.position = to
        del self.saved[kept:]
        self._events, self._rows = [], {}

    def next_in(self, series: str) -> int:
        """Return the next number of a gapless series (an undone command gives its number back)."""
        (number,) = self.connection.execute(
            "INSERT INTO series VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last",
            (series,),
        ).fetchone()
        return int(number)

    def schedule(self, task: str, due: Mapping[str, datetime]) -> None:
        """Have a task run for each argument at its time, if this transaction is committed.

        What is scheduled already moves to the new time, and counts as not tried yet.
        """
        # The times of the table are compared as text, so all are written in one zone.
        self.insert(
            "INSERT INTO due (task, argument, due_at) VALUES",
            *((task, argument, at.astimezone(UTC).isoformat()) for argument, at in due.items()),
            on_conflict="ON CONFLICT (task, argument) DO UPDATE "
            "SET due_at = excluded.due_at, attempts = 0, failure = NULL",
        )

    def soon(self, task: str, argument: str) -> None:
        """Have a task run as soon as it can, if this transaction is committed: by the clock itself,
        for `now` is ahead of it where what is recorded follows a clock elsewhere."""
        self.schedule(task, {argument: self._service.clock()})


def read_aggregate(service: "Service", kind: type[A], id: UUID, expected: int | None) -> A:
    """Return an aggregate of the service; raises NotFound or StaleVersion."""
    try:
        found: Any = service.repository.get(id)
    except AggregateNotFoundError:
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya.")) from None
    if not isinstance(found, kind):
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
    must_be_at(expected, found.version)
    return found


def must_be_at(expected: int | None, version: int) -> None:
    """Raise StaleVersion where a reader expects another version than stands (None: any)."""
    if expected is not None and expected != version:
        raise StaleVersion(_("Data ini sudah berubah. Muat ulang, lalu ulangi bila masih perlu."))
