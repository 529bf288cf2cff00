"""E-mail by an SMTP server (RFC 5321), which takes it on or refuses it in the same conversation.

Nothing has gone out before the server has answered the last line of the text: what fails earlier is
tried again, what fails there nobody knows.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Why,
)
from services.kernel.clock import Clock

SECONDS: Final = 10.0
"""So long each answer of the server is waited for."""
_BAD_ADDRESS: Final = frozenset({550, 551, 553, 501})
"""The recipient's mailbox is none, has moved, or its name cannot be one."""
_POLICY: Final = b"5.7."
"""Who is not let in hears the same codes (RFC 3463): it is not the address that is to be mended."""


@dataclass(frozen=True)
class Server:
    """Where the server is and who we are to it; `tls`: from the first byte (`smtps`), after the
    greeting (`starttls`), or not at all, for a server within a network of one's own."""

    host: str
    port: int
    tls: str
    sender: str
    user: str | None = None
    password: str | None = None


class SmtpSender:
    """Sends over one connection a message: a Puskesmas writes a few a day."""

    reports_delivery = False

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server, self._clock = server, clock

    def send(self, letter: Letter) -> Outcome:
        """Hand a message over."""
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            return Later(_why(error))
        try:
            return self._hand_over(smtp, letter)
        finally:
            _quietly(smtp.quit)

    def ask(self, id: str, attempt: int) -> Outcome:
        """A server that took a message cannot be asked for it."""
        return Unknown()

    def settled(self, id: str) -> None:
        """Nothing is kept here."""

    def _connected(self) -> smtplib.SMTP:
        it = self._server
        context = ssl.create_default_context()
        if it.tls == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                it.host, it.port, timeout=SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(it.host, it.port, timeout=SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if it.tls == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if it.user is not None:
                smtp.login(it.user, it.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, letter: Letter) -> Outcome:
        try:
            code, _said = smtp.mail(self._server.sender)
            if code != 250:
                return Later(Why.BUSY if code < 500 else Why.NOT_ACCEPTED)
            code, said = smtp.rcpt(letter.address)
            if code not in (250, 251):
                return _refused(code, said)
        except (OSError, smtplib.SMTPException) as error:
            return Later(_why(error))
        try:
            code, said = smtp.data(self._written(letter))
        except smtplib.SMTPDataError as error:  # it did not want to hear the text
            return _refused(error.smtp_code, _bytes(error.smtp_error))
        except (OSError, smtplib.SMTPException):
            return Unknown()
        return Sent() if code == 250 else _refused(code, said)

    def _written(self, letter: Letter) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = self._server.sender, letter.address
        mail["Subject"] = letter.words.subject
        mail["Date"] = format_datetime(self._clock())
        # The same at each attempt, so that a mailbox which has it shows it once.
        mail["Message-ID"] = f"<{letter.id}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.words.body)
        return mail.as_bytes()


def _refused(code: int, said: bytes) -> Outcome:
    if code < 500:
        return Later(Why.BUSY)
    of_address = code in _BAD_ADDRESS and not said.startswith(_POLICY)
    return Refused(Why.ADDRESS_REFUSED if of_address else Why.REFUSED)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _why(error: Exception) -> Why:
    if isinstance(error, smtplib.SMTPResponseException):
        return Why.BUSY if error.smtp_code < 500 else Why.NOT_ACCEPTED
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return Why.NOT_ACCEPTED
    return Why.UNREACHABLE


def _quietly(leave: Callable[[], object]) -> None:
    """Take leave; whether the server still listens changes nothing."""
    with suppress(OSError, smtplib.SMTPException):
        leave()
