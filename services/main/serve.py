"""Runs a node behind one port until it is told to stop."""

import structlog
import uvicorn

from services.kernel.district import District
from services.main.node import Node, node_app
from services.main.settings import Settings

GRACE_SECONDS = 3


def configure_logs(level: str) -> None:
    """Write JSON lines to standard error, from `level` on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def serve_node(settings: Settings, district: District, host: str, port: int) -> None:
    """Serve a node; SIGTERM or Ctrl+C finishes what is accepted and returns."""
    configure_logs(settings.log_level)
    node = Node(settings, district)
    node.start()
    try:
        uvicorn.run(
            node_app(node),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    finally:
        node.stop()
