"""Announcing a planned change: what a plan will change is public before it is carried out."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.kernel.aggregate import Intent
from services.kernel.contracts import Event, Message, SealedBox, in_order, intake, read, resolution
from services.kernel.errors import Conflict, NotFound, Unavailable
from services.kernel.follower import arrived
from services.kernel.keyring import ERASED_SAID
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _
from services.publication import waiting
from services.publication.domain import Publication

if TYPE_CHECKING:
    from services.publication.application import Publishing

Form = intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1
_ENDS = (
    resolution.ResolutionDocumentedV1,
    resolution.CaseReopenedV1,
    resolution.CaseWithdrawnV1,
    resolution.CaseJoinedV1,
    resolution.CaseReferredV1,
)
"""What ends that a plan is being carried out: its result, or that the case goes another way."""
_BEGINS = (resolution.ResponsePlannedV1, resolution.CaseRestoredV1)
OVERTAKES: Final[frozenset[type[Event]]] = frozenset({*_ENDS, *_BEGINS})
"""After these the words about the plan before hold no longer."""
_CARRIED_OUT = ("planned", "acted")
NO_PLAN = _("Kasus ini tidak punya rencana yang sedang dikerjakan. Muat ulang kasusnya.")


@dataclass(frozen=True)
class Plan:
    """A case's plan as it stands, beside the form of its complaint."""

    complaint: UUID
    puskesmas: str
    number: str
    entered_by: str
    planned_by: str
    service_unit: str | None
    confidentiality: str
    said: SealedBox
    actions: tuple[SealedBox, ...]
    announcement: UUID
    """The id of its announcement, whether there is one or not."""


class Announcing:
    """Begins the publication of what a plan will change."""

    def __init__(self, publishing: "Publishing") -> None:
        self._publishing = publishing

    def plan_of(self, complaint: UUID) -> Plan | None:
        """Return the plan of a case that is being carried out; None where there is none (any
        more), or it has not come here."""
        return _plan(complaint, arrived(self._publishing, str(complaint)))

    def announced(self, plan: Plan) -> UUID | None:
        """Return the publication that announces a plan, if there is one."""
        found = self._publishing.of_complaint(plan.complaint)
        return next((each.id for each in found if each.id == plan.announcement), None)

    def announce(
        self, complaint: UUID, intent: Intent, text: str, *, once: Once | None = None
    ) -> "Future[Answer]":
        """Make a draft of what the plan of a case will change, in the words of whoever writes it.

        Raises NotFound where the case has no plan that is being carried out, Conflict where there
        is such a draft already, and where the complaint's words were erased.
        """
        publishing, id = self._publishing, str(complaint)
        key = publishing.keyring.key(id)
        if key is None:
            if publishing.keyring.erased.mark(id) is not None:
                raise Conflict(ERASED_SAID)
            raise Unavailable(_("Kunci keluhan ini belum tiba; isinya tidak dapat dibuka."))
        box = key.seal(text, "PlannedChangeDrafted.text", publishing.keyring.entropy)

        def decide(uow: UnitOfWork) -> Ids:
            uow.flush()
            plan = _plan(complaint, arrived(publishing, id))
            if plan is None:
                raise NotFound(NO_PLAN)
            if plan.announcement in waiting.of_complaint(uow, id):
                raise Conflict(_("Rencana ini sudah punya rancangan. Buka di Terbitkan."))
            publication = Publication.announce(
                uow.act(intent),
                id=plan.announcement,
                puskesmas=plan.puskesmas,
                complaint=id,
                number=plan.number,
                text=box,
                confidentiality=plan.confidentiality,
                service_unit=plan.service_unit,
                entered_by=plan.entered_by,
                planned_by=plan.planned_by,
            )
            uow.save(publication)
            waiting.note(uow, publication)
            return {
                "id": str(publication.id),
                "state": publication.state,
                "version": publication.version,
            }

        return publishing.command(decide, once)


def _plan(complaint: UUID, messages: Sequence[Message]) -> Plan | None:
    told = [(each, read(each)) for each in sorted(messages, key=in_order)]
    forms = [(each, form) for each, form in told if isinstance(form, Form)]
    begun, planned, stands = None, None, False
    for message, event in told:
        if isinstance(event, resolution.ResponsePlannedV1):
            begun, planned, stands = message, (message, event), True
        elif isinstance(event, resolution.CaseRestoredV1):
            begun, stands = message, event.state in _CARRIED_OUT
        elif isinstance(event, _ENDS):
            stands = False
    if not (stands and begun and planned and forms):
        return None
    (received, first), (_last, form) = forms[0], forms[-1]
    if not isinstance(first, intake.ComplaintReceivedV1):
        return None
    return Plan(
        complaint=complaint,
        puskesmas=received.puskesmas,
        number=first.number,
        entered_by=received.actor,
        planned_by=planned[0].actor,
        service_unit=form.service_unit,
        confidentiality=form.confidentiality,
        said=form.text,
        actions=tuple(each.action for each in planned[1].actions),
        announcement=Publication.id_of_plan(complaint, f"{begun.source}:{begun.id}"),
    )
