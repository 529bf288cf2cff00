"""A service's outbox as it grows: what the library's SQLite recorders lack, and with one thread
less than its PostgreSQL ones."""

import threading
import time
from collections.abc import Sequence

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

from services.kernel.store.writer import GroupWriter

POLL_SECONDS = 0.25
PAGE = 500


class CommitSubscription(Subscription[ApplicationRecorder]):
    """Woken by the writer's commits, and by a slow poll for what other processes wrote."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        writer: GroupWriter,
        gt: int | None,
        topics: Sequence[str],
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._wake = threading.Event()
        self._page: list[Notification] = []
        writer.on_commit(self._wake.set)

    def stop(self) -> None:
        """End the iteration, also of a thread that waits in it."""
        super().stop()
        self._wake.set()

    def restart(self, position: int) -> None:
        """Go back to `position`: what follows it is delivered again."""
        self._last_notification_id = position
        self._page = []

    def wait(self, timeout: float) -> None:
        """Wait for a commit; one since the last `wait` or `page` counts."""
        self._wake.wait(timeout)
        self._wake.clear()

    def page(self, timeout: float) -> Sequence[Notification]:
        """Return up to 500 new notifications, or none after `timeout` seconds."""
        until = time.monotonic() + timeout
        while not self._has_been_stopped:
            self._wake.clear()
            found = self._recorder.select_notifications(
                start=self._last_notification_id,
                limit=PAGE,
                topics=self._topics,
                inclusive_of_start=False,
            )
            if found:
                self._last_notification_id = found[-1].id
                return found
            left = until - time.monotonic()
            if left <= 0:
                break
            self._wake.wait(min(left, POLL_SECONDS))
        return []

    def __next__(self) -> Notification:
        while not self._page and not self._has_been_stopped:
            self._page = list(self.page(timeout=60))
        if self._has_been_stopped:
            raise StopIteration
        return self._page.pop(0)
