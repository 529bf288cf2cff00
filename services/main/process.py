"""One service of a district, as a process of its own: its app, and what it relays and follows
while it leads its store."""

from collections.abc import Sequence

from fastapi import FastAPI

from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.kernel.leader import Leader
from services.kernel.worker import Worker
from services.main.app import create
from services.main.asking import Questions, RemoteLists, internal_secret, router
from services.main.parts import WRITING, Parts
from services.main.settings import Settings


class Process(Parts):
    """The parts of one service, started and stopped together."""

    def __init__(
        self, name: str, settings: Settings, district: District, clock: Clock = system_clock
    ) -> None:
        super().__init__(settings, district, clock)
        self.name = name
        self._secret = internal_secret(self.folder.receipt_secret)
        self._leader = Leader(self.place(name), self._led) if name in WRITING else None
        self._own = [self.reporting.worker] if name == "reporting" else []

    def _led(self) -> Sequence[Worker]:
        follower = self.new_follower(self.name)
        return [*([follower.worker] if follower else []), self.new_relay(self.name).worker]

    def start(self) -> None:
        """Record the district file where it changed, and set the workers going."""
        if self.name == "intake":
            self.intake.record_district(self.folder.origin)
        elif self.name == "resolution":
            self.resolution.record_district()
        for worker in self._own:
            worker.start()
        if self._leader:
            self._leader.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand, then close the stores."""
        if self._leader:
            self._leader.stop()
        for worker in self._own:
            worker.stop()
        self.close()

    def failing(self) -> dict[str, str]:
        """Return the workers that fail now, and how."""
        workers = [*self._own, *(self._leader.workers if self._leader else ())]
        return {each.name: each.failure for each in workers if each.failure}

    def app(self) -> FastAPI:
        """Return the app of the service."""
        if self.name == "reporting":
            questions = Questions(self.reporting)
            more = [router(questions, self._secret)]
            app = create(self, [self.name], questions, questions.nearby, self.failing, more)
            self.reporting.log.on_news = app.state.live.wake
            return app
        assert self.settings.reporting_url is not None
        lists = RemoteLists(self.settings.reporting_url, self._secret)
        return create(self, [self.name], lists, lists.nearby, self.failing)
