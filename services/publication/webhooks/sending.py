"""One delivery to a receiver: sent to an address that was checked, waited for a few seconds, and of
the answer only its status is taken."""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import httpcore
import httpx

from services.publication.webhooks.addresses import (
    Lookup,
    Network,
    NoAddress,
    NotAllowed,
    Target,
    addresses_of,
    looked_up,
)

Headers = Sequence[tuple[bytes | str, bytes | str]]
SECONDS: Final = 10.0
"""So long a receiver has for all of it, from the connection to its status."""
ANSWER_MOST: Final = 64 * 1024
"""So many bytes are read until the status and its headers are there, then no more."""


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery: the receiver's status, or why there is none (`failure`: name,
    forbidden, certificate, silent, unreachable, malformed)."""

    status: int | None = None
    failure: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it. A redirect is none: it could lead anywhere."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def no_answer(self) -> bool:
        """Whether the receiver itself was not reached, whatever it was sent."""
        return self.status is None


def send(
    target: Target,
    headers: Headers,
    body: bytes,
    networks: Sequence[Network],
    *,
    seconds: float = SECONDS,
    lookup: Lookup = looked_up,
) -> Outcome:
    """Send a body once; follows no redirect, and raises nothing of what a receiver may do."""
    backend = _Checked(target, networks, lookup, time.monotonic() + seconds)
    pool = httpcore.ConnectionPool(
        ssl_context=_trusted() if target.secure else None, network_backend=backend
    )
    try:
        with pool, pool.stream("POST", target.url, headers=headers, content=body) as answer:
            return Outcome(status=answer.status)
    except NoAddress:
        return Outcome(failure="name")
    except NotAllowed:
        return Outcome(failure="forbidden")
    except httpcore.TimeoutException:
        return Outcome(failure="silent")
    except httpcore.ConnectError as error:
        return Outcome(failure="certificate" if _is_of_tls(error) else "unreachable")
    except (httpcore.ProtocolError, _TooMuch):
        return Outcome(failure="malformed")
    except httpcore.NetworkError:
        return Outcome(failure="unreachable")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _TooMuch(Exception):
    """The answer is longer than an answer's head can be."""


class _Checked(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, and to nothing else; `until` is the end of all
    of it, whatever trickles in."""

    def __init__(
        self, target: Target, networks: Sequence[Network], lookup: Lookup, until: float
    ) -> None:
        self._target, self._networks = target, networks
        self._lookup, self._until = lookup, until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = addresses_of(self._target, self._networks, self._lookup)
        for each in found[:-1]:
            try:
                return self._connect(each, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(found[-1], port)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        left = _left(self._until, httpcore.ConnectTimeout)
        return _Bounded(self._plain.connect_tcp(address, port, timeout=left), self._until)


class _Bounded(httpcore.NetworkStream):
    """A connection that ends at its time, and that reads no more than an answer's head."""

    def __init__(self, stream: httpcore.NetworkStream, until: float, read: int = 0) -> None:
        self._stream, self._until, self._read = stream, until, read

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._read >= ANSWER_MOST:
            raise _TooMuch
        found = self._stream.read(
            min(max_bytes, ANSWER_MOST), timeout=_left(self._until, httpcore.ReadTimeout)
        )
        self._read += len(found)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._until, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._until, httpcore.ConnectTimeout)
        return _Bounded(
            self._stream.start_tls(ssl_context, server_hostname, left), self._until, self._read
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, ended: Callable[[], Exception]) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise ended()
    return left
