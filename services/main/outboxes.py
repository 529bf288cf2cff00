"""The outboxes of a deployment's services, for reporting's rebuild from the stores: on a node from
the stores themselves, in a district asked of a process of each service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import httpx
import msgspec
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.kernel.contracts import Message
from services.kernel.errors import Unavailable
from services.kernel.relay import sent_ids
from services.kernel.store import Service
from services.kernel.text import _
from services.main.asking import MEDIA_TYPE, Internal

PATH: Final = "/internal/outbox"
SENT: Final = "/sent"
PAGE: Final = 4_000
_SECONDS: Final = 30.0


class OwnOutboxes:
    """The outboxes of services in this process."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = {
            source: service for service in services for source in service.incarnations.sources
        }

    def sources(self) -> Sequence[str]:
        """Return the sources of these services."""
        return [*self._services]

    def after(self, source: str, position: int) -> Sequence[Message]:
        """Return the next page after a position."""
        return self._services[source].held(position + 1, PAGE, source)

    def sent(self, source: str) -> Mapping[int, int]:
        """Return the last id that was sent to each partition."""
        return sent_ids(self._services[source], source)


class RemoteOutboxes:
    """The outboxes of services in other processes, beside those of this one (`here`).

    `services` gives the name of each source's service, `address_of` says where a process of a
    service answers (None: of none is heard).
    """

    def __init__(
        self,
        services: Mapping[str, str],
        address_of: Callable[[str], str | None],
        secret: str,
        here: OwnOutboxes,
    ) -> None:
        self._services, self._address_of, self._here = services, address_of, here
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {secret}"}, timeout=_SECONDS, trust_env=False
        )

    def sources(self) -> Sequence[str]:
        """Return the sources of these services."""
        return [*self._services, *self._here.sources()]

    def after(self, source: str, position: int) -> Sequence[Message]:
        """Return the next page after a position; raises Unavailable."""
        if source not in self._services:
            return self._here.after(source, position)
        content = self._asked(source, "", {"after": position})
        return msgspec.msgpack.decode(content, type=list[Message])

    def sent(self, source: str) -> Mapping[int, int]:
        """Return the last id that was sent to each partition; raises Unavailable."""
        if source not in self._services:
            return self._here.sent(source)
        return msgspec.msgpack.decode(self._asked(source, SENT, {}), type=dict[int, int])

    def _asked(self, source: str, what: str, query: Mapping[str, int]) -> bytes:
        asked: dict[str, str | int] = {"source": source, **query}
        name = self._services[source]
        if (address := self._address_of(name)) is None:
            raise _away()
        try:
            answer = self._http.get(f"{address}{PATH}/{name}{what}", params=asked)
        except httpx.TransportError as error:
            raise _away() from error
        if not answer.is_success:
            raise _away()
        return answer.content

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def outbox_router(service: Service, secret: str) -> APIRouter:
    """Return the calls by which reporting reads a service's outbox."""
    api = APIRouter(include_in_schema=False)

    @api.get(f"{PATH}/{service.name}{SENT}", dependencies=[Depends(Internal(secret))])
    async def sent(source: str) -> Response:
        """Return the last id that a source of the store sent to each partition."""
        if source not in service.incarnations.sources:
            return Response(status_code=404)
        positions = await run_in_threadpool(lambda: sent_ids(service, source))
        return Response(msgspec.msgpack.encode(positions), media_type=MEDIA_TYPE)

    @api.get(f"{PATH}/{service.name}", dependencies=[Depends(Internal(secret))])
    async def outbox(source: str, after: int = 0) -> Response:
        """Return the next page of a source of the store after a position."""
        if source not in service.incarnations.sources:
            return Response(status_code=404)
        page = await run_in_threadpool(lambda: service.held(after + 1, PAGE, source))
        return Response(msgspec.msgpack.encode(page), media_type=MEDIA_TYPE)

    return api


def _away() -> Unavailable:
    return Unavailable(_("Salah satu layanan tidak menjawab. Coba lagi setelah ia berjalan."))
