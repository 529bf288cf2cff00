"""A district's workers and their clock: Celery on Redis."""

import atexit
from collections.abc import Callable, Sequence
from typing import Any, Final

from celery import Celery
from celery.beat import Scheduler
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from services.kernel.district import District
from services.kernel.jobs import Jobs, celery_app
from services.kernel.queue import LIMIT_SECONDS, Queue, clock
from services.main.parts import JOBS, Parts
from services.main.serve import configure_logs
from services.main.settings import Settings

PROCESSES: Final = 2
ALIVE: Final = "alive"
"""A file of the data folder, touched by a worker or clock that gets on."""
ALIVE_SECONDS: Final = 10.0


class Workers:
    """The tasks of some services, run in processes that each have the parts of their own."""

    def __init__(self, settings: Settings, district: District, services: Sequence[str]) -> None:
        self._settings, self._district = settings, district
        self._parts: Parts | None = None
        self._made: dict[str, Jobs] = {}
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
        sender.timer.call_repeatedly(ALIVE_SECONDS, _alive(self._settings))

    def _begin(self, **_given: object) -> None:
        configure_logs(self._settings.log_level)
        atexit.register(self._end)

    def _end(self, **_given: object) -> None:
        parts, self._parts = self._parts, None
        if parts is not None:
            parts.close()


def run_worker(settings: Settings, district: District, services: Sequence[str]) -> None:
    """Run the tasks of these services until told to stop."""
    workers = Workers(settings, district, services)
    workers.app.worker_main(
        [
            "worker",
            f"--queues={','.join(services)}",
            f"--hostname={'-'.join(services)}@%h",
            f"--concurrency={PROCESSES}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def run_scheduler(settings: Settings) -> None:
    """Tick for every service until told to stop."""
    app = broker_app(settings)
    app.conf.beat_schedule = clock(tuple(JOBS))
    alive = _alive(settings)

    class Clock(Scheduler):
        """Celery's own, which shows that it goes."""

        def tick(self, *given: Any, **named: Any) -> Any:
            alive()
            return super().tick(*given, **named)  # type: ignore[no-untyped-call]

    app.Beat(loglevel="WARNING", schedule="", scheduler_cls=Clock, pidfile=None, quiet=True).run()


def _alive(settings: Settings) -> Callable[[], None]:
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
        broker_transport_options={"visibility_timeout": LIMIT_SECONDS * 4},
        task_time_limit=LIMIT_SECONDS,
        # A message whose worker died is not put back: the due table sends it again, and counts.
        task_reject_on_worker_lost=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
    )
    return app
