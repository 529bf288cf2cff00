"""The task that sends one message: look, record the attempt, hand over, record what came of it.

Whatever it is killed in the middle of, the message is sent at most once: an attempt that has no
outcome is asked about, and where nobody can say, it is left to a person.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from services.kernel import failpoints
from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Queued,
    Refused,
    Sender,
    Sent,
    Unknown,
    Why,
)
from services.kernel.keyring import Subject
from services.kernel.store import UnitOfWork
from services.publication.domain import Publication
from services.publication.domain.message import OutgoingMessage
from services.publication.messages.application import Messaging
from services.publication.messages.reach import address_of

log = structlog.get_logger()
ASK_AGAIN: Final = timedelta(seconds=15)
"""After so long a peer is asked again what became of a message that lies in its queue."""
ASK_LATEST: Final = timedelta(minutes=10)
RESTS: Final = timedelta(seconds=30)
"""So long a peer that could not be reached is not tried with other messages either."""
BY_TASK: Final = Intent(SYSTEM, "scheduler")


@dataclass(frozen=True)
class _Stopped:
    """Why a message does not go out."""

    reason: str


class Sending:
    """Sends the messages of one service."""

    def __init__(self, messaging: Messaging) -> None:
        self._messaging = messaging
        self._publishing = messaging.publishing
        self._rests_until: dict[str, datetime] = {}

    def send(self, argument: str) -> datetime | None:
        """Do what is due for one message (`argument` is its id); return when to come again."""
        message = self._messaging.get(UUID(argument))
        sender = self._messaging.senders.get(message.channel)
        if message.state == "attempted":
            return self._settle(message, _asked(sender, message))
        if message.state != "waiting":
            if sender is not None:
                sender.settled(str(message.id))
            return None
        if (later := self._not_before(message)) > self._publishing.clock():
            return later
        letter = self._letter(message)
        if isinstance(letter, _Stopped) or sender is None:
            reason = letter.reason if isinstance(letter, _Stopped) else "not_set_up"
            return self._stop(message, reason)
        if not self._attempt(message):
            return self._publishing.clock()  # it changed meanwhile: look again
        failpoints.hit(failpoints.MESSAGE_ATTEMPTED)
        outcome = sender.send(letter)
        failpoints.hit(failpoints.MESSAGE_HANDED_OVER)
        if isinstance(outcome, Later) and outcome.why is Why.UNREACHABLE:
            self._rests_until[message.channel] = self._publishing.clock() + RESTS
        return self._settle(message, outcome)

    def _not_before(self, message: OutgoingMessage) -> datetime:
        now = self._publishing.clock()
        wished = max(now, message.not_before or now, self._rests_until.get(message.channel, now))
        return self._messaging.next_allowed(message.puskesmas, wished)

    def _letter(self, message: OutgoingMessage) -> Letter | _Stopped:
        """Return what is sent and where to: the address is opened here, for this attempt only, in
        the name of whoever asked for the message."""
        publication = self._publishing.get(UUID(message.publication))
        if (why := self._messaging.why_not(publication)) is not None:
            return _Stopped(why)
        form = self._publishing.form_of(publication)
        if form is None or (box := form.complainant) is None:
            return _Stopped("no_address")
        subjects = {box.key: Subject(message.complaint, message.puskesmas, form.confidentiality)}
        (said,) = self._messaging.keyring.open([box], *message.requested_by, "message", subjects)
        if said is None:
            return _Stopped("no_key")
        if (address := address_of(message.channel, json.loads(said))) is None:
            return _Stopped("no_address")
        words = self._messaging.words_of(message, publication)
        return Letter(str(message.id), message.attempt + 1, address, message.language, words)

    def _attempt(self, message: OutgoingMessage) -> bool:
        """Record that the message may be out from now on; say whether it still was to go."""

        def work(uow: UnitOfWork) -> bool:
            now = uow.get(OutgoingMessage, message.id)
            publication = uow.get(Publication, UUID(now.publication))
            if now.version != message.version or self._messaging.why_not(publication) is not None:
                return False
            now.attempt_now(uow.act(BY_TASK))
            self._messaging.save(uow, now)
            return True

        return self._publishing.transact(work).result()

    def _stop(self, message: OutgoingMessage, reason: str) -> datetime | None:
        def work(uow: UnitOfWork) -> None:
            now = uow.get(OutgoingMessage, message.id)
            if now.state == "waiting" and now.fail(uow.act(BY_TASK), reason):
                self._messaging.save(uow, now)

        self._publishing.transact(work).result()
        log.info("message_stopped", channel=message.channel, reason=reason)
        return None

    def _settle(self, message: OutgoingMessage, outcome: Outcome) -> datetime | None:
        """Record what came of an attempt; return when to come again."""
        if isinstance(outcome, Queued):
            waited = self._publishing.clock() - message.changed_at
            return self._publishing.clock() + min(max(ASK_AGAIN, waited / 4), ASK_LATEST)

        def work(uow: UnitOfWork) -> OutgoingMessage:
            now = uow.get(OutgoingMessage, message.id)
            self.learn(uow, now, outcome)
            return now

        now = self._publishing.transact(work).result()
        sender = self._messaging.senders.get(message.channel)
        if now.state == "waiting":
            return now.not_before
        if sender is not None and now.state != "unknown":
            sender.settled(str(now.id))
        log.info("message_settled", channel=now.channel, state=now.state, reason=now.reason)
        return None

    def learn(self, uow: UnitOfWork, message: OutgoingMessage, outcome: Outcome) -> None:
        """Let a message learn what a peer said of its last attempt."""
        act = uow.act(BY_TASK)
        match outcome:
            case Sent():
                if message.sent(act) and not self._reports(message):
                    self._messaging.note_informed(uow, message)
            case Later(why):
                message.postpone(act, str(why), uow.now)
            case Refused(why):
                message.fail(act, str(why))
            case Unknown():
                message.lose_track(act)
        self._messaging.save(uow, message)

    def _reports(self, message: OutgoingMessage) -> bool:
        sender: Sender | None = self._messaging.senders.get(message.channel)
        return sender is not None and sender.reports_delivery


def _asked(sender: Sender | None, message: OutgoingMessage) -> Outcome:
    """Return what a peer says of an attempt whose outcome was lost."""
    return Unknown() if sender is None else sender.ask(str(message.id), message.attempt)
