"""One service of a district, as a process of its own: its app, and what it relays and follows
while it leads its store."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI

from services.intake.filled import contacts_of
from services.intake.leaving import Leaving
from services.kernel.clock import Clock, system_clock
from services.kernel.condition import Condition, HandoverState, clock_ahead, condition
from services.kernel.district import SHIPPED, District
from services.kernel.follower import Follower
from services.kernel.handover.desk import Desk
from services.kernel.handover.routes import router as handover_router
from services.kernel.leader import Leader
from services.kernel.relay import Relay
from services.kernel.store.incarnations import number_of, source_of
from services.kernel.worker import Worker
from services.main.app import create
from services.main.asking import Questions, RemoteLists, internal_secret, router
from services.main.backup.scheduled import Scheduled, scheduled, with_district
from services.main.endpoint import check_endpoint, named
from services.main.outboxes import OwnOutboxes, RemoteOutboxes, outbox_router
from services.main.parts import JOBS, WRITING, Parts
from services.main.settings import Settings
from services.main.survey_papers import SurveyPapersOf, address_router, papers_router
from services.main.watching import Register, Teller, process_name, queue_router
from services.resolution.reminders.reminding import begin_reminding
from services.resolution.sharing import KeysNoted


class Process(Parts):
    """The parts of one service, started and stopped together; `file` is the district file that
    backups hold, which an endpoint with a store of its own makes itself."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        district: District,
        clock: Clock = system_clock,
        *,
        port: int = 0,
        file: Path = SHIPPED,
    ) -> None:
        super().__init__(settings, district, clock)
        self.name = name
        self.stream  # noqa: B018 - a wrong topic stops the start, brokers that are away do not
        self._secret = internal_secret(self.folder.receipt_secret)
        self._relays: tuple[Relay, ...] = ()
        self._followers: tuple[Follower, ...] = ()
        self._register: Register | None = None
        self._leader: Leader | None = None
        self._backups: Scheduled | None = None
        self._jobs = (self.new_jobs(name),) if name in JOBS else ()
        if name == "intake":
            check_endpoint(settings, district)
        if name == "reporting":
            self.watch = self._register = Register(
                WRITING, self.condition, self.edges.listed, self._secret, clock
            )
            # All stores of an origin begin anew together, so that its own tells of the others'.
            sources = {
                source_of(self.folder.origin, each, number_of(source)): each
                for source in self.recaps.incarnations.sources
                for each in WRITING
                if each != name
            }
            self.outboxes = self._asked = RemoteOutboxes(
                sources, self._register.address_of, self._secret, OwnOutboxes([self.recaps])
            )
            self._own = [self.reporting.worker, self.signing.worker]
        else:
            assert settings.reporting_url is not None
            teller = Teller(settings.reporting_url, self._secret, self.condition, port)
            self._own = [teller.worker]
            if settings.own_store:
                # Alone on its store: it relays and follows, and does itself what is due there.
                self._relays = (self.new_relay(name),)
                self._followers = self.new_followers(name)
                self._own += [each.worker for each in self._followers]
                self._own += [each.worker for each in (*self._relays, *self._jobs)]
                command = with_district(file)
                self._backups = scheduled(settings, self.folder.origin, clock, command)
                self._own += [self._backups.worker] if self._backups else []
        if not settings.own_store:
            self._leader = Leader(self.place(name), self._led)

    def _led(self) -> Sequence[Worker]:
        self._followers = self.new_followers(self.name)
        self._relays = (self.new_relay(self.name),)
        led: list[Worker] = [each.worker for each in self._followers]
        led += [each.worker for each in self._relays]
        if self.name == "resolution":
            led.append(KeysNoted(self.resolution, self.keyring).worker)
        return led

    def condition(self) -> Condition:
        """Return how this process stands."""
        leads = self._leader is None or self._leader.leads
        service = self.service(self.name)
        found = condition(
            process_name(),
            [self.name],
            self.folder.path,
            leads=leads,
            relays=self._relays if leads else (),
            followers=self._followers if leads else (),
            jobs=self._jobs if leads else (),
            log=self.reporting.condition_of_log if self._register else None,
            failing=self.failing() | self.missed(),
            handovers=self._handovers if leads and self.name == "intake" else list,
            mailboxes=self.bounces.state if leads and self.name == "publication" else list,
            backups=self._backups.state if self._backups else list,
            clock_ahead_seconds=lambda: clock_ahead(service, self.clock),
        )
        return (
            named(found, f"{self.name}@{self.folder.origin}") if self.settings.own_store else found
        )

    def _handovers(self) -> list[HandoverState]:
        """Return what waits here for each edge that fetches it."""
        homes = {each.home for each in self.district.all_puskesmas if each.home}
        found = []
        for home in sorted(homes - {self.folder.origin}):
            keys, files, since = Leaving(self.intake).counts(self.places_of(home))
            found.append(HandoverState(peer=home, keys=keys, files=files, oldest_since=since))
        return found

    def start(self) -> None:
        """Record the district file where it changed, and set the workers going."""
        if self.name == "intake":
            if not self.settings.own_store:
                self.intake.record_district(self.declares)
            self.listening.begin()
        elif self.name == "resolution":
            self.resolution.record_district()
            begin_reminding(self.resolution, self.homed)
        elif self.name == "publication":
            self.bounces.begin()
        for worker in (*self.fleeting.workers, *self._own):
            worker.start()
        if self._leader:
            self._leader.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand, then close the stores."""
        if self._leader:
            self._leader.stop()
        for worker in (*self._own, *self.fleeting.workers):
            worker.stop()
        if self._register:
            self._register.close()
            self._asked.close()
        self.close()

    def failing(self) -> dict[str, str]:
        """Return the workers that fail now, and how."""
        workers = [*self._own, *(self._leader.workers if self._leader else ())]
        return {each.name: each.failure for each in workers if each.failure}

    def missed(self) -> dict[str, str]:
        """Return what fails now without which requests are taken all the same, and how."""
        return {each.name: each.failure for each in self.fleeting.workers if each.failure}

    def app(self) -> FastAPI:
        """Return the app of the service."""
        if self._register:
            questions = Questions(self.reporting, self.district)
            more = [
                router(questions, self._secret),
                self._register.router(self._secret),
                address_router(self._register.address_of, self._secret),
            ]
            app = create(self, [self.name], questions, questions.nearby, self, more)
            self.reporting.log.on_news = self.ring_news
            return app
        assert self.settings.reporting_url is not None
        lists = RemoteLists(self.settings.reporting_url, self._secret, self.incoming_owed)
        more = [
            queue_router(lambda: self._followers, self._secret),
            outbox_router(self.service(self.name), self._secret),
        ]
        if self.name == "intake":
            more.append(handover_router(self._desk(lists)))
            papers = SurveyPapersOf(self.intake, self.keyring)
            more.append(papers_router(papers, self.access, self._secret))
        return create(self, [self.name], lists, lists.nearby, self, more)

    def _desk(self, lists: RemoteLists) -> Desk:
        """Return what answers edges: in intake's processes, for there the files lie."""
        return Desk(
            self.pair,
            self.edges,
            self.keyring,
            Leaving(self.intake),
            lists.thread,
            self.home_of,
            self.places_of,
            contacts_of,
            lists.notes_of,
        )
