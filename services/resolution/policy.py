"""What resolution does when others' events arrive: cases open, follow their form, and end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.kernel.aggregate import Act
from services.kernel.contracts import Message, in_order, intake, publication, read
from services.kernel.contracts.resolution import DueV1
from services.kernel.errors import NotFound
from services.kernel.follower import remembered
from services.kernel.policy import Policy, caused_by
from services.kernel.store import UnitOfWork
from services.kernel.text import _
from services.kernel.vocabulary import CASE_KINDS
from services.resolution.domain import Case
from services.resolution.domain.case import BY_CORRECTION
from services.resolution.jobs import OVERDUE
from services.resolution.meetings.noted import note_heard
from services.resolution.promises import Promises

NOTIFIED = ["complaint_team"]
BY_COMPLAINANT = "complainant"
Form = intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1


def policy(acts_for: Callable[[str], bool], promises: Promises) -> Policy:
    """Return resolution's policy for the Puskesmas whose home this is."""
    handling = _Handling(promises)
    return Policy(
        acts_for=acts_for,
        handlers={
            intake.ComplaintReceivedV1: handling.received,
            intake.ComplaintCorrectedV1: handling.corrected,
            intake.ComplaintWithdrawnV1: handling.withdrawn,
            intake.DuplicateLinkedV1: handling.linked,
            intake.DuplicateUnlinkedV1: handling.unlinked,
            intake.ReopenRequestedV1: handling.asked_to_reopen,
            intake.FeedbackHeardV1: heard,
        },
        remembers=frozenset(
            {
                intake.ComplaintReceivedV1,
                intake.ComplaintCorrectedV1,
                intake.ComplaintWithdrawnV1,
                intake.DuplicateLinkedV1,
                intake.DuplicateUnlinkedV1,
                intake.FeedbackHeardV1,
                intake.AttachmentAddedV1,
                intake.ComplainantRatedV1,
                intake.ReopenRequestedV1,
                intake.ErasureRequestedV1,
                intake.ErasureScheduledV1,
                intake.ErasureRefusedV1,
                intake.ErasureCalledBackV1,
                intake.PersonErasedV1,
                intake.LegalHoldPlacedV1,
                intake.LegalHoldLiftedV1,
                publication.PublicationDraftedV1,
                publication.PublicationDraftedV2,
                publication.PublicationApprovedV1,
                publication.PublicationReturnedV1,
                publication.ResolutionPublishedV1,
                publication.PublicationWithdrawnV1,
                publication.ComplainantInformedV1,
                publication.PlannedChangeDraftedV1,
                publication.PlannedChangeDraftedV2,
                publication.PlannedChangePublishedV1,
                publication.ReleaseScheduledV1,
                publication.ReleaseCalledOffV1,
                publication.PublicationEvidencedV1,
                publication.MessageRequestedV1,
                publication.MessageSentV1,
                publication.MessageDeliveredV1,
                publication.MessageFailedV1,
                publication.MessageOutcomeUnknownV1,
            }
        ),
    )


def heard(uow: UnitOfWork, message: Message, event: intake.FeedbackHeardV1) -> None:
    """Write down in which meeting a complaint was raised; praise, too, which has no case."""
    note_heard(uow, message.subject, event.meeting)


class _Handling:
    """What is done for each event; praise is counted, but has no case (design, section 5)."""

    def __init__(self, promises: Promises) -> None:
        self._promises = promises

    def received(
        self, uow: UnitOfWork, message: Message, event: intake.ComplaintReceivedV1
    ) -> None:
        """Open a case and notify the team."""
        if event.kind in CASE_KINDS:
            self._open(uow, message, message, event, event)

    def corrected(
        self, uow: UnitOfWork, message: Message, event: intake.ComplaintCorrectedV1
    ) -> None:
        """Let the case follow its form; of praise it becomes one, and of a case praise."""
        last = remembered(uow, message.subject, message.type)
        if last is not None and in_order(last) > in_order(message):
            return  # it was put right again after this, elsewhere, and that came first
        case = uow.find(Case, UUID(message.subject))
        if case is None:
            if event.kind in CASE_KINDS:
                first, form = _received(uow, message)
                self._open(uow, message, first, form, event)
            return
        act = uow.act(caused_by(message))
        if event.kind not in CASE_KINDS:
            case.withdraw(act, BY_CORRECTION)
        else:
            case.no_praise(act)
            case.follow_form(
                act,
                kind=event.kind,
                service_unit=event.service_unit,
                confidentiality=event.confidentiality,
                deadlines=self._kept_or_made(case, event.kind),
            )
        _save(uow, case)

    def withdrawn(
        self, uow: UnitOfWork, message: Message, event: intake.ComplaintWithdrawnV1
    ) -> None:
        """End the case, unless its result is written down."""
        if case := _case(uow, message):
            case.withdraw(_at(uow, message, event.occurred_at), event.by)
            _save(uow, case)

    def linked(self, uow: UnitOfWork, message: Message, event: intake.DuplicateLinkedV1) -> None:
        """End the case as a duplicate, unless its result is written down."""
        if case := _case(uow, message):
            case.join(_at(uow, message, event.occurred_at), event.other)
            _save(uow, case)

    def unlinked(
        self, uow: UnitOfWork, message: Message, event: intake.DuplicateUnlinkedV1
    ) -> None:
        """Take the case up again where it stood."""
        if case := _case(uow, message):
            case.part(_at(uow, message, event.occurred_at), event.other)
            _save(uow, case)

    def asked_to_reopen(
        self, uow: UnitOfWork, message: Message, event: intake.ReopenRequestedV1
    ) -> None:
        """Reopen the case where it has a result; where it has none, say that it goes on."""
        if case := _case(uow, message):
            case.ask_to_reopen(_at(uow, message, event.occurred_at), BY_COMPLAINANT)
            _save(uow, case)

    def _open(
        self,
        uow: UnitOfWork,
        message: Message,
        first: Message,
        received: intake.ComplaintReceivedV1,
        form: Form,
    ) -> None:
        """Open the case of a complaint, as its form stands because of `message`."""
        cause = caused_by(message)
        heard = received.occurred_at
        deadlines = self._promises.made(message.puskesmas, form.kind, None, heard)
        case = Case.open(
            uow.act(replace(cause, occurred_at=heard)),
            id=UUID(message.subject),
            puskesmas=message.puskesmas,
            deadlines=deadlines,
            number=received.number,
            kind=form.kind,
            confidentiality=form.confidentiality,
            entered_by=first.actor,
            service_unit=form.service_unit,
        )
        case.notify_team(uow.act(cause), NOTIFIED, "in_product")
        uow.save(case)
        _schedule(uow, case, deadlines)

    def _kept_or_made(self, case: Case, kind: str) -> list[DueV1]:
        """Return the promises of another kind of case; those of the same kind stay."""
        if kind == case.kind or case.paused:
            return case.deadlines
        facts = (case.puskesmas, kind, case.grade, case.received_at, case.pauses)
        return self._promises.made(*facts)


def _case(uow: UnitOfWork, message: Message) -> Case | None:
    """Return the case of a complaint; None where it is praise.

    Raises NotFound where the complaint itself has not come.
    """
    case = uow.find(Case, UUID(message.subject))
    if case is None:
        _received(uow, message)
    return case


def _received(uow: UnitOfWork, message: Message) -> tuple[Message, intake.ComplaintReceivedV1]:
    first = remembered(uow, message.subject, intake.ComplaintReceivedV1.type)
    event = read(first) if first else None
    if first is None or not isinstance(event, intake.ComplaintReceivedV1):
        raise NotFound(_("Keluhan ini belum tiba."))
    return first, event


def _at(uow: UnitOfWork, message: Message, happened: datetime) -> Act:
    return uow.act(replace(caused_by(message), occurred_at=happened))


def _save(uow: UnitOfWork, case: Case) -> None:
    """Save a case and see to its promises again: an end or a return may have changed them."""
    uow.save(case)
    see_to_promises(uow, case)


def see_to_promises(uow: UnitOfWork, case: Case) -> None:
    """Have the promises of a case looked at when they are due, unless it is closed."""
    if not case.closed:
        _schedule(uow, case, case.deadlines)


def _schedule(uow: UnitOfWork, case: Case, deadlines: Sequence[DueV1]) -> None:
    uow.schedule(OVERDUE, {f"{case.id}/{due.name}": due.due_at for due in deadlines})
