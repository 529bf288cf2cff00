"""A node: all four services in one process, on files in one folder, behind one port."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import uuid_utils.compat
from fastapi import FastAPI

from services.intake import api as intake_api
from services.intake import pages as intake_pages
from services.intake.application import Intake
from services.intake.importing import Importing
from services.intake.jobs import tasks as intake_tasks
from services.kernel.access.store import AccessStore
from services.kernel.access.web import undeclared_routes
from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.follower import Follower
from services.kernel.jobs import Jobs, celery_app
from services.kernel.keyring import Keyring, Pool, Words
from services.kernel.relay import Relay
from services.kernel.stream import EmbeddedStream
from services.kernel.web.app import create_app
from services.main.folder import open_folder
from services.main.lists import CasesOf
from services.main.settings import Settings
from services.publication import api as publication_api
from services.publication import pages as publication_pages
from services.publication.application import Publishing
from services.publication.policy import policy as publication_policy
from services.reporting import api as reporting_api
from services.reporting import pages as reporting_pages
from services.reporting.application import Reporting
from services.resolution import accompanying_api
from services.resolution import api as resolution_api
from services.resolution import pages as resolution_pages
from services.resolution.application import Resolution
from services.resolution.jobs import tasks as resolution_tasks
from services.resolution.policy import policy as resolution_policy


class Node:
    """The parts of a node, put together; `start` sets them going, `stop` finishes what is begun."""

    def __init__(self, settings: Settings, district: District, clock: Clock = system_clock) -> None:
        self.settings = settings
        self.district = district
        self.folder = folder = open_folder(settings)
        self.access = AccessStore(folder.store("access.sqlite"), clock)
        self.keyring = Keyring(
            folder.store("keyring.sqlite"), folder.master_key, clock, Pool(os.urandom)
        )
        self.stream = EmbeddedStream(folder.store("stream.sqlite"), clock)
        self.intake = Intake(
            folder.store("intake.sqlite"),
            folder.origin,
            clock,
            self.keyring,
            district,
            uuid_utils.compat.uuid7,
            folder.receipt_secret,
        )
        self.importing = Importing(self.intake, self.keyring, uuid_utils.compat.uuid7)
        self.resolution = Resolution(
            folder.store("resolution.sqlite"), folder.origin, clock, self.keyring, district
        )
        self.publishing = Publishing(
            folder.store("publication.sqlite"),
            folder.origin,
            clock,
            self.keyring,
            district.allow_same_approver,
        )
        self.followers = {
            "resolution": Follower(
                self.resolution,
                resolution_policy(self.is_home, self.resolution.promises),
                self.stream,
            ),
            "publication": Follower(self.publishing, publication_policy(self.is_home), self.stream),
        }
        self.reporting = Reporting(
            folder.store("reporting.duckdb"),
            self.stream,
            clock,
            followed=tuple(self.followers.values()),
        )
        writing = (self.intake, self.resolution, self.publishing)
        self.relays = {each.name: Relay(each, self.stream) for each in writing}
        celery = celery_app()
        self.jobs = (
            Jobs(self.intake, intake_tasks(self.importing), celery),
            Jobs(self.resolution, resolution_tasks(self.resolution), celery),
        )
        self.workers = [
            self.reporting.worker,
            *(follower.worker for follower in self.followers.values()),
            *(relay.worker for relay in self.relays.values()),
            *(jobs.worker for jobs in self.jobs),
        ]

    def is_home(self, puskesmas: str) -> bool:
        """Say whether this origin is the home of a Puskesmas (design: home)."""
        try:
            home = self.district.puskesmas(puskesmas).home
        except NotFound:
            return False  # another district file's; a follower must not stop at it
        return home is None or home == self.folder.origin

    def start(self) -> None:
        """Record the district file where it changed, and set the workers going."""
        self.intake.record_district(self.folder.origin)
        self.resolution.record_district()
        for worker in self.workers:
            worker.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand, then close the stores."""
        for worker in self.workers:
            worker.stop()
        self.close()

    def close(self) -> None:
        """Close the stores: sources before the stream they write to."""
        for service in (self.intake, self.resolution, self.publishing):
            service.close()
        self.reporting.close()
        self.stream.close()
        self.keyring.close()
        self.access.close()

    def failing(self) -> dict[str, str]:
        """Return the workers that fail now, and how."""
        return {each.name: each.failure for each in self.workers if each.failure}


def node_app(node: Node) -> FastAPI:
    """Return the web application of a node; raises RuntimeError for an undeclared route."""
    words = Words(node.keyring)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(
        "Tanggap",
        lifespan=lifespan,
        routers=[
            # Tried in this order, and intake is called most.
            intake_api.router(node.intake, node.importing),
            resolution_api.router(node.resolution),
            accompanying_api.router(node.resolution),
            publication_api.router(node.publishing),
            reporting_api.router(node.reporting, node.district),
            intake_pages.router(node.intake, node.importing, words),
            resolution_pages.router(node.resolution, CasesOf(node.reporting), words),
            publication_pages.router(node.publishing, words, node.district),
            reporting_pages.router(node.reporting, node.district),
        ],
        packages=[
            "services.intake",
            "services.resolution",
            "services.publication",
            "services.reporting",
        ],
        nav=[
            *resolution_pages.NAV,
            *intake_pages.NAV,
            *publication_pages.NAV,
            *reporting_pages.NAV,
        ],
        zone=ZoneInfo(node.settings.timezone),
        public_url=node.settings.public_url,
    )
    app.state.access = node.access
    node.reporting.log.on_news = app.state.live.wake
    app.state.ready = node.failing
    app.state.public_url = node.settings.public_url
    if undeclared := undeclared_routes(app):
        raise RuntimeError(f"no permission is declared for {', '.join(undeclared)}")
    return app
