"""A district's workers and their clock: Celery on Redis."""

import atexit
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final

import structlog
from billiard.process import active_children
from celery import Celery
from celery.exceptions import OperationalError
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready
from celery.worker import state

from services.kernel.district import District
from services.kernel.jobs import Jobs, celery_app
from services.kernel.queue import LIMIT_SECONDS, TICK_SECONDS, Queue, send_tick
from services.main.logs import configure_logs
from services.main.parts import JOBS, Parts
from services.main.settings import Settings
from services.main.telemetry import collected

log = structlog.get_logger()
PROCESSES: Final = 2
ALIVE: Final = "alive"
"""A file of the data folder, touched by a worker or clock that gets on."""
ALIVE_SECONDS: Final = 10.0
BROKER_SECONDS: Final = 3.0
"""So long a broker that says nothing is waited for: else a process would not end beside one."""


class Workers:
    """The tasks of some services, run in processes that each have the parts of their own."""

    def __init__(self, settings: Settings, district: District, services: Sequence[str]) -> None:
        self._settings, self._district = settings, district
        self._parts: Parts | None = None
        self._made: dict[str, Jobs] = {}
        self._spans = ExitStack()
        self.app = broker_app(settings)
        self._queues = [
            Queue(self.app, name, JOBS[name], lambda name=name: self._jobs(name))  # type: ignore[misc]
            for name in services
        ]
        worker_ready.connect(self._ready, weak=False)
        worker_process_init.connect(self._begin, weak=False)
        worker_process_shutdown.connect(self._end, weak=False)

    def _jobs(self, name: str) -> Jobs:
        if self._parts is None:
            self._parts = Parts(self._settings, self._district)
        if name not in self._made:
            self._made[name] = self._parts.new_jobs(name)
        return self._made[name]

    def _ready(self, sender: Any, **_given: object) -> None:
        sender.timer.call_repeatedly(ALIVE_SECONDS, alive(self._settings))

    def _begin(self, **_given: object) -> None:
        configure_logs(self._settings.log_level)
        self._spans.enter_context(collected("worker"))
        atexit.register(self._end)

    def _end(self, **_given: object) -> None:
        self._spans.close()
        parts, self._parts = self._parts, None
        if parts is not None:
            parts.close()


def run_worker(settings: Settings, district: District, services: Sequence[str]) -> None:
    """Run the tasks of these services until told to stop.

    A worker that fails begins anew, as the same process: where the broker goes away just as a
    message is acknowledged, kombu 5.7 fails of an AttributeError, and Celery ends for good (found
    by `make drill NAME=redis`).
    """
    failure = _work(Workers(settings, district, services).app, services)
    if state.should_stop is not None or state.should_terminate is not None:
        return
    configure_logs(settings.log_level)
    log.error("worker_failed", error=failure)
    for child in active_children():  # type: ignore[no-untyped-call]
        child.terminate()
        child.join(BROKER_SECONDS)
    time.sleep(TICK_SECONDS)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def _work(app: Celery, services: Sequence[str]) -> str | None:
    """Run Celery's worker to its end; return of what it failed, where that is told."""
    asked = [
        "worker",
        f"--queues={','.join(services)}",
        f"--hostname={'-'.join(services)}@%h",
        f"--concurrency={PROCESSES}",
        "--loglevel=WARNING",
        "--without-gossip",
        "--without-mingle",
    ]
    try:
        app.worker_main(asked)
    except Exception as error:
        return type(error).__name__
    return None


def run_scheduler(settings: Settings) -> None:
    """Tick for every service until told to stop.

    Whether to stop is looked at between two rounds, and nothing of a round waits for long.
    Celery's own clock is stopped by a signal's handler wherever it is, and that handler closes the
    connection, or makes what the interrupted line was just making: once in a hundred times it
    ended with a failure, or not at all.
    """
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    configure_logs(settings.log_level)
    app = broker_app(settings)
    # A tick that cannot be sent now is worth nothing later.
    app.conf.broker_transport_options |= {"max_retries": 1, "interval_start": 0}
    still_alive = alive(settings)
    while signal.sigtimedwait(stops, TICK_SECONDS) is None:
        still_alive()
        _send_ticks(app)


def _send_ticks(app: Celery) -> None:
    """Send each service's tick over one connection, or say that the broker is away."""
    try:
        with app.connection_for_write() as connection:
            for service in JOBS:
                send_tick(app, service, connection)
    except OperationalError as error:
        log.warning("no_tick", error=type(error.__cause__ or error).__name__)


def alive(settings: Settings) -> Callable[[], None]:
    """Return what shows that a process without a port gets on (for its health check)."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = settings.data / ALIVE
    file.touch()
    return file.touch


def broker_app(settings: Settings) -> Celery:
    """Return the Celery application on Redis."""
    assert settings.redis_url is not None
    app = celery_app()
    app.conf.update(
        broker_url=settings.redis_url.get_secret_value(),
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": LIMIT_SECONDS * 4,
            "socket_timeout": BROKER_SECONDS,
            "socket_connect_timeout": BROKER_SECONDS,
        },
        task_time_limit=LIMIT_SECONDS,
        # A message whose worker died is not put back: the due table sends it again, and counts.
        task_reject_on_worker_lost=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
    )
    return app
