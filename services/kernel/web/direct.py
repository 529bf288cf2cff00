"""A route for the call that comes a hundred times as often as any other.

FastAPI's general way of filling a route's arguments took as long as everything else on the event
loop. A well-formed request to a `DirectRoute` is read straight into its arguments; all others
(another content type, a body that does not fit, a query) go the general way, which finds the same
fault and answers as everywhere.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, get_type_hints

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from services.kernel.access.web import Requires
from services.kernel.commands import idempotency

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
JSON = "application/json"
ARGUMENTS = ["code", "body", "principal", "once"]


class DirectRoute(APIRoute):
    """A POST of the form `async def call(code, body, principal, once)` that answers JSON."""

    def get_route_handler(self) -> Handler:
        """Return what answers a request; raises TypeError for a call of another form."""
        call: Any = self.endpoint
        if list(inspect.signature(call).parameters) != ARGUMENTS:
            raise TypeError(f"{call.__name__} does not take {', '.join(ARGUMENTS)}")
        (permission,) = (
            each.call for each in self.dependant.dependencies if isinstance(each.call, Requires)
        )
        read = TypeAdapter(get_type_hints(call, include_extras=True)["body"]).validate_json
        general = super().get_route_handler()
        status = self.status_code or 200

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type") != JSON or request.scope["query_string"]:
                return await general(request)
            try:
                body = read(await request.body())
            except ValidationError:
                return await general(request)
            principal = await permission(request)
            once = await idempotency(request, request.headers.get("idempotency-key"))
            answer = await call(request.path_params["code"], body, principal, once)
            return Response(msgspec.json.encode(answer), status, media_type=JSON)

        return handle
