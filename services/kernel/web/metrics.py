"""The figures of the web layer for `/metrics`; labels are route templates, never addresses."""

from prometheus_client import Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

_SECONDS = Histogram(
    "tanggap_http_request_seconds",
    "Time to the first byte of the answer, by route template",
    ("method", "route", "status"),
    buckets=_BUCKETS,
)
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_known: dict[tuple[str, str, int], Histogram] = {}


def known_method(method: str) -> str:
    """Return a method that may be shown: it is the client's own word."""
    return method if method in _METHODS else "other"


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    key = (method, route, status)
    child = _known.get(key)
    if child is None:
        named = known_method(method)
        child = _known[(named, route, status)] = _SECONDS.labels(named, route, str(status))
    child.observe(seconds)
