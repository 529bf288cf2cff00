"""Intake's events, made again of what was published of them after a restore."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.intake.domain import (
    BoxEntry,
    BoxOpening,
    Complaint,
    MonthOfVisits,
    PuskesmasEntry,
    UnitEntry,
    entry_id,
)
from services.intake.domain.incoming import IncomingMessage
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import SurveyAnswer
from services.intake.erasing import Step, note_erasure
from services.intake.incoming.tables import INCOMING_TABLES, note_again
from services.intake.policy import linked, unlinked
from services.intake.surveys.tables import SURVEY_TABLES, note_answer, note_remark, note_survey
from services.intake.tables import COMPLAINT_TABLES
from services.kernel.contracts import Message, read, surveys
from services.kernel.contracts import intake as contracts
from services.kernel.store import UnitOfWork
from services.kernel.store.taking_back import Facts, Retold

_ENTRIES: Final = {
    contracts.PuskesmasRegisteredV1.type: "puskesmas",
    contracts.PuskesmasHomedV1.type: "puskesmas",
    contracts.UnitRegisteredV1.type: "unit",
}


def _id_of(message: Message, facts: Facts) -> UUID:
    if message.type == contracts.VisitsRecordedV1.type:
        return MonthOfVisits.id_of(message.puskesmas, facts["month"])
    if message.type == contracts.SuggestionBoxRegisteredV1.type:
        return entry_id("box", f"{message.puskesmas}:{facts['code']}")
    entry = _ENTRIES.get(message.type)
    return entry_id(entry, facts["code"]) if entry else UUID(message.subject)


def _noted(uow: UnitOfWork, _id: UUID, messages: Sequence[Message]) -> None:
    """Write down what is a duplicate of what, what surveys there are and what was answered, and
    have erasures done; the register follows the events by itself."""
    for message in messages:
        event = read(message)
        if isinstance(event, contracts.DuplicateLinkedV1):
            linked(uow, message, event)
        elif isinstance(event, contracts.DuplicateUnlinkedV1):
            unlinked(uow, message, event)
        elif isinstance(event, Step):
            note_erasure(uow, message.subject, event.erasure, message.puskesmas)
        elif isinstance(event, surveys.SurveyProposedV1):
            opens_on = event.opens_on.isoformat()
            note_survey(uow, message.subject, message.puskesmas, event.period, opens_on)
        elif isinstance(event, surveys.SurveyAnsweredV1):
            note_answer(uow, message.subject, event)
        elif isinstance(event, surveys.SurveyRemarkLinkedV1):
            note_remark(uow, message.subject, event)
        else:
            note_again(uow, message, event)


RETOLD: Final = Retold(
    begins={
        Complaint.Received: Complaint,
        BoxOpening.OpenedV1: BoxOpening,
        BoxOpening.Opened: BoxOpening,
        MonthOfVisits.Recorded: MonthOfVisits,
        BoxEntry.Registered: BoxEntry,
        PuskesmasEntry.Registered: PuskesmasEntry,
        UnitEntry.Registered: UnitEntry,
        Survey.Proposed: Survey,
        SurveyAnswer.Answered: SurveyAnswer,
        IncomingMessage.Came: IncomingMessage,
    },
    id_of=_id_of,
    noted=_noted,
    tables=COMPLAINT_TABLES + SURVEY_TABLES + INCOMING_TABLES,
)
