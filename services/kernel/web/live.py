"""Tells open pages that something is new, by server-sent events, and ends cleanly.

A stream says how much is new for its reader since their page was made; nothing moves on the page
until they ask. It ends when the tab closes, the session ends, or the server stops, and there are
only so many: whoever comes beyond that is told not to ask again, and the page works without.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

MOST: Final = 200
MOST_OF_ONE: Final = 8
HEARTBEAT: Final = 15.0
"""Seconds of silence after which a line is sent, so that a dead line is noticed."""
PAUSE: Final = 1.0
"""Seconds between two looks for one reader: under load, news come together."""
RETRY: Final = 5000
"""Milliseconds after which a browser whose stream broke asks again."""

News = Callable[[], dict[str, int] | None]
"""Looks how much is new; None says that the reader's session has ended."""


class Live:
    """The open streams of a process; `app.state.live`. `wake` may be called from any thread."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._streams: dict[_Stream, str] = {}
        self._closed = False

    def open(self, account: str, news: News) -> Response:
        """Return a stream for an account, or 204 (ask no more) when there are too many."""
        mine = Counter(self._streams.values())[account]
        if self._closed or len(self._streams) >= self._most or mine >= self._most_of_one:
            return Response(status_code=204)
        stream = _Stream(asyncio.get_running_loop())
        self._streams[stream] = account
        return StreamingResponse(
            self._told(stream, news),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    def wake(self) -> None:
        """Have every stream look again: something was recorded, or a session ended."""
        for stream in list(self._streams):
            stream.wake()

    def close(self) -> None:
        """End every stream, and open no more: the server stops."""
        self._closed = True
        for stream in list(self._streams):
            stream.end()

    async def _told(self, stream: "_Stream", news: News) -> AsyncIterator[bytes]:
        told: dict[str, int] | None = {}
        try:
            yield b"retry: %d\n\n" % RETRY
            while not self._closed:
                stream.due.clear()
                found = await run_in_threadpool(news)
                if found is None:
                    yield b"event: ended\ndata: {}\n\n"
                    return
                if found != told:
                    told = found
                    yield b"event: news\ndata: %b\n\n" % msgspec.json.encode(found)
                else:
                    yield b":\n\n"
                await self._rest(stream)
        finally:
            self._streams.pop(stream, None)

    async def _rest(self, stream: "_Stream") -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(stream.due.wait(), HEARTBEAT)
            await asyncio.wait_for(stream.over.wait(), PAUSE)


class _Stream:
    """One open stream: an event of the loop on which it is sent."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.due = asyncio.Event()
        self.over = asyncio.Event()

    def end(self) -> None:
        """Let it end at once."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.over.set)
        self.wake()

    def wake(self) -> None:
        """Let it look again."""
        with suppress(RuntimeError):  # the loop has ended, and the stream with it
            self._loop.call_soon_threadsafe(self.due.set)
