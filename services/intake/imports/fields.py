"""What the cells of a row may hold: each read by the field that its column stands for."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.intake.imports.headings import MAX_NAME, by_word, plain
from services.intake.imports.moments import moment
from services.intake.imports.rows import TIMES, Row, Value
from services.kernel.errors import FieldError
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS
from services.kernel.web.words import word

REQUIRED: Final = {"channel": "kanal", "text": "isi"}
"""The columns that every file must have, each with the name that people know."""

SURPLUS: Final = _("Baris ini punya lebih banyak kolom daripada judulnya. Periksa pemisahnya.")
"""Of a row's cells it cannot be told which is whose."""

MAX_WORDS: Final = 10_000
MAX_LINE: Final = MAX_NAME
MAX_CATEGORIES: Final = 20

_CHANNEL_WORDS: Final[Mapping[str, str]] = {
    "in_person": "langsung, langsung ke petugas, tatap muka, petugas, lisan",
    "suggestion_box": "kotak saran",
    "survey": "survei, skm",
    "phone": "telepon, telp",
    "sms": "pesan singkat",
    "whatsapp": "wa",
    "email": "surel, e mail",
    "web": "situs web, website, laman",
    "instagram": "ig",
    "facebook": "fb",
    "google_review": "ulasan google, google, google maps",
    "meeting": "pertemuan, linsek, lintas sektor, smd, mmd, lokmin, forum",
    "letter": "surat",
    "lapor": "lapor!, sp4n, sp4n lapor",
}
_KIND_WORDS: Final[Mapping[str, str]] = {
    "complaint": "keluhan, aduan, pengaduan, komplain",
    "suggestion": "saran, masukan, aspirasi",
    "praise": "pujian, apresiasi",
    "information_request": "permintaan informasi, informasi",
}
_CONFIDENTIALITY_WORDS: Final[Mapping[str, str]] = {
    "open": "terbuka",
    "confidential": "rahasia",
    "anonymous": "anonim",
}
# What these two may hold is the district file's; only words that everybody uses are put right.
_RELATION_WORDS: Final[Mapping[str, str]] = {
    "patient": "pasien, pasien sendiri, sendiri",
    "family": "keluarga, keluarga pasien",
    "visitor": "pengunjung",
    "proxy": "kuasa",
    "community": "warga, kader, masyarakat",
    "other": "lainnya, lain lain",
}
_BARRIER_WORDS: Final[Mapping[str, str]] = {
    "culture": "budaya",
    "language": "bahasa",
    "habit": "kebiasaan",
    "other": "lainnya, lain lain",
}

_PHONE = re.compile(r"[0-9+() .-]{1,40}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
FIELD_REQUIRED = _("Wajib diisi.")


class When(NamedTuple):
    """How the times of a column are written: `zone` where they state none, and their order."""

    zone: tzinfo
    month_first: bool = False


class _Wrong(Exception):
    """A cell that cannot be taken, and how to mend it."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def judge(
    number: int,
    cells: Mapping[str, str],
    times: Mapping[str, When],
    *,
    beyond: bool = False,
    no_text: Text = FIELD_REQUIRED,
) -> Row:
    """Return a row with what it says and what is wrong with it.

    `times` says how each of its times is written. The name of a file that was sent along is put
    below the words. `beyond`: it has cells to the right of the last column. `no_text`: what to say
    when it has no words. Units and categories are not known here: see `Named`.
    """
    fields: dict[str, Value] = {}
    errors: list[FieldError] = []
    for field, written in cells.items():
        value = written.strip()
        try:
            if value:
                fields[field] = _reader_of(field, times)(value)
            elif field in REQUIRED:
                raise _Wrong(no_text if field == "text" else FIELD_REQUIRED)
        except _Wrong as wrong:
            errors.append(FieldError(field, wrong.message))
    errors += [
        FieldError(field, FIELD_REQUIRED) for field in REQUIRED if field not in cells
    ]  # a row that ends before that column
    if beyond:
        errors.append(FieldError("row", SURPLUS))
    attached = fields.pop("attachment", None)
    if attached and "text" in fields:
        fields["text"] = f"{fields['text']}\n[lampiran: {attached}]"
    return Row(number, fields, tuple(errors))


def _reader_of(field: str, times: Mapping[str, When]) -> Callable[[str], Value]:
    if field in TIMES:
        return lambda value: _moment(value, times[field])
    return _READERS[field]


def _moment(value: str, when: When) -> str:
    try:
        return moment(value, when.zone, month_first=when.month_first).isoformat()
    except ValueError as error:
        raise _Wrong(_("Tulis tanggal seperti 2026-11-02 09:30 atau 02/11/2026 09.30.")) from error


def _at_most(limit: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if len(value) > limit:
            raise _Wrong(_("Paling banyak {limit} huruf.", limit=limit))
        return value

    return read


def _one_of(kind: str, choices: Sequence[str], words: Mapping[str, str]) -> Callable[[str], str]:
    slugs = by_word(words)
    names = ", ".join(str(word(kind, each)) for each in choices)

    def read(value: str) -> str:
        found = slugs.get(plain(value))
        if found is None:
            raise _Wrong(_("Pilih salah satu: {choices}.", choices=names))
        return found

    return read


def _put_right(words: Mapping[str, str]) -> Callable[[str], str]:
    slugs = by_word(words)
    return lambda value: slugs.get(plain(value), slug(value))


def slug(value: str) -> str:
    """Return `KIA / KB` as `kia-kb`, the way the district file writes it."""
    return "-".join(re.findall(r"\w+", value.casefold()))[:MAX_LINE]


def _categories(value: str) -> list[str]:
    slugs = list(dict.fromkeys(filter(None, map(slug, re.split(r"[;,|\n]", value)))))
    if len(slugs) > MAX_CATEGORIES:
        raise _Wrong(_("Paling banyak {limit} kategori.", limit=MAX_CATEGORIES))
    return slugs


def _phone(value: str) -> str:
    number = value.lstrip("'").strip()  # how a spreadsheet is kept from eating the first nought
    if not _PHONE.fullmatch(number):
        raise _Wrong(_("Tulis nomor telepon dengan angka, misalnya 0812-0000-0001."))
    return number


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise _Wrong(_("Tulis alamat surel lengkap, misalnya nama@contoh.id."))
    return _at_most(MAX_LINE)(value)


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "reference": _at_most(MAX_LINE),
    "attachment": _at_most(MAX_WORDS),
    "channel": _one_of("channel", CHANNELS, _CHANNEL_WORDS),
    "kind": _one_of("kind", KINDS, _KIND_WORDS),
    "service_unit": slug,
    "categories": _categories,
    "text": _at_most(MAX_WORDS),
    "name": _at_most(MAX_LINE),
    "phone": _phone,
    "email": _email,
    "address": _at_most(MAX_LINE),
    "relation": _put_right(_RELATION_WORDS),
    "wants_answer_by": _one_of("channel", CHANNELS, _CHANNEL_WORDS),
    "confidentiality": _one_of("confidentiality", CONFIDENTIALITIES, _CONFIDENTIALITY_WORDS),
    "barrier": _put_right(_BARRIER_WORDS),
}
