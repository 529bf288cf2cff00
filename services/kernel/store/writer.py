"""One thread writes a store: works that arrive together share one commit.

One that fails is undone alone (savepoints are made only when one fails that has written: they cost
a fifth of a small work), and each is answered only after the commit that covers it is on the disk.
Measured on two cores: under 64 clients about
thirty works share a commit, where a commit a work would spend most of its time waiting.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from services.kernel import failpoints
from services.kernel.store.database import Connection, Database, StoreUnavailable

T = TypeVar("T")
BATCH = 256


class _Order(NamedTuple):
    work: Callable[[Connection], Any]
    future: Future[Any]
    needs: Sequence[Any]
    committed: Callable[[], None]


class _Done(NamedTuple):
    order: _Order
    result: Any
    error: BaseException | None


def _nothing() -> None:
    pass


def _nothing_is_needed(needs: list[Any]) -> None:
    raise RuntimeError("nobody stores what these works need")


class GroupWriter:
    """The single writer of one store in this process. `failpoint` is passed after every commit,
    before the works of its batch are answered."""

    def __init__(self, database: Database, failpoint: str = failpoints.EVENTS_SAVED) -> None:
        self.database = database
        self._failpoint = failpoint
        self.connection = database.connect()
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._listeners: list[Callable[[], None]] = []
        self._beginners: list[Callable[[], None]] = []
        self._store_needs: Callable[[list[Any]], None] = _nothing_is_needed
        self._thread = threading.Thread(
            target=self._run, name=f"write-{database.name}", daemon=True
        )
        self._thread.start()

    def store_first(self, store: Callable[[list[Any]], None]) -> None:
        """Have `store` make durable what the works of a batch need, before the first of them."""
        self._store_needs = store

    def store_now(self, needs: list[Any]) -> None:
        """Make durable what a work needs that did not know it before it ran (from within it)."""
        if needs:
            self._store_needs(needs)

    def submit(
        self,
        work: Callable[[Connection], T],
        needs: Sequence[Any] = (),
        committed: Callable[[], None] = _nothing,
    ) -> "Future[T]":
        """Have `work` run; the future ends after the commit that covers it, and after `committed`
        was called in the writer's thread.

        `work` may be run a second time, where another of its batch failed after it had written:
        then all of the batch was undone. A work that raises is undone and its future raises the
        same; the others of the batch are not touched. A commit that fails fails every work of its
        batch, and so does a `store_first` that cannot store what the batch needs.
        """
        future: Future[T] = Future()
        self._orders.put(_Order(work, future, needs, committed))
        return future

    def run(self, work: Callable[[Connection], T]) -> T:
        """Submit `work` and wait; from within the writer's own thread, run it at once."""
        if self.is_current_thread():
            return work(self.connection)
        return self.submit(work).result()

    def is_current_thread(self) -> bool:
        """Say whether the caller is inside a work (and so inside its transaction)."""
        return threading.get_ident() == self._thread.ident

    def on_begin(self, listener: Callable[[], None]) -> None:
        """Have `listener` called at the beginning of every transaction, within it: what others
        have committed before is seen there."""
        self._beginners.append(listener)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after every commit, in the writer's thread (so: be quick)."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish what was submitted, then close the connection."""
        self._orders.put(None)
        self._thread.join()
        self.connection.close()

    def _run(self) -> None:
        goes_on = True
        while goes_on and (first := self._orders.get()) is not None:
            batch, goes_on = self._batch(first)
            self._write(batch)

    def _batch(self, first: _Order) -> tuple[list[_Order], bool]:
        """Return what waits to be written, and whether there is more to come."""
        batch = [first]
        while len(batch) < BATCH and not self._orders.empty():
            order = self._orders.get()
            if order is None:
                return batch, False
            batch.append(order)
        return batch, True

    def _write(self, batch: list[_Order]) -> None:
        try:
            if needs := [each for order in batch for each in order.needs]:
                self._store_needs(needs)
            self._begin()
            done = self._all(batch) or [self._one(order) for order in batch]
            self.connection.execute("COMMIT")
        except BaseException as failure:
            self._fail(batch, failure)
            return
        failpoints.hit(self._failpoint)
        for order, _result, error in done:
            if error is None:
                order.committed()
        for order, result, error in done:
            if error is None:
                order.future.set_result(result)
            else:
                order.future.set_exception(error)
        for listener in self._listeners:
            listener()

    def _begin(self) -> None:
        if self.connection.broken:
            self.connection.close()
            self.connection = self.database.connect()
        self.database.begin(self.connection)
        for listener in self._beginners:
            listener()

    def _all(self, batch: list[_Order]) -> list[_Done] | None:
        """Run works without savepoints, which are needed only where one fails that has written.

        Then, which is rare, all is undone and None returned: each is to run in its savepoint.
        """
        done = []
        for order in batch:
            written = self.connection.total_changes
            try:
                done.append(_Done(order, order.work(self.connection), None))
            except Exception as error:
                if self.connection.spoiled or self.connection.total_changes != written:
                    self.connection.execute("ROLLBACK")
                    self._begin()
                    return None
                done.append(_Done(order, None, error))
        return done

    def _one(self, order: _Order) -> _Done:
        self.connection.execute("SAVEPOINT work")
        try:
            result = order.work(self.connection)
        except Exception as error:
            self.connection.execute("ROLLBACK TO work")
            self.connection.execute("RELEASE work")
            return _Done(order, None, error)
        self.connection.execute("RELEASE work")
        return _Done(order, result, None)

    def _fail(self, batch: list[_Order], error: BaseException) -> None:
        if self.connection.in_transaction and not self.connection.broken:
            with suppress(StoreUnavailable):
                self.connection.execute("ROLLBACK")
        for order in batch:
            order.future.set_exception(error)
