"""What resolution does when others' events arrive: a received complaint opens a case."""

from collections.abc import Callable
from uuid import UUID

from services.kernel.aggregate import Intent
from services.kernel.contracts import Message, intake, publication
from services.kernel.policy import Policy, caused_by
from services.kernel.store import UnitOfWork
from services.kernel.vocabulary import CASE_KINDS
from services.resolution.domain import Case
from services.resolution.jobs import OVERDUE
from services.resolution.promises import Promises

NOTIFIED = ["complaint_team"]


def policy(acts_for: Callable[[str], bool], promises: Promises) -> Policy:
    """Return resolution's policy for the Puskesmas whose home this is."""

    def open_case(uow: UnitOfWork, message: Message, event: intake.ComplaintReceivedV1) -> None:
        """Open a case and notify the team; praise is counted, but opens none (design §5)."""
        if event.kind not in CASE_KINDS:
            return
        cause = caused_by(message)
        begun = Intent(
            cause.actor,
            cause.role,
            event.occurred_at,
            cause.correlation_id,
            cause.causation_id,
            cause.caused_at,
        )
        deadlines = promises.made(message.puskesmas, event.kind, None, event.occurred_at)
        case = Case.open(
            uow.act(begun),
            id=UUID(message.subject),
            puskesmas=message.puskesmas,
            deadlines=deadlines,
            number=event.number,
            kind=event.kind,
            confidentiality=event.confidentiality,
            entered_by=message.actor,
            service_unit=event.service_unit,
        )
        case.notify_team(uow.act(cause), NOTIFIED, "in_product")
        uow.save(case)
        uow.schedule(OVERDUE, {f"{message.subject}/{due.name}": due.due_at for due in deadlines})

    return Policy(
        acts_for=acts_for,
        handlers={intake.ComplaintReceivedV1: open_case},
        remembers=frozenset(
            {
                intake.ComplaintReceivedV1,
                publication.PublicationDraftedV1,
                publication.PublicationApprovedV1,
                publication.ResolutionPublishedV1,
                publication.PublicationWithdrawnV1,
                publication.ComplainantInformedV1,
            }
        ),
    )
