"""The messages of a person who is erased, that no officer has made a complaint of."""

from uuid import UUID

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.intake.domain.incoming import CONFIRMED, KEY, IncomingMessage
from services.intake.incoming.tables import save
from services.kernel.aggregate import Act
from services.kernel.store import UnitOfWork


def erase_messages(intake: Intake, uow: UnitOfWork, complaint: Complaint, act: Act) -> None:
    """Have the messages of a complaint's person destroyed that wait at the same Puskesmas or were
    dismissed there, if this transaction is committed."""
    keys = {each for each in intake.keyring.person(str(complaint.id)) if each.startswith(KEY)}
    if not keys:
        return
    rows = intake.select(
        "SELECT message FROM incoming_messages WHERE puskesmas = ? AND state <> ?",
        (complaint.puskesmas, CONFIRMED),
    )
    for row in rows:
        message = uow.get(IncomingMessage, UUID(row["message"]))
        if message.key in keys:
            message.erase(act)
            save(uow, message)


def is_message(intake: Intake, id: str) -> bool:
    """Say whether an erased thing is a message: its own history says so, and nothing is left to do
    for it, also after a restore."""
    rows = intake.select("SELECT 1 FROM incoming_messages WHERE message = ?", (id,))
    return bool(rows)
