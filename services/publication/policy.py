"""What publication does when others' events arrive: a documented result becomes a draft; one that
is not out yet follows its form when that becomes confidential, or is no longer; what takes a case
further lets nothing wait of the text before it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from services.kernel.contracts import Event, Message, intake, meetings, read, resolution
from services.kernel.errors import NotFound
from services.kernel.follower import remembered
from services.kernel.policy import Policy, caused_by
from services.kernel.store import UnitOfWork
from services.kernel.text import _
from services.publication import announcing, waiting
from services.publication.domain import Publication


def policy(acts_for: Callable[[str], bool]) -> Policy:
    """Return publication's policy for the Puskesmas whose home this is."""
    return Policy(
        acts_for=acts_for,
        handlers={
            **dict.fromkeys(announcing.OVERTAKES, overtake),
            resolution.CaseReopenedV1: take_back,
            resolution.ResolutionDocumentedV1: draft,
            intake.ComplaintCorrectedV1: follow_form,
            meetings.ForumAnsweredV1: forum_answered,
        },
        remembers=announcing.OVERTAKES
        | {
            intake.ComplaintReceivedV1,
            intake.ComplaintCorrectedV1,
            intake.ComplaintWithdrawnV1,
            resolution.CalendarChangedV1,
        },
    )


def draft(uow: UnitOfWork, message: Message, event: resolution.ResolutionDocumentedV1) -> None:
    """Make a draft of the result (SOP Lamaru 1h, SOP Puring 2d), its words as they were sealed."""
    received = remembered(uow, message.subject, intake.ComplaintReceivedV1.type)
    if received is None:
        raise NotFound(_("Keluhan ini belum tiba di sini."))
    complaint = read(received)
    assert isinstance(complaint, intake.ComplaintReceivedV1)
    corrected = remembered(uow, message.subject, intake.ComplaintCorrectedV1.type)
    form = complaint if corrected is None else read(corrected)
    assert isinstance(form, intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1)
    publication_id = Publication.id_of(UUID(message.subject), f"{message.source}:{message.id}")
    publication = Publication.draft(
        uow.act(caused_by(message)),
        id=publication_id,
        puskesmas=message.puskesmas,
        complaint=message.subject,
        number=complaint.number,
        text=event.summary,
        confidentiality=form.confidentiality,
        service_unit=form.service_unit,
        entered_by=received.actor,
        documented_by=event.documented_by,
    )
    overtake(uow, message, event)
    uow.save(publication)
    waiting.note(uow, publication)


def take_back(uow: UnitOfWork, message: Message, event: Event) -> None:
    """Ask nobody to approve, release or tell a result that was found not effective: the next
    documentation makes the next draft (SOP Puring 3f)."""
    waiting.take_back(uow, message.subject)


def overtake(uow: UnitOfWork, message: Message, event: Event) -> None:
    """Ask nobody any more for what was to be said of a plan that was carried out or replaced, or
    whose case goes another way; what is public of it stays so."""
    for id in waiting.of_complaint(uow, message.subject):
        if uow.get(Publication, id).planned:
            waiting.take_back_one(uow, id)


def follow_form(uow: UnitOfWork, message: Message, event: intake.ComplaintCorrectedV1) -> None:
    """Let what is not out yet be as confidential as its form is from now on; an approval that was
    given for it as it stood before holds no longer."""
    for id in waiting.of_complaint(uow, message.subject):
        publication = uow.get(Publication, id)
        if publication.follow_form(uow.act(caused_by(message)), event.confidentiality):
            uow.save(publication)
            waiting.note(uow, publication)


def forum_answered(uow: UnitOfWork, message: Message, event: meetings.ForumAnsweredV1) -> None:
    """Record that the complainant was told where the result was told to the forum in which the
    complaint was raised (SOP Puring 3f); of an anonymous one, nobody can be."""
    found = waiting.of_complaint(uow, message.subject)
    if not found:
        return
    publication = uow.get(Publication, found[-1])
    received = remembered(uow, message.subject, intake.ComplaintReceivedV1.type)
    if received is None or "informed" not in publication.allowed:
        return
    if not waiting.taken_back(uow, publication):
        told = replace(caused_by(message), occurred_at=event.occurred_at)
        publication.inform(uow.act(told), "meeting", read(received).occurred_at)
        uow.save(publication)
        waiting.note(uow, publication)
