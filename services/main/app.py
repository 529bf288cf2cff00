"""The app of a process: the calls and pages of the services that it runs."""

from collections.abc import Collection
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI

from services.intake import api as intake_api
from services.intake import pages as intake_pages
from services.intake.cases import Cases
from services.intake.erasing import Erasing
from services.intake.forums import Forums
from services.intake.suggesting import Nearby
from services.kernel.access.web import undeclared_routes
from services.kernel.condition import Condition, Figures
from services.kernel.keyring import Words
from services.kernel.web import accounts, master
from services.kernel.web.app import create_app
from services.main.parts import Parts
from services.publication import api as publication_api
from services.publication import pages as publication_pages
from services.publication.messages import api as messages_api
from services.publication.messages import hook as messages_hook
from services.publication.messages import pages as messages_pages
from services.publication.webhooks import api as webhooks_api
from services.publication.webhooks import pages as webhooks_pages
from services.reporting import (
    agenda_api,
    agenda_pages,
    rebuild_api,
    recap_api,
    recap_files,
    recap_pages,
    rollup_api,
    rules_api,
    rules_pages,
)
from services.reporting import api as reporting_api
from services.reporting import pages as reporting_pages
from services.reporting.agenda import Agenda
from services.reporting.monthly import Monthly
from services.reporting.proof import api as proof_api
from services.reporting.rollup import RollUps
from services.reporting.rules import RuleVersions
from services.resolution import accompanying_api, bundle_api
from services.resolution import api as resolution_api
from services.resolution import pages as resolution_pages
from services.resolution import recap_api as recap_form_api
from services.resolution.meetings import api as meetings_api
from services.resolution.pages import CaseLists
from services.resolution.pages import reminder_letters as reminder_letters_pages
from services.resolution.pages.evidence.sending import Bundles
from services.resolution.reminders import api as reminders_api
from services.resolution.reminders.letters import api as reminder_letters_api

SERVICES: Final = ("intake", "resolution", "publication", "reporting")
NAV: Final = (
    *resolution_pages.NAV,
    *intake_pages.NAV,
    *publication_pages.NAV,
    agenda_pages.NAV,
    *reporting_pages.NAV,
    accounts.NAV,
    master.NAV,
    webhooks_pages.NAV,
)


class Served(Protocol):
    """The process that an app is served by."""

    def failing(self) -> dict[str, str]:
        """What fails now, and how."""

    def missed(self) -> dict[str, str]:
        """What fails now without which requests are taken all the same, and how."""

    def condition(self) -> Condition:
        """How it stands."""


def create(
    parts: Parts,
    services: Collection[str],
    lists: CaseLists,
    nearby: Nearby,
    process: Served,
    more: Collection[APIRouter] = (),
) -> FastAPI:
    """Return the app of some services; `lists` and `nearby` answer across cases, `process` tells
    how it stands, `more` are routes of this way to run only.

    Raises RuntimeError for a route that declares no permission.
    """
    calls, pages = _routers(parts, services, lists, nearby)
    app = create_app(
        "Tanggap",
        # Tried in this order, and intake is called most.
        routers=[*calls, *pages, *more],
        packages=[f"services.{name}" for name in SERVICES],
        nav=NAV,
        zone=ZoneInfo(parts.settings.timezone),
        public_url=parts.settings.public_url,
        fleeting=parts.fleeting,
        access_log="all" if parts.settings.log_level == "debug" else "notable",
    )
    app.state.access, app.state.oidc = parts.access, parts.oidc
    app.state.ready, app.state.missed = process.failing, process.missed
    app.state.figures = Figures(process.condition, parts.clock)
    app.state.public_url = parts.settings.public_url
    if undeclared := undeclared_routes(app):
        raise RuntimeError(f"no permission is declared for {', '.join(undeclared)}")
    return app


def _routers(
    parts: Parts, services: Collection[str], lists: CaseLists, nearby: Nearby
) -> tuple[list[APIRouter], list[APIRouter]]:
    district = parts.district
    calls: list[APIRouter] = []
    pages: list[APIRouter] = []
    if "intake" in services:
        words = Words(parts.keyring)
        cases = Cases(lists.standing_of)
        erasing = Erasing(parts.intake, cases)
        forums = Forums(lists.meeting_of)
        calls.append(
            intake_api.router(parts.intake, parts.importing, lists.thread, cases, erasing, forums)
        )
        pages.append(
            intake_pages.router(
                parts.intake,
                parts.importing,
                words,
                nearby,
                cases,
                erasing,
                lists.ended,
                parts.survey_imports,
                forums,
                lists.thread,
                parts.settling,
            )
        )
    if "resolution" in services:
        resolution, words = parts.resolution, Words(parts.keyring)
        bundles = Bundles(resolution, lists, parts.survey_papers, words)
        calls += [
            resolution_api.router(resolution),
            accompanying_api.router(resolution),
            recap_form_api.router(resolution),
            meetings_api.router(resolution),
            bundle_api.router(bundles),
            reminders_api.router(resolution, lists),
            reminder_letters_api.router(parts.posting),
        ]
        pages += [
            resolution_pages.router(resolution, lists, words, bundles),
            reminder_letters_pages.router(parts.posting),
            accounts.router(district),
            master.router(district, lambda code: resolution.promises.calendar(code).overrides),
        ]
    if "publication" in services:
        words = Words(parts.keyring)
        calls += [
            publication_api.router(parts.publication, parts.proving),
            messages_api.router(parts.messaging),
            # Asked for late: in a district, intake's store is another's until a message comes.
            messages_hook.router(parts.messaging, lambda body: parts.listening.hear(body)),
            webhooks_api.router(parts.webhooks),
        ]
        pages += [
            publication_pages.router(parts.publication, parts.proving, words, district),
            messages_pages.router(parts.messaging),
            webhooks_pages.router(parts.webhooks, district),
        ]
    if "reporting" in services:
        reporting = parts.reporting
        monthly = Monthly(reporting, parts.recaps, district)
        rollups = RollUps(reporting, monthly, district)
        rules = RuleVersions(reporting, district)
        agenda = Agenda(reporting, district)
        calls += [
            reporting_api.router(reporting, district),
            recap_api.router(reporting, monthly, district),
            rollup_api.router(reporting, rollups),
            recap_files.router(reporting, monthly, rollups, district),
            rules_api.router(reporting, rules, district),
            agenda_api.router(reporting, agenda, district),
            rebuild_api.router(reporting),
            proof_api.router(reporting),
        ]
        pages += [
            recap_pages.router(monthly, rollups, district),
            rules_pages.router(rules, district),
            agenda_pages.router(reporting, agenda, district),
            reporting_pages.router(reporting, district),
        ]
    return calls, pages
