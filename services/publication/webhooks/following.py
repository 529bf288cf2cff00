"""Follows the stream for webhooks: what a receiver wants is queued for it in one transaction with
how far was read. While there is no webhook nothing is read."""

from collections.abc import Sequence
from datetime import UTC
from typing import ClassVar, Final
from uuid import UUID

import structlog

from services.kernel.chain import Sorted
from services.kernel.contracts import UnknownType, intake, publication, read
from services.kernel.follower import QUEUES, Drained, Follower, Queue
from services.kernel.policy import Policy
from services.kernel.store import UnitOfWork
from services.kernel.store.database import Connection
from services.kernel.stream import Delivery, Stream
from services.publication.webhooks import contents
from services.publication.webhooks.application import Webhooks
from services.publication.webhooks.tables import ON, REMOVED, Webhook, webhook_of

log = structlog.get_logger()
NAME: Final = "webhooks"
IDLE_SECONDS: Final = 1.0
_ALL: Final = Policy(acts_for=lambda _puskesmas: True, handlers={}, remembers=frozenset())


class WebhookFollower(Follower):
    """Queues events for receivers. Of every Puskesmas that the stream tells of, as reporting does:
    nothing is decided here. What cannot be read as an event is told to nobody, so nothing is set
    aside."""

    tracking: ClassVar = "webhook_tracking"
    followed: ClassVar = "webhook_followed"

    def __init__(self, webhooks: Webhooks, stream: Stream) -> None:
        self._webhooks = webhooks
        self._idle = True
        super().__init__(webhooks.service, _ALL, stream, NAME)

    def _load(self) -> None:
        super()._load()
        self._aside = set()

    def _turn(self) -> None:
        there = bool(self._webhooks.listed())
        if there and self._idle:
            self._load()
        self._idle = not there
        if there:
            super()._turn()
        else:
            self.worker.pause(IDLE_SECONDS)

    def lag(self) -> int:
        """How many messages of the stream are still to be read; none where nobody wants them."""
        return 0 if self._idle else super().lag()

    def queues(self, limit: int = QUEUES) -> list[Queue]:
        """Return what is set aside: nothing ever is."""
        return []

    def drain(self, subject: str) -> Drained | None:
        """Try a subject's queue again: there is none."""
        return None

    def _write(self, batch: Sorted, offsets: dict[int, int]) -> None:
        def work(uow: UnitOfWork) -> None:
            found = uow.connection.execute("SELECT * FROM webhooks WHERE state <> ?", (REMOVED,))
            webhooks = [webhook_of(row) for row in found]
            lanes = {lane for each in batch.taken for lane in _queue(uow, webhooks, each)}
            self._webhooks.wake(uow, sorted(lanes))
            self._record(uow.connection, batch, offsets)

        self._service.transact(work).result()


def _queue(
    uow: UnitOfWork, webhooks: Sequence[Webhook], delivery: Delivery
) -> list[tuple[UUID, str]]:
    """Queue one event for whoever wants it; return the lanes that have more to deliver."""
    message = delivery.message
    if message.name not in contents.names():
        return []
    wanted = [
        each
        for each in webhooks
        if each.wants(message.name, message.puskesmas) and delivery.arrived_at >= each.since
    ]
    try:
        event = read(message)
        body = contents.body_of(message)
    except (UnknownType, ValueError) as error:
        kind = type(error).__name__
        log.error("event_told_to_nobody", source=message.source, id=message.id, error=kind)
        return []
    if isinstance(event, publication.PublicationWithdrawnV1):
        _take_back(uow.connection, message.subject, event.publication)
    elif (
        isinstance(event, intake.ComplaintCorrectedV1)
        and event.confidentiality == contents.CONFIDENTIAL
    ):
        _take_back(uow.connection, message.subject)
    queued_at = message.time.astimezone(UTC).isoformat()
    for each in wanted:
        uow.connection.execute(
            "INSERT INTO webhook_deliveries (webhook, event, name, subject, body, queued_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (webhook, event) DO NOTHING",
            (
                str(each.id),
                contents.event_id(message),
                message.name,
                message.subject,
                body,
                queued_at,
            ),
        )
    return [(each.id, message.subject) for each in wanted if each.state == ON]


def _take_back(connection: Connection, subject: str, only: str | None = None) -> None:
    """Let no words leave any more, nor again, that were withdrawn or have become confidential."""
    rows = connection.execute(
        "SELECT place, body FROM webhook_deliveries "
        "WHERE subject = ? AND name IN ('ResolutionPublished', 'PlannedChangePublished')",
        (subject,),
    ).fetchall()
    for row in rows:
        body = bytes(row["body"])
        if only in (None, contents.published_in(body)):
            connection.execute(
                "UPDATE webhook_deliveries SET body = ? WHERE place = ?",
                (contents.without_text(body), row["place"]),
            )
