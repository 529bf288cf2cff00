"""Files of survey answers that look like something else: words that begin as sums do, sheets
without an answer, units that lack an element, formulas that nobody has computed."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from services.intake.domain.satisfaction import PERMENPANRB_14_2017, Method, result_of
from services.intake.survey_files import read_answers
from services.kernel.errors import InvalidInput

NINE = PERMENPANRB_14_2017
KEYS = [each.key for each in NINE.elements]
FOURS, ONES = ",".join("4" * 9), ",".join("1" * 9)


def test_words_that_begin_as_a_sum_does_are_a_respondents() -> None:
    rows = [
        f"Total layanan baik,{FOURS}",
        f"Rata-rata petugas lambat,{ONES}",
        f"Jumlah kursi kurang,{ONES}",
        f"baik,{FOURS}",
        "Jumlah," + ",".join(["10"] * 9),
        "Rata-rata per unsur," + ",".join(["2.5"] * 9),
    ]
    read = read_answers("\n".join(["Saran," + ",".join(KEYS), *rows]).encode(), NINE)
    result = result_of(read.answers, NINE, Method())
    assert (read.errors, read.summaries, result.means.respondents) == ((), 2, 4)
    assert str(result.index.converted) == "62.50"


def test_a_sheet_without_an_answer_is_counted_and_a_line_break_is_none() -> None:
    head, blank = ",".join(KEYS), "," * 8
    rows = [blank, head, FOURS, blank, "", ONES, blank]
    read = read_answers("\n".join(rows).encode(), NINE)
    assert (read.errors, read.empty) == ((), 1)


def test_a_formula_that_nobody_has_computed_is_no_blank() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (KEYS, [4] * 8 + ["=1+2"], [1] * 9):
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    with pytest.raises(InvalidInput) as refused:
        read_answers(made.getvalue(), NINE)
    (error,) = refused.value.errors
    assert error.field == "file" and dict(error.message.values)["place"] == "I2"


def test_a_formula_that_came_to_no_letters_is_a_blank() -> None:
    written, saved = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((KEYS, [4] * 8, [1] * 9)):
            sheet.write_row(row, 0, cells)
        sheet.write_formula(1, 8, '=IF(A1="","","")', value="")
    # As a spreadsheet saves it: the result is a text, and has no letters.
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(saved, "w") as after:
        for name in before.namelist():
            part = before.read(name).replace(b'<c r="I2"><f>', b'<c r="I2" t="str"><f>')
            after.writestr(name, part)
    read = read_answers(saved.getvalue(), NINE)
    assert read.errors == ()
    assert result_of(read.answers, NINE, Method()).means.blanks == 1


def test_a_row_with_more_cells_than_names_is_named_and_what_stands_beside_none_is_not() -> None:
    signed = "," * 10 + "Kebumen, 3 Juli"
    rows = [",".join(KEYS), FOURS, f"2,{FOURS}", signed]
    read = read_answers("\n".join(rows).encode(), NINE)
    assert [(each.row, each.field) for each in read.errors] == [(3, "row")]
    read = read_answers("\n".join([*rows[:2], signed]).encode(), NINE)
    assert (read.errors, read.empty) == ((), 1)


def test_a_number_is_the_same_with_noughts_before_it() -> None:
    rows = ["Responden," + ",".join(KEYS), f"7,{FOURS}", f"07,{FOURS}", f"70,{FOURS}"]
    read = read_answers("\n".join(rows).encode(), NINE)
    assert [(each.row, each.field) for each in read.errors] == [(3, "Responden")]


@pytest.mark.parametrize(
    ("head", "cells"), [("Unit,Unsur,1,2,3,4", "0,0,0,9"), ("Unit,Unsur,NRR,Responden", "3.5,9")]
)
def test_an_element_that_one_unit_lacks_is_named(head: str, cells: str) -> None:
    rows = [f"{unit},{key},{cells}" for unit in ("Gigi", "KIA") for key in KEYS]
    read = read_answers("\n".join([head, *rows[:-1]]).encode(), NINE)
    assert [(each.row, each.field) for each in read.errors] == [
        (11, f"KIA, {NINE.names[KEYS[-1]]}")
    ]
    assert read_answers("\n".join([head, *rows]).encode(), NINE).errors == ()
