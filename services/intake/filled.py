"""The complaint form as it was filled in, and what may stand on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import phonenumbers

from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.kernel.district import District, Puskesmas
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS

MEETING = "meeting"


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
    meeting: UUID | None = None
    """The meeting in which it was raised, of what came by that channel."""


def check(district: District, here: Puskesmas, form: Form) -> None:
    """Raise InvalidInput naming every field of a form that cannot stand at this Puskesmas."""
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
    if form.meeting is not None and form.channel != MEETING:
        message = _("Hanya untuk yang datang lewat pertemuan.")
        errors.append(FieldError("meeting", message))
    if missing := _unreachable(form):
        errors.append(missing)
    if errors:
        raise InvalidInput(*errors)


def _unreachable(form: Form) -> FieldError | None:
    """Return what is missing to reach the person in the way they asked for.

    A letter needs no address: it may be fetched, or go by way of a forum.
    """
    match form.wants_answer_by:
        case "phone" | "sms" | "whatsapp" if not form.person.phone:
            message = _("Isi nomor telepon, atau pilih cara lain untuk dikabari.")
            return FieldError("complainant.phone", message)
        case "email" if not form.person.email:
            message = _("Isi surel, atau pilih cara lain untuk dikabari.")
            return FieldError("complainant.email", message)
        case _:
            return None


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


def person_json(person: Person) -> str:
    """Return a person as the words that are sealed."""
    known = {name: value for name, value in vars(person).items() if value}
    return json.dumps(known, ensure_ascii=False)


def person_of(words: str) -> Person:
    """Return the person of words that `person_json` made."""
    return Person(**json.loads(words))


def contacts_of(words: str) -> list[str]:
    """Return what identifies the person of words that `person_json` made."""
    return contacts(person_of(words))
