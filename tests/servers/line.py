"""A line between two machines, on loopback: bytes go through until it is cut."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """Leads whoever connects to `near` on to `far` (`host:port`); a cut breaks what is open and
    lets nobody in."""

    def __init__(self, near: str, far: str) -> None:
        self._near, self._far = near, far
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Let people through."""
        asyncio.run_coroutine_threadsafe(self._join(), self._loop).result()

    def cut(self) -> None:
        """Break what is open, and let nobody in."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()

    def close(self) -> None:
        """Cut it for good."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _join(self) -> None:
        host, _, port = self._near.rpartition(":")
        self._server = await asyncio.start_server(self._through, host, int(port))

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._far.rpartition(":")
        try:
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        if self._server is None:  # it was cut meanwhile
            writer.transport.abort()
            far_writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._open |= ends
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        self._open -= ends


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@contextmanager
def line(near: str, far: str) -> Iterator[Line]:
    """Join a line until the block ends."""
    found = Line(near, far)
    found.join()
    try:
        yield found
    finally:
        found.close()
