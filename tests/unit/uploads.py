"""Files as officers upload them, and what is read from them."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from services.intake.imports import Row, open_sheet
from services.kernel.errors import InvalidInput

WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
COMPLAINTS = Path(__file__).parents[1] / "data" / "complaints.csv"
"""Twenty published complaints, as an officer would type them."""


def read(data: str | bytes, filename: str = "aduan.csv", zone: ZoneInfo = WIB) -> list[Row]:
    content = data.encode() if isinstance(data, str) else data
    sheet = open_sheet(content, filename)
    return sheet.rows(sheet.suggested(), zone)


def refused(data: str | bytes) -> list[str]:
    """Return the fields that the refusal of a whole file names."""
    with pytest.raises(InvalidInput) as refusal:
        read(data)
    return [error.field for error in refusal.value.errors]


def one(cells: dict[str, str]) -> Row:
    (row,) = read(as_csv([list(cells), list(cells.values())]))
    return row


def wrong(row: Row) -> set[str]:
    return {error.field for error in row.errors}


def as_csv(records: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(records)
    return text.getvalue()


def as_xlsx(records: Iterable[Sequence[object]]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for record in records:
        sheet.append(list(record))
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()
