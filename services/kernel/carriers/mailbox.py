"""A mailbox that is read over IMAP (RFC 3501): what came to it since it was looked into last. Mails
stay where they are; what was understood is marked as read, and nothing else is.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from services.kernel.carriers.bounces import MOST_BYTES

SECONDS: Final = 10.0
"""So long each answer of the server is waited for."""
FAILURES: Final = (OSError, imaplib.IMAP4.error)
"""What goes wrong with a server: out of reach, not letting us in, answering what is no answer."""


@dataclass(frozen=True)
class Box:
    """Where the mailbox is and who we are there; `tls`: from the first byte (`imaps`), after the
    greeting (`starttls`), or not at all, for a server within a network of one's own."""

    host: str
    port: int
    tls: str
    folder: str
    user: str
    password: str

    @property
    def name(self) -> str:
        """What it is called where people read how it stands."""
        return f"{self.folder}, {self.host}"


class Mailbox:
    """A mailbox, reached anew each time."""

    def __init__(self, box: Box) -> None:
        self.box = box

    @contextmanager
    def opened(self) -> Iterator["Opened"]:
        """Open it for as long as the block lasts; raises any of `FAILURES`."""
        imap = self._connected()
        try:
            imap.login(self.box.user, self.box.password)
            _well(imap.select(f'"{self.box.folder}"'))
            yield Opened(imap)
        finally:
            with suppress(*FAILURES):
                imap.logout()

    def _connected(self) -> imaplib.IMAP4:
        it, context = self.box, ssl.create_default_context()
        if it.tls == "imaps":
            return imaplib.IMAP4_SSL(it.host, it.port, ssl_context=context, timeout=SECONDS)
        imap = imaplib.IMAP4(it.host, it.port, timeout=SECONDS)
        if it.tls == "starttls":
            try:
                imap.starttls(context)
            except BaseException:
                imap.shutdown()
                raise
        return imap


class Opened:
    """A mailbox while it is open; mails are named by their number there, which never comes again as
    long as its `validity` is the same (RFC 3501 2.3.1.1)."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap
        (said,) = imap.response("UIDVALIDITY")[1]
        self.validity = int(said or 0)

    def after(self, number: int, since: datetime) -> list[int]:
        """Return the mails after a number that came since a day, in their order."""
        found = self._search(f"UID {number + 1}:*", f"SINCE {_day(since)}")
        # Where there is none, the range names the last one all the same.
        return sorted(each for each in found if each > number)

    def unread(self, number: int, since: datetime) -> int:
        """Return how many up to a number came since a day and nobody has read."""
        return len(self._search(f"UID 1:{number}", f"SINCE {_day(since)}", "UNSEEN"))

    def read(self, number: int) -> bytes:
        """Return the beginning of a mail, which stays unread; nothing for one that has gone."""
        data = _well(self._imap.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((each[1] for each in data if isinstance(each, tuple)), b"")

    def mark_read(self, number: int) -> None:
        """Mark a mail as read, for those who look into the mailbox."""
        _well(self._imap.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)"))

    def _search(self, *criteria: str) -> list[int]:
        data = _well(self._imap.uid("SEARCH", *criteria))
        return [int(each) for each in re.findall(rb"\d+", b" ".join(filter(None, data)))]


def _well(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return data


def _day(moment: datetime) -> str:
    """Return a day as it is searched by, in English whatever the machine speaks."""
    _weekday, day, month, year, *_time = format_datetime(moment).split()
    return f"{day}-{month}-{year}"
