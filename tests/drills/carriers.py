"""Those that carry messages in a drill, real ones on loopback, and what they carried: each counts
by the message's own id, which all of them are given."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from services.kernel.district import SHIPPED
from services.publication.messages.hook import PATH
from tests.peers.gammu import GammuPeer, gammu
from tests.peers.mail import MailServer, mail_server
from tests.peers.whatsapp import (
    PHONE_ID,
    SECRET,
    TOKEN,
    VERIFY,
    WhatsAppPeer,
    call_of,
    signed,
    whatsapp,
)

SENDER: Final = "kabar@puskesmas.example"
PERSON: Final = {"name": "Tarsih Misal", "phone": "081200007777", "email": "tarsih@example.com"}
AGAIN_SECONDS: Final = 0.1
_SECRETS: Final = ("token", "secret", "verify")
_TRANSMITTED: Final = re.compile(rb"Transmitted OUT\S*_([0-9a-f-]{36})-\d+\.txt")
"""As the daemon logs what left its telephone; in its folders, files are cleared away."""


class Carriers:
    """A mail server, a modem's daemon and WhatsApp, which reports what arrived to `calls`."""

    def __init__(
        self, folder: Path, mail: MailServer, modem: GammuPeer, chat: WhatsAppPeer
    ) -> None:
        self._folder, self.mail, self._modem, self.chat = folder, mail, modem, chat
        self._calls: str | None = None
        self._reported = 0
        self._ended = threading.Event()
        for name, secret in zip(_SECRETS, (TOKEN, SECRET, VERIFY), strict=True):
            (folder / name).write_text(secret)
        self._reporter = threading.Thread(target=self._report, daemon=True)
        self._reporter.start()

    def environment(self) -> dict[str, str]:
        """Return the same settings as variables of the environment."""
        return {f"TANGGAP_{name.upper()}": value for name, value in self.settings().items()}

    def settings(self) -> dict[str, str]:
        """Return the settings by which the product finds them."""
        return {
            "smtp_url": f"smtp://127.0.0.1:{self.mail.port}",
            "smtp_from": SENDER,
            "gammu_spool": str(self._modem.folder),
            "whatsapp_phone_id": PHONE_ID,
            "whatsapp_url": self.chat.account.url,
            **{f"whatsapp_{each}_file": str(self._folder / each) for each in _SECRETS},
        }

    def calls(self, address: str | None) -> None:
        """Let WhatsApp call there; None: nowhere, until there is somewhere."""
        self._calls = address

    def arrived(self) -> Counter[str]:
        """Return how often each message arrived."""
        letters = (each["Message-ID"] for each in self.mail.box.letters)
        chats = (each["biz_opaque_callback_data"] for each in self.chat.bodies)
        texts = _TRANSMITTED.findall((self._modem.folder / "log").read_bytes())
        return Counter(
            [
                *(each.strip("<>").partition("@")[0] for each in letters),
                *(each.partition(":")[0] for each in chats),
                *(each.decode() for each in texts),
            ]
        )

    def end(self) -> None:
        self._ended.set()
        self._reporter.join()

    def _report(self) -> None:
        """Say of each message that it arrived, again and again until somebody hears it."""
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self._ended.wait(AGAIN_SECONDS):
                calls, tags = self._calls, self.chat.bodies[self._reported :]
                if calls is None or not tags:
                    continue
                body = call_of("delivered", tags[0]["biz_opaque_callback_data"])
                try:
                    heard = client.post(calls + PATH, content=body, headers=signed(body))
                except httpx.TransportError:
                    continue
                self._reported += heard.is_success


@contextmanager
def carriers(folder: Path) -> Iterator[Carriers]:
    """Run them until the block ends."""
    with mail_server() as mail, gammu(folder / "spool") as modem, whatsapp() as chat:
        running = Carriers(folder, mail, modem, chat)
        try:
            yield running
        finally:
            running.end()


def at_any_hour(folder: Path) -> Path:
    """Return the shipped district file, in which people may be written to at any hour."""
    said = SHIPPED.read_text()
    rule = "messages: {from_hour: 8, until_hour: 20, working_days_only: true}"
    assert rule in said, "the district file has no such rule any more"
    written = folder / "district.yaml"
    any_hour = "messages: {from_hour: 0, until_hour: 24, working_days_only: false}"
    written.write_text(said.replace(rule, any_hour))
    return written
