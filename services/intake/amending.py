"""What is done later to a complaint's form: corrected, withdrawn, linked to an original."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.intake.filled import Form, Person, check, contacts, person_json, person_of
from services.kernel.aggregate import Intent
from services.kernel.errors import Conflict, NotFound, StepNotAllowed
from services.kernel.keyring import NewKey
from services.kernel.keyring.sealing import unseal
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _


class Amending:
    """Changes what stands on a complaint's form; each change is an event of its own."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

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

        Words that are the same stay sealed as they were. Raises NotFound, InvalidInput (also
        where nothing changes), StaleVersion, and Conflict where the words were erased.
        """
        intake = self._intake
        standing = intake.get(id)
        key = self.key(id)
        was = standing_form(standing, key)
        form = replace(was, **changes)
        check(intake.district, intake.at(standing.puskesmas), form)
        entropy = intake.keyring.entropy
        text, person = standing.text, standing.complainant
        if form.text != was.text:
            text = key.seal(form.text, "ComplaintCorrected.text", entropy)
        if form.person != was.person:
            person = (
                key.seal(person_json(form.person), "ComplaintCorrected.complainant", entropy)
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
        why = key.seal(reason, "ComplaintCorrected.reason", entropy)

        def decide(uow: UnitOfWork) -> Ids:
            # On what was read above: what was added in between must not be overwritten unseen.
            complaint = uow.get(Complaint, id, standing.version if expected is None else expected)
            act = uow.act(intent, "corrected_at")
            if "incident_at" in changes and form.incident_at is not None:
                uow.not_in_future(form.incident_at, "occurred_at")
            complaint.correct(act, facts, why)
            return saved(uow, complaint)

        keyring = intake.keyring
        needs = [keyring.wrapped(key, contacts(form.person))]
        done = intake.command(decide, once, needs)
        done.result()
        # A wrong number may be somebody else's, whose erasure must not reach this complaint. By
        # what stands now: this may be the repeat of a request that others came after.
        now = standing_form(intake.get(id), key)
        keyring.keep_contacts(key.id, contacts(now.person))
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
        """Take a complaint back; raises NotFound, StepNotAllowed when that was done before."""
        why = None
        if reason is not None:
            why = self.seal(id, reason, "ComplaintWithdrawn.reason")

        def decide(uow: UnitOfWork) -> Ids:
            complaint = uow.get(Complaint, id, expected)
            complaint.withdraw(uow.act(intent, "withdrawn_at"), by, why)
            return saved(uow, complaint)

        return self._intake.command(decide, once)

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

        Raises NotFound, StepNotAllowed where the two cannot be linked.
        """

        def decide(uow: UnitOfWork) -> Ids:
            complaint = uow.get(Complaint, id, expected)
            original = uow.get(Complaint, other)
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
            complaint = uow.get(Complaint, id, expected)
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

    def key(self, id: UUID) -> NewKey:
        """Return a complaint's key; raises Conflict where there is none any more."""
        key = self._intake.keyring.key(str(id))
        if key is None:
            said = self._intake.stand(id).said
            assert said is not None
            raise Conflict(said)
        return key

    def seal(self, id: UUID, words: str, place: str) -> Any:
        """Seal words under a complaint's key; raises NotFound, Conflict."""
        self._intake.get(id)
        return self.key(id).seal(words, place, self._intake.keyring.entropy)


def standing_form(complaint: Complaint, key: NewKey) -> Form:
    """Return what stands on a complaint's form; its words are opened to be compared, not shown."""
    sealed = complaint.complainant
    return Form(
        channel=complaint.channel,
        text=unseal(complaint.text, key.secret),
        kind=complaint.kind,
        service_unit=complaint.service_unit,
        categories=complaint.categories,
        incident_at=complaint.incident_at,
        confidentiality=complaint.confidentiality,
        relation=complaint.relation,
        barrier=complaint.barrier,
        wants_answer_by=complaint.wants_answer_by,
        person=Person() if sealed is None else person_of(unseal(sealed, key.secret)),
    )


def saved(uow: UnitOfWork, complaint: Complaint) -> Ids:
    """Save a complaint and return what a step's answer says of it."""
    uow.save(complaint)
    return {"id": str(complaint.id), "version": complaint.version}
