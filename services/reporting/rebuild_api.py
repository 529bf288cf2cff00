"""The calls by which the facts are made anew, and by which that is stopped."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import msgspec
import structlog
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.kernel.access.web import requires
from services.kernel.commands import Body
from services.kernel.errors import Problem
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.rebuild import Outcome, Source, Stopped
from services.reporting.rebuilding import Run

log = structlog.get_logger()
MEND = "operations.mend"


class RebuildBody(Body):
    """How to make the facts anew."""

    check: bool = Field(False, description="only compare")
    source: Source = Field(
        "log",
        description="log: the log copy; stream: all of the stream; stores: what the services "
        "themselves hold",
    )


class RebuildStopped(BaseModel):
    """Whether a rebuild was under way; what it has built stands, and the next one goes on."""

    stopped: bool


class JsonLinesResponse(StreamingResponse):
    """JSON, one object a line, sent as it comes."""

    media_type = "application/jsonl"


def router(reporting: Reporting) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1/rebuild", tags=["reporting"])

    @api.post(
        "",
        dependencies=[requires(MEND)],
        response_class=JsonLinesResponse,
        responses=refusals(409),
    )
    def rebuild(body: RebuildBody) -> StreamingResponse:
        """Make the facts anew; JSON lines of `progress`, and as the last one the `outcome`, what
        it `failed` of, or that it was `stopped`.

        One that was stopped or killed goes on where it stood when it is asked for again.
        """
        news: SimpleQueue[dict[str, Any]] = SimpleQueue()
        run = reporting.rebuilding.begin(body.source, lambda told: news.put({"progress": told}))
        # In a thread of its own: it goes on to its end when nobody reads any more.
        threading.Thread(
            target=lambda: news.put(_ended(run, check=body.check)), name="rebuild", daemon=True
        ).start()
        return JsonLinesResponse(_lines(news))

    @api.post("/stop", dependencies=[requires(MEND)], response_model=RebuildStopped)
    def stop() -> Any:
        """Stop the rebuild that is under way; the facts in use stay as they are."""
        return {"stopped": reporting.rebuilding.stop()}

    return api


def _lines(news: SimpleQueue[dict[str, Any]]) -> Iterator[bytes]:
    """Yield a rebuild's progress and its end as JSON lines."""
    told: dict[str, Any] = {"progress": None}
    while "progress" in told:
        told = news.get()
        yield msgspec.json.encode(told) + b"\n"


def _ended(run: Run, *, check: bool) -> dict[str, Outcome | str | bool]:
    try:
        return {"outcome": run(check=check)}
    except Stopped:
        return {"stopped": True}
    except Problem as problem:
        return {"failed": problem.code, "detail": str(problem.detail)}
    except Exception as error:
        log.exception("rebuild_failed", error=type(error).__name__)
        return {"failed": type(error).__name__}
