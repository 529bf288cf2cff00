"""The calls of the reader's own digests by e-mail or WhatsApp (JSON, under /api/v1)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import Body, Idempotency
from services.kernel.web.refusals import refusals
from services.resolution.reminders.api import READ
from services.resolution.reminders.letters.application import Posting
from services.resolution.reminders.letters.table import Channel

Kind = Literal["promise", "action", "duty"]
Reader = Annotated[Principal, requires(READ)]


class ReminderLettersBody(Body):
    """Where the reader's digests are to go, and what they are to be about."""

    address: str = Field(
        max_length=254,
        description="an e-mail address, or the telephone number of a WhatsApp account",
        examples=["sari@puskesmas.go.id", "+6281200007777"],
    )
    kinds: list[Kind] = Field(
        max_length=3,
        description="promise: deadlines of cases; action: of plans; duty: dates of the agenda, "
        "and messages that came in and wait",
    )
    agreed: bool = Field(False, description="they want to be written to")


class CodeBody(Body):
    """What proves that an address is the reader's."""

    code: str = Field(max_length=40, examples=["1234-5678"])


class LetterView(BaseModel):
    """One letter and what became of it."""

    about: str = Field(examples=["2026-11-02T0730/Asia/Jakarta", "code/1"])
    state: Literal["waiting", "attempted", "sent", "unknown", "failed", "void"]
    reason: str | None = Field(description="why it waits, failed, or did not go out")
    made_at: datetime


class ReminderLettersView(BaseModel):
    """Where the reader's digests are sent; an address that is not verified gets only its code."""

    ways: list[Channel] = Field(description="what is set up here")
    channel: Channel | None = Field(description="the way to the address")
    address: str | None
    kinds: list[Kind]
    verified: bool
    letters: list[LetterView] = Field(description="the last ten, the newest first")


class ReminderLettersDone(BaseModel):
    """It is wanted so; not verified yet: a code was sent to the address."""

    verified: bool


def router(posting: Posting) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1/reminder-letters", tags=["resolution"])

    @api.get("", response_model=ReminderLettersView)
    def read_reminder_letters(principal: Reader) -> Any:
        """Return where the reader's digests are sent, and the last letters."""
        wish = posting.wish(principal.account_id)
        letters = posting.newest(principal.account_id)
        return {
            "ways": posting.ways,
            "channel": wish.channel if wish else None,
            "address": wish.address if wish else None,
            "kinds": sorted(wish.kinds) if wish else [],
            "verified": bool(wish and wish.verified_at),
            "letters": [
                {name: getattr(each, name) for name in LetterView.model_fields} for each in letters
            ],
        }

    @api.put("", response_model=ReminderLettersDone, responses=refusals(409, 429))
    def want_reminder_letters(
        body: ReminderLettersBody, principal: Reader, once: Idempotency
    ) -> Any:
        """Have the reader's digests sent, too; a new address or number is to be proven first."""
        facts = body.address, body.kinds, body.agreed
        return posting.ask(principal.account_id, *facts, once).ids

    @api.post("/code", response_model=ReminderLettersDone, responses=refusals(409))
    def prove_reminder_letters(body: CodeBody, principal: Reader, once: Idempotency) -> Any:
        """Prove the address by the code that was sent there."""
        return posting.prove(principal.account_id, body.code, once).ids

    @api.delete("", status_code=204)
    def end_reminder_letters(principal: Reader, once: Idempotency) -> None:
        """Send the reader nothing more, and forget the address."""
        posting.end(principal.account_id, once)

    return api
