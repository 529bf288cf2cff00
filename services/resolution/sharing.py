"""The keys of escalated cases: the district is to have them, and which went which way is recorded.

The keys themselves go by `services.kernel.handover`; here is only which are to go, written with the
escalation, and the event that says that one went.
"""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.contracts import intake
from services.kernel.follower import remembered
from services.kernel.keyring import Keyring, Way
from services.kernel.store import UnitOfWork
from services.kernel.worker import Worker
from services.resolution.domain import Case

if TYPE_CHECKING:
    from services.resolution.application import Resolution

TABLES: Final = """
CREATE TABLE IF NOT EXISTS to_share (
    complaint TEXT PRIMARY KEY,
    since     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
PAGE: Final = 500
PAUSE_SECONDS: Final = 1.0


def note_escalation(uow: UnitOfWork, case: Case) -> None:
    """Have the district get the key of an escalated case, if this transaction is committed.

    Also where no district is: the node may join one.
    """
    row = (str(case.id), uow.now.isoformat())
    uow.insert("INSERT INTO to_share VALUES", row, on_conflict="ON CONFLICT DO NOTHING")


class Shares:
    """Which keys the district is to have (`services.kernel.handover.line.Shares`)."""

    def __init__(self, resolution: "Resolution") -> None:
        self._resolution = resolution

    def waiting(self, limit: int) -> list[str]:
        """Return escalated cases whose key the district does not have yet, the oldest first."""
        rows = self._resolution.select(
            "SELECT complaint FROM to_share ORDER BY since, complaint LIMIT ?", (limit,)
        )
        return [row["complaint"] for row in rows]

    def done(self, complaint: str) -> None:
        """Wait no more for one."""

        def work(uow: UnitOfWork) -> None:
            uow.connection.execute("DELETE FROM to_share WHERE complaint = ?", (complaint,))

        self._resolution.transact(work).result()


class KeysNoted:
    """Records KeyShared for each way that a key went to or from this home."""

    def __init__(self, resolution: "Resolution", keyring: Keyring) -> None:
        self._resolution, self._keyring = resolution, keyring
        self.worker = Worker("keys-noted", self._go_on)

    def _go_on(self) -> None:
        if not self.step():
            self.worker.pause(PAUSE_SECONDS)

    def step(self) -> int:
        """Record what is not recorded yet, of cases that there are; return of how many."""
        noted = 0
        for way in self._keyring.unrecorded(PAGE):
            if self._resolution.transact(lambda uow, way=way: _note(uow, way)).result():  # type: ignore[misc]
                self._keyring.recorded(way)
                noted += 1
        return noted


def _note(uow: UnitOfWork, way: Way) -> bool:
    """Record a way; False: its complaint has not come by the stream yet. Praise has no case."""
    case = uow.find(Case, UUID(way.key))
    if case is None:
        return remembered(uow, way.key, intake.ComplaintReceivedV1.type) is not None
    act = uow.act(Intent(SYSTEM, "keyring", min(way.at, uow.now)))
    case.share_key(act, way.sender, way.receiver, way.purpose)
    uow.save(case)
    return True
