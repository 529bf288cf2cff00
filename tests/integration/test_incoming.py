"""What people write by themselves becomes a draft, once, and an officer makes a complaint of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake.filled import Form, Person
from services.intake.incoming.application import Incoming
from services.kernel.aggregate import Intent
from tests.by_hand import Office
from tests.peers.gammu import GammuPeer, gammu
from tests.peers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY, WhatsAppPeer, whatsapp

SHORT = "Antre loket lama sekali."
LONG = "Dokter gigi tidak ada pada jam layanan, sudah tiga kali saya datang. " * 4 + "Mohon kabar."
PHONE = "+6281200007777"


class Desk(Office):
    """An office whose telephone and WhatsApp number are Puring's."""

    def __init__(self, folder: Path, modem: GammuPeer, chat: WhatsAppPeer) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._settings(folder, modem, chat).items():
                patch.setenv(f"TANGGAP_{name}", value)
            super().__init__(folder)
        self.modem, self.chat = modem, chat
        self.hand.node.listening.begin()

    @staticmethod
    def _settings(folder: Path, modem: GammuPeer, chat: WhatsAppPeer) -> dict[str, str]:
        for name, secret in (("token", TOKEN), ("secret", SECRET), ("verify", VERIFY)):
            (folder / name).write_text(secret)
        return {
            "PUBLIC_URL": "https://tanggap.example.go.id",
            "INBOX_PUSKESMAS": "puring",
            "GAMMU_SPOOL": str(modem.folder),
            "WHATSAPP_PHONE_ID": PHONE_ID,
            "WHATSAPP_URL": chat.account.url,
            **{
                f"WHATSAPP_{n.upper()}_FILE": str(folder / n) for n in ("token", "secret", "verify")
            },
        }

    def work(self) -> None:
        """Let what is due be done, a moment from now."""
        now = datetime.now(UTC) + timedelta(seconds=10)
        self.clock.now = max(self.clock.now + timedelta(seconds=10), now)
        self.hand.run_due()
        self.settle()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with gammu(folder / "spool") as modem, whatsapp() as chat:
        desk = Desk(folder, modem, chat)
        yield desk
        desk.end()


def test_an_sms_becomes_a_draft_and_the_draft_a_complaint(desk: Desk) -> None:
    desk.modem.receives(SHORT, PHONE)
    desk.modem.has_heard(1)
    desk.work()
    incoming = Incoming(desk.hand.node.intake)
    ((draft,),) = incoming.waiting(["puring"])
    form = Form("sms", SHORT, person=Person(phone=PHONE))
    answer = incoming.confirm("puring", [draft.id], form, Intent("a", "officer")).result()
    desk.work()
    complaint = desk.hand.node.intake.get(UUID(answer.ids["id"]))
    assert complaint.channel == "sms" and complaint.received_at == draft.sent_at
    assert incoming.waiting(None) == []
