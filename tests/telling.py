"""An office that tells complainants by message, for tests of that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.kernel import failpoints
from tests.by_hand import Office

PHONE, MAIL = "0812-0000-7777", "tarsih@example.com"
PERSON = {"name": "Tarsih Misal", "phone": PHONE, "email": MAIL}
SAID, DONE = "Dokter gigi tidak ada pada jam layanan.", "Jadwal dokter gigi kini ditempel."
PUBLIC = "https://tanggap.example.go.id"


class Died(BaseException):
    """The process ended here."""


class Desk(Office):
    """An office with results to tell of, and peers to tell them by."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.peers: dict[str, Any] = {}
        self._set_up()

    def _set_up(self) -> None:
        messaging = self.hand.node.messaging
        messaging.senders, messaging._public_url = self.peers, PUBLIC
        for name in failpoints.SENDING:
            failpoints.arm(name, lambda: None)

    def settle(self) -> None:
        """Let it come to all that act on it; reports wait until somebody asks."""
        self.carry()

    def report(self) -> None:
        """Let reporting hear of all that was told."""
        super().settle()

    def documented(self, **form: Any) -> tuple[str, str]:
        """Take a complaint to its draft; return its id and the draft's."""
        body = {"kind": "complaint", "text": SAID, "complainant": PERSON, **form}
        id = self.receive(**body)["id"]
        self.post("sari", f"/cases/{id}/grade", grade="green")
        self.post("sari", f"/cases/{id}/immediate-answer", answer="Maaf.")
        self.post("sari", f"/cases/{id}/documentation", summary=DONE)
        (draft,) = self.get("sari", "/publications", complaint=id)["items"]
        return id, draft["id"]

    def message(self, draft: str) -> Any:
        """Return the newest message of a draft."""
        return self.get("sari", f"/publications/{draft}/messages")["items"][-1]

    def write(self, draft: str, channel: str = "email", **more: Any) -> str:
        body = {"channel": channel, "agreed": True, **more}
        id: str = self.post("sari", f"/publications/{draft}/messages", **body)["id"]
        return id

    def work(self) -> None:
        self.hand.run_due()
        self.settle()

    def dies_at(self, failpoint: str) -> None:
        """Let what is due run until the process ends there, and start anew on what is left."""

        def die() -> None:
            raise Died

        failpoints.arm(failpoint, die)
        with pytest.raises(Died):
            self.hand.run_due()
        self.hand.crash()
        vars(self).pop("app", None)
        self._set_up()

    def events(self, id: str) -> list[str]:
        heard = self.hand.node.publication.history(UUID(id))
        return [each.name for each in heard]

    def informed(self, complaint: str) -> list[bool]:
        found = self.get("sari", "/publications", complaint=complaint)["items"]
        return [each["informed"] for each in found]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.end()
