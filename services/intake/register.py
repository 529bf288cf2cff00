"""The complaint register: which complaint a number or a receipt belongs to."""

from typing import Any
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.kernel.store import UnitOfWork

PAGE = 500
REGISTERED = "INSERT INTO register VALUES"


class Register:
    """Finds complaints; it notes new ones when somebody asks for what it does not hold yet."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def by_receipt(self, hash: str) -> UUID | None:
        """Return the complaint whose receipt has this hash."""
        return self._find("SELECT complaint FROM register WHERE receipt_hash = ?", hash)

    def by_number(self, number: str) -> UUID | None:
        """Return the complaint of this number, however its letters were typed."""
        plain = number.strip().upper()
        return self._find("SELECT complaint FROM register WHERE number = ?", plain)

    def _find(self, statement: str, wanted: str) -> UUID | None:
        while not (rows := self._intake.select(statement, (wanted,))):
            if not self._follow():
                return None
        return UUID(rows[0]["complaint"])

    def _follow(self) -> bool:
        """Note the next complaints; False when there are none left."""
        intake = self._intake
        rows = intake.select("SELECT position FROM register_to")
        position = rows[0]["position"] if rows else 0
        found = intake.notification_log.select(
            position, PAGE, topics=[Complaint.Received.TOPIC], inclusive_of_start=False
        )
        if not found:
            return False
        events: list[Any] = [intake.mapper.to_domain_event(each) for each in found]
        noted = [(str(each.originator_id), each.number, each.receipt_hash) for each in events]

        def work(uow: UnitOfWork) -> None:
            uow.insert(REGISTERED, *noted, on_conflict="ON CONFLICT DO NOTHING")
            uow.connection.execute("DELETE FROM register_to")
            uow.connection.execute("INSERT INTO register_to VALUES (?)", (found[-1].id,))

        intake.transact(work).result()
        return True
