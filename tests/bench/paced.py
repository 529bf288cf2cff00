"""Load at a given pace: complaints posted to several endpoints in turn, whether or not the ones
before have been answered."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tests.bench.line import p95
from tests.bench.wrk import TEXT, LoadFailed

CONNECTIONS: Final = 16
"""An endpoint has so many connections, which are kept."""
_CREATED: Final = b"HTTP/1.1 201"


@dataclass(frozen=True)
class Paced:
    """What the load did. `p95` is in milliseconds, from when a complaint was due to its answer."""

    accepted: int
    seconds: float
    p95: float

    @property
    def per_second(self) -> float:
        """Accepted complaints a second."""
        return self.accepted / self.seconds


class _Endpoint:
    """The connections to one endpoint, used in turn by whoever has something to send."""

    def __init__(self, address: str, path: str, token: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )

    async def open(self) -> None:
        for _each in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection(self._host, self._port))

    async def post(self, body: bytes) -> None:
        """Post, and wait for the whole answer; raises LoadFailed unless it was accepted."""
        reader, writer = await self._free.get()
        writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().splitlines()
            if line.startswith(b"content-length")
        )
        answer = await reader.readexactly(length)
        self._free.put_nowait((reader, writer))
        if not head.startswith(_CREATED):
            raise LoadFailed((head + answer).decode())

    def close(self) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()


def load(addresses: Sequence[str], path: str, token: str, rate: float, seconds: float) -> Paced:
    """Post `rate` complaints a second for some seconds; raises LoadFailed unless every one was
    accepted."""
    return asyncio.run(_load(addresses, path, token, rate, seconds))


async def _load(
    addresses: Sequence[str], path: str, token: str, rate: float, seconds: float
) -> Paced:
    endpoints = [_Endpoint(address, path, token) for address in addresses]
    for each in endpoints:
        await each.open()
    took: list[float] = []

    async def one(number: int, due: float) -> None:
        body = {
            "channel": "in_person",
            "text": TEXT % number,
            "kind": "complaint",
            "service_unit": "loket",
        }
        await endpoints[number % len(endpoints)].post(json.dumps(body).encode())
        took.append(time.monotonic() - due)

    began = time.monotonic()
    async with asyncio.TaskGroup() as posts:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            posts.create_task(one(number, due))
    ended = time.monotonic()
    for each in endpoints:
        each.close()
    return Paced(len(took), ended - began, p95([each * 1000 for each in took]))
