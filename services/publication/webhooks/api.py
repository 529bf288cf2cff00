"""The calls of webhooks (JSON, under /api/v1)."""

from typing import Annotated, Any, Literal
from uuid import UUID

import uuid_utils.compat
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Expected, Idempotency, Line, Moment
from services.kernel.store import Answer
from services.kernel.web.problems import etag
from services.kernel.web.refusals import refusals
from services.publication.webhooks.addresses import LONGEST
from services.publication.webhooks.application import Wanted, Webhooks
from services.publication.webhooks.tables import Delivery, Webhook

READ, MANAGE = "webhook.read", "webhook.manage"
PAGE = 50
_Names = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)]
Place = Annotated[int, Path(ge=1, le=2**62)]
Reader = Annotated[Principal, requires(READ)]
Manager = Annotated[Principal, requires(MANAGE)]


class WebhookBody(Body):
    """Who is told of what; where a list is empty, of all."""

    name: Line
    address: str = Field(
        max_length=LONGEST,
        description="https, on the internet; another network only where TANGGAP_WEBHOOK_NETWORKS "
        "names it",
        examples=["https://contoh.go.id/terima"],
    )
    events: _Names = Field([], description="names of events; see contracts/")
    puskesmas: _Names = Field([], description="codes")

    def wanted(self) -> Wanted:
        """Return it as the application takes it."""
        return Wanted(self.name, self.address.strip(), self.events, self.puskesmas)


class WebhookDone(BaseModel):
    """Something was done to a webhook."""

    id: UUID
    state: Literal["on", "off", "disabled", "removed"]
    version: int = Field(description="for `If-Match` of the next change")


class WebhookSecret(WebhookDone):
    """With its secret, which is shown nowhere else: `whsec_…`, as Standard Webhooks has it."""

    secret: str


class WebhookView(BaseModel):
    """A webhook and how it stands."""

    id: UUID
    name: str
    address: str
    events: list[str]
    puskesmas: list[str]
    state: Literal["on", "off", "disabled"] = Field(
        description="off: by a person; disabled: after failing for three days"
    )
    since: Moment = Field(description="of what comes from then on it is told")
    failing_since: Moment | None
    waiting: int = Field(description="events that it has not taken yet")
    held: int = Field(description="complaints of which one event has failed; later ones wait")
    last_delivered_at: Moment | None
    version: int


class WebhookViews(BaseModel):
    """All webhooks, by name."""

    items: list[WebhookView]


class DeliveryView(BaseModel):
    """One event for a receiver; `event` is the header `webhook-id`."""

    place: int
    event: str
    name: str
    subject: str
    queued_at: Moment
    attempts: int
    tried_at: Moment | None
    status: int | None = Field(description="the receiver's answer to the last try")
    failure: str | None = Field(
        description="why there was none",
        examples=["name", "forbidden", "certificate", "silent", "unreachable", "malformed"],
    )
    next_at: Moment | None
    delivered_at: Moment | None


class DeliveryViews(BaseModel):
    """A page of the log, the newest first; `next` is the cursor of the following one."""

    items: list[DeliveryView]
    next: int | None


def router(webhooks: Webhooks) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1/webhooks", tags=["publication"])
    _add_reading(api, webhooks)
    _add_steps(api, webhooks)
    return api


def _add_reading(api: APIRouter, webhooks: Webhooks) -> None:
    @api.get("", response_model=WebhookViews)
    def list_webhooks(_principal: Reader) -> Any:
        """Return all webhooks; their secrets are shown once, when they are made."""
        return {"items": [_view(webhooks, each) for each in webhooks.listed()]}

    @api.get("/{id}", response_model=WebhookView)
    def webhook(id: UUID, _principal: Reader, response: Response) -> Any:
        """Return one webhook and how it stands."""
        found = webhooks.get(id)
        response.headers["ETag"] = etag(found.version)
        return _view(webhooks, found)

    @api.get("/{id}/deliveries", response_model=DeliveryViews)
    def list_deliveries(
        id: UUID,
        _principal: Reader,
        waiting: Annotated[bool, Query(description="only what is not taken yet")] = False,
        cursor: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    ) -> Any:
        """Return the log of deliveries; what was delivered is kept for 30 days."""
        webhooks.get(id)
        found = webhooks.deliveries(id, waiting=waiting, before=cursor, limit=PAGE + 1)
        more = found[PAGE - 1].place if len(found) > PAGE else None
        return {"items": [_delivery(each) for each in found[:PAGE]], "next": more}


def _add_steps(api: APIRouter, webhooks: Webhooks) -> None:
    def told(answer: Answer, response: Response) -> dict[str, Any]:
        response.headers["ETag"] = etag(answer.ids["version"])
        return answer.ids

    def with_secret(answer: Answer, response: Response) -> dict[str, Any]:
        secret = webhooks.secret(UUID(answer.ids["id"]), answer.ids["generation"])
        return told(answer, response) | {"secret": secret}

    @api.post("", status_code=201, response_model=WebhookSecret, responses=refusals(409))
    def register(
        body: WebhookBody, principal: Manager, once: Idempotency, response: Response
    ) -> Any:
        """Have a receiver told of events from now on; the answer has the secret, this once."""
        id = uuid_utils.compat.uuid7()
        answer = webhooks.register(id, principal.account_id, body.wanted(), once).result()
        return with_secret(answer, response)

    @api.put("/{id}", response_model=WebhookDone)
    def change(
        id: UUID,
        body: WebhookBody,
        principal: Manager,
        once: Idempotency,
        expected: Expected,
        response: Response,
    ) -> Any:
        """Change where it leads and what it is told from now on; what waits goes there, too."""
        by = principal.account_id
        return told(webhooks.change(id, by, body.wanted(), once, expected).result(), response)

    @api.post("/{id}/rotation", response_model=WebhookSecret)
    def rotate(
        id: UUID, principal: Manager, once: Idempotency, expected: Expected, response: Response
    ) -> Any:
        """Give it another secret; for 24 hours what is sent is signed with the one before, too."""
        answer = webhooks.rotate(id, principal.account_id, once, expected).result()
        return with_secret(answer, response)

    @api.post("/{id}/off", response_model=WebhookDone)
    def switch_off(
        id: UUID, principal: Manager, once: Idempotency, expected: Expected, response: Response
    ) -> Any:
        """Send nothing until it is switched on; what comes meanwhile waits."""
        by = principal.account_id
        return told(webhooks.switch_off(id, by, once, expected).result(), response)

    @api.post("/{id}/on", response_model=WebhookDone)
    def switch_on(
        id: UUID, principal: Manager, once: Idempotency, expected: Expected, response: Response
    ) -> Any:
        """Send again, beginning with what has waited longest."""
        by = principal.account_id
        return told(webhooks.switch_on(id, by, once, expected).result(), response)

    @api.delete("/{id}", response_model=WebhookDone)
    def remove(
        id: UUID, principal: Manager, once: Idempotency, expected: Expected, response: Response
    ) -> Any:
        """Tell it nothing more, and forget what waits for it and its log."""
        return told(webhooks.remove(id, principal.account_id, once, expected).result(), response)

    @api.post(
        "/{id}/deliveries/{place}/redelivery", response_model=WebhookDone, responses=refusals(409)
    )
    def redeliver(
        id: UUID, place: Place, principal: Manager, once: Idempotency, response: Response
    ) -> Any:
        """Send one event again, under the id that it had; one that waits is tried at once."""
        return told(webhooks.send_again(id, place, principal.account_id, once).result(), response)


def _view(webhooks: Webhooks, each: Webhook) -> dict[str, Any]:
    standing = webhooks.standing(each.id)
    return {
        "id": each.id,
        "name": each.name,
        "address": each.address,
        "events": list(each.events),
        "puskesmas": list(each.puskesmas),
        "state": each.state,
        "since": each.since,
        "failing_since": each.failing_since,
        "waiting": standing.waiting,
        "held": standing.held,
        "last_delivered_at": standing.last,
        "version": each.version,
    }


def _delivery(each: Delivery) -> dict[str, Any]:
    return {name: getattr(each, name) for name in DeliveryView.model_fields}
