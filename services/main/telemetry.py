"""Traces for whoever collects them, by OpenTelemetry's own settings (OTEL_EXPORTER_OTLP_ENDPOINT).

Nothing of it is loaded where those are not set. Spans are ours and few: a request by its route's
template, an event that a service followed, a task. All that belongs to one correlation id is one
trace, whichever process it ran in: the trace's id is made of it, so that nothing need travel.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from services.kernel import tracing

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_FLUSH_MILLISECONDS: Final = 3_000


@contextmanager
def collected(service: str) -> Iterator[None]:
    """Export the spans of this process until the block ends, if a collector is set."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or not any(os.environ.get(name) for name in ENDPOINTS):
        yield
        return
    end = _begin(service)
    try:
        yield
    finally:
        end()


def _begin(service: str) -> Callable[[], None]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        Status,
        StatusCode,
        TraceFlags,
        set_span_in_context,
    )

    # What OTEL_SERVICE_NAME says stands before our name for it.
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"tanggap-{service}"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("tanggap")

    def told(
        name: str, correlation: str, seconds: float, failed: bool, facts: tracing.Facts
    ) -> None:
        context, attributes = None, dict(facts)
        if correlation:
            digest = hashlib.blake2b(correlation.encode(), digest_size=24).digest()
            above = SpanContext(
                trace_id=int.from_bytes(digest[:16]),
                span_id=int.from_bytes(digest[16:]),
                is_remote=True,
                trace_flags=TraceFlags(TraceFlags.SAMPLED),
            )
            context = set_span_in_context(NonRecordingSpan(above))
            attributes["tanggap.correlation"] = correlation
        ended = time.time_ns()
        began = ended - int(seconds * 1e9)
        span = tracer.start_span(name, context, attributes=attributes, start_time=began)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def end() -> None:
        tracing.collect(None)
        provider.force_flush(_FLUSH_MILLISECONDS)
        provider.shutdown()

    tracing.collect(told)
    return end
