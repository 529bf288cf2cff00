"""A node: all four services in one process, on files in one folder, behind one port."""

from fastapi import FastAPI

from services.kernel.clock import Clock, system_clock
from services.kernel.condition import Condition, HandoverState, condition
from services.kernel.district import District
from services.kernel.relay import Relay
from services.kernel.text import Text
from services.kernel.web.readonly import READ_ONLY, read_only_for
from services.main.app import SERVICES, create
from services.main.backup.erased import Following
from services.main.backup.scheduled import scheduled
from services.main.lists import CasesOf
from services.main.outboxes import OwnOutboxes
from services.main.parts import JOBS, WRITING, Parts
from services.main.settings import Settings
from services.main.watching import Here, process_name
from services.resolution.reminders.reminding import begin_reminding


class Node(Parts):
    """The parts of a node, started and stopped together; opening it upgrades its stores.

    `uplinks` are the relays to a district's stream, where there is one (an edge).
    """

    uplinks: tuple[Relay, ...] = ()
    reads_without_secrets = True

    def __init__(self, settings: Settings, district: District, clock: Clock = system_clock) -> None:
        super().__init__(settings, district, clock)
        self.access  # noqa: B018 - opened with the others, so that one start makes every store
        self.followers = {each.name: each for name in WRITING for each in self.new_followers(name)}
        self.relays = {name: self.new_relay(name) for name in WRITING}
        self.jobs = tuple(self.new_jobs(name) for name in JOBS)
        self.outboxes = OwnOutboxes([self.service(name) for name in WRITING])
        self.watch = Here(self.condition, tuple(self.followers.values()), clock)
        self.erased = self._following()
        self.backups = scheduled(settings, self.folder.origin, clock, following=self.erased)
        self.read_only = self._lost()
        self.workers = (
            [self.reporting.worker]
            if self.read_only
            else [
                self.reporting.worker,
                self.signing.worker,
                *(follower.worker for follower in self.followers.values()),
                *(relay.worker for relay in self.relays.values()),
                *(jobs.worker for jobs in self.jobs),
                *([self.backups.worker] if self.backups else []),
                *([self.erased.worker] if self.erased else []),
            ]
        )

    def _following(self) -> Following | None:
        settings, folder = self.settings, self.folder
        if settings.backups is None:
            return None
        return Following(
            settings.backups, folder.origin, self.keyring, folder.master_key, self.clock
        )

    def start(self) -> None:
        """Record the district file where it changed, and set the workers going."""
        if not self.read_only:
            self.folder.keep_district(self.district.text)
            self.record_district()
            begin_reminding(self.resolution, self.homed)
            self.listening.begin()
            self.bounces.begin()
        for worker in self.workers:
            worker.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand, then close the stores."""
        for worker in self.workers:
            worker.stop()
        self.close()

    def failing(self) -> dict[str, str]:
        """Return the workers that fail now, and how."""
        found = {each.name: each.failure for each in self.workers if each.failure}
        return found | ({READ_ONLY: self.folder.lost.name} if self.folder.lost else {})

    def missed(self) -> dict[str, str]:
        """A node has all that it needs in itself."""
        return {}

    def condition(self) -> Condition:
        """Return how the node stands."""
        return condition(
            process_name(),
            SERVICES,
            self.folder.path,
            leads=True,
            relays=(*self.relays.values(), *self.uplinks),
            followers=tuple(self.followers.values()),
            jobs=self.jobs,
            log=self.reporting.condition_of_log,
            failing=self.failing(),
            handovers=self.handovers,
            backups=self.backups.state if self.backups else list,
            mailboxes=self.bounces.state,
        )

    def _lost(self) -> Text | None:
        """Return why nothing is written here; None where all secrets are there."""
        self.keyring  # noqa: B018 - opened, it shows whether its key is the one
        lost = self.folder.lost
        return None if lost is None else read_only_for(lost.name)

    def handovers(self) -> list[HandoverState]:
        """Return what waits to go to another origin: of a node alone, nothing."""
        return []

    def app(self) -> FastAPI:
        """Return the app of all four services."""
        reporting = self.reporting
        lists = CasesOf(reporting, self.district, self.incoming_owed)
        app = create(self, SERVICES, lists, reporting.nearby, self)
        app.state.read_only = self.read_only
        reporting.log.on_news = self.ring_news
        return app
