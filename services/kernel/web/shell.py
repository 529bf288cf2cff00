"""The outermost layer of the app: what every answer carries and what is noted about each request.

Pure ASGI and lean, for it stands before every accepted complaint. Of a request it keeps the route
template, the status, the time and the account, never the address, the query or the body.
"""

import secrets
from collections.abc import Callable
from itertools import count
from time import perf_counter
from typing import Literal

import structlog
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.errors import TooLarge
from services.kernel.faults import fault
from services.kernel.text import _
from services.kernel.tracing import correlated, told
from services.kernel.web import metrics
from services.kernel.web.problems import problem_response

AccessLog = Literal["all", "notable", "off"]
SLOW = 1.0
"""Seconds to the first byte from which a request is notable."""

log = structlog.get_logger()

_Headers = list[tuple[bytes, bytes]]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def security_headers(*, https: bool) -> _Headers:
    """Return the headers that every answer carries."""
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # Not "no-referrer": over plain http a browser then says of our own forms that they come
        # from nowhere ("Origin: null"), and nobody could sign in.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "geolocation=(), microphone=(), payment=()",
    }
    if https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def route_template(scope: Scope) -> str:
    """Return the template of the route that answered (`/cases/{id}`), "-" when none did."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(context or scope.get("route"), "path", None)
    return path if isinstance(path, str) else "-"


class Shell:
    """Wraps the whole app, its error pages included."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        https: bool,
        access_log: AccessLog,
        max_body: int,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._app = app
        self._limited = RequestBodyLimitMiddleware(app, max_body_size=max_body)
        self._max_body = max_body
        self._headers = security_headers(https=https)
        self._no_store = [(b"cache-control", b"no-store"), *self._headers]
        self._log_from = {"all": 0.0, "notable": SLOW, "off": float("inf")}[access_log]
        self._silent = access_log == "off"
        self._clock = clock
        self._run = secrets.token_hex(4)
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = f"{self._run}-{next(self._numbers):x}"
        scope.setdefault("state", {})["request_id"] = number
        with correlated(number):
            await self._answer(scope, receive, send, number)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, number: str) -> None:
        began = self._clock()

        async def dress_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(message, number)
                self._note(scope, message["status"], self._clock() - began, number)
            await send(message)

        try:
            if self._may_exceed(scope):
                await self._limited(scope, receive, _in_our_words(scope, receive, dress_and_send))
            else:
                await self._app(scope, receive, dress_and_send)
        except Exception as error:
            # The answer (500) has been sent by now. Not raised further: the server would print
            # the error's words, and those can be a complainant's.
            log.error("request failed", **fault(error), route=route_template(scope), id=number)

    def _may_exceed(self, scope: Scope) -> bool:
        """Say whether the body must be counted; the server already holds it to its stated length.

        A route that sets a `max_body_size` of its own moves the limit, hence only "may".
        """
        for name, value in scope["headers"]:
            if name == b"content-length":
                return not value.isdigit() or int(value) > self._max_body
            if name == b"transfer-encoding":
                return True
        return False

    def _dress(self, message: Message, number: str) -> None:
        headers: _Headers = list(message["headers"])
        kept = any(name == b"cache-control" for name, _value in headers)
        headers += self._headers if kept else self._no_store
        headers.append((b"x-request-id", number.encode()))
        message["headers"] = headers

    def _note(self, scope: Scope, status: int, seconds: float, number: str) -> None:
        route = route_template(scope)
        metrics.observe(scope["method"], route, status, seconds)
        told(
            f"{metrics.known_method(scope['method'])} {route}",
            seconds,
            {"http.route": route, "http.response.status_code": status},
            failed=status >= 500,
        )
        if seconds < self._log_from and (status < 500 or self._silent):
            return
        principal = scope["state"].get("principal")
        log.info(
            "request",
            id=number,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            account=getattr(principal, "account_id", None),
        )


def _in_our_words(scope: Scope, receive: Receive, send: Send) -> Send:
    """Return a `send` that says in our shape what the framework says of a body over the limit."""
    replaced = False

    async def pass_on(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and _is_plain_refusal(message):
            replaced = True
            problem = TooLarge(_("Kiriman ini terlalu besar. Kecilkan lalu kirim lagi."))
            await problem_response(Request(scope), problem)(scope, receive, send)
        elif not replaced:
            await send(message)

    return pass_on


def _is_plain_refusal(message: Message) -> bool:
    """Say whether this is the framework's own answer to a body over the limit, in plain text."""
    return message["status"] == 413 and any(
        name == b"content-type" and value.startswith(b"text/plain")
        for name, value in message["headers"]
    )
