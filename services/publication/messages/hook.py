"""Where WhatsApp says what became of messages, and brings what people write: calls that anybody
could make, so that only signed ones are read, and that come again, so that each says only what is
not known yet. Meta knows one address; what people write is intake's."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.kernel.access.web import PUBLIC
from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.commands import answered
from services.kernel.errors import Forbidden, NotFound, invalid
from services.kernel.store import UnitOfWork
from services.kernel.text import _
from services.publication.domain.message import OutgoingMessage
from services.publication.messages.application import Messaging
from services.publication.messages.senders.whatsapp import (
    Status,
    WhatsAppSender,
    brings_messages,
    statuses,
)

PATH: Final = "/api/v1/whatsapp"
SIGNATURE: Final = "X-Hub-Signature-256"
BY_PEER: Final = Intent(SYSTEM, "whatsapp")
log = structlog.get_logger()


def router(messaging: Messaging, hear_people: Callable[[bytes], None]) -> APIRouter:
    """Return the address that is given to WhatsApp; it is Meta's contract, not one of ours.

    `hear_people` takes what people write in a signed call; it is durable when that returns.
    """
    api = APIRouter(include_in_schema=False, dependencies=[PUBLIC])

    def peer() -> WhatsAppSender:
        found = messaging.senders.get("whatsapp")
        if not isinstance(found, WhatsAppSender):
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        return found

    @api.get(PATH)
    def verify(request: Request) -> Response:
        """Answer the call by which this address is set up."""
        asked, sender = request.query_params, peer()
        word = asked.get("hub.verify_token", "")
        if asked.get("hub.mode") != "subscribe" or not sender.is_verified(word):
            raise Forbidden(_("Kata sandi panggilan balik ini tidak cocok."))
        return PlainTextResponse(asked.get("hub.challenge", ""))

    @api.post(PATH)
    async def hear(request: Request) -> Response:
        """Take in what a signed call says."""
        body = await request.body()
        if not peer().is_signed(body, request.headers.get(SIGNATURE, "")):
            log.warning("webhook_not_signed", route=PATH)
            raise Forbidden(_("Tanda tangan panggilan balik ini tidak cocok."))
        try:
            if said := list(statuses(body)):
                taking = messaging.publishing.transact(lambda uow: _take(messaging, uow, said))
                await answered(taking)
            if brings_messages(body):
                await run_in_threadpool(hear_people, body)
        except msgspec.MsgspecError:
            raise invalid("body", _("Bentuk panggilan balik ini tidak dikenal.")) from None
        return PlainTextResponse("")

    return api


def _take(messaging: Messaging, uow: UnitOfWork, said: list[Status]) -> Any:
    for status in said:
        try:
            message = uow.find(OutgoingMessage, UUID(status.message))
        except ValueError:
            message = None
        if message is not None and message.channel == "whatsapp":
            _learn(messaging, uow, message, status)
    return None


def _learn(messaging: Messaging, uow: UnitOfWork, it: OutgoingMessage, status: Status) -> None:
    """Let a message learn what was said of an attempt; of an earlier one, only that it arrived."""
    act, latest = uow.act(BY_PEER), status.attempt == it.attempt
    if status.status in ("delivered", "read"):
        if it.delivered(act, status.attempt):
            messaging.note_informed(uow, it)
    elif status.status == "sent" and latest:
        it.sent(act)
    elif status.status == "failed" and latest:
        it.fail(act, "address_refused" if status.address_unknown else "bounced")
    messaging.save(uow, it)
