"""Ways to break the product on purpose: a drill that passes with one of them proves nothing.

Each is applied in the product's own process before it serves, and changes one thing.
"""

import dataclasses
import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol

from services.kernel import failpoints, follower, queue, relay
from services.kernel.chain import Sorted, sort_out, tracking_name
from services.kernel.contracts import Message
from services.kernel.keyring import erased
from services.kernel.store import Service, writer
from services.kernel.store.database import StoreUnavailable
from services.kernel.stream import Delivery, embedded, kafka
from services.main.backup.erased import Following
from services.publication.messages import sending
from services.reporting import comparing, folds, logcopy
from services.reporting.proof import verifying

DROP_EVERY = 20
BATCHES_BEFORE_COMMIT = 1000


class Near(Protocol):
    """Tells a sabotage whether the end is near."""

    def is_set(self) -> bool:
        """Say whether the drill is about to end the process."""


def apply(name: str, armed: Near) -> None:
    """Break what `name` says; `armed` is set when the drill is about to end the process."""
    KNOWN[name](armed)


def _sort_everywhere(sort: Callable[[Iterable[Delivery], dict[str, int]], Sorted]) -> None:
    for each in (follower, logcopy):
        each.sort_out = sort  # type: ignore[attr-defined]


def _send_everywhere(pages: Callable[[Sequence[Message]], Sequence[Sequence[Message]]]) -> None:
    """Have either stream store these pages in place of one."""
    for sender in (embedded.EmbeddedSender, kafka.KafkaSender):

        def send_pages(self: Any, page: Sequence[Message], send: Any = sender.send) -> None:
            for each in pages(page):
                send(self, each)

        sender.send = send_pages  # type: ignore[method-assign]


def dedup_off(_armed: Near) -> None:
    """Followers take repeats, and the relay sends every page twice (which alone does no harm)."""

    def sort(deliveries: Iterable[Delivery], tracked: dict[str, int]) -> Sorted:
        found = sort_out(deliveries, tracked)
        found.taken = sorted([*found.taken, *found.repeats], key=lambda each: each.offset)
        found.repeats = []
        return found

    _sort_everywhere(sort)
    _send_everywhere(lambda page: [page, page])


def position_before_send(_armed: Near) -> None:
    """The relay records a page as sent before it sends it."""

    def send(self: Any, page: Sequence[Message]) -> None:
        if self._sender is None:
            self._sender = self._stream.sender(self.service.source)
        sent = dict(self._sent)
        chained = [self._chained(message, sent) for message in page]
        self.service.writer.run(lambda connection: relay._record(connection, self.way, sent))
        self._sent = sent
        failpoints.hit(failpoints.POSITION_SAVED)
        self._sender.send(chained)
        failpoints.hit(failpoints.PAGE_SENT)

    relay.Relay.send = send  # type: ignore[method-assign]


def savepoint_dropped(armed: Near) -> None:
    """Intake answers its works before the COMMIT that covers them, which comes much later."""
    write = writer.GroupWriter._write
    batches = itertools.count(1)

    def answer_early(self: writer.GroupWriter, batch: list[Any]) -> None:
        if needs := [each for order in batch for each in order.needs]:
            self._store_needs(needs)
        if self.connection.broken or not self.connection.in_transaction:
            self._begin()
        for done in map(self._one, batch):
            if done.error is None:
                done.order.future.set_result(done.result)
            else:
                done.order.future.set_exception(done.error)
        if next(batches) % BATCHES_BEFORE_COMMIT == 0:
            self.connection.execute("COMMIT")

    def write_early(self: writer.GroupWriter, batch: list[Any]) -> None:
        # What is broken is when an answer is given, not how a server that was away is found again.
        try:
            if self.database.name == "intake" and armed.is_set():
                answer_early(self, batch)
                return
            if self.connection.in_transaction and not self.connection.broken:
                self.connection.execute("COMMIT")
        except StoreUnavailable as failure:
            self._fail([order for order in batch if not order.future.done()], failure)
            return
        write(self, batch)

    writer.GroupWriter._write = write_early  # type: ignore[method-assign]


def previous_ignored(_armed: Near) -> None:
    """Followers do not look at what precedes a message, and the stream drops some."""

    def sort(deliveries: Iterable[Delivery], tracked: dict[str, int]) -> Sorted:
        found = Sorted()
        for delivery in deliveries:
            name = tracking_name(delivery)
            if delivery.message.id <= found.tracked.get(name, tracked.get(name, 0)):
                found.repeats.append(delivery)
            else:
                found.taken.append(delivery)
                found.tracked[name] = delivery.message.id
        return found

    received = itertools.count(1)

    def is_dropped(message: Message) -> bool:
        of_complaint = message.type.startswith("tanggap.ComplaintReceived.")
        return of_complaint and next(received) % DROP_EVERY == 0

    _sort_everywhere(sort)
    _send_everywhere(lambda page: [[message for message in page if not is_dropped(message)]])


def fold_line_changed(_armed: Near) -> None:
    """One line of the fold of states is another one in the live path, and there only."""
    true_folds, fold_bound = folds.folds, folds.fold_bound
    live = threading.local()
    line = "WHERE sets IS NOT NULL"
    changed = tuple(
        dataclasses.replace(each, sql=each.sql.replace(line, f"{line} AND sets <> 'graded'"))
        if each.name == "states"
        else each
        for each in true_folds()
    )
    if changed == true_folds():
        raise RuntimeError("the fold of states has no such line any more")

    def fold(connection: Any, key: Any, suffix: str = "", **how: Any) -> None:
        live.on = suffix != comparing.BESIDE
        try:
            fold_bound(connection, key, suffix, **how)
        finally:
            live.on = False

    folds.folds = lambda: changed if getattr(live, "on", False) else true_folds()  # type: ignore
    folds.fold_bound = fold


def queue_trusted(_armed: Near) -> None:
    """What was sent to a worker once is never sent again: a lost queue loses work."""
    queue.MOST = 0  # type: ignore[misc]


def incarnation_kept(_armed: Near) -> None:
    """A restore goes on in the source that was lost: ids and numbers are given again."""
    Service.begin_anew = lambda _self, _number: None  # type: ignore


def key_kept(_armed: Near) -> None:
    """An erasure marks keys as destroyed, and leaves them where they are."""

    def destroy(self: erased.Erased, complaint: str, keys: Collection[str]) -> bool:
        self.close(complaint, keys)
        return True

    erased.Erased.destroy = destroy  # type: ignore[method-assign]


def backup_kept(_armed: Near) -> None:
    """An erasure does not reach into the backups that are kept."""
    Following.step = lambda self: None  # type: ignore[method-assign]


def checkpoint_unchecked(_armed: Near) -> None:
    """Verify holds the history to no checkpoint."""
    verifying._held = lambda came, elsewhere: ([], {})


def attempt_late(_armed: Near) -> None:
    """What was sent is recorded only after the peer has taken it."""
    record, settle = sending.Sending._attempt, sending.Sending._settle

    def unrecorded(self: sending.Sending, message: Any) -> bool:
        return True

    def settle_late(self: sending.Sending, message: Any, outcome: Any) -> Any:
        if message.state == "waiting":
            record(self, message)
        return settle(self, message, outcome)

    sending.Sending._attempt = unrecorded  # type: ignore[method-assign]
    sending.Sending._settle = settle_late  # type: ignore[method-assign]


KNOWN: dict[str, Callable[[Near], None]] = {
    "dedup-off": dedup_off,
    "position-before-send": position_before_send,
    "savepoint-dropped": savepoint_dropped,
    "previous-ignored": previous_ignored,
    "fold-line-changed": fold_line_changed,
    "queue-trusted": queue_trusted,
    "incarnation-kept": incarnation_kept,
    "key-kept": key_kept,
    "backup-kept": backup_kept,
    "checkpoint-unchecked": checkpoint_unchecked,
    "attempt-late": attempt_late,
}
