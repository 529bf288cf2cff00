"""Recaps as files: the lines of the page of a month, and of several months added up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.kernel.district import District
from services.kernel.months import Month, Stretch
from services.kernel.tables.table import Column, Table
from services.kernel.text import Text, _
from services.reporting.exports.complaints import AS_OF
from services.reporting.exports.said import Said
from services.reporting.queries import Filters, When
from services.reporting.recap_lines import on_time
from services.reporting.recap_words import FIGURES, GROUPS, SHARES, Parts

SIDES: Final[Mapping[str, Text]] = {
    "as_reported": _("dilaporkan"),
    "as_corrected": _("sesudah koreksi"),
    "as_now": _("kini"),
}
"""The sides of a line, in the order of the page. One that there is not stays empty: that a month
was not reported is not zero."""
NAMES: Final[Mapping[str, Text]] = {**FIGURES, **SHARES}
WHICH: Final = (
    Column("puskesmas", _("Kode Puskesmas"), _("Kosong: semua Puskesmas.")),
    Column("period", _("Masa"), _("Bulan, triwulan (Q), semester (S) atau tahun.")),
    Column("group", _("Rincian"), _("Semua, atau menurut apa.")),
    Column("part", _("Kode"), _("Kode bagiannya; kosong: semua, atau tidak disebut.")),
    Column("part_name", _("Bagian"), _("Nama bagiannya.")),
)
ALL: Final = _("semua")


def recap_columns(sides: Sequence[str], said: Said) -> list[Column]:
    """Return the columns of a recap that has these sides."""
    figures = [
        Column(
            f"{name}_{side}",
            Text(f"{said.say(label)}, {said.say(SIDES[side])}"),
            _("Seperti pada halaman rekap."),
            "number",
        )
        for side in sides
        for name, label in NAMES.items()
    ]
    return [*WHICH, *figures, *AS_OF]


def recap_table(
    lines: Iterable[Mapping[str, Any]],
    puskesmas: str | None,
    period: Month | Stretch,
    sides: Sequence[str],
    filters: Filters,
    when: When,
    now: datetime,
    district: District,
    language: str,
) -> Table:
    """Return lines of a recap as a table: the same figures and shares as the page."""
    said, parts = Said(district, language), Parts(district, language)
    zone = said.names.zone(puskesmas) if puskesmas else said.names.zone("")

    def rows() -> Iterator[Sequence[Any]]:
        for line in lines:
            group, part = line["group"], line["part"]
            cells = [cell for side in sides for cell in _cells(line[side])]
            name = said.say(parts.name(group, part))
            which = said.say(GROUPS.get(group, ALL))
            yield [
                puskesmas,
                str(period),
                which,
                part,
                name,
                *cells,
                *said.stamps(when, now, zone),
            ]

    name = f"rekap_{puskesmas or district.code}_{period}"
    return said.table(name, _("Rekap"), recap_columns(sides, said), rows(), filters, when, now)


def _cells(side: Mapping[str, int] | None) -> list[Any]:
    if side is None:
        return [None] * len(NAMES)
    shares = on_time(side)
    return [*(side[name] for name in FIGURES), *(shares[name] for name in SHARES)]
