"""Resolution's pages: the queue, a case, and the forms of its steps; all work without a script."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.web import PUBLIC, current_principal
from services.kernel.keyring import Words
from services.kernel.web.problems import SIGN_IN_PAGE
from services.resolution.application import Resolution
from services.resolution.pages import case, queue
from services.resolution.pages.queue import NAV, CaseLists

__all__ = ["NAV", "CaseLists", "router"]


def router(resolution: Resolution, lists: CaseLists, words: Words) -> APIRouter:
    """Return resolution's pages; `lists` answers which cases there are, `words` opens what is
    sealed."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/", dependencies=[PUBLIC])
    def front(request: Request) -> Response:
        """Lead to the queue, or to signing in."""
        known = current_principal(request) is not None
        return RedirectResponse(queue.PATH if known else SIGN_IN_PAGE, 303)

    queue.add(pages, resolution, lists, words)
    case.add(pages, resolution, words)
    return pages
