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
from services.kernel.store import Service
from services.kernel.text import _
from services.main.asking import MEDIA_TYPE, Internal

PATH: Final = "/internal/outbox"
PAGE: Final = 4_000
_SECONDS: Final = 30.0


class OwnOutboxes:
    """The outboxes of services in this process."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = {service.source: service for service in services}

    def sources(self) -> Sequence[str]:
        """Return the sources of these services."""
        return [*self._services]

    def after(self, source: str, position: int) -> Sequence[Message]:
        """Return the next page after a position."""
        return self._services[source].published(position + 1, PAGE)


class RemoteOutboxes:
    """The outboxes of services in other processes.

    `services` gives the name of each source's service, `address_of` says where a process of a
    service answers (None: of none is heard).
    """

    def __init__(
        self,
        services: Mapping[str, str],
        address_of: Callable[[str], str | None],
        secret: str,
    ) -> None:
        self._services, self._address_of = services, address_of
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {secret}"}, timeout=_SECONDS, trust_env=False
        )

    def sources(self) -> Sequence[str]:
        """Return the sources of these services."""
        return [*self._services]

    def after(self, source: str, position: int) -> Sequence[Message]:
        """Return the next page after a position; raises Unavailable."""
        name = self._services[source]
        if (address := self._address_of(name)) is None:
            raise _away()
        try:
            answer = self._http.get(f"{address}{PATH}/{name}", params={"after": position})
        except httpx.TransportError as error:
            raise _away() from error
        if not answer.is_success:
            raise _away()
        return msgspec.msgpack.decode(answer.content, type=list[Message])

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def outbox_router(service: Service, secret: str) -> APIRouter:
    """Return the call by which reporting reads a service's outbox."""
    api = APIRouter(include_in_schema=False)

    @api.get(f"{PATH}/{service.name}", dependencies=[Depends(Internal(secret))])
    async def outbox(after: int = 0) -> Response:
        """Return the next page after a position."""
        page = await run_in_threadpool(lambda: service.published(after + 1, PAGE))
        return Response(msgspec.msgpack.encode(page), media_type=MEDIA_TYPE)

    return api


def _away() -> Unavailable:
    return Unavailable(_("Salah satu layanan tidak menjawab. Coba lagi setelah ia berjalan."))
