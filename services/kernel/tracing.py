"""What belongs together across processes: one id from a request through its events to those who
follow them, in their log lines (`correlation`), on the stream (`ce_correlationid`) and, where
traces are collected, in the spans of one trace.

An id is made by the request that begins, or names the task or event that does; it holds no address
and no word. Spans are told to one function, set where a deployment collects them; else to nobody.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from structlog.typing import EventDict

Facts = Mapping[str, str | int]
_NONE: Facts = {}
_CURRENT: ContextVar[str] = ContextVar("correlation", default="")
_sink: "Sink | None" = None


class Sink(Protocol):
    """Takes a finished span."""

    def __call__(
        self, name: str, correlation: str, seconds: float, failed: bool, facts: Facts
    ) -> None:
        """`name` is a kind of work (a route's template, a task, an event's type), never a thing."""


def correlation() -> str:
    """Return the id of what this thread or request does now, "" for nothing in particular."""
    return _CURRENT.get()


@contextmanager
def correlated(id: str) -> Iterator[None]:
    """Let what is done within belong to an id."""
    before = _CURRENT.set(id)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def into_lines(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """Name in a log line what it belongs to (a processor of structlog)."""
    if id := _CURRENT.get():
        entry.setdefault("correlation", id)
    return entry


def collect(sink: Sink | None) -> None:
    """Have spans told to `sink` from now on; None: to nobody."""
    global _sink
    _sink = sink


def told(name: str, seconds: float, facts: Facts = _NONE, *, failed: bool = False) -> None:
    """Tell of a span that has just ended, belonging to the present id."""
    if _sink is not None:
        _sink(name, _CURRENT.get(), seconds, failed, facts)


@contextmanager
def span(name: str) -> Iterator[None]:
    """Tell of the work within as a span; one that raises has failed."""
    if _sink is None:
        yield
        return
    began, failed = time.perf_counter(), True
    try:
        yield
        failed = False
    finally:
        told(name, time.perf_counter() - began, failed=failed)
