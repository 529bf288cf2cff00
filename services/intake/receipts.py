"""What the holder of a receipt may say later: a rating, a request to reopen, a withdrawal.

The code alone says which complaint is meant. Whether the case allows it is the case's to decide;
what it no longer allows is shown there as refused.
"""

from concurrent.futures import Future
from typing import Any
from uuid import UUID

from services.intake.amending import Amending, saved
from services.intake.application import Intake
from services.intake.domain import BY_COMPLAINANT, Complaint
from services.kernel.access.throttle import FormThrottle
from services.kernel.aggregate import Intent
from services.kernel.errors import NotFound
from services.kernel.receipts import receipt_hash
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _

PAGE = 500
HOLDER = Intent("public", "public")


class Receipts:
    """Finds a complaint by its receipt's code and records what its holder says.

    Every attempt is counted by network (`FormThrottle`), so that codes cannot be guessed.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._amending = Amending(intake)
        self._throttle = FormThrottle()

    def find(self, code: str, address: str) -> Complaint:
        """Return the complaint of a receipt; raises NotFound, TooMany."""
        self._throttle.take(address)
        wanted = receipt_hash(code)
        while (id := self._known(wanted)) is None:
            if not self._follow():
                raise _unknown()
        return self._intake.get(id)

    def rate(
        self, complaint: Complaint, rating: int, remark: str | None, once: Once | None = None
    ) -> "Future[Answer]":
        """Record how well the holder finds that it was handled."""
        seal, id = self._amending.seal, complaint.id
        box = None if remark is None else seal(id, remark, "ComplainantRated.remark")

        def decide(uow: UnitOfWork) -> Ids:
            rated = uow.get(Complaint, id)
            rated.rate(uow.act(HOLDER), rating, box)
            return saved(uow, rated)

        return self._intake.command(decide, once)

    def request_reopening(
        self, complaint: Complaint, reason: str, once: Once | None = None
    ) -> "Future[Answer]":
        """Record that the holder asks for the case to be taken up again."""
        id = complaint.id
        box = self._amending.seal(id, reason, "ReopenRequested.reason")

        def decide(uow: UnitOfWork) -> Ids:
            asked = uow.get(Complaint, id)
            asked.request_reopening(uow.act(HOLDER), box)
            return saved(uow, asked)

        return self._intake.command(decide, once)

    def withdraw(
        self, complaint: Complaint, reason: str | None, once: Once | None = None
    ) -> "Future[Answer]":
        """Take the complaint back; raises StepNotAllowed when that was done before."""
        return self._amending.withdraw(complaint.id, HOLDER, BY_COMPLAINANT, reason, once=once)

    def _known(self, hash: str) -> UUID | None:
        rows = self._intake.select("SELECT complaint FROM receipts WHERE hash = ?", (hash,))
        return UUID(rows[0]["complaint"]) if rows else None

    def _follow(self) -> bool:
        """Note the receipts of the next complaints; False when there are none left."""
        intake = self._intake
        rows = intake.select("SELECT position FROM receipts_to")
        position = rows[0]["position"] if rows else 0
        found = intake.notification_log.select(
            position, PAGE, topics=[Complaint.Received.TOPIC], inclusive_of_start=False
        )
        if not found:
            return False
        events: list[Any] = [intake.mapper.to_domain_event(each) for each in found]
        noted = [(event.receipt_hash, str(event.originator_id)) for event in events]

        def work(uow: UnitOfWork) -> None:
            uow.connection.executemany("INSERT OR IGNORE INTO receipts VALUES (?, ?)", noted)
            uow.connection.execute("DELETE FROM receipts_to")
            uow.connection.execute("INSERT INTO receipts_to VALUES (?)", (found[-1].id,))

        intake.transact(work).result()
        return True


def _unknown() -> NotFound:
    return NotFound(
        _("Kode ini tidak ditemukan. Periksa huruf dan angkanya pada tanda terima Anda.")
    )
