"""What the columns of a file are called, and which field of the form each most likely is.

Known are the names that Puskesmas give their columns in Indonesian and English, and those of the
exports that people make of reviews and comments:

- Google reviews: the fields of Google's own `Review` resource
  (developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews), and the columns
  `review_id, author_title, review_text, review_rating, review_datetime_utc` and `reviewId, name,
  text, publishedAtDate, stars` that the common tools write;
- Instagram comments: `id, username` or `ownerUsername, text, timestamp, likes`;
- Facebook comments: the Graph API's `id, message, created_time, from`, and `comment_id, user_name,
  content, create_time` or `commentUrl, profileName, text, date`.

Meta and Google fix no CSV: what a tool calls its columns changes, so a guess is only suggested.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

MAX_NAME: Final = 200

_HEADERS: Final[Mapping[str, str]] = {
    "reference": "ref, id, rujukan, referensi, nomor rujukan, no rujukan, kode, review id, "
    "comment id, id komentar, id ulasan",
    "channel": "kanal, saluran, media, sumber, cara penyampaian",
    "kind": "jenis, jenis masukan, jenis umpan balik",
    "service_unit": "unit, unit layanan, unit pelayanan, unit yang dikeluhkan, poli, ruang, "
    "ruangan, bagian",
    "categories": "category, kategori",
    "occurred_at": "tanggal kejadian, waktu kejadian, kejadian, incident date, date of incident",
    "received_at": "tanggal, tanggal diterima, waktu diterima, diterima, tanggal aduan, "
    "tanggal keluhan, tanggal pengaduan, timestamp, cap waktu, stempel waktu, date, "
    "date received, create time, created time, created at, published at, published at date, "
    "review datetime utc, review date, comment date, tanggal komentar, tanggal ulasan",
    "text": "isi, isi keluhan, isi aduan, isi pengaduan, isi saran, keluhan, aduan, pengaduan, "
    "uraian, uraian keluhan, kronologi, pesan, masukan, kritik dan saran, complaint, message, "
    "comment, comment text, komentar, ulasan, review, review text, content",
    "name": "nama, nama pelapor, nama pengadu, nama lengkap, complainant name, full name, "
    "username, user name, owner username, author, author title, author name, profile name, "
    "reviewer, reviewer name, reviewer display name, display name, from name, nama pengguna",
    "phone": "telepon, no telepon, nomor telepon, telp, no telp, hp, no hp, nomor hp, no wa, "
    "nomor wa, nomor whatsapp, complainant phone, phone number, mobile",
    "email": "e mail, surel, alamat email, complainant email, email address",
    "address": "alamat, alamat lengkap, complainant address",
    "relation": "hubungan, hubungan dengan pasien, complainant relation",
    "wants_answer_by": "jawaban lewat, dijawab lewat, ingin dijawab lewat",
    "confidentiality": "kerahasiaan, sifat, sifat identitas",
    "barrier": "hambatan",
    "attachment": "lampiran, berkas terlampir, attached file",
}
# A heading that only such an export has, and the addresses that stand in its cells.
_EXPORTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "google_review": (
        "star rating, review id, review text, review rating, review datetime utc, author title, "
        "reviewer display name, review reply, owner answer, ulasan",
        ("google.com/maps", "maps.google.", "maps.app.goo.gl", "g.page/", "/locations/"),
    ),
    "instagram": ("owner username, owner profile pic url", ("instagram.com/",)),
    "facebook": (
        "facebook url, profile name, from name, created time",
        ("facebook.com/", "fb.com/", "fb.watch/"),
    ),
}


def plain(written: str) -> str:
    """Return a name as it is compared: `No. HP *` and `no_hp` are one."""
    if len(written) > MAX_NAME:  # no name is; what follows takes the square of its length
        return written
    without_note = re.sub(r"\([^)]*\)|[*:?]", " ", written)
    return " ".join(re.split(r"[\s_./-]+", without_note.casefold())).strip()


def by_word(words: Mapping[str, str]) -> Mapping[str, str]:
    """Return the slug that each word stands for, the slug itself among them."""
    return {
        plain(word): slug for slug, others in words.items() for word in (slug, *others.split(","))
    }


FIELDS: Final = tuple(_HEADERS)
"""The fields that a column may hold; `attachment` is named in the text."""

_FIELD_OF: Final = by_word(_HEADERS)
_MARKS_OF: Final = {
    channel: frozenset(plain(word) for word in words.split(","))
    for channel, (words, _addresses) in _EXPORTS.items()
}


def heading(written: str) -> str:
    """Return a heading as it is compared: `reviewId`, `Review ID` and `review_id` are one."""
    if len(written) > MAX_NAME:
        return written
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", written))


def field_of(written: str) -> str | None:
    """Return the field that a heading names, None for a name that is not known."""
    return _FIELD_OF.get(plain(written)) or _FIELD_OF.get(heading(written))


def known_headers(cells: Iterable[str]) -> int:
    """Return how many of these cells name a column."""
    return sum(field_of(cell) is not None for cell in cells)


def export_of(headings: Sequence[str], cells: Iterable[str]) -> str | None:
    """Return the channel that an export of reviews or comments came from, None if it is none.

    `cells` are those of its first rows: an address in one says as much as a heading.
    """
    names = {heading(each) for each in headings}
    first = list(cells)
    found = {
        channel: len(names & marks) + sum(_leads_to(channel, cell) for cell in first)
        for channel, marks in _MARKS_OF.items()
    }
    best = max(found, key=lambda channel: found[channel])
    return best if found[best] else None


def _leads_to(channel: str, cell: str) -> bool:
    start = cell[:MAX_NAME].strip().casefold()
    return start.startswith(("http", "accounts/")) and any(
        each in start for each in _EXPORTS[channel][1]
    )
