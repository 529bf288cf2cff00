"""The words of the glossary as people read them: one table for every page, by kind of word.

The codes are those of events and calls (surface.md, section 5); source of the Indonesian: the
glossary of both SOPs. Slugs of the district file (units, categories) have their names there.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from services.kernel.text import Text, _

WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "state": {
        "received": _("Diterima"),
        "graded": _("Dinilai"),
        "answered": _("Dijawab langsung"),
        "analysed": _("Dianalisis"),
        "planned": _("Rencana disusun"),
        "acted": _("Ditindaklanjuti"),
        "documented": _("Hasil didokumentasikan"),
        "evaluated": _("Dievaluasi"),
        "reopened": _("Dibuka kembali"),
        "withdrawn": _("Dicabut"),
        "duplicate": _("Sama dengan keluhan lain"),
        "referred": _("Diteruskan ke instansi lain"),
    },
    "total": {
        "brought_forward": _("Sisa lama"),
        "received": _("Keluhan masuk"),
        "brought_back": _("Aktif kembali"),
        "closed": _("Selesai"),
        "carried_forward": _("Sisa baru"),
    },
    "grade": {"red": _("Merah"), "yellow": _("Kuning"), "green": _("Hijau")},
    "kind": {
        "complaint": _("Keluhan"),
        "suggestion": _("Saran"),
        "praise": _("Pujian"),
        "information_request": _("Permintaan informasi"),
    },
    "channel": {
        "in_person": _("Langsung ke petugas"),
        "suggestion_box": _("Kotak saran"),
        "survey": _("Survei"),
        "phone": _("Telepon"),
        "sms": _("SMS"),
        "whatsapp": _("WhatsApp"),
        "email": _("Surel"),
        "web": _("Situs web"),
        "instagram": _("Instagram"),
        "facebook": _("Facebook"),
        "google_review": _("Ulasan Google"),
        "meeting": _("Pertemuan"),
        "letter": _("Surat"),
        "lapor": _("LAPOR!"),
    },
    "confidentiality": {
        "open": _("Terbuka"),
        "confidential": _("Rahasia"),
        "anonymous": _("Anonim"),
    },
    "barrier": {
        "culture": _("Budaya"),
        "language": _("Bahasa"),
        "habit": _("Kebiasaan"),
        "other": _("Lainnya"),
    },
    "finding": {
        "upheld": _("Terbukti"),
        "not_upheld": _("Tidak terbukti"),
        "by_rule": _("Sesuai aturan yang berlaku"),
        "out_of_jurisdiction": _("Di luar kewenangan"),
    },
    "media": {
        "notice_board": _("Papan informasi"),
        "clinic_tv": _("TV Puskesmas"),
        "social_media": _("Media sosial"),
    },
    "meeting": {
        "quality_meeting": _("Rapat tim mutu"),
        "monthly_lokmin": _("Lokmin bulanan"),
        "quarterly_lokmin": _("Lokmin triwulanan"),
        "linsek": _("Pertemuan lintas sektor"),
        "smd": _("SMD (survei mawas diri)"),
        "mmd": _("MMD (musyawarah masyarakat desa)"),
        "management_review": _("Rapat tinjauan manajemen"),
    },
    "duty": {
        "ahead": _("belum jatuh tempo"),
        "done": _("selesai"),
        "done_late": _("selesai terlambat"),
        "overdue": _("lewat batas"),
        "missed": _("terlewat"),
    },
    "role": {
        "officer": _("petugas"),
        "complaint_team": _("tim keluhan"),
        "quality_lead": _("ketua mutu"),
        "head": _("kepala Puskesmas"),
        "publisher": _("pengelola publikasi"),
        "coordinator": _("koordinator"),
        "district": _("Dinas Kesehatan"),
        "auditor": _("auditor"),
        "admin": _("pengelola sistem"),
        "public": _("masyarakat"),
        "policy": _("sistem"),
        "scheduler": _("penjadwal"),
        "district_file": _("berkas kabupaten"),
    },
}

ASKED: Final[Mapping[str, Text]] = {
    "from": _("Dari tanggal"),
    "to": _("Sampai tanggal"),
    "month": _("Bulan"),
    "as_of": _("Keadaan per tanggal"),
    "known_at": _("Sebagaimana diketahui pada"),
    "puskesmas": _("Puskesmas"),
    "unit": _("Unit layanan"),
    "channel": _("Kanal"),
    "category": _("Kategori"),
    "state": _("Keadaan"),
    "total": _("Angka kendali"),
}
"""What pages call the fields of an address by which something is looked for."""


class Mark(NamedTuple):
    """How a state is told apart at a glance: a tone of the stylesheet and a shape."""

    tone: str
    shape: str


GRADE_MARKS: Final = {
    "red": Mark("late", "■"),
    "yellow": Mark("soon", "▲"),
    "green": Mark("well", "●"),
}
STATE_MARKS: Final = {
    "received": Mark("soon", "○"),
    "reopened": Mark("soon", "↺"),
    "evaluated": Mark("well", "✓"),
    "withdrawn": Mark("quiet", "–"),
    "duplicate": Mark("quiet", "="),
    "referred": Mark("quiet", "→"),
}
DUTY_MARKS: Final = {
    "done": Mark("well", "✓"),
    "done_late": Mark("soon", "✓"),
    "overdue": Mark("late", "■"),
    "missed": Mark("late", "✕"),
    "ahead": Mark("quiet", "○"),
}
PLAIN: Final = Mark("", "●")


def word(kind: str, code: str) -> Text | str:
    """Return the word for a code, or the code itself when the glossary has none."""
    return WORDS[kind].get(code, code)
