"""The list of complaints as a table: what each is and where it stands, as the page lists it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.kernel.district import District
from services.kernel.tables.table import Column, Table
from services.kernel.text import _
from services.kernel.web import formats
from services.reporting.exports.said import WHOLE, Said
from services.reporting.queries import Filters, When

Value = Callable[[Mapping[str, Any], Said], Any]


def _plain(name: str) -> Value:
    return lambda item, _said: item[name]


def _word(kind: str, name: str) -> Value:
    return lambda item, said: item[name] and said.word(kind, item[name])


def _local(name: str) -> Value:
    def value(item: Mapping[str, Any], said: Said) -> datetime | None:
        at: datetime | None = item[name]
        return at and at.astimezone(said.names.zone(item["puskesmas"]))

    return value


def _about(item: Mapping[str, Any], said: Said) -> str | None:
    return ", ".join(said.names.category(code) or code for code in item["categories"]) or None


def _zone(item: Mapping[str, Any], said: Said) -> str:
    return formats.zone_name(said.names.zone(item["puskesmas"]))


COLUMNS: Final[Sequence[tuple[Column, Value]]] = (
    (Column("number", _("Nomor"), _("Nomor keluhan.")), _plain("number")),
    (
        Column("puskesmas", _("Kode Puskesmas"), _("Kode Puskesmas menurut berkas kabupaten.")),
        _plain("puskesmas"),
    ),
    (
        Column("puskesmas_name", _("Puskesmas"), _("Nama Puskesmas.")),
        lambda item, said: said.names.puskesmas(item["puskesmas"]),
    ),
    (
        Column("kind", _("Jenis"), _("Keluhan, saran, pujian atau permintaan informasi.")),
        _word("kind", "kind"),
    ),
    (
        Column("channel", _("Kanal"), _("Lewat mana disampaikan.")),
        _word("channel", "channel"),
    ),
    (
        Column("service_unit", _("Unit layanan"), _("Unit yang dimaksud; kosong: tidak disebut.")),
        lambda item, said: said.names.unit(item["service_unit"]),
    ),
    (
        Column("categories", _("Kategori"), _("Tentang apa; boleh lebih dari satu.")),
        _about,
    ),
    (
        Column("confidentiality", _("Kerahasiaan"), _("Terbuka, rahasia atau anonim.")),
        _word("confidentiality", "confidentiality"),
    ),
    (
        Column(
            "received_at",
            _("Diterima"),
            _("Kapan Puskesmas mendengarnya, seperti yang dinyatakan."),
            "moment",
        ),
        _local("received_at"),
    ),
    (
        Column("recorded_at", _("Tercatat"), _("Kapan dicatat dalam sistem."), "moment"),
        _local("recorded_at"),
    ),
    (
        Column("zone", _("Zona waktu"), _("Zona semua waktu pada baris ini.")),
        _zone,
    ),
    (
        Column(
            "state",
            _("Keadaan"),
            _("Langkah terakhir kasus; kosong: pujian, yang tidak membuka kasus."),
        ),
        _word("state", "state"),
    ),
    (
        Column(
            "closed",
            _("Kasus berakhir"),
            _("Dievaluasi efektif, dicabut, sama dengan keluhan lain, atau diteruskan."),
            "flag",
        ),
        _plain("closed"),
    ),
    (
        Column("grade", _("Tingkat"), _("Merah, kuning atau hijau; kosong: belum dinilai.")),
        _word("grade", "grade"),
    ),
    (
        Column("response_due", _("Batas tanggapan"), _("Kapan harus ditanggapi."), "moment"),
        _local("response_due"),
    ),
    (
        Column(
            "responded_at",
            _("Ditanggapi"),
            _("Tanggapan pertama: ditemui, dijawab, rencana, hasil didokumentasikan, dikabari."),
            "moment",
        ),
        _local("responded_at"),
    ),
    (
        Column("settlement_due", _("Batas selesai"), _("Kapan harus selesai."), "moment"),
        _local("settlement_due"),
    ),
    (
        Column(
            "settled_at",
            _("Diselesaikan"),
            _("Kapan hasilnya didokumentasikan; dibuka kembali: kosong lagi."),
            "moment",
        ),
        _local("settled_at"),
    ),
    (
        Column(
            "rules_version",
            _("Versi aturan"),
            _("Versi aturan batas waktu yang menentukan kedua batas."),
            "number",
        ),
        _plain("rules_version"),
    ),
    (
        Column(
            "overdue",
            _("Lewat batas"),
            _("Terbuka, dan batas berikutnya (tanggapan, lalu selesai) sudah lewat saat laporan."),
            "flag",
        ),
        _plain("overdue"),
    ),
    (
        Column(
            "paused",
            _("Jeda"),
            _("Menunggu pelapor: batas yang belum tercapai tidak berjalan."),
            "flag",
        ),
        _plain("paused"),
    ),
    (
        Column(
            "escalated",
            _("Dinaikkan"),
            _("Pernah dinaikkan ke dinas kesehatan."),
            "flag",
        ),
        _plain("escalated"),
    ),
    (
        Column("published", _("Dipublikasikan"), _("Hasilnya sedang diumumkan."), "flag"),
        _plain("published"),
    ),
    (
        Column("informed", _("Pelapor dikabari"), _("Pelapor sudah diberi tahu hasilnya."), "flag"),
        _plain("informed"),
    ),
    (
        Column("id", _("Pengenal"), _("Pengenal keluhan dalam kejadian dan panggilan.")),
        lambda item, _said: str(item["id"]),
    ),
)
AS_OF: Final = (
    Column("as_of", _("Keadaan per"), _("Saat yang ditanyakan."), "moment"),
    Column(
        "known_at", _("Diketahui per"), _("Sampai kapan yang sudah diketahui dihitung."), "moment"
    ),
)
"""Stand in each row, so that one that was copied elsewhere still says of when it is."""


def complaints_table(
    items: Iterable[Mapping[str, Any]],
    filters: Filters,
    when: When,
    now: datetime,
    district: District,
    language: str,
    incomplete: Sequence[Mapping[str, Any]],
) -> Table:
    """Return the list as a table; `items` are those of the query behind the page, `incomplete` is
    whose data is not whole."""
    said = Said(district, language, incomplete)
    columns = [*(column for column, _value in COLUMNS), *AS_OF, *WHOLE]

    def rows() -> Iterable[Sequence[Any]]:
        for item in items:
            zone = said.names.zone(item["puskesmas"])
            stamps = (*said.stamps(when, now, zone), *said.whole(item["puskesmas"], zone))
            yield [*(value(item, said) for _column, value in COLUMNS), *stamps]

    return said.table("keluhan", _("Keluhan"), columns, rows(), filters, when, now)
