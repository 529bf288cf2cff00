"""An SMTP server that takes, refuses, puts off, or hangs up at the worst moment."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.kernel.carriers.smtp import Server, SmtpSender
from services.kernel.clock import system_clock
from tests.running import free_port


class Mailbox:
    """What the server did with each message, and what it is to do with the next."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer_to_address = ""
        self.answer_to_text = ""
        self.hangs_up_before_the_text = False
        self.hangs_up_after_the_text = False

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.hangs_up_before_the_text:
            _hang_up(server)
        if self.answer_to_address:
            return self.answer_to_address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - likewise
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer_to_text:
            return self.answer_to_text
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert letter["To"] == envelope.rcpt_tos[0]
        self.letters.append(letter)
        if self.hangs_up_after_the_text:
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class MailServer:
    """The server, started and stopped; `sender` is the product's own, which sends there."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self.port = free_port()
        self._controller: Controller | None = None
        where = Server("127.0.0.1", self.port, "", "kabar@puskesmas.example")
        self.sender = SmtpSender(where, system_clock)

    def start(self) -> None:
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


class MailPeer:
    """The mail server as a peer."""

    address = "tarsih@example.com"

    def __init__(self, server: MailServer) -> None:
        self._server, self._box = server, server.box
        self.sender = server.sender

    def came(self) -> list[str]:
        return [each.get_content() for each in self._box.letters]

    def refuses_addresses(self) -> None:
        self._box.answer_to_address = "550 5.1.1 no such user"

    def is_busy(self) -> None:
        self._box.answer_to_address = "451 4.7.1 greylisted, come again"

    def is_away(self) -> None:
        self._server.stop()

    def loses_its_answer(self) -> None:
        self._box.hangs_up_after_the_text = True
