"""Delivers what waits, lane by lane: the events of one complaint for one receiver, in their order.

An event counts as delivered when its receiver has answered 2xx and that is written down; killed in
between it is sent again, under the same id. One that fails holds up its own lane only. A receiver
that does not answer at all is left alone for a while, so that it costs one try and not one a lane.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from services.kernel.errors import InvalidInput, NotFound
from services.kernel.jobs import BACKOFF, Task
from services.kernel.store import UnitOfWork
from services.publication.webhooks.addresses import Network, Target, target_of
from services.publication.webhooks.application import DELIVER, Webhooks
from services.publication.webhooks.sending import Headers, Outcome, send
from services.publication.webhooks.signing import signatures
from services.publication.webhooks.tables import ON, Delivery, Webhook, delivery_of

log = structlog.get_logger()
Send = Callable[[Target, Headers, bytes, Sequence[Network]], Outcome]
LONG: Final = timedelta(days=3)
"""A receiver that took nothing for so long, and failed, is switched off."""
LEFT_ALONE_AFTER: Final = 2
"""So many tries in a row without any answer: one alone may be the event's."""
KEPT: Final = timedelta(days=30)
"""So long what was delivered stands in the log, and may be sent again."""
A_TURN: Final = timedelta(seconds=20)
"""So long a lane goes on before another has its turn."""
GONE: Final = 410
"""By this a receiver says that it wants nothing more."""
_FIRST: Final = (
    "SELECT * FROM webhook_deliveries WHERE webhook = ? AND subject = ? AND delivered_at IS NULL "
    "ORDER BY place LIMIT 1"
)


def tasks(webhooks: Webhooks, post: Send = send) -> Mapping[str, Task]:
    """Return what is done later for webhooks."""

    def deliver(argument: str) -> datetime | None:
        """Deliver what waits in a lane; `argument` is `<webhook>/<subject>`."""
        id, _slash, subject = argument.partition("/")
        return _deliver(webhooks, post, id, subject)

    return {DELIVER: deliver}


def _deliver(webhooks: Webhooks, post: Send, id: str, subject: str) -> datetime | None:
    """Deliver what waits in a lane; return when it is to be tried again, if it is."""
    began = now = webhooks.service.clock()
    while now - began < A_TURN:
        try:
            webhook = webhooks.get(UUID(id))
        except NotFound:
            return None
        rows = webhooks.service.select(_FIRST, (id, subject))
        if webhook.state != ON or not rows:
            return None
        first = delivery_of(rows[0])
        later = max(webhook.rests_until or now, first.next_at or now)
        if later > now:
            return later
        outcome = _sent(webhooks, post, webhook, first)
        again = webhooks.service.transact(
            partial(_noted, webhooks, webhook.id, first, outcome)
        ).result()
        if not outcome.taken:
            return again
        now = webhooks.service.clock()
    return now


def _sent(webhooks: Webhooks, post: Send, webhook: Webhook, delivery: Delivery) -> Outcome:
    at = int(webhooks.service.clock().timestamp())
    signed = signatures(webhooks.secrets(webhook), delivery.event, at, delivery.body)
    headers = [
        ("content-type", "application/json"),
        ("user-agent", "Tanggap-Webhook"),
        ("webhook-id", delivery.event),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signed),
    ]
    try:
        target = target_of(webhook.address, webhooks.networks)
    except InvalidInput:  # the settings have changed since
        return Outcome(failure="forbidden")
    return post(target, headers, delivery.body, webhooks.networks)


def _noted(
    webhooks: Webhooks, id: UUID, delivery: Delivery, outcome: Outcome, uow: UnitOfWork
) -> datetime:
    """Write down what came of a try; return when the next one is due."""
    now = webhooks.service.clock()
    attempts = delivery.attempts + 1
    again = now + BACKOFF[min(attempts, len(BACKOFF)) - 1]
    written = now.astimezone(UTC).isoformat()
    uow.connection.execute(
        "UPDATE webhook_deliveries SET attempts = ?, next_at = ?, tried_at = ?, status = ?, "
        "failure = ?, delivered_at = ? WHERE place = ?",
        (
            attempts,
            None if outcome.taken else again.astimezone(UTC).isoformat(),
            written,
            outcome.status,
            outcome.failure,
            written if outcome.taken else None,
            delivery.place,
        ),
    )
    if outcome.taken:
        uow.connection.execute(
            "UPDATE webhooks SET failing_since = NULL, unanswered = 0, rests_until = NULL "
            "WHERE id = ?",
            (str(id),),
        )
        uow.connection.execute(
            "DELETE FROM webhook_deliveries WHERE webhook = ? AND delivered_at < ?",
            (str(id), (now - KEPT).astimezone(UTC).isoformat()),
        )
        return now
    _failed(webhooks, uow, id, outcome, now)
    return again


def _failed(webhooks: Webhooks, uow: UnitOfWork, id: UUID, outcome: Outcome, now: datetime) -> None:
    """Leave a receiver alone that does not answer, and switch one off that has failed for long."""
    webhook = webhooks.get(id)
    if webhook.state != ON:
        return
    since = webhook.failing_since or now
    unanswered = webhook.unanswered + 1 if outcome.no_answer else 0
    rests_until = None
    if unanswered >= LEFT_ALONE_AFTER:
        rest = BACKOFF[min(unanswered - LEFT_ALONE_AFTER + 1, len(BACKOFF) - 1)]
        rests_until = (now + rest).astimezone(UTC).isoformat()
    uow.connection.execute(
        "UPDATE webhooks SET failing_since = ?, unanswered = ?, rests_until = ? WHERE id = ?",
        (since.astimezone(UTC).isoformat(), unanswered, rests_until, str(id)),
    )
    if outcome.status == GONE or now - since >= LONG:
        webhooks.disable(uow, id)
        log.warning("webhook_disabled", webhook=str(id))
