"""Whole files: those that are refused, and whatever else anybody may upload."""

import csv
import io
import zipfile
from time import process_time
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.forms import ComplaintBody
from services.intake.imports import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, row_key
from services.intake.imports.files import MAX_SHEET_ROWS
from services.kernel.errors import InvalidInput
from tests.unit.uploads import as_csv, as_xlsx, one, read, refused, wrong

SECRET = b"of this origin"


@pytest.mark.parametrize("data", ["", "\n\n", ",,\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: str | bytes) -> None:
    assert refused(data) == ["file"]


def test_missing_and_doubled_columns_are_named() -> None:
    assert refused("nama,alamat\nSiti,Puring\n") == ["channel", "text"]
    assert refused("kanal,nama\nsms,Siti\n") == ["text"]
    assert refused("kanal,isi,pesan\nsms,a,b\n") == ["text"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook",
        b"PK\x03\x04 no archive",
        b"\xff\xfek\x00a",  # half a letter of UTF-16
        b"\x81\x8d",  # no letter of any encoding
        b"kanal,isi\nsms,a\x00b\n",
        b'kanal,isi\nsms,"never closed\nsms,b\n',
        as_xlsx([["kanal", "isi"], ["sms", "Lama"]])[:-200],
    ],
)
def test_an_unreadable_file_is_refused_once(data: bytes) -> None:
    assert refused(data) == ["file"]


def test_a_workbook_whose_sheet_is_broken_is_refused() -> None:
    whole, broken = io.BytesIO(as_xlsx([["kanal", "isi"], ["sms", "Lama"]])), io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-30] if name.endswith("sheet1.xml") else content)
    assert refused(broken.getvalue()) == ["file"]


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = io.BytesIO(as_xlsx([["kanal", "isi"], ["sms", "Lama"]]))
    assert len(read(bomb.getvalue())) == 1
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b" " * (101 * 1024 * 1024))
    assert len(bomb.getvalue()) < MAX_BYTES
    assert refused(bomb.getvalue()) == ["file"]


def test_as_many_rows_and_bytes_as_allowed_and_not_one_more() -> None:
    header, line = "kanal,isi\n", "sms,Lama\n"
    assert len(read(header + line * MAX_ROWS)) == MAX_ROWS
    assert refused(header + line * (MAX_ROWS + 1)) == ["file"]
    start = f"{header}{line}".encode()
    assert len(read(start + b"\n" * (MAX_BYTES - len(start)))) == 1
    assert refused(start + b"\n" * (MAX_BYTES - len(start) + 1)) == ["file"]


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_thousand_columns_are_refused_rather_than_cut_off(write: Any) -> None:
    def wide(columns: int) -> Any:
        more = columns - 2
        header = ["kanal", "isi", *(f"kolom {n}" for n in range(more))]
        return write([header, ["sms", "Lama", *["x"] * more]])

    assert len(read(wide(MAX_COLUMNS))) == 1
    assert refused(wide(MAX_COLUMNS + 1)) == ["file"]
    assert refused(wide(1000)) == ["file"]
    padded = write([["kanal", "isi", *[""] * 998], ["sms", "Lama", *[""] * 998]])
    assert len(read(padded)) == 1, "empty ones are none"


def test_a_workbook_of_entities_within_entities_is_refused() -> None:
    whole, bomb = io.BytesIO(as_xlsx([["kanal", "isi"], ["sms", "Lama"]])), io.BytesIO()
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE lolz [<!ENTITY l0 "{"ha" * 50}">{laughs}]>'
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bomb, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                text = content.decode().replace("<t>Lama</t>", "<t>&l9;</t>")
                text = text.replace("<v>3</v>", "<v>&l9;</v>")
                content = (doctype + text).encode()
            target.writestr(name, content)
    began = process_time()
    assert refused(bomb.getvalue()) == ["file"]
    assert process_time() - began < 5


def test_small_parts_that_take_minutes_to_read_are_refused_at_once() -> None:
    whole, bomb = io.BytesIO(as_xlsx([["kanal", "isi"], ["sms", "Lama"]])), io.BytesIO()
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                cells = b'<c r="B3"><v>1</v></c>' * 1_000_000
                content = content.replace(b"</row></sheetData>", cells + b"</row></sheetData>")
            target.writestr(name, content)
    began = process_time()
    assert refused(bomb.getvalue()) == ["file"]
    assert process_time() - began < 2


def test_a_chat_in_an_archive_is_no_larger_than_one_beside_it() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("_chat.txt", "15/01/24 10.30 - A: x\n" * 600_000)
    assert refused(archive.getvalue()) == ["file"]


def test_rows_far_down_an_empty_sheet_are_refused_rather_than_left_out() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["kanal", "isi"])
    sheet.cell(MAX_SHEET_ROWS + 1, 1, "sms")
    data = io.BytesIO()
    workbook.save(data)
    assert refused(data.getvalue()) == ["file"]


@pytest.mark.parametrize(
    "data",
    [
        "(" * 130_000 + ",kanal,isi\n" + "(" * 130_000 + "," + "(" * 130_000 + ",Lama\n",
        "15/01/24 10.30 - A: x" + " " * 1_000_000 + "y\n",
    ],
)
def test_a_file_made_to_keep_the_reader_busy_does_not(data: str) -> None:
    began = process_time()
    assert len(read(data)) == 1
    assert process_time() - began < 2


# Whatever csv.writer writes

# No NUL, which no text holds, and no half letters, which UTF-8 cannot write.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


@given(
    st.lists(st.tuples(WORDS, WORDS), max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    # With "\n" as the end of a row the writer leaves a lone "\r" bare, unless it quotes all.
    st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\n")]),
)
def test_any_table_reads_back(
    said: list[tuple[str, str]], delimiter: str, encoding: str, manner: tuple[int, str]
) -> None:
    text = io.StringIO(newline="")
    quoting, end = manner
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["kanal", "isi", "nama"])
    writer.writerows(("sms", words, name) for words, name in said)
    rows = read(text.getvalue().encode(encoding))
    assert [row.number for row in rows] == list(range(2, len(said) + 2))
    for row, (words, name) in zip(rows, said, strict=True):
        assert row.fields.get("text", "") == words.strip()
        assert row.fields.get("name", "") == name.strip()
        assert wrong(row) == (set() if words.strip() else {"text"})


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        rows = read(data)
    except InvalidInput as refusal:
        assert refusal.errors
    else:
        assert all(row_key(row, SECRET) for row in rows)


@given(st.dictionaries(st.sampled_from(["tanggal", "no hp", "surel", "kategori", "unit"]), WORDS))
def test_any_cells_are_read_or_named(cells: dict[str, str]) -> None:
    row = one({"kanal": "sms", "isi": "Lama"} | cells)
    named = {"tanggal": "received_at", "no hp": "phone", "surel": "email"}
    for name, field in named.items():
        if cells.get(name, "").strip():
            assert (field in row.fields) != (field in wrong(row))
    if not row.errors:
        ComplaintBody.model_validate(row.body)
    assert row_key(row, SECRET)
