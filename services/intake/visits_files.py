"""A file of visits (CSV or XLSX): a row for each month, or for each month and unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.intake.imports.files import Names, Record, open_file
from services.intake.visits import Counted, whole_number
from services.kernel.district import Unit
from services.kernel.errors import FieldError, InvalidInput, invalid
from services.kernel.months import Month
from services.kernel.text import Text, _

ROWS_MOST: Final = 5_000
_HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    "month": frozenset(("bulan", "month", "periode", "bulan tahun")),
    "unit": frozenset(("unit", "unit layanan", "ruang", "poli", "service unit")),
    "visits": frozenset(("kunjungan", "jumlah kunjungan", "jumlah", "visits")),
}
_WITHIN: Final = 10


@dataclass
class _Month:
    """What the rows of one month say, and the row that said it last."""

    visits: int | None = None
    by_unit: dict[str, int] = field(default_factory=dict)
    row: int = 0


def _meaning(heading: str) -> str | None:
    plain = " ".join(heading.lower().replace("_", " ").split())
    return next((name for name, known in _HEADINGS.items() if plain in known), None)


def _known(cells: Sequence[str]) -> int:
    return sum(_meaning(cell) is not None for cell in cells)


def read_visits(data: bytes, units: Iterable[Unit]) -> list[Counted]:
    """Return the months of a file.

    The column of units may be missing; a row without one is of the whole Puskesmas, and each month
    needs such a row. Units are named by code or name. Raises InvalidInput with every wrong row
    (`file`, its message says which row), and for a file that cannot be read.
    """
    records = open_file(data).records(Names(_known, _WITHIN), formulas=False)
    filled = [(number, cells) for number, cells in records if any(map(str.strip, cells))]
    head = next(
        (n for n, (_number, cells) in enumerate(filled[:_WITHIN]) if _known(cells) > 1), None
    )
    if head is None:
        raise invalid("file", _("Beri kolomnya judul bulan, kunjungan, dan bila perlu unit."))
    meanings = [_meaning(cell) for cell in filled[head][1]]
    if not {"month", "visits"} <= set(meanings):
        raise invalid("file", _("Beri kolomnya judul bulan, kunjungan, dan bila perlu unit."))
    rows = filled[head + 1 :]
    if len(rows) > ROWS_MOST:
        raise invalid("file", _("Paling banyak {limit} baris.", limit=ROWS_MOST))
    if not rows:
        raise invalid("file", _("Berkas ini kosong."))
    return _months(rows, meanings, units)


def _months(
    rows: Sequence[Record], meanings: Sequence[str | None], units: Iterable[Unit]
) -> list[Counted]:
    named = {
        key.lower(): each.code for each in units for key in (each.code, each.name, each.name_en)
    }
    found: dict[Month, _Month] = defaultdict(_Month)
    errors: list[FieldError] = []

    def wrong(row: int, why: Text) -> None:
        errors.append(FieldError("file", _("Baris {row}: {why}", row=row, why=why)))

    for number, cells in rows:
        said = {
            meaning: cell.strip()
            for meaning, cell in zip(meanings, cells, strict=False)
            if meaning is not None
        }
        month, visits = _month(said.get("month", "")), whole_number(said.get("visits", ""))
        unit = said.get("unit", "")
        code = named.get(unit.lower())
        if month is None:
            wrong(number, _("Tulis bulan seperti 2026-03."))
        elif visits is None:
            wrong(number, _("Tulis kunjungannya dengan angka bulat, 0 bila tidak ada."))
        elif unit and code is None:
            wrong(number, _("Unit ini tidak ada di Puskesmas ini."))
        elif (code in found[month].by_unit) if code else found[month].visits is not None:
            wrong(number, _("Bulan dan unit ini sudah disebut di baris lain."))
        else:
            _take(found[month], number, code, visits)
    for each, of_it in found.items():
        if of_it.visits is None and not errors:
            wrong(
                of_it.row, _("Bulan {month} belum punya baris seluruh Puskesmas.", month=str(each))
            )
    if errors:
        raise InvalidInput(*errors)
    return [
        Counted(month, of_it.visits or 0, of_it.by_unit) for month, of_it in sorted(found.items())
    ]


def _take(month: _Month, row: int, unit: str | None, visits: int) -> None:
    month.row = row
    if unit is None:
        month.visits = visits
    else:
        month.by_unit[unit] = visits


def _month(written: str) -> Month | None:
    """Return a month as people and spreadsheets write it: 2026-03, 03/2026, or any day of it."""
    plain = written.replace("/", "-").split("-")
    for parts in (plain, plain[::-1]):
        if len(parts) > 1 and all(part.isascii() and part.isdigit() for part in parts[:2]):
            year, number = int(parts[0]), int(parts[1])
            if 2000 <= year < 2100 and 1 <= number <= 12:
                return Month(date(year, number, 1))
    return None
