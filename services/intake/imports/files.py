"""Opens an uploaded file: text in any of the usual encodings, CSV records, XLSX cells."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from services.intake.imports.headings import known_headers
from services.kernel.errors import InvalidInput, invalid
from services.kernel.text import _

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 100

# A sheet of so many rows stays far below; a bomb does not.
_MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_SHEET_ROWS: Final = 5 * MAX_ROWS
"""Rows of a workbook, most of them empty."""
# A cell is four: 20,000 rows of 50 columns.
_MAX_TAGS: Final = 4_000_000
_CHUNK: Final = 1 << 20
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF-"
_PDF_STARTS_WITHIN = 64
_DELIMITERS = ",;\t|"

MAX_CELL: Final = 40_000
"""Letters in a cell of a workbook: no spreadsheet writes more than 32,767."""

Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Names:
    """How a table's names are told from other cells: a text's delimiter is that which shows most.

    `known` counts the names among the cells of a row; they stand in one of the first `within` rows
    that hold anything.
    """

    known: Callable[[Sequence[str]], int]
    within: int


OF_COMPLAINTS: Final = Names(known_headers, within=1)


def unreadable() -> InvalidInput:
    """Return the refusal of a file that is none of the kinds that can be read."""
    return invalid(
        "file",
        _("Berkas ini tidak terbaca. Simpan lagi sebagai CSV (UTF-8) atau XLSX, lalu kirim."),
    )


def too_many_rows() -> InvalidInput:
    """Return the refusal of a file with too many rows."""
    return invalid(
        "file",
        _("Berkas ini punya lebih dari {limit} baris. Bagi menjadi beberapa.", limit=MAX_ROWS),
    )


def too_many_cells() -> InvalidInput:
    """Return the refusal of a workbook with too many cells, filled or not."""
    return invalid(
        "file",
        _("Berkas ini punya terlalu banyak sel. Hapus kolom dan baris yang tidak diperlukan."),
    )


def _too_long(row: int) -> InvalidInput:
    return invalid(
        "file", _("Baris {row} punya sel yang terlalu panjang. Pendekkan isinya.", row=row)
    )


@dataclass(frozen=True)
class Content:
    """What a file holds: a text, or the bytes of a workbook."""

    text: str | None = None
    workbook: bytes = b""

    def records(self, names: Names = OF_COMPLAINTS, *, formulas: bool = True) -> Iterator[Record]:
        """Return the rows with their numbers, the first being 1; every cell is text.

        Of a cell that a workbook computes, the formula, or (`formulas` False) what it last gave.
        """
        if self.text is None:
            return _sheet(self.workbook, formulas)
        return _separated(self.text, names)


def open_file(data: bytes) -> Content:
    """Return what a file holds; raises InvalidInput when it is too large or unreadable."""
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise invalid(
            "file", _("Berkas ini lebih besar dari {limit} MB. Bagi menjadi beberapa.", limit=limit)
        )
    if data.startswith(_OLD_EXCEL):
        raise invalid(
            "file", _("Berkas Excel lama (.xls) tidak terbaca. Simpan sebagai .xlsx, lalu kirim.")
        )
    if _PDF in data[:_PDF_STARTS_WITHIN]:
        raise invalid(
            "file",
            _("Ini berkas PDF, bukan tabel. Simpan tabelnya sebagai CSV atau XLSX, lalu kirim."),
        )
    return _unpacked(data) if data.startswith(_ZIP) else Content(text=_decoded(data))


def _unpacked(data: bytes) -> Content:
    """Open a workbook, or the archive in which a telephone puts the text of a chat."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise unreadable()
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                if max(_tags(archive, name) for name in names) > _MAX_TAGS:
                    raise too_many_cells()
                return Content(workbook=data)
            texts = [each for each in archive.infolist() if each.filename.endswith(".txt")]
            if len(texts) == 1 and texts[0].file_size <= MAX_BYTES:
                return Content(text=_decoded(archive.read(texts[0])))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise unreadable() from error
    raise unreadable()


def _tags(archive: zipfile.ZipFile, name: str) -> int:
    """Return how many tags a part of a workbook has: small parts may take minutes to parse."""
    if not name.endswith((".xml", ".rels")):
        return 0
    with archive.open(name) as part:
        return sum(chunk.count(b"<") for chunk in iter(lambda: part.read(_CHUNK), b""))


def _decoded(data: bytes) -> str:
    """Return the text: UTF-8, UTF-16 with or without its mark, else what Windows writes."""
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in data[:2]:
        encodings = ("utf-16-be" if data[0] == 0 else "utf-16-le",)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise unreadable()


def _separated(text: str, names: Names) -> Iterator[Record]:
    if text[:4].lower() == "sep=":  # how Excel is told the delimiter; it shows no row for it
        text = text.partition("\n")[2]
    delimiter = max(_DELIMITERS, key=lambda sign: _separates(text, sign, names))
    number = 0
    try:
        for number, cells in enumerate(_reader(text, delimiter), start=1):
            yield number, cells
    except csv.Error as error:
        raise invalid(
            "file",
            _("Baris {row} tidak terbaca. Periksa tanda kutip di sekitarnya.", row=number + 1),
        ) from error


def _separates(text: str, delimiter: str, names: Names) -> tuple[int, int]:
    """Say how well a sign separates: by the names that it shows, then by the cells of two rows."""
    filled: list[list[str]] = []
    looked_at = max(names.within, 2)
    widest = 0
    try:
        for cells in _reader(text, delimiter):
            widest = max(widest, len(cells))
            filled += [cells] if any(cells) else []
            if len(filled) == looked_at:
                break
    except csv.Error:  # which row is broken is said when the rows are read
        pass
    if not filled:
        return 0, widest
    return max(map(names.known, filled[: names.within])), min(map(len, filled[:2]))


def _reader(text: str, delimiter: str) -> Iterable[list[str]]:
    # `strict`: a quote that is never closed would otherwise swallow the rest of the file.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _sheet(data: bytes, formulas: bool) -> Iterator[Record]:
    # It would take a tenth of the start of every process, of which few ever read a workbook.
    import openpyxl

    try:
        # Of words the formulas: what was typed is what is kept, and it is text.
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)
        if not formulas and (place := _not_computed(data, workbook)):
            raise invalid(
                "file",
                _(
                    "Sel {place} berisi rumus tanpa hasil. Buka berkasnya di Excel atau "
                    "LibreOffice, simpan, lalu kirim lagi.",
                    place=place,
                ),
            )
        for number, cells in enumerate(_rows(workbook), start=1):
            if number > MAX_SHEET_ROWS:
                raise too_many_rows()
            texts = [_as_text(cell) for cell in cells]
            if any(len(text) > MAX_CELL for text in texts):
                raise _too_long(number)
            yield number, texts
        workbook.close()
    except InvalidInput:
        raise
    except Exception as error:  # a broken workbook raises whatever its first wrong part leads to
        raise unreadable() from error


def _rows(workbook: Any, *, values_only: bool = True) -> Iterator[tuple[Any, ...]]:
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(
        max_col=2 * MAX_COLUMNS, values_only=values_only
    )
    return rows


def _not_computed(data: bytes, computed: Any) -> str | None:
    """Return the place of a cell whose formula nobody has computed yet: a program wrote it, and
    its value would be taken for a blank."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [each for each in archive.namelist() if each.startswith("xl/worksheets/")]
        if not any(b"<f>" in part or b"<f " in part for part in map(archive.read, sheets)):
            return None
    written = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    results = _rows(computed, values_only=False)
    both = islice(zip(_rows(written), results, strict=False), MAX_SHEET_ROWS)
    for row, (formulas, cells) in enumerate(both, start=1):
        for column, (formula, cell) in enumerate(zip(formulas, cells, strict=False), start=1):
            # A text of no letters is a result: a spreadsheet writes it as one.
            if formula is not None and cell.value is None and cell.data_type != "str":
                return f"{get_column_letter(column)}{row}"
    return None


def _as_text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime():  # a day's fraction is not exact: 09:30 comes as 09:29:59.999997
            whole = cell + timedelta(microseconds=500_000)
            return whole.replace(microsecond=0).isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)
