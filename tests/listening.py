"""An office that is written to by SMS and WhatsApp, for tests of what comes in."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.intake.domain.incoming import IncomingMessage
from services.intake.incoming.application import Incoming
from services.publication.messages.hook import PATH
from tests.by_hand import Office
from tests.peers.gammu import GammuPeer
from tests.peers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY, WhatsAppPeer, signed, written

SHORT = "Antre loket lama sekali."
LONG = "Dokter gigi tidak ada pada jam layanan, sudah tiga kali saya datang. " * 4 + "Mohon kabar."
PHONE, WA = "+6281200007777", "6281200008888"
CANARY = "Kenari jingga bersiul di ruang tunggu"
PHOTO = Path(__file__).parent / "data" / "photo.jpg"
ALL = "/puskesmas/puring/incoming"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class Desk(Office):
    """An office whose telephone and WhatsApp number are Puring's."""

    def __init__(self, folder: Path, modem: GammuPeer, chat: WhatsAppPeer) -> None:
        super().__init__(folder)
        self.modem, self.chat = modem, chat
        self.hand.node.listening.begin()

    @property
    def incoming(self) -> Incoming:
        return Incoming(self.hand.node.intake)

    @staticmethod
    def settings(folder: Path, modem: GammuPeer, chat: WhatsAppPeer) -> dict[str, str]:
        secrets = {"token": TOKEN, "secret": SECRET, "verify": VERIFY}
        for name, secret in secrets.items():
            (folder / name).write_text(secret)
        return {
            "PUBLIC_URL": "https://tanggap.example.go.id",
            "INBOX_PUSKESMAS": "puring",
            "GAMMU_SPOOL": str(modem.folder),
            "WHATSAPP_PHONE_ID": PHONE_ID,
            "WHATSAPP_URL": chat.account.url,
            **{f"WHATSAPP_{name.upper()}_FILE": str(folder / name) for name in secrets},
        }

    def work(self) -> None:
        """Let what is due be done, a moment from now."""
        self.clock.now = max(self.clock.now, datetime.now(UTC)) + timedelta(seconds=10)
        self.hand.run_due()
        self.settle()

    def waiting(self) -> list[list[dict[str, Any]]]:
        return [each["messages"] for each in self.get("sari", ALL)["items"]]

    def calls(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        given = signed(body) if headers is None else headers
        return self.ask("sari", "POST", PATH, content=body, headers=given)

    def says(self, words: str, **more: Any) -> dict[str, Any]:
        """Let a WhatsApp message be sent now; return what it was."""
        self.clock.now = max(self.clock.now, datetime.now(UTC))
        said = {
            "id": f"wamid.{uuid4()}",
            "from": WA,
            "timestamp": str(int(self.clock.now.timestamp())),
            "type": "text",
            "text": {"body": words},
        } | more
        said = {name: value for name, value in said.items() if value is not None}
        who = {"wa_id": WA} if "from" in said else {"user_id": said["from_user_id"]}
        assert self.calls(written(said, **who)).status_code == 200
        return said

    def confirm(self, ids: list[str], text: str = SHORT, **form: Any) -> Any:
        complaint = {"channel": "sms", "text": text, **form}
        return self.post("sari", f"{ALL}/confirmation", messages=ids, complaint=complaint)

    def page(self, path: str, **query: str) -> str:
        """Return what a page says, without its marks."""
        answer = self.ask("sari", "GET", path, params=query)
        assert answer.status_code == 200
        main = answer.text.partition("<main")[2].partition("</main>")[0]
        return unescape(re.sub(r"<[^>]+>", "", main))

    def draft(self, id: str) -> IncomingMessage:
        return self.incoming.get(UUID(id))

    def is_open(self, id: str) -> bool:
        return self.hand.node.keyring.key(self.draft(id).key) is not None

    def empty(self) -> None:
        for group in self.waiting():
            ids = [each["id"] for each in group]
            self.post("sari", f"{ALL}/dismissal", messages=ids, reason="spam")
