"""Intake's events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.intake.domain import BoxOpening, Complaint, PuskesmasEntry, UnitEntry, entry_id
from services.intake.erasing import Step, note_erasure
from services.intake.policy import linked, unlinked
from services.intake.tables import COMPLAINT_TABLES
from services.kernel.contracts import Message, read
from services.kernel.contracts import intake as contracts
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, Retold

_ENTRIES: Final = {
    contracts.PuskesmasRegisteredV1.type: "puskesmas",
    contracts.PuskesmasHomedV1.type: "puskesmas",
    contracts.UnitRegisteredV1.type: "unit",
}


def _id_of(message: Message, facts: Facts) -> UUID:
    entry = _ENTRIES.get(message.type)
    return entry_id(entry, facts["code"]) if entry else UUID(message.subject)


def _noted(uow: UnitOfWork, _id: UUID, messages: Sequence[Message]) -> None:
    """Write down what is a duplicate of what, and have erasures done; the register follows the
    events by itself."""
    for message in messages:
        event = read(message)
        if isinstance(event, contracts.DuplicateLinkedV1):
            linked(uow, message, event)
        elif isinstance(event, contracts.DuplicateUnlinkedV1):
            unlinked(uow, message, event)
        elif isinstance(event, Step):
            note_erasure(uow, message.subject, event.erasure, message.puskesmas)


RETOLD: Final = Retold(
    begins={
        Complaint.Received: Complaint,
        BoxOpening.Opened: BoxOpening,
        PuskesmasEntry.Registered: PuskesmasEntry,
        UnitEntry.Registered: UnitEntry,
    },
    id_of=_id_of,
    noted=_noted,
    tables=COMPLAINT_TABLES,
)
