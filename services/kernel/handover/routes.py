"""The calls by which edges hand keys and files over and fetch theirs, and ask for their
checkpoints (district)."""

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.web import bearer_token
from services.kernel.errors import NotSignedIn
from services.kernel.handover.desk import Desk
from services.kernel.handover.wire import (
    COPIES,
    FILE_BYTES,
    MEDIA_TYPE,
    PATH,
    FileAt,
    Hello,
    KeptKey,
    WrappedFor,
    decoded,
    encoded,
)
from services.kernel.text import _

BODY_BYTES: Final = 64 << 10


class FromEdge:
    """The declaration that only an edge of this district may call a route; gives its origin."""

    permission = "edge"

    def __init__(self, origin_of: Callable[[str], str | None]) -> None:
        self._origin_of = origin_of

    async def __call__(self, request: Request) -> str:
        """Return the origin whose token came with the request; raise NotSignedIn."""
        token = bearer_token(request.headers.get("authorization")) or ""
        origin = await run_in_threadpool(lambda: self._origin_of(token))
        if origin is None:
            raise NotSignedIn(_("Token edge ini tidak berlaku (lagi)."))
        return origin


def router(desk: Desk) -> APIRouter:
    """Return the calls; each knows its caller by the token of `tanggap edge add`."""
    calls = APIRouter(prefix=PATH, include_in_schema=False)
    edge = Depends(FromEdge(desk.edges.origin_of))

    @calls.post("/hello", max_body_size=BODY_BYTES)
    async def hello(request: Request, origin: Annotated[str, edge]) -> Response:
        """Take how an edge stands; say whether something waits for it."""
        said = decoded(await request.body(), Hello)
        return _answer(await run_in_threadpool(lambda: desk.hello(origin, said)))

    @calls.get("/keys")
    def keys(origin: Annotated[str, edge]) -> Response:
        """Give a page of the keys that wait for the edge, wrapped for it."""
        return _answer(desk.keys_for(origin))

    @calls.post("/keys/taken", max_body_size=BODY_BYTES)
    async def keys_taken(request: Request, origin: Annotated[str, edge]) -> Response:
        """Destroy the keys here that the edge has stored."""
        taken = decoded(await request.body(), list[UUID])
        await run_in_threadpool(lambda: desk.keys_taken(origin, taken))
        return Response(status_code=204)

    @calls.post("/keys", max_body_size=BODY_BYTES)
    async def take_keys(request: Request, origin: Annotated[str, edge]) -> Response:
        """Store keys that the edge hands over; say which were not taken, and why."""
        given = decoded(await request.body(), list[WrappedFor])
        return _answer(await run_in_threadpool(lambda: desk.take_keys(origin, given)))

    @calls.get("/files")
    def files(origin: Annotated[str, edge]) -> Response:
        """Give a page of the files that wait for the edge."""
        return _answer(desk.files_for(origin))

    @calls.post("/files/taken", max_body_size=BODY_BYTES)
    async def files_taken(request: Request, origin: Annotated[str, edge]) -> Response:
        """Remove the files here that the edge has stored."""
        taken = decoded(await request.body(), list[FileAt])
        await run_in_threadpool(lambda: desk.files_taken(origin, taken))
        return Response(status_code=204)

    @calls.get("/files/{complaint}/{attachment}")
    def file(complaint: UUID, attachment: UUID, origin: Annotated[str, edge]) -> Response:
        """Give one file as it lies here, sealed."""
        sealed = desk.file_for(origin, FileAt(complaint, attachment))
        return Response(sealed, media_type="application/octet-stream")

    @calls.put("/files/{complaint}/{attachment}", max_body_size=FILE_BYTES)
    async def take_file(
        request: Request, complaint: UUID, attachment: UUID, origin: Annotated[str, edge]
    ) -> Response:
        """Store a file that the edge hands over."""
        sealed = await request.body()
        at = FileAt(complaint, attachment)
        await run_in_threadpool(lambda: desk.take_file(origin, at, sealed))
        return Response(status_code=204)

    @calls.post("/kept", max_body_size=BODY_BYTES)
    async def keep(request: Request, origin: Annotated[str, edge]) -> Response:
        """Keep copies of the edge's own keys, which nobody opens here."""
        copies = decoded(await request.body(), list[KeptKey], COPIES)
        await run_in_threadpool(lambda: desk.keep(origin, copies))
        return Response(status_code=204)

    @calls.get("/kept")
    def kept(origin: Annotated[str, edge], after: str = "") -> Response:
        """Give a page of those copies back, to whoever restores the edge."""
        return _answer(desk.kept_for(origin, after))

    @calls.post("/kept/dropped", max_body_size=BODY_BYTES)
    async def drop_kept(request: Request, origin: Annotated[str, edge]) -> Response:
        """Destroy copies whose keys are gone at the edge."""
        keys = decoded(await request.body(), list[str], COPIES)
        await run_in_threadpool(lambda: desk.drop_kept(origin, keys))
        return Response(status_code=204)

    @calls.get("/checkpoints")
    def checkpoints(origin: Annotated[str, edge]) -> Response:
        """Give the edge's own checkpoints as they came here."""
        return _answer(desk.notes_of(origin))

    return calls


def _answer(found: object) -> Response:
    return Response(encoded(found), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})
