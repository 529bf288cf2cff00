"""What intake does when others' intakes write of complaints: it knows them, and does its part
where a person is to be erased.

Everything is remembered as it came, of every Puskesmas: at its home the form is corrected further,
and whoever calls elsewhere, with a receipt or as an officer, is answered from it.
"""

from typing import Final

from services.intake.erasing import Step, note_erasure
from services.intake.known import STEPS
from services.intake.outbox import OUTBOX
from services.intake.register import REGISTERED
from services.kernel.contracts import Message, intake
from services.kernel.policy import Policy
from services.kernel.store import UnitOfWork


def policy() -> Policy:
    """Return intake's policy. Of most events nothing comes but that they are known, so that no home
    is asked for: what may come of one is decided by those who act on it. An erasure concerns every
    origin that may hold a copy."""
    return Policy(
        acts_for=lambda _puskesmas: True,
        handlers={
            intake.ComplaintReceivedV1: _received,
            intake.DuplicateLinkedV1: linked,
            intake.DuplicateUnlinkedV1: unlinked,
            intake.ErasureRequestedV1: _erasing,
            intake.ErasureScheduledV1: _erasing,
            intake.ErasureRefusedV1: _erasing,
            intake.ErasureCalledBackV1: _erasing,
            intake.PersonErasedV1: _erasing,
        },
        remembers=frozenset(OUTBOX[event] for event in STEPS.values()),
    )


NOTHING: Final = "ON CONFLICT DO NOTHING"
RELINKED: Final = "ON CONFLICT (duplicate) DO UPDATE SET original = excluded.original"


def _received(uow: UnitOfWork, message: Message, event: intake.ComplaintReceivedV1) -> None:
    """Have it found by its number and by its receipt."""
    row = (message.subject, event.number, event.receipt_hash)
    uow.insert(REGISTERED, row, on_conflict=NOTHING)


def linked(uow: UnitOfWork, message: Message, event: intake.DuplicateLinkedV1) -> None:
    """Note what is a duplicate of what."""
    row = (message.subject, event.other)
    uow.insert("INSERT INTO duplicates VALUES", row, on_conflict=RELINKED)


def unlinked(uow: UnitOfWork, message: Message, event: intake.DuplicateUnlinkedV1) -> None:
    """Note that it is none any more."""
    uow.flush()
    uow.connection.execute(
        "DELETE FROM duplicates WHERE duplicate = ? AND original = ?",
        (message.subject, event.other),
    )


def _erasing(uow: UnitOfWork, message: Message, event: Step) -> None:
    note_erasure(uow, message.subject, event.erasure, message.puskesmas)
