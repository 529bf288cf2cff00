"""A table as CSV: UTF-8 with a byte order mark, semicolons, CRLF.

So that a spreadsheet set to Indonesian, where the comma is the decimal sign, opens it by a double
click. Instants are ISO 8601 with their offset, for programs; numbers have no separators.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.kernel.tables.table import Table, looks_like_formula

MEDIA_TYPE = "text/csv; charset=utf-8"
_BOM = "\ufeff"
_PIECE = 64 * 1024


def csv_bytes(table: Table, yes: str, no: str) -> Iterator[bytes]:
    """Yield a table as CSV, a piece at a time; `yes` and `no` are what stands for a flag."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write(_BOM)
    writer.writerow(table.headings)
    for row in table.rows:
        writer.writerow([_cell(value, yes, no) for value in row])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _cell(value: Any, yes: str, no: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return "'" + text if isinstance(value, str) and looks_like_formula(text) else text
