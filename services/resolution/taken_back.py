"""Resolution's events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from services.kernel.aggregate import Aggregate
from services.kernel.contracts import Message, meetings, read
from services.kernel.contracts import resolution as contracts
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, Forms, NotRetold, Retold
from services.resolution.domain import CalendarBook, Case, Meeting, RecapForm, RuleBook
from services.resolution.meetings import noted
from services.resolution.policy import see_to_promises
from services.resolution.sharing import note_escalation

_CALENDAR: Final = contracts.CalendarChangedV1.type
_RULES: Final = contracts.RulesChangedV1.type
_RECAP: Final = contracts.RecapCompletedV1.type


def _id_of(message: Message, facts: Facts) -> UUID:
    if message.type == _RECAP:
        return RecapForm.id_of(message.puskesmas, facts["month"])
    if message.type == _RULES:
        return RuleBook.ID
    if message.type == _CALENDAR:
        return CalendarBook.id_of(message.puskesmas)
    return Meeting.id_in(message.subject)


def _unpublished(kind: type[Aggregate.Event], message: Message, forms: Forms) -> Facts:
    if kind is Case.OpenedV1:
        found = forms(message.subject)
        cause = next((at for at in found if _id(at) == message.causation_id), None)
        if cause is None:
            raise NotRetold
        form: Any = read(cause)
        return {
            "confidentiality": form.confidentiality,
            "service_unit": form.service_unit,
            "entered_by": found[0].actor,
        }
    return {"code": message.puskesmas} if message.type == _CALENDAR else {}


def _id(message: Message) -> str:
    return f"{message.source}:{message.id}"


def _noted(uow: UnitOfWork, id: UUID, messages: Sequence[Message]) -> None:
    """See to the promises of a case, and to its key where it was put before the district; write
    down again how a meeting stands."""
    meeting = uow.find(Meeting, id)
    if meeting is not None:
        noted.note_meeting(uow, meeting)
    for message in messages:
        event = read(message)
        if isinstance(event, meetings.ForumAnsweredV1):
            noted.note_answered(uow, message.subject, event.meeting)
    case = uow.find(Case, id) if messages[0].type not in (_RULES, _CALENDAR, _RECAP) else None
    if case is not None:
        see_to_promises(uow, case)
        if any(each.type == contracts.CaseEscalatedV1.type for each in messages):
            note_escalation(uow, case)


RETOLD: Final = Retold(
    begins={
        Case.OpenedV1: Case,
        Case.Opened: Case,
        RuleBook.Begun: RuleBook,
        CalendarBook.Begun: CalendarBook,
        RecapForm.Begun: RecapForm,
        Meeting.Planned: Meeting,
    },
    id_of=_id_of,
    noted=_noted,
    unpublished=_unpublished,
    tables=noted.TABLES,
)
