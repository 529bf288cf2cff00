"""The registry of figures (what a district health office wants to see of complaints).

A condition speaks of one case as it stood at the instant asked about. What is not due yet is left
out of "on time", a complaint is counted on the day on which the Puskesmas heard it, and praise
opens no case.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from services.kernel.errors import NotFound
from services.kernel.text import Text, _
from services.reporting.figures.due import next_due
from services.reporting.figures.durations import RESPONSES, SETTLEMENTS, times
from services.reporting.figures.figure import LEAST, OURS, Figure, Group
from services.reporting.figures.satisfaction import satisfaction

GROUPS: Final[Mapping[Group, Text]] = {
    "arrivals": _("Yang masuk"),
    "answering": _("Menanggapi"),
    "settling": _("Menyelesaikan"),
    "backlog": _("Yang masih terbuka"),
    "satisfaction": _("Kepuasan"),
}
AGES: Final[tuple[tuple[int, int | None], ...]] = (
    (0, 3),
    (4, 7),
    (8, 14),
    (15, 30),
    (31, 60),
    (61, None),
)
"""Ages of open cases in whole days since they were received: from, to (None: and more)."""

_CAME = "came AND kind <> 'praise'"
_ANSWERED = f"{_CAME} AND responded_at IS NOT NULL"
_SETTLED = f"{_CAME} AND settled_at IS NOT NULL"
_ALL_THAT_CAME = _("keluhan, saran, dan permintaan informasi yang masuk dalam periode")
_RULE = _("Aturan batas waktu dalam berkas kabupaten, menurut versi yang berlaku bagi kasusnya")


def _arrivals() -> Iterator[Figure]:
    yield Figure(
        "received",
        "arrivals",
        "cases",
        _("Keluhan masuk"),
        _("Berapa keluhan, saran, dan permintaan informasi yang diterima."),
        _ALL_THAT_CAME,
        None,
        _("SOP Puring 2a; SOP Lamaru 1c dan 2b"),
        _CAME,
    )
    yield Figure(
        "praise",
        "arrivals",
        "cases",
        _("Pujian"),
        _("Berapa pujian yang diterima. Pujian tidak membuka kasus dan dihitung tersendiri."),
        _("pujian yang masuk dalam periode"),
        None,
        OURS,
        "came AND kind = 'praise'",
    )
    yield _share(
        "anonymous",
        "arrivals",
        _("Anonim"),
        _("Seberapa sering orang menyampaikan tanpa nama."),
        _("yang disampaikan tanpa identitas"),
        _ALL_THAT_CAME,
        OURS,
        _CAME,
        "confidentiality = 'anonymous'",
    )
    yield _share(
        "barrier",
        "arrivals",
        _("Dengan hambatan"),
        _("Seberapa sering budaya, bahasa, atau kebiasaan menghambat orang menyampaikan."),
        _("yang dicatat dengan hambatan"),
        _ALL_THAT_CAME,
        _("SOP Puring 1.4 (hambatan budaya, bahasa, kebiasaan)"),
        _CAME,
        "barrier IS NOT NULL",
    )
    yield _share(
        "repeat",
        "arrivals",
        _("Berulang"),
        _(
            "Seberapa sering hal yang sama dikeluhkan lagi: unit dan kategori yang sama di "
            "Puskesmas yang sama dalam 90 hari."
        ),
        _("yang didahului keluhan serupa dalam 90 hari sebelumnya"),
        _ALL_THAT_CAME,
        OURS,
        _CAME,
        "repeats",
    )
    yield Figure(
        "per_thousand_visits",
        "arrivals",
        "per_thousand",
        _("Per 1.000 kunjungan"),
        _(
            "Berapa yang masuk untuk tiap seribu kunjungan. Hanya bulan penuh yang kunjungannya "
            "sudah dicatat yang dihitung, baik keluhan maupun kunjungannya."
        ),
        _("yang masuk dalam bulan yang kunjungannya dicatat"),
        _("kunjungan dalam bulan itu"),
        OURS,
        f"{_CAME} AND visited",
    )


def _answering() -> Iterator[Figure]:
    yield _share(
        "answered",
        "answering",
        _("Sudah ditanggapi"),
        _("Berapa bagian yang sudah mendapat tanggapan pertama, tepat waktu atau tidak."),
        _("yang sudah ditanggapi sedikitnya sekali"),
        _ALL_THAT_CAME,
        OURS,
        _CAME,
        "responded_at IS NOT NULL",
    )
    yield _share(
        "response_on_time",
        "answering",
        _("Ditanggapi tepat waktu"),
        _("Berapa bagian yang ditanggapi dalam batasnya. Yang belum jatuh tempo tidak dihitung."),
        _("yang tanggapan pertamanya tidak melewati batas tanggapan"),
        _("yang sudah ditanggapi, dan yang belum padahal batasnya sudah lewat"),
        _RULE,
        f"{_CAME} AND response_due IS NOT NULL "
        "AND (responded_at IS NOT NULL OR (NOT closed AND response_due < $now))",
        "responded_at <= response_due",
    )
    yield _share(
        "kwtk",
        "answering",
        _("Kecepatan waktu tanggap keluhan (KWTK)"),
        _("Berapa bagian keluhan yang ditanggapi dalam batas tingkatnya (merah, kuning, hijau)."),
        _("keluhan yang sudah dinilai dan ditanggapi dalam batas tingkatnya"),
        _("keluhan yang masuk dalam periode"),
        _("Indikator nasional mutu: kecepatan waktu tanggap komplain, sasaran 80 persen"),
        "came AND kind = 'complaint'",
        "grade IS NOT NULL AND responded_at <= response_due",
        target=0.8,
    )
    yield from times("answering", RESPONSES, _("yang sudah ditanggapi"), _ANSWERED)


def _settling() -> Iterator[Figure]:
    yield _share(
        "settlement_on_time",
        "settling",
        _("Selesai tepat waktu"),
        _("Berapa bagian yang selesai dalam batasnya. Yang belum jatuh tempo tidak dihitung."),
        _("yang hasilnya didokumentasikan tidak melewati batas selesai"),
        _("yang sudah selesai, dan yang masih terbuka padahal batasnya sudah lewat"),
        _RULE,
        f"{_CAME} AND settlement_due IS NOT NULL "
        "AND (settled_at IS NOT NULL OR (NOT closed AND settlement_due < $now))",
        "settled_at <= settlement_due",
    )
    yield from times("settling", SETTLEMENTS, _("yang sudah selesai"), _SETTLED)
    yield _share(
        "follow_up",
        "settling",
        _("Tindak lanjut terbukti dilakukan"),
        _("Berapa bagian rencana tindak lanjut (RTL) yang semua tindakannya sudah dilakukan."),
        _("kasus yang semua tindakan rencananya tercatat sudah dilakukan"),
        _("kasus yang rencananya sudah dilakukan, atau sudah lewat hari terakhirnya"),
        _("SOP Lamaru 2e dan 2f"),
        f"{_CAME} AND (plan_done_at IS NOT NULL OR (NOT closed AND plan_due < today))",
        "plan_done_at IS NOT NULL",
    )
    yield _share(
        "published",
        "settling",
        _("Hasil diumumkan"),
        _("Berapa bagian hasil yang diumumkan. Yang rahasia tidak dihitung."),
        _("yang hasilnya sedang diumumkan"),
        _("yang sudah selesai dan tidak rahasia"),
        _("SOP Puring 2d; SOP Lamaru 1h"),
        f"{_SETTLED} AND confidentiality <> 'confidential'",
        "published",
    )
    yield _share(
        "informed",
        "settling",
        _("Pelapor dikabari"),
        _("Berapa bagian pelapor yang sudah dikabari hasilnya. Yang anonim tidak dihitung."),
        _("yang pelapornya sudah dikabari"),
        _("yang sudah selesai dan pelapornya dikenal"),
        _("SOP Puring 3e-3f; SOP Lamaru 1h"),
        f"{_SETTLED} AND confidentiality <> 'anonymous'",
        "informed",
    )


def _backlog() -> Iterator[Figure]:
    yield _open(
        "open",
        _("Masih terbuka"),
        _("Berapa kasus yang belum berakhir pada saat itu, kapan pun masuknya."),
        _("kasus yang masih terbuka"),
        "NOT closed",
    )
    yield _open(
        "overdue",
        _("Lewat batas"),
        _("Berapa kasus terbuka yang batas tanggapan atau batas selesainya sudah lewat."),
        _("kasus terbuka yang lewat batas berikutnya: untuk ditanggapi, lalu untuk selesai"),
        f"NOT closed AND {next_due()} < $now",
        source=_RULE,
    )
    yield _open(
        "paused",
        _("Menunggu pelapor"),
        _("Berapa kasus terbuka yang dijeda karena menunggu pelapornya."),
        _("kasus terbuka yang sedang dijeda"),
        "NOT closed AND paused",
    )
    yield _open(
        "escalated",
        _("Dihadapkan ke Dinas"),
        _("Berapa kasus terbuka yang menunggu jawaban Dinas Kesehatan."),
        _("kasus terbuka yang menunggu jawaban Dinas"),
        "NOT closed AND before_district",
    )
    for first, last in AGES:
        young = "" if last is None else f" AND received_at > $now - INTERVAL {last + 1} DAY"
        old = f" AND received_at <= $now - INTERVAL {first} DAY" if first else ""
        yield _open(
            open_of_age(first, last),
            _("Terbuka lebih dari {days} hari", days=first - 1)
            if last is None
            else _("Terbuka {first}-{last} hari", first=first, last=last),
            _("Berapa kasus terbuka menurut umurnya: hari penuh sejak diterima."),
            _("kasus terbuka yang umurnya dalam rentang itu"),
            f"NOT closed{young}{old}",
        )


def open_of_age(first: int, last: int | None) -> str:
    """Return the code of the figure that counts open cases of an age (see `AGES`)."""
    return f"open_over_{first - 1}" if last is None else f"open_{first}_{last}"


def _share(
    code: str,
    group: Group,
    name: Text,
    meaning: Text,
    numerator: Text,
    denominator: Text,
    source: Text,
    among: str,
    counted: str,
    target: float | None = None,
) -> Figure:
    return Figure(
        code,
        group,
        "share",
        name,
        meaning,
        numerator,
        denominator,
        source,
        f"{among} AND {counted}",
        among,
        least=LEAST,
        target=target,
    )


def _open(
    code: str, name: Text, meaning: Text, numerator: Text, counted: str, source: Text = OURS
) -> Figure:
    return Figure(code, "backlog", "cases", name, meaning, numerator, None, source, counted)


FIGURES: Final[Mapping[str, Figure]] = {
    each.code: each
    for each in (*_arrivals(), *_answering(), *_settling(), *_backlog(), *satisfaction())
}
"""Every figure by its code, in the order in which reports show them."""


def figure_of(code: str) -> Figure:
    """Return the figure of a code; raises NotFound, which names those there are."""
    if code not in FIGURES:
        raise NotFound(
            _("Tidak ada angka bernama {code}. Yang ada: {all}.", code=code, all=", ".join(FIGURES))
        )
    return FIGURES[code]
