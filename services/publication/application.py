"""Publication's use cases: draft, approve, hand back, release, withdraw, inform."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox, in_order, read
from services.kernel.contracts.intake import ComplaintCorrectedV1, ComplaintReceivedV1
from services.kernel.errors import Conflict, Problem, StepNotAllowed, Unavailable, invalid
from services.kernel.follower import arrived
from services.kernel.keyring import ERASED_SAID, Keyring, Subject
from services.kernel.keyring.sealing import unseal
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.store.database import Database
from services.kernel.text import Text, _
from services.publication import waiting
from services.publication.domain import INFORMED_BY, REACHES, Publication
from services.publication.domain.redaction import Complainant, gives_away
from services.publication.messages import table
from services.publication.outbox import OUTBOX
from services.publication.webhooks.tables import TABLES as WEBHOOK_TABLES

ComplaintForm = ComplaintReceivedV1 | ComplaintCorrectedV1
WAITING = 50
WITHDRAWAL = "withdrawal"
_TAKEN_BACK = _("Kasusnya dibuka kembali: hasil ini tidak berlaku lagi dan tidak diterbitkan.")
_OVERTAKEN = _("Kasusnya sudah melangkah lagi: rencana ini tidak berlaku dan tidak diterbitkan.")


class Publishing(Service):
    """The publication service: its store and its commands."""

    name = "publication"
    outbox = OUTBOX
    tables = waiting.TABLES + table.TABLES + WEBHOOK_TABLES

    def __init__(
        self,
        place: Path | Database,
        origin: str,
        clock: Clock,
        keyring: Keyring,
        same_approver: bool,
    ) -> None:
        super().__init__(place, origin, clock)
        self.keyring = keyring
        self._same_approver = same_approver
        waiting.bring_up_to_date(self)

    def get(self, id: UUID) -> Publication:
        """Return one publication; raises NotFound."""
        return self.read(Publication, id)

    def of_complaint(self, complaint: UUID) -> list[Publication]:
        """Return a complaint's publications, oldest first."""
        rows = self.select(
            "SELECT publication FROM publications WHERE complaint = ? ORDER BY place",
            (str(complaint),),
        )
        return [self.read(Publication, UUID(row["publication"])) for row in rows]

    def taken_back(self, publication: Publication) -> bool:
        """Say whether the case was reopened since: this result holds no longer."""
        rows = self.select(waiting.TAKEN_BACK, (str(publication.id),))
        return any(row["taken_back"] for row in rows)

    def allowed(self, publication: Publication) -> tuple[str, ...]:
        """Return the steps that a publication allows now; of a result that was taken back, its
        withdrawal only."""
        return _allowed(publication, taken_back=self.taken_back(publication))

    def also_released(
        self, publication: Publication
    ) -> tuple[Publication | None, Publication | None]:
        """Return the results of the same case that are public now: the last one before this, whose
        place this one takes, and the newest one after it, which takes its place."""
        found = self.of_complaint(UUID(publication.complaint))
        place = [each.id for each in found].index(publication.id)
        before = (each for each in reversed(found[:place]) if each.state == "released")
        after = (each for each in reversed(found[place + 1 :]) if each.state == "released")
        return next(before, None), next(after, None)

    def waiting(
        self,
        scope: frozenset[str] | None,
        step: str | None = None,
        *,
        reaches: Callable[[Publication], bool] = lambda _each: True,
        after: int = 0,
        limit: int = WAITING,
    ) -> tuple[list[Publication], int | None]:
        """Return a page of the publications within `scope` (None: all) that wait, oldest first, and
        where the next page begins (`after`), None at the end.

        They are not released yet, or the complainant, who is known, has not been told; with
        `step` (redraft, approval, release, informed) they wait for just that. `reaches` narrows
        further.
        """
        found: list[Publication] = []
        while page := waiting.waiting(self, scope, step, after, limit):
            for place, id in page:
                each = self.read(Publication, id)
                if reaches(each):
                    if len(found) == limit:
                        return found, after
                    found.append(each)
                after = place
        return found, None

    def save_draft(
        self,
        id: UUID,
        intent: Intent,
        text: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Save the draft with another text."""
        box = self.seal(self.get(id), text, "PublicationDrafted.text")
        return self.take(id, intent, once, expected, lambda it, act: it.save_draft(act, box))

    def approve(
        self,
        id: UUID,
        intent: Intent,
        text: str | None,
        media: Sequence[str],
        confirm: bool,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Approve a redacted text for these media; None: the draft as it stands.

        A text that is the draft's keeps its box, so that the log shows who worded what was
        approved. Raises InvalidInput for one that gives the complainant away, unless that is
        confirmed.
        """
        draft = self.get(id)
        saved = self._saved(draft)
        if not confirm and gives_away(text or saved, self.complainant(draft)):
            message = _(
                "Teks ini memuat nama atau kontak pelapor. Mintalah teks tanpa itu, "
                "atau centang bahwa ia ingin disebut."
            )
            raise invalid("text", message)
        box = draft.text
        if text is None:
            expected = expected or draft.version
        elif text != saved:
            box = self.seal(draft, text, "PublicationApproved.text")
        return self.take(
            id,
            intent,
            once,
            expected,
            lambda it, act: it.approve(act, box, list(media), confirm, self._same_approver),
        )

    def release(
        self,
        id: UUID,
        intent: Intent,
        media: Sequence[str] | None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Make the approved text public: from here on, and only here, its words are in clear.

        One that is out already is shown in these media, too. It takes the place of an earlier
        result of the case.
        """
        wanted = None if media is None else list(media)
        approved = self.get(id)
        text = self.opened_for_release(approved, intent.actor, intent.role)
        secret = self.form_confidentiality(approved)

        def release(it: Publication, act: Act) -> None:
            it.release(act, text, wanted, secret)

        return self.take(id, intent, once, expected or approved.version, release)

    def opened_for_release(self, approved: Publication, actor: str, role: str) -> str:
        """Return the words that are to be public, noted as opened by whoever releases them; raises
        Conflict where they were erased, Unavailable where their key has not come."""
        box = approved.text
        facts = approved.complaint, approved.puskesmas, approved.confidentiality
        (text,) = self.keyring.open([box], actor, role, "release", {box.key: Subject(*facts)})
        if text is None:
            raise self.no_key(approved)
        return text

    def give_back(
        self,
        id: UUID,
        intent: Intent,
        reason: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Hand a draft back to whoever words it, with what is wrong."""
        box = self.seal(self.get(id), reason, "PublicationReturned.reason")
        return self.take(id, intent, once, expected, lambda it, act: it.give_back(act, box))

    def withdraw(
        self,
        id: UUID,
        intent: Intent,
        reason: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Take a release back; from then on it is as confidential as its form has become."""
        released = self.get(id)
        box = self.seal(released, reason, "PublicationWithdrawn.reason")
        secret = self.form_confidentiality(released)

        def withdraw(it: Publication, act: Act) -> None:
            it.withdraw(act, box)
            it.follow_form(replace(act, actor=SYSTEM, role="policy"), secret)

        return self.take(id, intent, once, expected, withdraw, name=WITHDRAWAL)

    def inform(
        self,
        id: UUID,
        intent: Intent,
        channel: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Record that the complainant was told; not before the complaint was received."""
        received_at = self.received_at(self.get(id))
        return self.take(
            id,
            intent,
            once,
            expected,
            lambda it, act: it.inform(act, channel, received_at),
            field="informed_at",
        )

    def take(
        self,
        id: UUID,
        intent: Intent,
        once: Once | None,
        expected: int | None,
        step: Callable[..., None],
        field: str = "occurred_at",
        *,
        name: str | None = None,
        also: Callable[[UnitOfWork, Publication], Ids | None] = lambda _uow, _it: None,
    ) -> "Future[Answer]":
        """Record a step of a publication; `field` is where its stated time was asked for, `name`
        what it is called among the steps that are allowed, and `also` writes what else is to be
        written and returns what else is answered."""

        def decide(uow: UnitOfWork) -> Ids:
            publication = uow.get(Publication, id, expected)
            act = uow.act(intent, field)
            taken_back = waiting.taken_back(uow, publication)
            left = _allowed(publication, taken_back=taken_back)
            if taken_back and name not in left:
                raise StepNotAllowed(why_taken_back(publication), left)
            step(publication, act)
            uow.save(publication)
            waiting.note(uow, publication)
            more = also(uow, publication) or {}
            return {
                "id": str(id),
                "state": publication.state,
                "version": publication.version,
                **more,
            }

        return self.command(decide, once)

    def complainant(self, publication: Publication) -> Complainant:
        """Return what is known of whoever complained, opened in memory to be compared with a text,
        which shows nobody anything; nothing, where its key is not here."""
        known = self.person_of(self.form_of(publication)) or {}
        return Complainant(*(str(known.get(each) or "") for each in Complainant._fields))

    def is_confidential(self, publication: Publication) -> bool:
        """Say whether the complaint's form as it stands keeps unit and date from the public."""
        return self.form_confidentiality(publication) == "confidential"

    def categories(self, publication: Publication) -> tuple[str, ...]:
        """Return what the complaint is about, by its form as it stands."""
        form = self.form_of(publication)
        return () if form is None else tuple(form.categories)

    def ways_to_inform(self, publication: Publication) -> tuple[str, ...]:
        """Return the ways in which the complainant can be told: by what the form knows of them, or
        as they came; all where it cannot be opened here."""
        form = self.form_of(publication)
        person = self.person_of(form)
        if form is None or person is None:
            return INFORMED_BY
        return tuple(
            way
            for way in INFORMED_BY
            if way not in REACHES or person.get(REACHES[way]) or way == form.channel
        )

    def person_of(self, form: ComplaintForm | None) -> dict[str, Any] | None:
        """Return who the complainant is, opened in memory; None where that is not known here."""
        if form is None:
            return None
        if form.complainant is None:
            return {}
        key = self.keyring.key(form.complainant.key)
        if key is None:
            return None
        person: dict[str, Any] = json.loads(unseal(form.complainant, key.secret))
        return person

    def form_of(self, publication: Publication) -> ComplaintForm | None:
        """Return the complaint's form as it stands; None where it has not come here."""
        found = None
        for message in sorted(arrived(self, publication.complaint), key=in_order):
            event = read(message)
            if isinstance(event, ComplaintForm):
                found = event
        return found

    def form_confidentiality(self, publication: Publication) -> str:
        """Return how confidential the complaint's form is as it stands."""
        form = self.form_of(publication)
        return publication.confidentiality if form is None else form.confidentiality

    def received_at(self, publication: Publication) -> datetime:
        """Return when the complaint was received, as its own event said that came here first."""
        return next(
            read(message).occurred_at
            for message in arrived(self, publication.complaint)
            if message.type == ComplaintReceivedV1.type
        )

    def _saved(self, publication: Publication) -> str:
        """Return the draft's text, opened in memory to be compared, which shows nobody anything."""
        key = self.keyring.key(publication.complaint)
        if key is None:
            raise self.no_key(publication)
        return unseal(publication.text, key.secret)

    def no_key(self, publication: Publication) -> Problem:
        """Return why a draft's text is neither read nor written here."""
        if self.keyring.erased.mark(publication.complaint) is not None:
            return Conflict(ERASED_SAID)
        return Unavailable(_("Kunci keluhan ini belum tiba; isinya tidak dapat dibuka."))

    def seal(self, publication: Publication, text: str, place: str) -> SealedBox:
        """Return words sealed under the complaint's key; raises as `no_key` says where it is not
        here."""
        key = self.keyring.key(publication.complaint)
        if key is None:
            raise self.no_key(publication)
        return key.seal(text, place, self.keyring.entropy)


def why_taken_back(publication: Publication) -> Text:
    """Return why nothing is left to do with a text that was taken back but to withdraw it."""
    return _OVERTAKEN if publication.planned else _TAKEN_BACK


def _allowed(publication: Publication, *, taken_back: bool) -> tuple[str, ...]:
    if not taken_back:
        return publication.allowed
    return tuple(step for step in publication.allowed if step == WITHDRAWAL)
