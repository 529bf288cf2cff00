"""The use cases of webhooks: register one, change it, give it another secret, switch it off and on,
remove it, send a delivery again. What is wanted is configuration, not history of a complaint: rows
of the store with who changed what, no events."""

import json
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.kernel.errors import Conflict, FieldError, InvalidInput, NotFound, StaleVersion
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.store.database import Connection
from services.kernel.text import _
from services.publication.webhooks import contents
from services.publication.webhooks.addresses import Network, target_of
from services.publication.webhooks.signing import secret_of
from services.publication.webhooks.tables import (
    DISABLED,
    OFF,
    ON,
    REMOVED,
    Change,
    Delivery,
    Webhook,
    change_of,
    delivery_of,
    webhook_of,
)

DELIVER: Final = "publication.webhook"
"""The task that delivers one lane: the events of one subject for one webhook."""
MOST: Final = 20
"""So many there may be: each event is stored once for each that wants it."""
HISTORY: Final = 20
_READ: Final = "SELECT * FROM webhooks WHERE id = ?"
_LISTED: Final = "SELECT * FROM webhooks WHERE state <> ? ORDER BY name, id"
# A follower begins where publication's own stands, whose chains are whole.
_BEGIN: Final = (
    "DELETE FROM webhook_tracking",
    "DELETE FROM webhook_followed",
    "INSERT INTO webhook_tracking SELECT application_name, notification_id FROM tracking",
    "INSERT INTO webhook_followed SELECT partition, next_offset FROM followed",
)


@dataclass(frozen=True)
class Wanted:
    """What a receiver wants; empty `events` or `puskesmas`: all of them."""

    name: str
    address: str
    events: Sequence[str] = ()
    puskesmas: Sequence[str] = ()


@dataclass(frozen=True)
class Standing:
    """How a receiver stands: events that wait, subjects of which one has failed, and the last
    event that it took."""

    waiting: int
    held: int
    last: datetime | None


class Webhooks:
    """The webhooks in publication's store. `root` is the secret that theirs are derived from,
    `networks` those of one's own that may be called, `known` the Puskesmas of the district."""

    def __init__(
        self,
        service: Service,
        root: bytes,
        networks: Sequence[Network] = (),
        known: Collection[str] = (),
    ) -> None:
        self.service = service
        self.networks = tuple(networks)
        self._root, self._known = root, frozenset(known)

    def listed(self) -> list[Webhook]:
        """Return all that are not removed, by name."""
        return [webhook_of(row) for row in self.service.select(_LISTED, (REMOVED,))]

    def get(self, id: UUID) -> Webhook:
        """Return one; raises NotFound, also for one that was removed."""
        return _there([webhook_of(row) for row in self.service.select(_READ, (str(id),))])

    def secret(self, id: UUID, generation: int) -> str:
        """Return a secret of a webhook."""
        return secret_of(self._root, id, generation)

    def secrets(self, webhook: Webhook) -> list[str]:
        """Return the secrets that hold now, the newest first."""
        now = self.service.clock()
        return [self.secret(webhook.id, each) for each in webhook.generations(now)]

    def standing(self, id: UUID) -> Standing:
        """Return how a receiver stands."""
        waiting, held = self.service.select(
            "SELECT count(*) AS waiting, "
            "count(DISTINCT CASE WHEN attempts > 0 THEN subject END) AS held "
            "FROM webhook_deliveries WHERE webhook = ? AND delivered_at IS NULL",
            (str(id),),
        )[0]
        (last,) = self.service.select(
            "SELECT max(delivered_at) AS last FROM webhook_deliveries WHERE webhook = ?", (str(id),)
        )[0]
        return Standing(waiting, held, datetime.fromisoformat(last) if last else None)

    def history(self, id: UUID) -> list[Change]:
        """Return what was last done to one, the newest first."""
        rows = self.service.select(
            "SELECT at, actor, what FROM webhook_changes WHERE webhook = ? "
            "ORDER BY place DESC LIMIT ?",
            (str(id), HISTORY),
        )
        return [change_of(row) for row in rows]

    def deliveries(
        self, id: UUID, *, waiting: bool = False, before: int | None = None, limit: int = 50
    ) -> list[Delivery]:
        """Return the log of deliveries, the newest first; `waiting` narrows to what is not taken
        yet, `before` is the place of the last one seen."""
        only = " AND delivered_at IS NULL" if waiting else ""
        rows = self.service.select(
            "SELECT * FROM webhook_deliveries WHERE webhook = ? AND place < ?"  # noqa: S608
            f"{only} ORDER BY place DESC LIMIT ?",
            (str(id), 2**62 if before is None else before, limit),
        )
        return [delivery_of(row) for row in rows]

    def register(self, id: UUID, actor: str, wanted: Wanted, once: Once | None) -> "Future[Answer]":
        """Have events told to a receiver from now on; raises InvalidInput, and Conflict where there
        are as many as may be."""
        self._check(wanted)

        def decide(uow: UnitOfWork) -> Ids:
            there = uow.connection.execute(_LISTED, (REMOVED,)).fetchall()
            if len(there) >= MOST:
                raise Conflict(_("Sudah ada {most} webhook. Hapus yang tidak dipakai.", most=MOST))
            if not there:
                for statement in _BEGIN:
                    uow.connection.execute(statement)
            now = self._now()
            uow.connection.execute(
                "INSERT INTO webhooks (id, name, address, events, puskesmas, since, state, "
                "state_at, generation, unanswered, version) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 1)",
                (str(id), *_columns(wanted), now, ON, now),
            )
            return self._noted(uow, id, actor, "registered")

        return self.service.command(decide, once)

    def change(
        self, id: UUID, actor: str, wanted: Wanted, once: Once | None, expected: int | None = None
    ) -> "Future[Answer]":
        """Change address and choice, for events from now on; what waits goes to the new address."""
        self._check(wanted)

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            uow.connection.execute(
                "UPDATE webhooks SET name = ?, address = ?, events = ?, puskesmas = ? WHERE id = ?",
                (*_columns(wanted), str(id)),
            )
            return "changed"

        return self._step(id, actor, decide, once, expected)

    def rotate(
        self, id: UUID, actor: str, once: Once | None, expected: int | None = None
    ) -> "Future[Answer]":
        """Give a webhook another secret; the one before signs as well for a day."""

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            uow.connection.execute(
                "UPDATE webhooks SET generation = generation + 1, rotated_at = ? WHERE id = ?",
                (self._now(), str(id)),
            )
            return "rotated"

        return self._step(id, actor, decide, once, expected)

    def switch_off(
        self, id: UUID, actor: str, once: Once | None, expected: int | None = None
    ) -> "Future[Answer]":
        """Send nothing until it is switched on; what comes meanwhile waits."""

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            self._set(uow.connection, id, OFF)
            return OFF

        return self._step(id, actor, decide, once, expected)

    def switch_on(
        self, id: UUID, actor: str, once: Once | None, expected: int | None = None
    ) -> "Future[Answer]":
        """Send again, at once, beginning with what has waited longest."""

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            self._set(uow.connection, id, ON)
            uow.connection.execute(
                "UPDATE webhook_deliveries SET next_at = NULL, attempts = 0 "
                "WHERE webhook = ? AND delivered_at IS NULL",
                (str(id),),
            )
            lanes = uow.connection.execute(
                "SELECT subject FROM webhook_deliveries WHERE webhook = ? AND delivered_at IS NULL "
                "GROUP BY subject ORDER BY min(place)",
                (str(id),),
            )
            self.wake(uow, [(id, row["subject"]) for row in lanes])
            return ON

        return self._step(id, actor, decide, once, expected)

    def remove(
        self, id: UUID, actor: str, once: Once | None, expected: int | None = None
    ) -> "Future[Answer]":
        """Tell a receiver nothing more, and forget what waits for it and its log."""

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            self._set(uow.connection, id, REMOVED)
            uow.connection.execute("DELETE FROM webhook_deliveries WHERE webhook = ?", (str(id),))
            return REMOVED

        return self._step(id, actor, decide, once, expected)

    def send_again(self, id: UUID, place: int, actor: str, once: Once | None) -> "Future[Answer]":
        """Have one delivery sent again, or at once if it waits; the receiver knows it by its id.

        Before it go earlier events of its complaint that wait. Raises Conflict while the webhook
        is switched off.
        """

        def decide(uow: UnitOfWork, webhook: Webhook) -> str:
            if webhook.state != ON:
                raise Conflict(_("Webhook ini sedang mati. Hidupkan dahulu."))
            row = uow.connection.execute(
                "SELECT subject FROM webhook_deliveries WHERE webhook = ? AND place = ?",
                (str(id), place),
            ).fetchone()
            if row is None:
                raise NotFound(_("Kiriman ini tidak ada lagi."))
            uow.connection.execute(
                "UPDATE webhook_deliveries SET delivered_at = NULL WHERE webhook = ? AND place = ?",
                (str(id), place),
            )
            uow.connection.execute(
                "UPDATE webhook_deliveries SET next_at = NULL, attempts = 0 "
                "WHERE webhook = ? AND subject = ? AND delivered_at IS NULL",
                (str(id), row["subject"]),
            )
            uow.connection.execute(
                "UPDATE webhooks SET rests_until = NULL, unanswered = 0 WHERE id = ?", (str(id),)
            )
            self.wake(uow, [(id, row["subject"])])
            return "resent"

        return self._step(id, actor, decide, once, None)

    def wake(self, uow: UnitOfWork, lanes: Collection[tuple[UUID, str]]) -> None:
        """Have these lanes delivered as soon as it can be."""
        now = self.service.clock()
        uow.schedule(DELIVER, {f"{id}/{subject}": now for id, subject in lanes})

    def disable(self, uow: UnitOfWork, id: UUID) -> None:
        """Switch a webhook off that has failed for long."""
        self._set(uow.connection, id, DISABLED)
        self._noted(uow, id, "", DISABLED)

    def _step(
        self,
        id: UUID,
        actor: str,
        step: Callable[[UnitOfWork, Webhook], str],
        once: Once | None,
        expected: int | None,
    ) -> "Future[Answer]":
        def decide(uow: UnitOfWork) -> Ids:
            found = uow.connection.execute(_READ, (str(id),)).fetchall()
            webhook = _there([webhook_of(row) for row in found])
            if expected is not None and expected != webhook.version:
                raise StaleVersion(
                    _("Data ini sudah berubah. Muat ulang, lalu ulangi bila masih perlu.")
                )
            what = step(uow, webhook)
            uow.connection.execute(
                "UPDATE webhooks SET version = version + 1 WHERE id = ?", (str(id),)
            )
            return self._noted(uow, id, actor, what)

        return self.service.command(decide, once)

    def _set(self, connection: Connection, id: UUID, state: str) -> None:
        connection.execute(
            "UPDATE webhooks SET state = ?, state_at = ?, failing_since = NULL, unanswered = 0, "
            "rests_until = NULL WHERE id = ?",
            (state, self._now(), str(id)),
        )

    def _noted(self, uow: UnitOfWork, id: UUID, actor: str, what: str) -> Ids:
        uow.connection.execute(
            "INSERT INTO webhook_changes (webhook, at, actor, what) VALUES (?, ?, ?, ?)",
            (str(id), self._now(), actor, what),
        )
        (row,) = uow.connection.execute(_READ, (str(id),)).fetchall()
        return {key: row[key] for key in ("id", "state", "generation", "version")}

    def _now(self) -> str:
        return self.service.clock().astimezone(UTC).isoformat()

    def _check(self, wanted: Wanted) -> None:
        """Raise InvalidInput for what cannot be wanted."""
        errors: list[FieldError] = []
        try:
            target_of(wanted.address, self.networks)
        except InvalidInput as problem:
            errors += problem.errors
        if not frozenset(wanted.events) <= contents.names():
            errors.append(FieldError("events", _("Pilih kejadian dari daftar.")))
        if not frozenset(wanted.puskesmas) <= self._known:
            errors.append(FieldError("puskesmas", _("Puskesmas ini tidak ada di daftar.")))
        if errors:
            raise InvalidInput(*errors)


def _there(found: Sequence[Webhook]) -> Webhook:
    for webhook in found:
        if webhook.state != REMOVED:
            return webhook
    raise NotFound(_("Webhook ini tidak ada, atau sudah dihapus."))


def _columns(wanted: Wanted) -> tuple[str, str, str, str]:
    chosen = (json.dumps(sorted(set(each))) for each in (wanted.events, wanted.puskesmas))
    return (wanted.name, wanted.address, *chosen)  # type: ignore[return-value]
