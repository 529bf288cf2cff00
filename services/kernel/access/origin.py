"""Refuses unsafe requests that another site has a browser send (cross-site request forgery).

A browser says where a request comes from: `Sec-Fetch-Site`, and older ones `Origin`. A request
with neither is not a browser's, so there is no cookie of somebody else to misuse. Tokens in forms
are not needed with this; Go's net/http and others do the same.
"""

import inspect
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kernel.access.web import bearer_token
from services.kernel.errors import Forbidden, Problem
from services.kernel.text import _

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def comes_from_here(headers: Headers, public_url: str | None) -> bool:
    """Say whether an unsafe request is this site's own, or no browser's.

    `public_url` is the address that people use, for a proxy that rewrites `Host`.
    """
    if bearer_token(headers.get("authorization")) is not None:
        # No other site can make a browser send this header.
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    if not parts.netloc:
        return False
    if public_url is not None and parts[:2] == urlsplit(public_url)[:2]:
        return True
    return parts.netloc.lower() == headers.get("host", "").lower()


class SameOriginOnly:
    """ASGI middleware that refuses unsafe requests from other sites with 403, public ones too."""

    def __init__(self, app: ASGIApp, public_url: str | None = None) -> None:
        self.app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it before its body is read."""
        unsafe = scope["type"] == "http" and scope["method"] not in _SAFE
        # A WebSocket's handshake is a GET, and yet opens a channel that changes things.
        if (unsafe or scope["type"] == "websocket") and not comes_from_here(
            Headers(scope=scope), self._public_url
        ):
            await self._refuse(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        problem = Forbidden(
            _("Permintaan ini dikirim dari situs lain. Buka halamannya di sini dan ulangi.")
        )
        response = await _as_the_app_says_it(Request(scope, receive), problem)
        await response(scope, receive, send)


async def _as_the_app_says_it(request: Request, problem: Problem) -> Response:
    """Render with the app's own handler: a middleware stands outside of those."""
    handlers = getattr(request.scope.get("app"), "exception_handlers", {})
    for cls in type(problem).__mro__:
        if cls in handlers and cls is not Exception:
            answer = handlers[cls](request, problem)
            rendered = await answer if inspect.isawaitable(answer) else answer
            if isinstance(rendered, Response):
                return rendered
    return JSONResponse(
        {
            "type": "about:blank",
            "title": "Forbidden",
            "status": problem.status,
            "code": problem.code,
            "detail": str(problem.detail),
        },
        status_code=problem.status,
        media_type="application/problem+json",
    )
