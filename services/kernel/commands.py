"""What every command call shares: who acts, exactly once, on which version, and the answer."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.kernel.access.principal import Principal
from services.kernel.access.web import declared_permission
from services.kernel.aggregate import Intent
from services.kernel.errors import invalid
from services.kernel.store import Answer, Once
from services.kernel.text import _, readable
from services.kernel.web.problems import etag, expected_version

KEY_LENGTH = 200

Readable = AfterValidator(readable)
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), Readable
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Readable
]
Moment = Annotated[
    AwareDatetime,
    Field(
        description="RFC 3339 with offset, not in the future",
        examples=["2026-11-02T09:30:00+07:00"],
    ),
]


class Body(BaseModel):
    """A request's body: unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")


class Done(BaseModel):
    """The answer to a command. `position` may be given to a report as `after`."""

    id: UUID
    position: str = Field(examples=["/node-3f9a/resolution:42"])


class StepDone(Done):
    """A step was recorded."""

    version: int = Field(description="for `If-Match` of the next step")


async def idempotency(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(description="The same key gives the same answer and no second event."),
    ] = None,
) -> Once | None:
    """Return what makes a repeat of this request the same one, or None without a key.

    Raises InvalidInput for an empty or overlong key.
    """
    return once_of(request, idempotency_key, await request.body() if idempotency_key else b"")


def once_of(request: Request, key: str | None, content: bytes) -> Once | None:
    """Return what makes a repeat of a request with this body the same one, or None without a key.

    Raises InvalidInput for an empty or overlong key.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= KEY_LENGTH:
        raise invalid(
            "Idempotency-Key", _("Kunci ini harus 1 sampai {limit} huruf.", limit=KEY_LENGTH)
        )
    principal: Principal | None = getattr(request.state, "principal", None)
    return Once(
        account=principal.account_id if principal else "public",
        route=f"{request.method} {request.url.path}",
        key=key,
        body=hashlib.sha256(content).hexdigest(),
    )


def once_of_form(account: str, route: str, values: Mapping[str, Any]) -> Once | None:
    """Return what makes a second press of a form's button the same one; `key` is the form's hidden
    field, and None is returned where it was tampered with."""
    key = values.get("key", "")
    if not isinstance(key, str) or not 1 <= len(key.strip()) <= KEY_LENGTH:
        return None
    body = json.dumps(sorted(values.items())).encode()
    return Once(account, route, key.strip(), hashlib.sha256(body).hexdigest())


def expected(
    request: Request,
    if_match: Annotated[
        str | None, Header(description="The `ETag` that was read; another version now gives 412.")
    ] = None,
) -> int | None:
    """Return the version that `If-Match` names, which is declared here to be described."""
    return expected_version(request)


Idempotency = Annotated[Once | None, Depends(idempotency)]
Expected = Annotated[int | None, Depends(expected)]


def intent(
    principal: Principal, permission: str, puskesmas: str, occurred_at: datetime | None = None
) -> Intent:
    """Return who acts in which role; raises Forbidden when the role does not reach there."""
    role = principal.role_for(permission, puskesmas)
    return Intent(principal.account_id, role, occurred_at)


async def answered(future: "Future[Answer]") -> Answer:
    """Wait for a command without holding a thread."""
    return await asyncio.wrap_future(future)


def done(answer: Answer) -> dict[str, Any]:
    """Return a command's answer as its JSON."""
    return {**answer.ids, "position": f"{answer.source}:{answer.position}"}


class Step:
    """A call that takes one thing a step further (for `def` routes; they may wait)."""

    def __init__(
        self, request: Request, response: Response, once: Idempotency, expected: Expected
    ) -> None:
        self._response = response
        self._repeat: dict[str, Any] = {"once": once, "expected": expected}
        self.principal: Principal = request.state.principal
        self.permission = declared_permission(request.scope["route"]) or ""

    def take(
        self,
        puskesmas: str,
        command: "Callable[..., Future[Answer]]",
        id: UUID,
        *facts: Any,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Check the role at the thing's own Puskesmas, run `command`, and answer.

        The permission is the one that the route declares. Raises Forbidden and what the command
        raises.
        """
        who = intent(self.principal, self.permission, puskesmas, at)
        answer = command(id, who, *facts, **self._repeat).result()
        self._response.headers["ETag"] = etag(answer.ids["version"])
        return done(answer)


Stepping = Annotated[Step, Depends()]
