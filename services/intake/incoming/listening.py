"""Where messages come from: the modem's inbox, looked at again and again, and WhatsApp's calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from services.intake.application import Intake
from services.intake.incoming.application import Incoming
from services.intake.incoming.chat import messages
from services.intake.incoming.modem import read_inbox
from services.kernel.errors import Unavailable
from services.kernel.text import _

LISTEN: Final = "intake.inbox"
"""The task that looks into the modem's inbox."""
EVERY: Final = timedelta(seconds=5)
log = structlog.get_logger()


@dataclass(frozen=True)
class Listening:
    """`puskesmas` is whose telephone number it is (None: not known, so that nothing is taken),
    `inbox` the folder of the modem's daemon, `phone_id` our number's id at WhatsApp."""

    intake: Intake
    puskesmas: str | None
    inbox: Path | None = None
    phone_id: str | None = None

    def begin(self) -> None:
        """Have the modem's inbox looked at from now on, where there is one."""
        if self.puskesmas is not None and self.inbox is not None:
            self.intake.transact(lambda uow: uow.soon(LISTEN, "modem")).result()

    def look(self, _argument: str) -> datetime | None:
        """Take what lies whole in the inbox; return when to look again. A file goes once its
        message is durable: one that is found again then is known."""
        if self.puskesmas is None or self.inbox is None:
            return None
        now = self.intake.clock()
        zone = ZoneInfo(self.intake.district.puskesmas(self.puskesmas).zone)
        lying = read_inbox(self.inbox, zone, now)
        Incoming(self.intake).take(self.puskesmas, [each.message for each in lying])
        for file in (file for each in lying for file in each.files):
            file.unlink(missing_ok=True)
        return now + EVERY

    def hear(self, body: bytes) -> None:
        """Take the messages of a call of WhatsApp whose signature was checked.

        Raises msgspec.MsgspecError for a call of another shape, Forbidden for messages to another
        number, Unavailable while it is not known whose number it is: WhatsApp then comes again, for
        days, and nothing is lost until that is set.
        """
        found = messages(body, self.phone_id or "", self.intake.clock())
        if not found:
            return
        if self.puskesmas is None:
            log.error("messages_for_nobody", count=len(found))
            raise Unavailable(
                _("Belum ditetapkan nomor Puskesmas mana ini: setel TANGGAP_INBOX_PUSKESMAS.")
            )
        Incoming(self.intake).take(self.puskesmas, found)
