"""Is the process alive, is it ready, and its figures: for machines that watch over it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.web import PUBLIC
from services.kernel.errors import Unavailable
from services.kernel.text import _

router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(request: Request) -> dict[str, Any]:
    """Say that everything needed to take requests is there, else 503 with what fails and why.

    `app.state.ready`, when set, returns the failing parts as name and reason; `app.state.missed`
    those without which requests are taken all the same.
    """
    if failing := _told(request, "ready"):
        raise Unavailable(_("Belum siap menerima permintaan."), extra={"failing": failing})
    missed = _told(request, "missed")
    return {"status": "ready"} | ({"missed": missed} if missed else {})


def _told(request: Request, name: str) -> dict[str, str]:
    check: Callable[[], dict[str, str]] | None = getattr(request.app.state, name, None)
    return check() if check else {}


@router.get("/metrics")
def figures(request: Request) -> Response:
    """Serve the figures in Prometheus' text format: of the process, and of how its service stands.

    `app.state.figures`, when set, is the collector of the latter.
    """
    content = generate_latest()
    if (own := getattr(request.app.state, "figures", None)) is not None:
        content += generate_latest(own)
    return Response(content, headers={"content-type": CONTENT_TYPE_LATEST})
