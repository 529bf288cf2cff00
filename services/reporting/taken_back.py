"""Reporting's own events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.kernel.contracts import Message
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, Retold
from services.reporting.domain import Recap


def _id_of(message: Message, facts: Facts) -> UUID:
    return Recap.id_of(message.puskesmas, facts["month"])


def _noted(_uow: UnitOfWork, _id: UUID, _messages: Sequence[Message]) -> None:
    """There is no table beside the recaps."""


RETOLD: Final = Retold(begins={Recap.Closed: Recap}, id_of=_id_of, noted=_noted)
