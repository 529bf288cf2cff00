"""Publication's events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from services.kernel.aggregate import Aggregate
from services.kernel.contracts import Message, in_order, intake, read
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, Forms, NotRetold, Retold
from services.publication import scheduling, waiting
from services.publication.domain import Publication, events
from services.publication.domain.message import OutgoingMessage
from services.publication.messages import table
from services.publication.messages.application import SEND


def _id_of(_message: Message, facts: Facts) -> UUID:
    return UUID(facts.get("message") or facts["publication"])


def _unpublished(kind: type[Aggregate.Event], message: Message, forms: Forms) -> Facts:
    of_complaint = {"complaint": message.subject}
    if kind not in (Publication.DraftedV1, events.ChangePlannedV1):
        return of_complaint
    found = [each for each in forms(message.subject) if in_order(each) < in_order(message)]
    received: Any = read(found[0]) if found else None
    if not isinstance(received, intake.ComplaintReceivedV1):
        raise NotRetold
    form: Any = read(found[-1])
    return of_complaint | {
        "number": received.number,
        "service_unit": form.service_unit,
        "entered_by": found[0].actor,
    }


def _noted(uow: UnitOfWork, id: UUID, messages: Sequence[Message]) -> None:
    """Write down what a publication waits for; nobody documents a case twice that was not reopened
    in between, so that nothing waits of the results before it. A message that was attempted is
    asked about and not sent again."""
    if "message" in msgspec.json.decode(messages[0].value):
        message = uow.get(OutgoingMessage, id)
        table.note(uow, message)
        if message.state in ("waiting", "attempted"):
            uow.soon(SEND, str(id))
        return
    publication = uow.get(Publication, id)
    if id not in waiting.of_complaint(uow, publication.complaint):
        waiting.take_back(uow, publication.complaint)
    waiting.note(uow, publication)
    scheduling.note(uow, publication)


RETOLD: Final = Retold(
    begins={
        Publication.DraftedV1: Publication,
        Publication.Drafted: Publication,
        events.ChangePlannedV1: Publication,
        events.ChangePlanned: Publication,
        OutgoingMessage.Requested: OutgoingMessage,
    },
    id_of=_id_of,
    noted=_noted,
    unpublished=_unpublished,
)
