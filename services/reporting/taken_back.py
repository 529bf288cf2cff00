"""Reporting's own events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.kernel.contracts import Message, read
from services.kernel.contracts.reporting import CheckpointSignedV1
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, NotRetold, Retold
from services.reporting.domain import Checkpoint, Recap
from services.reporting.proof.kept import as_signed
from services.reporting.recaps import TABLES, id_of_checkpoint, note_signed


def _id_of(message: Message, facts: Facts) -> UUID:
    event = read(message)
    if not isinstance(event, CheckpointSignedV1):
        return Recap.id_of(message.puskesmas, facts["month"])
    try:
        return id_of_checkpoint(as_signed(event))
    except ValueError:
        raise NotRetold from None


def _noted(uow: UnitOfWork, _id: UUID, messages: Sequence[Message]) -> None:
    """Write down how far each source was signed; there is no table beside the recaps."""
    for event in map(read, messages):
        if isinstance(event, CheckpointSignedV1):
            note_signed(uow, as_signed(event))


RETOLD: Final = Retold(
    begins={Recap.Closed: Recap, Checkpoint.Signed: Checkpoint},
    id_of=_id_of,
    noted=_noted,
    tables=TABLES,
)
