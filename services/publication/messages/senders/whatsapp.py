"""WhatsApp by its Cloud API: a message is a template that Meta has approved, filled in.

Meta says later what became of it, by a signed call that brings back what was sent along: our own id
and attempt. Its message id is kept nowhere, for the recipient's number can be read out of it.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Refused,
    Sent,
    Template,
    Unknown,
    Why,
    Words,
)

TIMES: Final = httpx.Timeout(15.0, connect=5.0)
BUSY: Final = frozenset({4, 80007, 130429, 131048, 131056})
"""Meta's codes of limits on how much is sent, in all and to one number."""
OUR_ACCOUNT: Final = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131042, 132001, 132015, 132016})
"""Its codes for an account, a token or a template that is not (or no longer) in order."""
NO_SUCH_NUMBER: Final = frozenset({131026, 131021, 131030})


@dataclass(frozen=True)
class Account:
    """Who we are at Meta. `secret` is the app's, by which its calls are signed; `verify` the word
    that it says when the address of those calls is set up; `templates` are the names that its texts
    have there, of those that are approved."""

    url: str
    phone_id: str
    token: str
    secret: str
    verify: str
    templates: Mapping[Template, str]


class WhatsAppSender:
    """Sends templates; what became of them comes by `statuses`."""

    reports_delivery = True

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, letter: Letter) -> Outcome:
        """Hand a message over."""
        it = self._account
        headers = {"Authorization": f"Bearer {it.token}"}
        address = f"{it.url}/{it.phone_id}/messages"
        try:
            with httpx.Client(timeout=TIMES, trust_env=False) as client:
                answer = client.post(address, headers=headers, json=self._body(letter))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Later(Why.UNREACHABLE)
        except httpx.HTTPError:
            return Unknown()
        return _outcome(answer)

    def ask(self, id: str, attempt: int) -> Outcome:
        """Meta cannot be asked; what it says by itself is still heard."""
        return Unknown()

    def settled(self, id: str) -> None:
        """Nothing is kept here."""

    def _body(self, letter: Letter) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": letter.address.removeprefix("+"),
            "type": "template",
            "template": {
                "name": self._account.templates[letter.words.template],
                "language": {"code": letter.language},
                "components": _components(letter.words),
            },
            "biz_opaque_callback_data": f"{letter.id}:{letter.attempt}",
        }

    def is_verified(self, word: str) -> bool:
        """Say whether who sets up the calls knows our word."""
        return hmac.compare_digest(word.encode(), self._account.verify.encode())

    def is_signed(self, body: bytes, signature: str) -> bool:
        """Say whether a call is Meta's (`X-Hub-Signature-256`), over the bytes as they came."""
        made = hmac.new(self._account.secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature.encode(), f"sha256={made}".encode())


def _components(words: Words) -> list[dict[str, Any]]:
    values = [{"type": "text", "text": each} for each in words.values]
    body = {"type": "body", "parameters": values}
    if words.template != "code":
        return [body]
    # A template of the category authentication has a button that copies the code, and wants it
    # there once more.
    return [body, {"type": "button", "sub_type": "url", "index": "0", "parameters": values}]


@dataclass(frozen=True)
class Status:
    """What Meta says of one attempt: sent, delivered, read or failed."""

    message: str
    attempt: int
    status: str
    address_unknown: bool


class _Error(msgspec.Struct):
    code: int = 0


class _Said(msgspec.Struct):
    status: str = ""
    biz_opaque_callback_data: str = ""
    errors: list[_Error] = []


class _Value(msgspec.Struct):
    statuses: list[_Said] = []
    messages: list[msgspec.Raw] = []


class _Change(msgspec.Struct):
    value: _Value


class _Entry(msgspec.Struct):
    changes: list[_Change] = []


class _Call(msgspec.Struct):
    entry: list[_Entry] = []


def statuses(body: bytes) -> Iterator[Status]:
    """Yield what a signed call says of our messages; what it says of others is not ours.

    Raises msgspec.MsgspecError for a call of another shape.
    """
    call = msgspec.json.decode(body, type=_Call)
    for said in (s for e in call.entry for c in e.changes for s in c.value.statuses):
        message, _colon, attempt = said.biz_opaque_callback_data.partition(":")
        if attempt.isascii() and attempt.isdigit() and len(attempt) < 9:
            unknown = any(each.code in NO_SUCH_NUMBER for each in said.errors)
            yield Status(message, int(attempt), said.status, unknown)


def brings_messages(body: bytes) -> bool:
    """Say whether a signed call brings what people write; raises msgspec.MsgspecError."""
    call = msgspec.json.decode(body, type=_Call)
    return any(change.value.messages for entry in call.entry for change in entry.changes)


def _outcome(answer: httpx.Response) -> Outcome:
    """Return what an answer says for certain: a fault of Meta's own leaves a doubt."""
    if answer.is_success:
        return Sent()
    if answer.status_code >= 500 or answer.status_code < 400:
        return Unknown()
    code = _code(answer)
    if answer.status_code == 429 or code in BUSY:
        return Later(Why.BUSY)
    if code in NO_SUCH_NUMBER:
        return Refused(Why.ADDRESS_REFUSED)
    if answer.status_code in (401, 403) or code in OUR_ACCOUNT:
        return Later(Why.NOT_ACCEPTED)
    return Refused(Why.REFUSED)


class _Answer(msgspec.Struct):
    error: _Error


def _code(answer: httpx.Response) -> int:
    try:
        return msgspec.json.decode(answer.content, type=_Answer).error.code
    except msgspec.MsgspecError:
        return -1
