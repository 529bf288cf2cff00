"""How the processes of a deployment stand, gathered where reporting shows it.

A node asks itself. In a district each process tells reporting every few seconds, over HTTP within
the deployment; reporting asks back where it was told from, to have a queue tried again.
"""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import httpx
import msgspec
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.edges import Edge
from services.kernel.clock import Clock
from services.kernel.condition import Condition
from services.kernel.follower import Drained, Follower
from services.kernel.worker import Worker
from services.main.asking import MEDIA_TYPE, Internal
from services.reporting.processes import Heard

CONDITIONS: Final = "/internal/conditions"
QUEUES: Final = "/internal/queues"
TELL_SECONDS: Final = 2.0
SILENT: Final = timedelta(seconds=15)
FORGOTTEN: Final = timedelta(minutes=10)
"""After so long a process that is heard no more has been replaced, or stands in nobody's list."""
_SECONDS: Final = 10.0


def process_name() -> str:
    """Return what this process is known by: its machine and number."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Here:
    """The one process of a node."""

    def __init__(
        self, condition: Callable[[], Condition], followers: Sequence[Follower], clock: Clock
    ) -> None:
        self._condition, self._followers, self._clock = condition, followers, clock

    def heard(self) -> list[Heard]:
        """Return how this process stands now."""
        return [Heard(self._condition(), self._clock(), silent=False)]

    def edges(self) -> list[Edge]:
        """A node has none."""
        return []

    def missing(self) -> list[str]:
        """Nobody is missed."""
        return []

    def replay(self, subject: str) -> list[Drained]:
        """Have every follower try a subject's queue again, in order."""
        return [found for each in self._followers if (found := each.drain(subject))]


class Told(msgspec.Struct, frozen=True):
    """What a process tells: how it stands, and the port at which it is asked."""

    condition: Condition
    port: int


class Register:
    """What the processes of a district told reporting last; `mine` is reporting's own process,
    `edges` gives the district's edges."""

    def __init__(
        self,
        services: Sequence[str],
        mine: Callable[[], Condition],
        edges: Callable[[], list[Edge]],
        secret: str,
        clock: Clock,
    ) -> None:
        self._services, self._mine, self._clock = services, mine, clock
        self.edges = edges
        self._lock = threading.Lock()
        self._told: dict[str, tuple[Told, str, datetime]] = {}
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {secret}"}, timeout=_SECONDS, trust_env=False
        )

    def take(self, told: Told, host: str) -> None:
        """Note how a process stands that was heard from `host` now."""
        now = self._clock()
        with self._lock:
            self._told[told.condition.process] = (told, host, now)
            for process, (_told, _host, at) in list(self._told.items()):
                if now - at > FORGOTTEN:
                    del self._told[process]

    def heard(self) -> list[Heard]:
        """Return how each process stood when it was last heard, this one first."""
        now = self._clock()
        with self._lock:
            told = [(each.condition, at) for each, _host, at in self._told.values()]
        others = [Heard(found, at, now - at > SILENT) for found, at in told]
        others.sort(key=lambda each: (each.condition.services, each.condition.process))
        return [Heard(self._mine(), now, silent=False), *others]

    def missing(self) -> list[str]:
        """Return the services of which no process leads, as far as is heard."""
        led = {
            service
            for each in self.heard()
            if not each.silent and each.condition.leads
            for service in each.condition.services
        }
        return [service for service in self._services if service not in led]

    def replay(self, subject: str) -> list[Drained]:
        """Ask whoever follows to try a subject's queue again, in order."""
        asked = [f"{at}{QUEUES}/{subject}" for at, found in self._answering() if found.followers]
        drained = []
        for address in asked:
            answer = self._http.post(address).raise_for_status()
            drained += msgspec.msgpack.decode(answer.content, type=list[Drained])
        return drained

    def address_of(self, service: str) -> str | None:
        """Return where a process of a service answers; None when none was heard lately."""
        found = [at for at, condition in self._answering() if service in condition.services]
        return found[0] if found else None

    def _answering(self) -> list[tuple[str, Condition]]:
        now = self._clock()
        with self._lock:
            return [
                (f"http://{host}:{told.port}", told.condition)
                for told, host, at in self._told.values()
                if now - at <= SILENT
            ]

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def router(self, secret: str) -> APIRouter:
        """Return the call by which processes tell how they stand."""
        api = APIRouter(include_in_schema=False)

        @api.post(CONDITIONS, dependencies=[Depends(Internal(secret))])
        async def tell(request: Request) -> Response:
            """Take how a process stands."""
            try:
                told = msgspec.msgpack.decode(await request.body(), type=Told)
            except msgspec.MsgspecError:
                return Response(status_code=400)  # a process of another version
            self.take(told, request.client.host if request.client else "127.0.0.1")
            return Response(status_code=204)

        return api


def queue_router(followers: Callable[[], Sequence[Follower]], secret: str) -> APIRouter:
    """Return the call by which reporting has this process' followers try a queue again."""
    api = APIRouter(include_in_schema=False)

    def drain(subject: str) -> list[Drained]:
        return [found for each in followers() if (found := each.drain(subject))]

    @api.post(QUEUES + "/{subject}", dependencies=[Depends(Internal(secret))])
    async def replay(subject: str) -> Response:
        """Try a subject's queue again."""
        drained = await run_in_threadpool(lambda: drain(subject))
        return Response(msgspec.msgpack.encode(drained), media_type=MEDIA_TYPE)

    return api


class Teller:
    """Tells reporting how this process stands, for as long as it runs; a reporting that does not
    answer is told again later, and is no failure of this process."""

    def __init__(
        self, address: str, secret: str, condition: Callable[[], Condition], port: int
    ) -> None:
        self._condition, self._port = condition, port
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=_SECONDS,
            trust_env=False,
        )
        self.worker = Worker("tell", self._tell, close=self._http.close)

    def _tell(self) -> None:
        content = msgspec.msgpack.encode(Told(self._condition(), self._port))
        with suppress(httpx.TransportError):  # an absent reporting is seen where it is asked
            self._http.post(CONDITIONS, content=content)
        self.worker.pause(TELL_SECONDS)
