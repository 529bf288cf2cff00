"""What is done later to a complaint's form: corrected, withdrawn, linked to an original."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.cases import UNASKED, Cases
from services.intake.domain import Complaint
from services.intake.filled import Form, Person, check, contacts, person_json, person_of
from services.intake.pen import Pen, pen_for, written
from services.kernel.aggregate import Intent
from services.kernel.contracts import SealedBox
from services.kernel.errors import NotFound, StepNotAllowed
from services.kernel.keyring import Keyring
from services.kernel.keyring.sealing import unseal
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _
from services.kernel.vocabulary import CASE_KINDS

UNREAD: Final = "-"
UNREAD_PERSON: Final = Person(name=UNREAD, phone=UNREAD, email=UNREAD)


class Amending:
    """Changes what stands on a complaint's form; each change is an event of its own."""

    def __init__(self, intake: Intake, cases: Cases = UNASKED) -> None:
        self._intake = intake
        self._cases = cases

    def correct(
        self,
        id: UUID,
        intent: Intent,
        changes: Mapping[str, Any],
        reason: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Put the form right; `changes` are fields of `Form`, the others stay.

        Words that are the same stay sealed as they were; where they cannot be opened here, words
        that are given are other ones. Raises NotFound, InvalidInput (also where nothing changes),
        StepNotAllowed where the case can be no praise any more, StaleVersion, and Conflict where
        the words were erased.
        """
        intake = self._intake
        standing = intake.get(id)
        pen = pen_for(intake, standing)
        was = standing_form(standing, intake.keyring)
        form = replace(was, **changes)
        check(intake.district, intake.at(standing.puskesmas), form)
        becomes_praise = standing.kind in CASE_KINDS and form.kind not in CASE_KINDS
        case = self._cases.asked(id, "praise") if becomes_praise else None
        text, person = standing.text, standing.complainant
        if form.text != was.text:
            text = pen.seal(form.text, "ComplaintCorrected.text")
        if form.person != was.person:
            person = (
                pen.seal(person_json(form.person), "ComplaintCorrected.complainant")
                if form.person.known()
                else None
            )
        facts = {
            "channel": form.channel,
            "kind": form.kind,
            "service_unit": form.service_unit,
            "categories": list(form.categories),
            "incident_at": form.incident_at,
            "confidentiality": form.confidentiality,
            "relation": form.relation,
            "barrier": form.barrier,
            "wants_answer_by": form.wants_answer_by,
            "text": text,
            "complainant": person,
        }
        why = pen.seal(reason, "ComplaintCorrected.reason")

        def decide(uow: UnitOfWork) -> Ids:
            if case is not None:
                case.must_allow()
            # On what was read above: what was added in between must not be overwritten unseen.
            seen = standing.known_version if expected is None else expected
            complaint = intake.standing(uow, id, seen)
            act = uow.act(intent, "corrected_at")
            if "incident_at" in changes and form.incident_at is not None:
                uow.not_in_future(form.incident_at, "occurred_at")
            complaint.correct(act, facts, why)
            return saved(uow, complaint, pen)

        known = () if form.person is UNREAD_PERSON else contacts(form.person)
        done = intake.command(decide, once, pen.needs(known))
        done.result()
        # A wrong number may be somebody else's, whose erasure must not reach this complaint. By
        # what stands now: this may be the repeat of a request that others came after.
        now = standing_form(intake.get(id), intake.keyring)
        if not pen.is_new and now.person is not UNREAD_PERSON:
            intake.keyring.keep_contacts(pen.key.id, contacts(now.person))
        return done

    def withdraw(
        self,
        id: UUID,
        intent: Intent,
        by: str,
        reason: str | None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Take a complaint back; raises NotFound, StepNotAllowed when that was done before, or its
        case allows it no more."""
        intake = self._intake
        case = self._cases.asked(id, "withdrawal")
        said = written(intake, intake.get(id), reason, "ComplaintWithdrawn.reason")

        def decide(uow: UnitOfWork) -> Ids:
            case.must_allow()
            complaint = intake.standing(uow, id, expected)
            act = uow.act(intent, "withdrawn_at")
            complaint.withdraw(act, by, said.box, in_vain=case.in_vain)
            return saved(uow, complaint, said.pen)

        return intake.command(decide, once, said.needs)

    def link(
        self,
        id: UUID,
        intent: Intent,
        other: UUID,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Say that a complaint is a duplicate of `other`; what stands already stays as it is.

        Raises NotFound, StepNotAllowed where the two cannot be linked, or the case is over.
        """
        case = self._cases.asked(id, "duplicate")

        def decide(uow: UnitOfWork) -> Ids:
            case.must_allow()
            complaint = self._intake.standing(uow, id, expected)
            original = self._intake.standing(uow, other)
            has_duplicates = uow.connection.execute(
                "SELECT 1 FROM duplicates WHERE original = ?", (str(id),)
            ).fetchone()
            if original.withdrawn and complaint.original is None:
                # What is answered no more would take this one along unanswered.
                message = _("Keluhan itu sudah dicabut dan tidak dijawab lagi. Pilih yang lain.")
                raise StepNotAllowed(message, ())
            act = uow.act(intent)
            if complaint.link(act, original, has_duplicates=has_duplicates is not None):
                uow.connection.execute(
                    "INSERT INTO duplicates VALUES (?, ?)", (str(id), str(other))
                )
            return saved(uow, complaint)

        return self._intake.command(decide, once)

    def unlink(
        self,
        id: UUID,
        intent: Intent,
        other: UUID,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Take the link to `other` back; raises NotFound where there is none."""

        def decide(uow: UnitOfWork) -> Ids:
            complaint = self._intake.standing(uow, id, expected)
            if not complaint.unlink(uow.act(intent), other):
                raise NotFound(_("Keluhan ini bukan duplikat dari yang disebut."))
            uow.connection.execute("DELETE FROM duplicates WHERE duplicate = ?", (str(id),))
            return saved(uow, complaint)

        return self._intake.command(decide, once)

    def duplicates(self, id: UUID) -> list[UUID]:
        """Return the complaints that are linked to this one as their original."""
        rows = self._intake.select(
            "SELECT duplicate FROM duplicates WHERE original = ? ORDER BY duplicate", (str(id),)
        )
        return [UUID(row["duplicate"]) for row in rows]


def standing_form(complaint: Complaint, keyring: Keyring) -> Form:
    """Return what stands on a complaint's form; its words are opened to be compared, not shown.

    UNREAD and UNREAD_PERSON stand for what opens only at its home.
    """
    sealed = complaint.complainant
    known = None if sealed is None else compared(sealed, keyring)
    unread = UNREAD_PERSON if sealed is not None else Person()
    return Form(
        channel=complaint.channel,
        text=compared(complaint.text, keyring) or UNREAD,
        kind=complaint.kind,
        service_unit=complaint.service_unit,
        categories=complaint.categories,
        incident_at=complaint.incident_at,
        confidentiality=complaint.confidentiality,
        relation=complaint.relation,
        barrier=complaint.barrier,
        wants_answer_by=complaint.wants_answer_by,
        person=unread if known is None else person_of(known),
    )


def compared(box: SealedBox, keyring: Keyring) -> str | None:
    """Return words, opened in memory to be compared, which shows nobody anything; None where
    their key is not here."""
    key = keyring.key(box.key)
    return None if key is None else unseal(box, key.secret)


def saved(uow: UnitOfWork, complaint: Complaint, pen: Pen | None = None) -> Ids:
    """Save a complaint, with the way of a new key that words were sealed with, and return what a
    step's answer says of it."""
    if pen:
        pen.leave(uow, complaint)
    uow.save(complaint)
    return {"id": str(complaint.id), "version": complaint.known_version}
