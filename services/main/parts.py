"""The services of a deployment, on what it stands on (`deployment.py`): each made when first asked
for. A node asks for all of them, a district's process for those of its service."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Final

import uuid_utils.compat

from services.intake.application import Intake
from services.intake.cases import Cases
from services.intake.erasing import TASK as ERASE
from services.intake.erasing import Erasing
from services.intake.imported import TASK as IMPORT
from services.intake.importing import Importing
from services.intake.incoming.listening import LISTEN, Listening
from services.intake.incoming.settling import Settling
from services.intake.incoming.tables import SETTLE
from services.intake.jobs import tasks as intake_tasks
from services.intake.policy import policy as intake_policy
from services.intake.surveys.application import Surveys
from services.intake.surveys.importing import SurveyImports
from services.kernel.follower import Follower
from services.kernel.jobs import Jobs, Task
from services.kernel.policy import Policy
from services.kernel.proof import Signer
from services.kernel.relay import Relay
from services.kernel.store import Service
from services.main.asking import RemoteLists, internal_secret
from services.main.deployment import Deployment
from services.main.incoming import listening, media, owed
from services.main.lists import CasesOf
from services.main.senders import mailbox, senders_to_staff
from services.main.survey_papers import RemoteSurveyPapers, SurveyPapersOf, remote
from services.publication.application import Publishing
from services.publication.jobs import tasks as publication_tasks
from services.publication.messages.application import SEND, Messaging
from services.publication.messages.bounces import READ, Bounces
from services.publication.messages.sending import Sending
from services.publication.policy import policy as publication_policy
from services.publication.proving import Proving
from services.publication.scheduling import TASK as RELEASE
from services.publication.scheduling import Scheduling
from services.publication.webhooks.application import DELIVER, Webhooks
from services.publication.webhooks.following import WebhookFollower
from services.reporting.application import Reporting
from services.reporting.outboxes import NoOutboxes, Outboxes
from services.reporting.processes import Nobody, Watch
from services.reporting.proof.signing import Signing
from services.reporting.proof.verifying import AtDistrict
from services.reporting.recaps import Recaps
from services.resolution.application import Resolution
from services.resolution.jobs import MAIL, OVERDUE, REMIND
from services.resolution.jobs import tasks as resolution_tasks
from services.resolution.policy import policy as resolution_policy
from services.resolution.reminders.letters.application import Posting
from services.resolution.reminders.letters.sending import Sending as SendingDigests
from services.resolution.reminders.reminding import Reminding

WRITING: Final = ("intake", "resolution", "publication", "reporting")
JOBS: Final = {
    "intake": (IMPORT, ERASE, LISTEN, SETTLE),
    "resolution": (OVERDUE, REMIND, MAIL),
    "publication": (RELEASE, SEND, READ, DELIVER),
}
"""By service, the names of what it does later."""
STORES: Final = (*WRITING, "keyring", "access")


class Parts(Deployment):
    """The parts of one deployment. Whoever asks for one closes all of them in the end.

    `watch` is what reporting shows of the processes that relay and follow, `outboxes` what it
    makes the facts of anew when it is asked for that from the stores, `at_district` whom it asks
    for the checkpoints of this origin that are kept there.
    """

    watch: Watch = Nobody()
    outboxes: Outboxes = NoOutboxes()
    at_district: AtDistrict | None = None

    @cached_property
    def intake(self) -> Intake:
        """The service of what comes in."""
        return Intake(
            self.place("intake"),
            self.folder.origin,
            self.clock,
            self.keyring,
            self.district,
            uuid_utils.compat.uuid7,
            self.folder.receipt_secret,
            self.attachments,
            self.home_of,
            self.settings.puskesmas,
        )

    @cached_property
    def importing(self) -> Importing:
        """Intake's way in for whole files."""
        return Importing(self.intake, self.keyring, uuid_utils.compat.uuid7)

    @cached_property
    def survey_imports(self) -> SurveyImports:
        """Intake's way in for files of a survey's answers."""
        return SurveyImports(Surveys(self.intake), uuid_utils.compat.uuid7)

    @cached_property
    def listening(self) -> Listening:
        """Intake's way in for messages that come by themselves."""
        return listening(self.settings, self.intake, self.homed)

    @cached_property
    def settling(self) -> Settling:
        """What follows from such messages later."""
        return Settling(self.intake, media(self.settings))

    @cached_property
    def cases(self) -> Cases:
        """What the case of a complaint still allows, asked of reporting where it runs."""
        if self.settings.reporting_url is None:
            # Reporting is opened with the others, by when it is known whom it watches.
            return Cases(lambda complaint: self.reporting.standing_of(complaint))
        secret = internal_secret(self.folder.receipt_secret)
        return Cases(RemoteLists(self.settings.reporting_url, secret).standing_of)

    @cached_property
    def survey_papers(self) -> SurveyPapersOf | RemoteSurveyPapers:
        """Intake's papers of surveys, asked of its process where that is another."""
        if self.settings.reporting_url is None:
            return SurveyPapersOf(self.intake, self.keyring)
        secret = internal_secret(self.folder.receipt_secret)
        return remote(self.settings.reporting_url, secret)

    @cached_property
    def lists(self) -> CasesOf | RemoteLists:
        """Who answers across cases: reporting, in this process or in one of its own."""
        if self.settings.reporting_url is None:
            return CasesOf(self.reporting, self.district, self.incoming_owed)
        secret = internal_secret(self.folder.receipt_secret)
        return RemoteLists(self.settings.reporting_url, secret, self.incoming_owed)

    def incoming_owed(self, puskesmas: Collection[str]) -> list[dict[str, Any]]:
        """Return what is owed to those who wrote by SMS or WhatsApp: intake knows, whose store is
        opened where it is another's."""
        return owed(self.intake, puskesmas)

    @cached_property
    def erasing(self) -> Erasing:
        """Intake's way to erase a person."""
        return Erasing(self.intake, self.cases)

    @cached_property
    def resolution(self) -> Resolution:
        """The service of the cases."""
        return Resolution(
            self.place("resolution"), self.folder.origin, self.clock, self.keyring, self.district
        )

    @cached_property
    def publication(self) -> Publishing:
        """The service of what goes out."""
        return Publishing(
            self.place("publication"),
            self.folder.origin,
            self.clock,
            self.keyring,
            self.district.allow_same_approver,
        )

    @cached_property
    def proving(self) -> Proving:
        """What keeps the proofs of what went out."""
        return Proving(self.publication, self.attachments, uuid_utils.compat.uuid7)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Publication's receivers of events."""
        return Webhooks(
            self.publication,
            self.folder.receipt_secret,
            tuple(self.settings.webhook_networks),
            [each.code for each in self.district.all_puskesmas],
        )

    @cached_property
    def posting(self) -> Posting:
        """Resolution's digests by e-mail or WhatsApp."""
        ways = senders_to_staff(self.settings, self.senders)
        secret = self.folder.receipt_secret
        return Posting(self.resolution, ways, self.settings.public_url, secret)

    @cached_property
    def messaging(self) -> Messaging:
        """Publication's messages to complainants."""
        return Messaging(
            self.publication,
            self.keyring,
            self.district,
            self.senders,
            self.settings.public_url,
            self.folder.receipt_secret,
            uuid_utils.compat.uuid7,
        )

    @cached_property
    def bounces(self) -> Bounces:
        """Publication's mailbox to which e-mails come back, those of resolution, too."""
        # In a district resolution's store is another's, which is opened when one of its letters
        # came back.
        return Bounces(
            self.messaging, mailbox(self.settings), lambda report: self.posting.came_back(report)
        )

    @cached_property
    def reporting(self) -> Reporting:
        """The service that answers questions."""
        path = self.folder.store("reporting.duckdb")
        return Reporting(
            path,
            self.stream,
            self.clock,
            watch=self.watch,
            outboxes=self.outboxes,
            at_district=self.at_district,
            memory=self.settings.reporting_memory,
        )

    @cached_property
    def recaps(self) -> Recaps:
        """What reporting itself writes."""
        return Recaps(self.place("reporting"), self.folder.origin, self.clock)

    @cached_property
    def signing(self) -> Signing:
        """What builds the trees over the logs and signs for this origin."""
        signer = Signer.of(self.folder.origin, self.folder.master_key)
        return Signing(self.reporting.store, self.recaps, signer, self.clock)

    def service(self, name: str) -> Service:
        """Return what a service writes to, by the service's name."""
        found: Service = getattr(self, {"reporting": "recaps"}.get(name, name))
        return found

    def new_relay(self, name: str) -> Relay:
        """Return a new relay of a service's events."""
        return Relay(self.service(name), self.stream)

    def new_followers(self, name: str) -> tuple[Follower, ...]:
        """Return new followers for a service; none for one that follows nobody."""
        follower = self.new_follower(name)
        if name == "publication":
            return tuple(filter(None, (follower, WebhookFollower(self.webhooks, self.stream))))
        return (follower,) if follower else ()

    def new_follower(self, name: str) -> Follower | None:
        """Return a new follower for a service's policy; None for one that has none."""
        policies: dict[str, Policy] = {}
        if name == "resolution":
            policies[name] = resolution_policy(self.is_home, self.resolution.promises)
        elif name == "intake" and self.settings.mode != "node":
            # On a node alone there is no other intake to know anything from.
            policies[name] = intake_policy()
        elif name == "publication":
            policies[name] = publication_policy(self.is_home)
        policy = policies.get(name)
        return None if policy is None else Follower(self.service(name), policy, self.stream)

    def new_jobs(self, name: str) -> Jobs:
        """Return what runs a service's due tasks in this process."""
        tasks: Mapping[str, Task] = {}
        if name == "intake":
            tasks = {
                **intake_tasks(self.importing, self.erasing, self.survey_imports),
                LISTEN: self.listening.look,
                SETTLE: self.settling.settle,
            }
        elif name == "resolution":
            tasks = resolution_tasks(self.resolution, *self._reminding())
        elif name == "publication":
            tasks = publication_tasks(
                Scheduling(self.publication), Sending(self.messaging), self.bounces, self.webhooks
            )
        return Jobs(self.service(name), tasks, self.celery)

    def _reminding(self) -> tuple[Reminding, SendingDigests]:
        asked = (lambda: self.lists, self.access)
        remind = Reminding(self.resolution, *asked, self.homed, self.posting)
        return remind, SendingDigests(self.posting, *asked)

    def record_district(self) -> None:
        """Record what this origin declares of the district file, where it changed: an edge only
        the Puskesmas that are at home there, for all else comes down to it."""
        self.intake.record_district(self.declares)
        if self.is_district:
            self.resolution.record_district()

    def close(self) -> None:
        """Close what was opened: sources before the stream they write to."""
        opened = (
            "survey_papers",
            *WRITING,
            "recaps",
            "stream",
            "uplink",
            "keyring",
            "edges",
            "access",
        )
        for name in opened:
            if name in self.__dict__:
                self.__dict__.pop(name).close()
