"""What the holder of a receipt may say later: a rating, a request to reopen, a withdrawal.

The code alone says which complaint is meant. Whether the case allows it is the case's to decide
(`cases.py`).
"""

from concurrent.futures import Future

from services.intake.amending import Amending, saved
from services.intake.application import Intake
from services.intake.cases import UNASKED, Cases
from services.intake.domain import BY_COMPLAINANT, Complaint
from services.intake.pen import pen_for, written
from services.intake.register import Register
from services.kernel.aggregate import Intent
from services.kernel.errors import NotFound
from services.kernel.receipts import receipt_hash
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _

HOLDER = Intent("public", "public")


class Receipts:
    """Finds a complaint by its receipt's code and records what its holder says.

    Callers look codes up within `trying_a_code`, so that they cannot be guessed.
    """

    def __init__(self, intake: Intake, cases: Cases = UNASKED) -> None:
        self._intake = intake
        self._cases = cases
        self._amending = Amending(intake, cases)
        self._register = Register(intake)

    def find(self, code: str) -> Complaint:
        """Return the complaint of a receipt; raises NotFound."""
        id = self._register.by_receipt(receipt_hash(code))
        if id is None:
            raise _unknown()
        return self._intake.get(id)

    def rate(
        self, complaint: Complaint, rating: int, remark: str | None, once: Once | None = None
    ) -> "Future[Answer]":
        """Record how well the holder finds that it was handled; raises StepNotAllowed where it was
        withdrawn."""
        case = self._cases.asked(complaint.id, "rating")
        said = written(self._intake, complaint, remark, "ComplainantRated.remark")

        def decide(uow: UnitOfWork) -> Ids:
            case.must_allow()
            rated = self._intake.standing(uow, complaint.id)
            rated.rate(uow.act(HOLDER), rating, said.box)
            return saved(uow, rated, said.pen)

        return self._intake.command(decide, once, said.needs)

    def request_reopening(
        self, complaint: Complaint, reason: str, once: Once | None = None
    ) -> "Future[Answer]":
        """Record that the holder asks for the case to be taken up again.

        Raises StepNotAllowed for a case that ended otherwise; while one is in hand, it is told so.
        """
        case = self._cases.asked(complaint.id, "reopening")
        pen = pen_for(self._intake, complaint)
        box = pen.seal(reason, "ReopenRequested.reason")

        def decide(uow: UnitOfWork) -> Ids:
            case.must_allow()
            asked = self._intake.standing(uow, complaint.id)
            asked.request_reopening(uow.act(HOLDER), box)
            return saved(uow, asked, pen)

        return self._intake.command(decide, once, pen.needs())

    def withdraw(
        self, complaint: Complaint, reason: str | None, once: Once | None = None
    ) -> "Future[Answer]":
        """Take the complaint back; raises StepNotAllowed when that was done before, or its case
        allows it no more."""
        return self._amending.withdraw(complaint.id, HOLDER, BY_COMPLAINANT, reason, once=once)


def _unknown() -> NotFound:
    return NotFound(
        _("Kode ini tidak ditemukan. Periksa huruf dan angkanya pada tanda terima Anda.")
    )
