"""Intake's use cases: receive a complaint, import a file of them, record the district file."""

import hmac
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers

from services.intake.domain import (
    CONFIDENTIALITIES,
    KINDS,
    Complaint,
    PuskesmasEntry,
    UnitEntry,
    entry_id,
)
from services.intake.imports.tables import IMPORT_TABLES
from services.intake.outbox import OUTBOX
from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.clock import Clock
from services.kernel.contracts import SealedBox
from services.kernel.district import District, Puskesmas
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.keyring import IDENTITY_PLACE, Keyring
from services.kernel.receipts import receipt_code, receipt_hash
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS

Note = Callable[[UnitOfWork, Ids], None]


@dataclass(frozen=True)
class Person:
    """Who the complainant is; every part may be unknown."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None

    def known(self) -> bool:
        """Whether anything is known of them."""
        return any((self.name, self.phone, self.email, self.address))


@dataclass(frozen=True)
class Form:
    """The complaint form as it was filled in (Form Keluhan Pengguna Layanan)."""

    channel: str
    text: str
    kind: str = "complaint"
    service_unit: str | None = None
    categories: Sequence[str] = ()
    incident_at: datetime | None = None
    confidentiality: str = "open"
    relation: str | None = None
    barrier: str | None = None
    wants_answer_by: str | None = None
    person: Person = field(default_factory=Person)


class Intake(Service):
    """The intake service: its store and its commands."""

    name = "intake"
    outbox = OUTBOX
    tables = IMPORT_TABLES

    def __init__(
        self,
        path: Path,
        origin: str,
        clock: Clock,
        keyring: Keyring,
        district: District,
        new_id: Callable[[], UUID],
        receipt_secret: bytes,
    ) -> None:
        super().__init__(path, origin, clock)
        self.writer.store_first(keyring.store)
        self._keyring = keyring
        self.district = district
        self._new_id = new_id
        self._receipt_secret = receipt_secret

    def receipt(self, complaint: UUID) -> str:
        """Return the code on a complaint's receipt; it is derived, and stored nowhere."""
        return receipt_code(self._receipt_secret, complaint)

    @property
    def row_secret(self) -> bytes:
        """The secret under which rows of uploaded files are known again."""
        return hmac.digest(self._receipt_secret, b"tanggap-import-row", "sha256")

    def get(self, id: UUID) -> Complaint:
        """Return one complaint; raises NotFound."""
        return self.read(Complaint, id)

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
        an unknown Puskesmas, InvalidInput with every wrong field.
        """
        here = self.district.puskesmas(puskesmas)
        self.check(here, form)
        complaint = self._new_id()
        key = self._keyring.new_key(str(complaint))
        entropy = self._keyring.entropy
        text = key.seal(form.text, "ComplaintReceived.text", entropy)
        complainant = (
            key.seal(_person_json(form.person), IDENTITY_PLACE, entropy)
            if form.person.known()
            else None
        )

        def decide(uow: UnitOfWork) -> Ids:
            ids = self._write_down(uow, here, complaint, form, intent, text, complainant)
            if noted:
                noted(uow, ids)
            return ids

        return self.command(decide, once, [self._keyring.wrapped(key, contacts(form.person))])

    def _write_down(
        self,
        uow: UnitOfWork,
        here: Puskesmas,
        id: UUID,
        form: Form,
        intent: Intent,
        text: SealedBox,
        complainant: SealedBox | None,
    ) -> Ids:
        act = uow.act(intent, "received_at")
        if form.incident_at is not None:
            uow.not_in_future(form.incident_at, "occurred_at")
        year = act.recorded_at.astimezone(ZoneInfo(here.zone)).year
        running = uow.next_in(f"{here.code}/{here.letter}/{year}")
        number = f"{here.short_code}-{year}-{here.letter}-{running:06d}"
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
            text=text,
            complainant=complainant,
        )
        uow.save(complaint)
        return {"id": str(id), "number": number}

    def check(self, here: Puskesmas, form: Form) -> None:
        """Raise InvalidInput naming every field of a form that the district file does not know."""
        district = self.district
        checks: list[tuple[str, str | None, Sequence[str]]] = [
            ("channel", form.channel, CHANNELS),
            ("kind", form.kind, KINDS),
            ("confidentiality", form.confidentiality, CONFIDENTIALITIES),
            ("service_unit", form.service_unit, here.units),
            ("barrier", form.barrier, district.barrier_codes),
            ("complainant.relation", form.relation, district.relation_codes),
            ("complainant.wants_answer_by", form.wants_answer_by, CHANNELS),
        ]
        errors = [
            FieldError(name, _unknown(name))
            for name, value, known in checks
            if value is not None and value not in known
        ]
        errors += [
            FieldError(f"categories[{index}]", _("Kategori ini tidak ada di daftar."))
            for index, category in enumerate(form.categories)
            if category not in district.category_codes
        ]
        if form.confidentiality == "anonymous" and form.person.known():
            message = _("Keluhan anonim tidak menyimpan identitas. Kosongkan, atau pilih rahasia.")
            errors.append(FieldError("complainant", message))
        if errors:
            raise InvalidInput(*errors)

    def record_district(self, home: str) -> None:
        """Record the district file as events, where they differ from what is recorded.

        A Puskesmas without a home of its own is at home in `home`, the origin that loads it.
        """
        self.transact(lambda uow: self._record_district(uow, home)).result()

    def _record_district(self, uow: UnitOfWork, home: str) -> None:
        act = uow.act(Intent(SYSTEM, "district_file"))
        for unit in self.district.units:
            unit_facts = {
                "code": unit.code,
                "name": unit.name,
                "effort": unit.effort,
                "cluster": unit.cluster,
            }
            entry = uow.find(UnitEntry, entry_id("unit", unit.code))
            if entry is None:
                entry = UnitEntry.begin(
                    UnitEntry.Registered,
                    act,
                    id=entry_id("unit", unit.code),
                    puskesmas="",
                    **unit_facts,
                )
            elif entry.differs(unit_facts):
                entry.record(UnitEntry.Changed, act, **unit_facts)
            uow.save(entry)
        for each in self.district.all_puskesmas:
            facts = {
                "code": each.code,
                "name": each.name,
                "short_code": each.short_code,
                "letter": each.letter,
                "kecamatan": each.kecamatan,
                "zone": each.zone,
                "work_days": each.work_days,
                "units": list(each.units),
            }
            at = entry_id("puskesmas", each.code)
            puskesmas = uow.find(PuskesmasEntry, at)
            if puskesmas is None:
                puskesmas = PuskesmasEntry.begin(
                    PuskesmasEntry.Registered, act, id=at, puskesmas=each.code, **facts
                )
            elif puskesmas.differs(facts):
                puskesmas.record(PuskesmasEntry.Changed, act, **facts)
            where = {"home": each.home or home}
            if puskesmas.differs(where):
                puskesmas.record(PuskesmasEntry.Homed, act, code=each.code, **where)
            uow.save(puskesmas)


def _unknown(field: str) -> Text:
    """Return what is wrong with a word that no list has."""
    match field:
        case "kind":
            return _("Jenis ini tidak dikenal.")
        case "confidentiality":
            return _("Pilihan ini tidak ada.")
        case "service_unit":
            return _("Unit ini tidak ada di Puskesmas ini.")
        case "barrier":
            return _("Hambatan ini tidak ada di daftar.")
        case "complainant.relation":
            return _("Hubungan ini tidak ada di daftar.")
        case _:
            return _("Kanal ini tidak dikenal.")


def contacts(person: Person) -> list[str]:
    """Return what identifies a person across complaints: normalised phone and e-mail."""
    found = []
    if person.phone:
        try:
            number = phonenumbers.parse(person.phone, "ID")
            found.append(
                "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            )
        except phonenumbers.NumberParseException:
            found.append("tel:" + "".join(filter(str.isalnum, person.phone)).lower())
    if person.email:
        found.append("mailto:" + person.email.strip().lower())
    return found


def _person_json(person: Person) -> str:
    known = {name: value for name, value in vars(person).items() if value}
    return json.dumps(known, ensure_ascii=False)
