"""The columns that a file may have, by the names that people give them, and what they may hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.intake.imports.moments import moment
from services.intake.imports.rows import Row, Value
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS

REQUIRED: Final = {"channel": "kanal", "text": "isi"}
"""The columns that every file must have, each with the name that people know."""

MAX_WORDS: Final = 10_000
MAX_LINE: Final = 200
MAX_CATEGORIES: Final = 20

_HEADERS: Final[Mapping[str, str]] = {
    "reference": "ref, id, rujukan, referensi, nomor rujukan, no rujukan, kode",
    "channel": "kanal, saluran, media, sumber, cara penyampaian",
    "kind": "jenis, jenis masukan, jenis umpan balik",
    "service_unit": "unit, unit layanan, unit pelayanan, unit yang dikeluhkan, poli, ruang, "
    "ruangan, bagian",
    "categories": "category, kategori",
    "occurred_at": "tanggal kejadian, waktu kejadian, kejadian",
    "received_at": "tanggal, tanggal diterima, waktu diterima, diterima, tanggal aduan, "
    "tanggal keluhan, tanggal pengaduan, timestamp, cap waktu, stempel waktu",
    "text": "isi, isi keluhan, isi aduan, isi pengaduan, isi saran, keluhan, aduan, pengaduan, "
    "uraian, uraian keluhan, kronologi, pesan, masukan, kritik dan saran, complaint, message",
    "name": "nama, nama pelapor, nama pengadu, nama lengkap, complainant name",
    "phone": "telepon, no telepon, nomor telepon, telp, no telp, hp, no hp, nomor hp, no wa, "
    "nomor wa, nomor whatsapp, complainant phone",
    "email": "e mail, surel, alamat email, complainant email",
    "address": "alamat, alamat lengkap, complainant address",
    "relation": "hubungan, hubungan dengan pasien, complainant relation",
    "wants_answer_by": "jawaban lewat, dijawab lewat, ingin dijawab lewat",
    "confidentiality": "kerahasiaan, sifat, sifat identitas",
    "barrier": "hambatan",
}
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
_FIELD_REQUIRED = _("Wajib diisi.")


class _Wrong(Exception):
    """A cell that cannot be taken, and how to mend it."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def _plain(written: str) -> str:
    """Return a name as it is compared: `No. HP *` and `no_hp` are one."""
    if len(written) > MAX_LINE:  # no name is; what follows takes the square of its length
        return written
    without_note = re.sub(r"\([^)]*\)|[*:?]", " ", written)
    return " ".join(re.split(r"[\s_./-]+", without_note.casefold())).strip()


def _by_word(words: Mapping[str, str]) -> Mapping[str, str]:
    return {
        _plain(word): slug for slug, others in words.items() for word in (slug, *others.split(","))
    }


_FIELD_OF: Final = _by_word(_HEADERS)


def known_headers(cells: Sequence[str]) -> int:
    """Return how many of these cells name a column."""
    return sum(_plain(cell) in _FIELD_OF for cell in cells)


def columns(header: Sequence[str]) -> dict[int, str]:
    """Return which column holds which field; raises InvalidInput when one is missing or doubled.

    Columns of other names are left alone: a form may ask more than a complaint has.
    """
    found: dict[int, str] = {}
    errors = []
    for place, cell in enumerate(header):
        field = _FIELD_OF.get(_plain(cell))
        if field is None:
            continue
        if field in found.values():
            errors.append(
                FieldError(field, _("Ada dua kolom untuk isian ini. Hapus atau ganti salah satu."))
            )
        found[place] = field
    for field, name in REQUIRED.items():
        if field not in found.values():
            message = _("Kolom {name} belum ada. Tambahkan di baris judul.", name=name)
            errors.append(FieldError(field, message))
    if errors:
        raise InvalidInput(*errors)
    return found


def judge(
    number: int,
    cells: Mapping[str, str],
    zone: tzinfo,
    *,
    beyond: bool = False,
    no_text: Text = _FIELD_REQUIRED,
) -> Row:
    """Return a row with what it says and what is wrong with it.

    `beyond`: it has cells to the right of the last column. `no_text`: what to say when it has no
    words. Whether the Puskesmas has the unit is not known here.
    """
    fields: dict[str, Value] = {}
    errors: list[FieldError] = []
    for field, written in cells.items():
        value = written.strip()
        try:
            if value:
                fields[field] = _reader_of(field, zone)(value)
            elif field in REQUIRED:
                raise _Wrong(no_text if field == "text" else _FIELD_REQUIRED)
        except _Wrong as wrong:
            errors.append(FieldError(field, wrong.message))
    errors += [
        FieldError(field, _FIELD_REQUIRED) for field in REQUIRED if field not in cells
    ]  # a row that ends before that column
    if beyond:
        message = _("Baris ini punya lebih banyak kolom daripada judulnya. Periksa pemisahnya.")
        errors.append(FieldError("row", message))
    return Row(number, fields, tuple(errors))


def _reader_of(field: str, zone: tzinfo) -> Callable[[str], Value]:
    if field in ("occurred_at", "received_at"):
        return lambda value: _moment(value, zone)
    return _READERS[field]


def _moment(value: str, zone: tzinfo) -> str:
    try:
        return moment(value, zone).isoformat()
    except ValueError as error:
        raise _Wrong(_("Tulis tanggal seperti 2026-11-02 09:30 atau 02/11/2026 09.30.")) from error


def _at_most(limit: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if len(value) > limit:
            raise _Wrong(_("Paling banyak {limit} huruf.", limit=limit))
        return value

    return read


def _one_of(choices: Sequence[str], words: Mapping[str, str]) -> Callable[[str], str]:
    slugs = _by_word(words)

    def read(value: str) -> str:
        slug = slugs.get(_plain(value))
        if slug is None:
            raise _Wrong(_("Pilih salah satu: {choices}.", choices=", ".join(choices)))
        return slug

    return read


def _put_right(words: Mapping[str, str]) -> Callable[[str], str]:
    slugs = _by_word(words)
    return lambda value: slugs.get(_plain(value), _slug(value))


def _slug(value: str) -> str:
    """Return `KIA / KB` as `kia-kb`, the way the district file writes it."""
    return "-".join(re.findall(r"\w+", value.casefold()))[:MAX_LINE]


def _categories(value: str) -> list[str]:
    slugs = list(dict.fromkeys(filter(None, map(_slug, re.split(r"[;,|\n]", value)))))
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
    "channel": _one_of(CHANNELS, _CHANNEL_WORDS),
    "kind": _one_of(KINDS, _KIND_WORDS),
    "service_unit": _slug,
    "categories": _categories,
    "text": _at_most(MAX_WORDS),
    "name": _at_most(MAX_LINE),
    "phone": _phone,
    "email": _email,
    "address": _at_most(MAX_LINE),
    "relation": _put_right(_RELATION_WORDS),
    "wants_answer_by": _one_of(CHANNELS, _CHANNEL_WORDS),
    "confidentiality": _one_of(CONFIDENTIALITIES, _CONFIDENTIALITY_WORDS),
    "barrier": _put_right(_BARRIER_WORDS),
}
