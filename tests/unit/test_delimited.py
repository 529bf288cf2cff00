"""CSV as spreadsheets open it: no cell becomes a formula, and a long table takes no memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.kernel.tables.delimited import csv_bytes
from services.kernel.tables.table import Column, Table
from services.kernel.text import Text

COLUMN = Column("about", Text("Tentang"), Text("Apa saja."))
MANY = 200_000


def table(rows: Iterable[Sequence[Any]]) -> Table:
    made_at = datetime(2026, 11, 2, tzinfo=UTC)
    return Table("uji", "Uji", [COLUMN], ["Tentang"], ["Apa saja."], rows, [], made_at)


def written(*values: Any) -> list[str]:
    content = b"".join(csv_bytes(table([value] for value in values), "ya", "tidak"))
    assert content.startswith(b"\xef\xbb\xbfTentang\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [row[0] if row else "" for row in rows[1:]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_what_looks_like_a_formula_is_text(start: str) -> None:
    assert written(f"{start}cmd|' /C calc'!A0") == [f"'{start}cmd|' /C calc'!A0"]


def test_values_are_written_by_their_type() -> None:
    at = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert written(True, False, None, 3, at, 'kata; "kutip"') == [
        "ya",
        "tidak",
        "",
        "3",
        "2026-11-02T09:30:00+00:00",
        'kata; "kutip"',
    ]


def test_a_long_table_takes_the_memory_of_a_piece() -> None:
    rows = (["panjang " * 10] for _row in range(MANY))
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in csv_bytes(table(rows), "ya", "tidak"))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > MANY * 80
    assert peak < 2 * 1024 * 1024
