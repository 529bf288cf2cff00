"""What is new since a page was made, told as it comes to whoever still has it open."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.web import token_of
from services.kernel.web.live import Live

Count = Callable[[Principal], dict[str, int] | None]
"""Counts what is `new` and `changed` for a reader; None: they may not see it any more."""


async def tell(request: Request, principal: Principal, count: Count) -> Response:
    """Return a stream of what is new; once, to whoever does not ask for a stream of events."""
    access: AccessStore = request.app.state.access
    token = token_of(request) or ""

    def look() -> dict[str, int] | None:
        # Asked anew each time: a session may have ended, a role may have changed.
        reader = access.principal_of(token)
        return None if reader is None else count(reader)

    if "text/event-stream" not in request.headers.get("accept", ""):
        return JSONResponse(await run_in_threadpool(look))
    live: Live = request.app.state.live
    return live.open(principal.account_id, look)
