"""How the parts of recaps are said on pages and in files."""

from collections.abc import Mapping
from typing import Any, Final

from services.kernel.district import CLUSTERS, District
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.words import WORDS
from services.reporting.recap_lines import OTHER
from services.reporting.words import Names

FIGURES: Final[Mapping[str, Text]] = {
    **WORDS["total"],
    "praise": _("Pujian"),
    "responses_due": _("Tanggapan jatuh tempo"),
    "responses_on_time": _("Tanggapan tepat waktu"),
    "settlements_due": _("Penyelesaian jatuh tempo"),
    "settlements_on_time": _("Penyelesaian tepat waktu"),
}
SHARES: Final[Mapping[str, Text]] = {
    "responses": _("Ditanggapi tepat waktu"),
    "settlements": _("Diselesaikan tepat waktu"),
}
ATTRIBUTES: Final[Mapping[str, Text]] = {
    "unit": _("Unit layanan"),
    "channel": _("Kanal"),
    "categories": _("Kategori"),
}
GROUPS: Final[Mapping[str, Text]] = {
    "puskesmas": _("Puskesmas"),
    "area": _("Bidang (KMP, UKM, UKPP)"),
    "cluster": _("Klaster (2024)"),
    "unit": _("Unit layanan"),
    "channel": _("Kanal"),
    "category": _("Kategori"),
}
STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "running": (_("masih berjalan"), "quiet", "○"),
    "open": (_("belum ditutup"), "soon", "▲"),
    "overdue": (_("belum ditutup, terlambat"), "late", "■"),
    "closed": (_("ditutup"), "well", "✓"),
    "closed_late": (_("ditutup terlambat"), "soon", "✓"),
}
"""Word, tone and shape of how a month's recap stands."""
REASONS: Final[Mapping[str, Text]] = {
    "late_entry": _("Data datang terlambat"),
    "wrong_entry": _("Salah isi, sudah dibetulkan"),
    "duplicate": _("Keluhan ganda digabung atau dilepas"),
    "taken_back": _("Keluhan dicabut, atau jenisnya diubah"),
    "explained": _("Lainnya, diterangkan di lembar rekap"),
}
EFFECTIVENESS: Final[Mapping[str, Text]] = {
    "effective": _("Efektif"),
    "partly": _("Sebagian efektif"),
    "not_effective": _("Tidak efektif"),
    "nothing": _("Tidak ada yang ditangani"),
}


class Parts:
    """Says which part a line of a recap is of."""

    def __init__(self, district: District, language: str) -> None:
        self._names = Names(district, language)
        self._barriers = {each.code: each.name_in(language) for each in district.barriers}

    def name(self, group: str, part: str | None) -> Text | str:
        """Return the name of a part; None: those that name none."""
        if part is None:
            return _("semua") if group == "all" else _("tidak disebut")
        if part == OTHER and group in ("area", "cluster"):
            return _("unit lain")
        found: Mapping[str, Any] = {
            "puskesmas": self._names.puskesmas,
            "unit": self._names.unit,
            "category": self._names.category,
            "channel": lambda code: glossary.word("channel", code),
            "cluster": lambda code: CLUSTERS.get(code, code),
        }
        name: Text | str = found.get(group, str)(part)
        return name

    def barrier(self, code: str) -> str:
        """Return the name of a barrier."""
        return self._barriers.get(code, code)
