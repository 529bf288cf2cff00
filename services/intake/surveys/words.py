"""What the pages and papers of surveys call things."""

from collections.abc import Mapping
from typing import Final

from services.intake.domain.satisfaction import Method, sample_size
from services.intake.domain.survey_steps import SurveyState
from services.intake.domain.survey_table import COUNTS, MEANS
from services.intake.domain.survey_terms import Terms
from services.kernel.text import Text, _
from services.kernel.web.formats import number
from services.kernel.web.words import Mark

STATES: Final[Mapping[str, Text]] = {
    SurveyState.PROPOSED: _("Menunggu persetujuan"),
    SurveyState.RETURNED: _("Dikembalikan"),
    SurveyState.APPROVED: _("Disetujui"),
    SurveyState.COORDINATED: _("Siap dibuka"),
    SurveyState.OPEN: _("Sedang dibuka"),
    SurveyState.CLOSED: _("Ditutup"),
    SurveyState.PUBLISHED: _("Diterbitkan"),
}
MARKS: Final[Mapping[str, Mark]] = {
    SurveyState.PROPOSED: Mark("soon", "○"),
    SurveyState.RETURNED: Mark("late", "↺"),
    SurveyState.APPROVED: Mark("", "●"),
    SurveyState.COORDINATED: Mark("", "●"),
    SurveyState.OPEN: Mark("soon", "▲"),
    SurveyState.CLOSED: Mark("quiet", "–"),
    SurveyState.PUBLISHED: Mark("well", "✓"),
}
WAYS: Final[Mapping[str, Text]] = {
    "link": _("Tautan dan gambar QR"),
    "desk": _("Tablet di meja"),
    "paper": _("Lembar kertas"),
    "file": _("Berkas"),
}
KINDS: Final[Mapping[str, Text]] = {
    "unit": _("Unit layanan"),
    "gender": _("Jenis kelamin"),
    "age": _("Umur"),
    "education": _("Pendidikan"),
    "occupation": _("Pekerjaan utama"),
}
SCORES: Final = (
    ("4", _("Sangat baik")),
    ("3", _("Baik")),
    ("2", _("Kurang baik")),
    ("1", _("Tidak baik")),
)
QUESTIONS: Final[Mapping[str, Text]] = {
    "requirements": _("Persyaratan yang diminta sesuai dengan layanannya"),
    "procedure": _("Alur dan cara mendapat layanan"),
    "time": _("Kecepatan layanan"),
    "cost": _("Kewajaran biaya"),
    "product": _("Layanan yang diterima sesuai dengan yang dijanjikan"),
    "competence": _("Kemampuan petugas"),
    "behaviour": _("Kesopanan dan keramahan petugas"),
    "complaint_handling": _("Penanganan pengaduan, saran, dan masukan"),
    "facilities": _("Ruang, alat, dan kebersihan"),
}
"""How the public's form puts the nine elements of PermenPANRB 14/2017, by key."""
GENDERS: Final = (("Perempuan", _("Perempuan")), ("Laki-laki", _("Laki-laki")))
AGES: Final = tuple(
    (f"{first}–{first + 9}", _("{first} sampai {last} tahun", first=first, last=first + 9))
    for first in range(10, 90, 10)
)
EDUCATIONS: Final = tuple(
    (code, Text("{code}", (("code", code),)))
    for code in ("SD", "SMP", "SMA", "D1–D3", "D4/S1", "S2–S3")
)
OCCUPATIONS: Final = (
    ("PNS/TNI/Polri", _("PNS, TNI, atau Polri")),
    ("Swasta", _("Pegawai swasta")),
    ("Wirausaha", _("Wirausaha")),
    ("Petani/nelayan", _("Petani atau nelayan")),
    ("Pelajar/mahasiswa", _("Pelajar atau mahasiswa")),
    ("Rumah tangga", _("Mengurus rumah tangga")),
    ("Lainnya", _("Lainnya")),
)
"""What is stored is as survey sites write it, so that a file and a form make one group."""
BASES: Final[Mapping[str, Text]] = {
    "answers": _("Jawaban satu per satu"),
    COUNTS: _("Tabel jumlah per skor"),
    MEANS: _("Tabel rata-rata per unsur"),
}
"""What an index is reckoned from."""
LABELS: Final[Mapping[str, Text]] = {
    "puskesmas": _("Puskesmas"),
    "period": _("Masa yang dinilai"),
    "opens_on": _("Hari pertama"),
    "closes_on": _("Hari terakhir"),
    "agenda": _("Agenda"),
    "target": _("Sasaran survei"),
    "units": _("Unit yang ikut"),
    "ways": _("Cara mengisi"),
    "population": _("Populasi"),
    "sample": _("Sampel"),
    "sample_rounding": _("Pembulatan sampel"),
    "asked": _("Unsur yang ditanyakan"),
    "method": _("Cara menghitung indeks"),
    "remarks": _("Yang perlu diperbaiki"),
    "who": _("Siapa yang diajak bicara"),
    "note": _("Kesepakatan"),
    "media": _("Diterbitkan di"),
    "analysis": _("Analisis unsur"),
    "follow_up": _("Rencana tindak lanjut"),
    "followed_up": _("Tindak lanjut survei sebelumnya"),
    "sure": _("Ya, tutup survei ini"),
    "file": _("Berkas"),
    "unit": _("Unit layanan"),
    "source": _("Dari mana tabel ini"),
    "respondents": _("Jumlah responden"),
    "replaces": _("Ya, gantikan tabel yang sudah dicatat"),
    "remark": _("Saran atau keluhan Anda"),
    "kind": _("Jenis"),
    "categories": _("Tentang"),
    **{kind: label for kind, label in KINDS.items() if kind != "unit"},
}


def method_said(method: Method, basis: str) -> tuple[Text, ...]:
    """Return how an index was reckoned; how means treat blanks is known to their source only."""
    said = method.described()
    return said if basis != MEANS else (*said[:-1], _("unsur kosong: menurut pembuat tabelnya"))


def sample_said(terms: Terms, language: str) -> Text:
    """Return how many are asked, and how that many came about."""
    sample = number(terms.sample, language)
    if terms.sample != sample_size(terms.population, terms.sample_rounding):
        return _("{sample} responden, ditetapkan sendiri", sample=sample)
    if terms.sample_rounding == "up":
        return _("{sample} responden (Krejcie–Morgan, dibulatkan ke atas)", sample=sample)
    return _("{sample} responden (Krejcie–Morgan, dibulatkan ke yang terdekat)", sample=sample)


def period_said(period: str) -> Text:
    """Return a period in words."""
    year, _dash, part = period.partition("-")
    if part.startswith("Q"):
        return _("Triwulan {part} tahun {year}", part=part[1], year=year)
    if part.startswith("H"):
        return _("Semester {part} tahun {year}", part=part[1], year=year)
    return _("Tahun {year}", year=year)
