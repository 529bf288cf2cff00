"""Tables that leave as files: typed columns that say what they mean, as CSV or XLSX."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, Literal

from services.kernel.tables import delimited, workbook
from services.kernel.tables.table import Column, Kind, Table
from services.kernel.text import Text, _

__all__ = ["FORMATS", "MEDIA_TYPES", "NO", "YES", "Column", "Format", "Kind", "Table", "write"]

Format = Literal["csv", "xlsx"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "xlsx")
MEDIA_TYPES: Final = {"csv": delimited.MEDIA_TYPE, "xlsx": workbook.MEDIA_TYPE}
SHEET: Final = _("Keterangan")
HEADS: Final = (_("Kolom"), _("Nama dalam panggilan"), _("Arti"))
YES, NO = _("ya"), _("tidak")


def write(
    table: Table, kind: Format, say: Callable[[Text], str], file: BinaryIO, folder: Path
) -> None:
    """Write a table to a file; `folder` is for what is written on the way, `say` gives a sentence
    in the reader's language. Raises InvalidInput for more rows than a sheet has."""
    if kind == "csv":
        for piece in delimited.csv_bytes(table, say(YES), say(NO)):
            file.write(piece)
        return
    workbook.write_xlsx(table, file, folder, say(SHEET), [say(each) for each in HEADS])
