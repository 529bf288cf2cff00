"""A document shows all that is put into it, however long, and nothing becomes markup."""

from dataclasses import replace

import pytest

from services.kernel.paper.document import (
    Column,
    Document,
    Numbered,
    Pairs,
    Paragraphs,
    Section,
    Signature,
    Table,
    ToFill,
    document,
)
from tests.codes import crowded, words
from tests.drills.pdf import text_of

LONG = "Pemeriksaan kesehatan ibu, anak, dan keluarga berencana terpadu lintas klaster " * 3
COLUMNS = (Column("No", 0, figures=True), Column("Unit", 2), Column("Hari", 0, figures=True))
EMPTY = "Tidak ada keluhan pada bulan ini."
DOCUMENT = Document(
    language="id",
    office=("Dinas Kesehatan Kabupaten Kebumen", "Puskesmas Puring"),
    title="Rekap Oktober 2026",
    page="Halaman {page} dari {pages}",
    sections=(),
)


def with_rows(rows: int) -> Document:
    table = Table(
        COLUMNS,
        tuple((str(n), f"baris{n}akhir {LONG}", "12") for n in range(rows)),
        EMPTY,
        total=("", "Jumlah", "2400") if rows else (),
    )
    return replace(DOCUMENT, sections=(Section("Keluhan", (table,)),))


@pytest.mark.parametrize("landscape", [False, True])
def test_every_row_is_on_it_and_each_page_counts(landscape: bool) -> None:
    text = text_of(document(replace(with_rows(200), landscape=landscape)))
    assert all(f"baris{n}akhir" in text for n in range(200))
    assert "Jumlah" in text and EMPTY not in text
    pages = text.count("Halaman ")
    assert pages > 5 and f"Halaman {pages} dari {pages}" in text


def test_without_rows_it_says_so() -> None:
    text = text_of(document(with_rows(0)))
    assert EMPTY in text and "Halaman 1 dari 1" in text


def test_however_many_words_are_longer_than_their_line_each_breaks_there() -> None:
    """In running text, beside a name, in a list, in a cell, and as who signs."""
    word = "Wirjosoepartodiningrat"
    said = "\n".join([word * 4 + f"ujung{n}" for n in range(70)])
    table = Table(COLUMNS, (("1", said, "12"),), EMPTY)
    signed = Signature("Ketua", word * 9 + "Sari")
    blocks = (Paragraphs((said,)), Pairs((("Tempat", said),)), Numbered((said,)), table)
    data = replace(DOCUMENT, sections=(Section("", blocks),), signatures=(signed,) * 3)
    pdf = document(data)
    assert crowded(pdf) == []
    text = words(pdf).replace(" ", "").replace("\u200b", "")
    assert text.count("ujung69") == len(blocks)


def test_a_word_that_fits_its_column_stays_whole() -> None:
    columns = (Column("No", 0, figures=True), Column("Keadaan", 2), Column("Isi", 5))
    row = ("1", "Hasil didokumentasikan", "PRG-2026-A-000417")
    section = Section("", (Table(columns, (row,), EMPTY),))
    assert "Hasil didokumentasikan" in words(document(replace(DOCUMENT, sections=(section,))))


def test_every_kind_of_part_and_who_signs_stands_on_it() -> None:
    blocks = (
        Pairs((("Masuk", "12"),)),
        Paragraphs(("#panic() *tebal* $x$ @acuan <label>",)),
        Numbered(("Menambah loket", "Mengukur antrean")),
        ToFill("Catatan", 3),
    )
    text = text_of(
        document(
            replace(
                DOCUMENT,
                number="Nomor: 440/10/2026",
                as_of="Keadaan per 31 Okt 2026",
                past=True,
                sections=(Section("Ringkasan", blocks),),
                signatures=(
                    Signature("Ketua Tim", "Sari", "Puring, 3 November 2026"),
                    Signature("Kepala Puskesmas"),
                ),
                notes=("Tanpa isi dan identitas.",),
            )
        )
    )
    for said in (
        *("Puskesmas Puring", "Rekap Oktober 2026", "Nomor: 440/10/2026", "31 Okt 2026"),
        *("Masuk", "#panic() *tebal* $x$ @acuan <label>", "Menambah loket", "Catatan"),
        *("Ketua Tim", "Sari", "Puring, 3 November 2026", "Kepala Puskesmas", "Tanpa isi"),
    ):
        assert said in text, said


def test_the_same_data_gives_the_same_bytes() -> None:
    assert document(with_rows(3)) == document(with_rows(3)) != document(with_rows(4))
