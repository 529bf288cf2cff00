"""A short way for the call that comes a hundred times as often as any other.

The layers of the framework (routing, error handling, the filling of a route's arguments) took more
of the event loop than everything that a received complaint needs. A plain and well-formed request
to a `DirectRoute` is answered by `Shortcut`, before those layers; every other one (another content
type, a body that does not fit, a query, a browser's cookie) goes the general way, which finds the
fault and answers as everywhere.
"""

import inspect
from collections.abc import Sequence
from typing import Any, get_type_hints

import msgspec
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.access.web import Requires, bearer_token
from services.kernel.commands import once_of
from services.kernel.errors import Problem
from services.kernel.web.problems import problem_response, unexpected

JSON = "application/json"
ARGUMENTS = ["code", "body", "principal", "once"]


class DirectRoute(APIRoute):
    """A POST of the form `async def call(code, body, principal, once)` that answers JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call: Any = self.endpoint
        if list(inspect.signature(call).parameters) != ARGUMENTS:
            raise TypeError(f"{call.__name__} does not take {', '.join(ARGUMENTS)}")
        (self.permission,) = (
            each.call for each in self.dependant.dependencies if isinstance(each.call, Requires)
        )
        self.read = TypeAdapter(get_type_hints(call, include_extras=True)["body"]).validate_json

    async def answer(self, request: Request, content: bytes, body: Any) -> tuple[int, bytes]:
        """Return status and content of the answer; raises Problem."""
        principal = await self.permission(request)
        once = once_of(request, request.headers.get("idempotency-key"), content)
        answer = await self.endpoint(request.path_params["code"], body, principal, once)
        return self.status_code or 200, msgspec.json.encode(answer)


class Shortcut:
    """ASGI layer that answers plain requests to direct routes and passes all others on.

    It stands outside of the check of a request's origin: only bearers, which are exempt from that,
    take the short way.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[DirectRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = self._route(scope)
        if route is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            content = await request.body()
        except ClientDisconnect:
            return
        try:
            body = route.read(content)
        except ValidationError:
            await self._app(scope, _again(content, receive), send)
            return
        scope["route"] = route
        try:
            status, answer = await route.answer(request, content, body)
        except Problem as problem:
            await problem_response(request, problem)(scope, receive, send)
        except Exception:
            await problem_response(request, unexpected(request))(scope, receive, send)
            raise
        else:
            headers = [
                (b"content-length", b"%d" % len(answer)),
                (b"content-type", JSON.encode()),
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": answer})

    def _route(self, scope: Scope) -> DirectRoute | None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
            return None
        for route in self._routes:
            if (found := route.path_regex.match(scope["path"])) and _is_plain(scope):
                scope["path_params"] = found.groupdict()
                return route
        return None


def _is_plain(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return (
        headers.get("content-type") == JSON
        and "content-length" in headers
        and bearer_token(headers.get("authorization")) is not None
    )


def _again(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once more, then what `receive` gives."""
    first: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def give() -> Message:
        return first.pop() if first else await receive()

    return give
