"""The task that reads the mailbox to which e-mails come back: a message that failed for good is
recorded as a person would; a delay is none; what cannot be told is left there, unread.

Each mail is read once: how far was read moves in the transaction of what the mail says.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.carriers.bounces import Report, report_of
from services.kernel.carriers.mailbox import FAILURES, Mailbox, Opened
from services.kernel.condition import MailboxState
from services.kernel.store import UnitOfWork
from services.publication.domain.message import OutgoingMessage
from services.publication.messages import table
from services.publication.messages.application import Messaging
from services.publication.messages.table import Looked

READ: Final = "publication.bounces"
EVERY: Final = timedelta(minutes=1)
GOING_ON: Final = timedelta(seconds=1)
PORTION: Final = 100
"""So many mails are read at a time."""
BACK: Final = timedelta(days=10)
"""So old a mail may be: servers give up after five days. What is older nobody waits for."""
BY_MAILBOX: Final = Intent(SYSTEM, "mailbox")
log = structlog.get_logger()


class Bounces:
    """Reads the mailbox (None: there is none). `others` takes in what is reported of messages of
    other services, and says whether it knows the one; it may hear the same twice."""

    def __init__(
        self, messaging: Messaging, mailbox: Mailbox | None, others: Callable[[Report], bool]
    ) -> None:
        self._messaging, self._publishing = messaging, messaging.publishing
        self._mailbox, self._others = mailbox, others

    def begin(self) -> None:
        """Have the mailbox looked into from now on, where there is one."""
        if self._mailbox is not None:
            self._publishing.transact(lambda uow: uow.soon(READ, "mailbox")).result()

    def state(self) -> list[MailboxState]:
        """Return how the mailbox stands."""
        if self._mailbox is None:
            return []
        looked = table.looked(self._publishing) or Looked()
        return [
            MailboxState(
                mailbox=self._mailbox.box.name,
                looked_at=looked.at,
                left=looked.left,
                failure=looked.failure,
            )
        ]

    def read(self, _argument: str) -> datetime | None:
        """Read what came; return when to look again."""
        if self._mailbox is None:
            return None
        now, full = self._publishing.clock(), False
        try:
            with self._mailbox.opened() as opened:
                full = self._read(opened, now)
        except FAILURES as error:
            failure = type(error).__name__
            log.warning("mailbox_failed", error=failure)
            self._publishing.transact(lambda uow: table.note_failure(uow, failure)).result()
        return now + (GOING_ON if full else EVERY)

    def _read(self, opened: Opened, now: datetime) -> bool:
        """Read a portion; say whether there is more."""
        before = table.looked(self._publishing) or Looked()
        # Numbered anew, they may be others: a bounce that is heard twice changes nothing.
        last = before.number if before.validity == opened.validity else 0
        found = opened.after(last, now - BACK)
        for number in found[:PORTION]:
            if self._take(opened, number):
                opened.mark_read(number)
            last = number
        left = opened.unread(last, now - BACK) if last else 0
        looked = Looked(opened.validity, last, left, now)
        self._publishing.transact(lambda uow: table.note_looked(uow, looked)).result()
        return len(found) > PORTION

    def _take(self, opened: Opened, number: int) -> bool:
        """Take in what one mail says; say whether it says anything."""
        report = report_of(opened.read(number))
        elsewhere = report is not None and self._others(report)

        def work(uow: UnitOfWork) -> bool:
            table.note_place(uow, opened.validity, number)
            return report is not None and self._learn(uow, report)

        return self._publishing.transact(work).result() or elsewhere

    def _learn(self, uow: UnitOfWork, report: Report) -> bool:
        message = uow.find(OutgoingMessage, report.message)
        if message is None or message.channel != "email":
            return False
        if report.failed and message.fail(uow.act(BY_MAILBOX), "bounced"):
            self._messaging.save(uow, message)
            log.info("message_bounced")
        return True
