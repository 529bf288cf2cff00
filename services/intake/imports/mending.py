"""The rows that could not be taken, as a file to correct and send again.

It is a CSV of the same columns, with one before them that says what to mend. A spreadsheet takes a
cell that begins with `= + - @`, a tab or a line's end for a formula, so such a cell is given out
behind an apostrophe (OWASP, "CSV Injection"), which is taken off again when the file comes back.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

HEADING: Final = "Perbaikan (Tanggap)"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def mend_file(
    headings: Sequence[str],
    records: Iterable[tuple[int, Sequence[str]]],
    mends: Mapping[int, str],
    delimiter: str,
) -> bytes:
    """Return the file: UTF-8 with its mark, so that Excel reads the letters.

    `mends` holds a sentence for each row by its number; `delimiter` is what the reader's Excel
    expects, a semicolon in Indonesia.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    # Of a file that was given out before, the sentences are new.
    kept = [place for place, each in enumerate(headings) if each != HEADING]
    writer.writerow([HEADING, *(escaped(headings[place]) for place in kept)])
    for number, cells in records:
        row = [cells[place] if place < len(cells) else "" for place in kept]
        beyond = cells[len(headings) :]
        writer.writerow([escaped(each) for each in (mends.get(number, ""), *row, *beyond)])
    return out.getvalue().encode("utf-8-sig")


def escaped(cell: str) -> str:
    """Return a cell that no spreadsheet computes."""
    # One that began so before is told apart from one that was made so here.
    formula = cell.lstrip("'").startswith(_FORMULA)
    return f"'{cell}" if formula else cell


def unescaped(cells: Iterable[str]) -> list[str]:
    """Return cells as they were before `escaped`."""
    return [
        cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
        for cell in cells
    ]
