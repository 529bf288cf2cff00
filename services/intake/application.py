"""Intake's use cases: receive a complaint, open a suggestion box, record the district file."""

import hmac
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake.boxes import box_of
from services.intake.domain import BoxOpening, Complaint
from services.intake.filled import Form, Person, check, contacts, person_json
from services.intake.imports.tables import IMPORT_TABLES
from services.intake.incoming.tables import INCOMING_TABLES
from services.intake.known import known
from services.intake.leaving import leave
from services.intake.outbox import OUTBOX
from services.intake.recorded import record_district
from services.intake.surveys.tables import SURVEY_TABLES
from services.intake.tables import COMPLAINT_TABLES
from services.kernel.aggregate import Intent
from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox
from services.kernel.district import District, Puskesmas
from services.kernel.errors import FieldError, InvalidInput, NotServedHere
from services.kernel.keyring import IDENTITY_PLACE, Keyring, Stand, WrappedKey, standing
from services.kernel.receipts import receipt_code, receipt_hash
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.store.database import Database
from services.kernel.text import _

__all__ = ["Form", "Intake", "Note", "Person", "Slip"]

Note = Callable[[UnitOfWork, Ids], None]
BOX = "suggestion_box"


@dataclass(frozen=True)
class Slip:
    """A slip from the box: its form, and when it was read (None: when the box was opened)."""

    form: Form
    received_at: datetime | None = None


@dataclass(frozen=True)
class _Written:
    """A form with its words sealed under a key of its own, which is not stored yet."""

    id: UUID
    form: Form
    text: SealedBox
    complainant: SealedBox | None
    key: WrappedKey


class Intake(Service):
    """The intake service: its store and its commands.

    `home_of` gives the origin that is the home of a Puskesmas; `serves` are the codes of those
    that this process answers for, none: all of the file.
    """

    name = "intake"
    outbox = OUTBOX
    tables = IMPORT_TABLES + COMPLAINT_TABLES + SURVEY_TABLES + INCOMING_TABLES
    log_section_size = 500

    def __init__(
        self,
        place: Path | Database,
        origin: str,
        clock: Clock,
        keyring: Keyring,
        district: District,
        new_id: Callable[[], UUID],
        receipt_secret: bytes,
        files: Path,
        home_of: Callable[[str], str],
        serves: Collection[str] = (),
    ) -> None:
        super().__init__(place, origin, clock)
        self.writer.store_first(keyring.store)
        self.keyring = keyring
        self.district = district
        self.new_id = new_id
        self._receipt_secret = receipt_secret
        self.files = files
        self.home_of = home_of
        self._serves = frozenset(serves)

    def is_home(self, puskesmas: str) -> bool:
        """Say whether a Puskesmas is at home in this origin."""
        return self.home_of(puskesmas) == self.origin

    def at(self, code: str) -> Puskesmas:
        """Return a Puskesmas of the file; raises NotFound, and NotServedHere for one that is
        another endpoint's."""
        here = self.district.puskesmas(code)
        if self._serves and code not in self._serves:
            raise NotServedHere(
                _(
                    "Titik penerimaan ini tidak melayani Puskesmas {code}. Kirim lewat alamat "
                    "kabupaten; pengelola dapat menambahkan kodenya ke TANGGAP_PUSKESMAS.",
                    code=code,
                )
            )
        return here

    def receipt(self, complaint: UUID) -> str:
        """Return the code on a complaint's receipt; it is derived, and stored nowhere."""
        return receipt_code(self._receipt_secret, complaint)

    @property
    def row_secret(self) -> bytes:
        """The secret under which rows of uploaded files are known again."""
        return hmac.digest(self._receipt_secret, b"tanggap-import-row", "sha256")

    def get(self, id: UUID) -> Complaint:
        """Return one complaint; raises NotFound, and NotServedHere."""
        complaint = known(self, id)
        self.at(complaint.puskesmas)
        return complaint

    def standing(self, uow: UnitOfWork, id: UUID, expected: int | None = None) -> Complaint:
        """Return a complaint as it stands in this transaction; raises NotFound, StaleVersion."""
        uow.flush()
        return known(self, id, expected)

    def stand(self, complaint: Complaint) -> Stand:
        """Return how the key of a complaint stands here."""
        return standing(
            self.keyring,
            str(complaint.id),
            complaint.received_in or self.origin,
            self.origin,
            self.home_of(complaint.puskesmas),
        )

    def receive(
        self,
        puskesmas: str,
        form: Form,
        intent: Intent,
        once: Once | None = None,
        noted: Note | None = None,
    ) -> "Future[Answer]":
        """Write a complaint down and give it its number (SOP Lamaru 1c, 2b).

        `intent.occurred_at` is when the Puskesmas heard it. The key of its words is durable
        before the event that needs it. `noted` writes, in the same transaction, where the
        complaint came from; it is not called for a repeat. Raises NotFound for
        an unknown Puskesmas, NotServedHere, InvalidInput with every wrong field.
        """
        here = self.at(puskesmas)
        self.check(here, form)
        written = self._sealed(form)

        def decide(uow: UnitOfWork) -> Ids:
            ids = self._write_down(uow, here, written, intent)
            if noted:
                noted(uow, ids)
            return ids

        return self.command(decide, once, [written.key])

    def receive_together(
        self, puskesmas: str, forms: Sequence[Form], intent: Intent, once: Once | None = None
    ) -> "Future[Answer]":
        """Write several complaints down that were heard at the same time, all of them or none
        (SOP Puring 3a).

        Raises NotFound for an unknown Puskesmas, InvalidInput with every wrong field of every form
        (`forms[3].text`).
        """
        here = self.at(puskesmas)
        errors: list[FieldError] = []
        for place, form in enumerate(forms):
            try:
                self.check(here, form)
            except InvalidInput as problem:
                at = f"forms[{place}]."
                errors += [FieldError(at + each.field, each.message) for each in problem.errors]
        if errors:
            raise InvalidInput(*errors)
        written = [self._sealed(form) for form in forms]

        def decide(uow: UnitOfWork) -> Ids:
            return {"complaints": [self._write_down(uow, here, each, intent) for each in written]}

        return self.command(decide, once, [each.key for each in written])

    def open_box(
        self,
        puskesmas: str,
        officers: Sequence[str],
        slips: Sequence[Slip],
        intent: Intent,
        once: Once | None = None,
        *,
        box: str | None = None,
        witnesses: Sequence[str] = (),
    ) -> "Future[Answer]":
        """Record that a box was opened and write its slips down, all of it or nothing
        (SOP Puring 1.8 and 2a, SOP Lamaru 2a).

        `intent.occurred_at` is when it was opened; `box` may be left out where there is one.
        Raises NotFound for an unknown Puskesmas, InvalidInput with every wrong field of every slip
        (`slips[3].text`).
        """
        here = self.at(puskesmas)
        errors: list[FieldError] = []
        try:
            opened = box_of(here, box)
        except InvalidInput as problem:
            errors += problem.errors
        for place, slip in enumerate(slips):
            try:
                self.check(here, slip.form)
            except InvalidInput as problem:
                errors += [
                    FieldError(f"slips[{place}].{each.field}", each.message)
                    for each in problem.errors
                ]
            if slip.form.channel != BOX:
                message = _("Surat dari kotak saran datang lewat suggestion_box.")
                errors.append(FieldError(f"slips[{place}].channel", message))
        if errors:
            raise InvalidInput(*errors)
        written = [self._sealed(slip.form) for slip in slips]
        opening = self.new_id()

        def decide(uow: UnitOfWork) -> Ids:
            act = uow.act(intent, "opened_at")
            done = []
            for place, (slip, sheet) in enumerate(zip(slips, written, strict=True)):
                heard = replace(intent, occurred_at=slip.received_at or intent.occurred_at)
                done.append(self._write_down(uow, here, sheet, heard, f"slips[{place}]."))
            ids = [each["id"] for each in done]
            uow.save(
                BoxOpening.open(
                    act,
                    id=opening,
                    puskesmas=here.code,
                    box=opened,
                    officers=list(officers),
                    witnesses=list(witnesses),
                    complaints=ids,
                )
            )
            return {"id": str(opening), "complaints": done}

        return self.command(decide, once, [sheet.key for sheet in written])

    def _sealed(self, form: Form) -> _Written:
        id = self.new_id()
        key = self.keyring.new_key(str(id))
        entropy = self.keyring.entropy
        text = key.seal(form.text, "ComplaintReceived.text", entropy)
        complainant = (
            key.seal(person_json(form.person), IDENTITY_PLACE, entropy)
            if form.person.known()
            else None
        )
        return _Written(
            id, form, text, complainant, self.keyring.wrapped(key, contacts(form.person))
        )

    def _write_down(
        self,
        uow: UnitOfWork,
        here: Puskesmas,
        written: _Written,
        intent: Intent,
        within: str = "",
    ) -> Ids:
        """`within` is where the form stands in what was sent, for the fields of errors."""
        id, form = written.id, written.form
        act = uow.act(intent, f"{within}received_at")
        if form.incident_at is not None:
            uow.not_in_future(form.incident_at, f"{within}occurred_at")
        year = act.recorded_at.astimezone(ZoneInfo(here.zone)).year
        at_home = self.is_home(here.code)
        letter = self.district.letter_at(self.origin, here, at_home=at_home)
        if self.incarnations.number > 1:
            # What numbers were given out after the backup is not known: none is given twice.
            letter += str(self.incarnations.number)
        running = uow.next_in(f"{here.code}/{letter}/{year}")
        number = f"{here.short_code}-{year}-{letter}-{running:06d}"
        complaint = Complaint.receive(
            act,
            id=id,
            puskesmas=here.code,
            number=number,
            receipt_hash=receipt_hash(self.receipt(id)),
            channel=form.channel,
            kind=form.kind,
            service_unit=form.service_unit,
            categories=list(form.categories),
            incident_at=form.incident_at,
            confidentiality=form.confidentiality,
            relation=form.relation,
            barrier=form.barrier,
            wants_answer_by=form.wants_answer_by,
            text=written.text,
            complainant=written.complainant,
        )
        if form.meeting is not None:
            complaint.hear_in(act, str(form.meeting))
        uow.save(complaint)
        if not at_home:
            leave(uow, here.code, str(id))
        return {"id": str(id), "number": number}

    def check(self, here: Puskesmas, form: Form) -> None:
        """Raise InvalidInput naming every field of a form that cannot stand at this Puskesmas."""
        check(self.district, here, form)

    def record_district(self, codes: Collection[str]) -> None:
        """Record units and these Puskesmas of the district file as events, where they differ from
        what is recorded.

        A Puskesmas without a home of its own is at home in the origin that loads the file.
        """
        self.transact(lambda uow: record_district(uow, self.district, codes, self.origin)).result()
