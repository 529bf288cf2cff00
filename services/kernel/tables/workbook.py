"""A table as XLSX: typed cells on the first sheet, what they mean on the second."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from services.kernel.errors import invalid
from services.kernel.tables.table import Column, Table, looks_like_formula
from services.kernel.text import _

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_575
"""A sheet holds one more, the headings."""
_WIDTHS: Final = {"moment": 17, "flag": 12, "number": 10, "text": 22}


class _Book:
    """The workbook being written, in the memory of one row."""

    def __init__(self, file: BinaryIO, folder: Path, made_at: datetime) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.book.set_properties({"created": made_at.replace(tzinfo=None), "author": "Tanggap"})
        add = self.book.add_format
        self.heading = add({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.moment = add({"num_format": "dd/mm/yyyy hh:mm"})
        # Shown as it stands also once somebody has edited the cell beside it.
        self.quoted = add({"quote_prefix": True})
        self.wrapped = add({"text_wrap": True, "valign": "top"})

    def rows(self, table: Table) -> int:
        """Write the first sheet; return how many rows it has."""
        sheet = self.book.add_worksheet(table.title[:31])
        sheet.freeze_panes(1, 1)
        for place, (column, heading) in enumerate(zip(table.columns, table.headings, strict=True)):
            sheet.set_column(place, place, _WIDTHS[column.kind])
            sheet.write_string(0, place, heading, self.heading)
        number = 0
        for number, row in enumerate(table.rows, start=1):
            if number > MOST_ROWS:
                raise invalid(
                    "format",
                    _(
                        "Lebih dari {most} baris tidak muat dalam XLSX. Persempit saringan, atau "
                        "pakai CSV.",
                        most=f"{MOST_ROWS:_}".replace("_", "."),
                    ),
                )
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                if value is not None:
                    self._cell(sheet, number, place, column, value)
        sheet.autofilter(0, 0, max(number, 1), len(table.columns) - 1)
        return number

    def _cell(self, sheet: Any, row: int, place: int, column: Column, value: Any) -> None:
        if column.kind == "moment":
            sheet.write_datetime(row, place, value.replace(tzinfo=None), self.moment)
        elif column.kind == "flag":
            sheet.write_boolean(row, place, value)
        elif column.kind == "number":
            sheet.write_number(row, place, value)
        else:
            form = self.quoted if looks_like_formula(value) else None
            sheet.write_string(row, place, value, form)

    def meanings(self, table: Table, title: str, heads: Sequence[str]) -> None:
        """Write the second sheet: what the table is of, and what each column means."""
        sheet = self.book.add_worksheet(title[:31])
        sheet.set_column(0, 1, 28)
        sheet.set_column(2, 2, 80)
        row = 0
        for label, value in table.told:
            sheet.write_string(row, 0, label, self.heading)
            sheet.write_string(row, 1, value)
            row += 1
        row += 1
        for place, head in enumerate(heads):
            sheet.write_string(row, place, head, self.heading)
        for column, heading, meaning in zip(
            table.columns, table.headings, table.meanings, strict=True
        ):
            row += 1
            sheet.write_string(row, 0, heading, self.wrapped)
            sheet.write_string(row, 1, column.code, self.wrapped)
            sheet.write_string(row, 2, meaning, self.wrapped)


def write_xlsx(
    table: Table, file: BinaryIO, folder: Path, title: str, heads: Sequence[str]
) -> None:
    """Write a table and its second sheet (`title`, with the heads of its columns) to `file`.

    `folder` is for what is written on the way. Raises InvalidInput for more rows than a sheet has.
    """
    from xlsxwriter.exceptions import FileCreateError

    book = _Book(file, folder, table.made_at)
    book.rows(table)
    book.meanings(table, title, heads)
    try:
        book.book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error
