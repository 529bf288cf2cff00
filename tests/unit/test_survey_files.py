"""Survey answers come in as district sites export them: rows, counts, or only the means."""

import io
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from random import Random

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.satisfaction import (
    KEPMENPAN_25_2004,
    PERMENPANRB_14_2017,
    ElementSet,
    Method,
    Questionnaires,
    result_of,
)
from services.intake.survey_files import Read, Shape, read_answers
from services.kernel.errors import InvalidInput
from tests.unit.uploads import as_csv, as_xlsx

NINE, FOURTEEN = PERMENPANRB_14_2017, KEPMENPAN_25_2004
NAMES = [str(element.name) for element in NINE.elements]
NUMBERS = [f"U{number}" for number in range(1, 10)]
PREMISES_LAST = {"U8": "complaint_handling", "U9": "facilities"}

# As sites that follow PermenPANRB 14/2017 lay out a page: titles, names over two rows, the rows,
# what sums them up, and an explanation.
PRINTED = """PENGOLAHAN DATA SURVEI KEPUASAN MASYARAKAT PER RESPONDEN;;
Unit Pelayanan;: Puskesmas Puring;
Periode;: Triwulan III 2026;
;;
No Res;Nilai Unsur Pelayanan;;;;;;;;
;U1;U2;U3;U4;U5;U6;U7;Sarana dan Prasarana;Penanganan Pengaduan
1;4;4;4;4;4;4;4;1;4
2;3;3;3;3;3;3;3;2;3
No Res;U1;U2;U3;U4;U5;U6;U7;Sarana dan Prasarana;Penanganan Pengaduan
3;4;4;4;4;4;4;4;3;
Nilai/Unsur;11;11;11;11;11;11;11;6;7
NRR/Unsur;3,67;3,67;3,67;3,67;3,67;3,67;3,67;2,00;3,50
NRR Tertimbang/Unsur;0,41;0,41;0,41;0,41;0,41;0,41;0,41;0,22;0,39;*) 3,46
Ikm Pelayanan;;;;;;;;;;**) 86,57
Keterangan :
- NRR = nilai rata-rata
"""


def read(
    table: str | bytes,
    asked: ElementSet = NINE,
    shape: Shape | None = None,
    columns: Mapping[str, str] | None = None,
) -> Read:
    data = table.encode() if isinstance(table, str) else table
    return read_answers(data, asked, shape=shape, columns=columns)


def converted(found: Read, spec: str = "", asked: ElementSet = NINE) -> str:
    assert found.errors == ()
    return str(result_of(found.answers, asked, Method.parse(spec)).index.converted)


def errors(found: Read) -> list[tuple[int, str]]:
    return [(each.row, each.field) for each in found.errors]


def messages(found: Read) -> list[str]:
    return [str(each.message) for each in found.errors]


def refused(data: str | bytes, **how: Mapping[str, str]) -> list[str]:
    with pytest.raises(InvalidInput) as problem:
        read(data, **how)  # type: ignore[arg-type]
    return [each.field for each in problem.value.errors]


def table(rows: Iterable[Sequence[object]], names: Sequence[object] = NAMES) -> str:
    return as_csv([names, *rows], ";")


def test_a_printed_page_is_read_with_all_that_stands_around_its_rows() -> None:
    found = read(PRINTED)
    assert found.errors == ()
    assert (found.shape, found.summaries, found.empty, found.numbered) == (
        "respondents",
        5,
        1,
        True,
    )
    result = result_of(found.answers, NINE, Method())
    assert result.means.respondents == 3
    assert result.means.blanks == 1
    assert result.index.by_key["facilities"].mean == 2
    assert result.index.by_key["complaint_handling"].mean == Fraction(7, 2)
    assert str(result.index.converted) == "86.57"  # (7 x 11/3 + 2 + 7/2) / 9 x 25
    assert result.index.lowest_first[0].key == "facilities"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_workbook_and_every_delimiter_read_the_same(delimiter: str) -> None:
    rows: list[list[object]] = [["Nomor", *NAMES], [1, *[4] * 9], [2, *[3] * 9]]
    assert converted(read(as_csv(rows, delimiter))) == "87.50"
    assert converted(read(as_xlsx(rows))) == "87.50"


def test_of_a_computed_cell_the_result_is_read() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Unsur", "NRR"])
        for row, name in enumerate(NAMES, start=1):
            sheet.write(row, 0, name)
            sheet.write_formula(row, 1, "=13/4", value=3.25)
    assert converted(read(data.getvalue())) == "81.25"


def test_an_element_is_known_by_its_name_its_key_its_number_and_its_question() -> None:
    headings = [
        "requirements",
        "U2. Sistem, Mekanisme dan Prosedur",
        "kecepatan_waktu",
        "Biaya / Tarif *",
        "U5",
        "Bagaimana pendapat Saudara tentang kompetensi/kemampuan petugas dalam pelayanan?",
        "PERILAKU PELAKSANA (sikap)",
        "U8 - Sarana dan Prasarana",
        "U9 Penanganan Pengaduan, Saran dan Masukan",
    ]
    found = read(table([[1, 2, 3, 4, 1, 2, 3, 4, 1]], headings))
    assert found.errors == ()
    assert isinstance(found.answers, Questionnaires)
    assert found.answers.each[0].scores == {
        "requirements": 1,
        "procedure": 2,
        "time": 3,
        "cost": 4,
        "product": 1,
        "competence": 2,
        "behaviour": 3,
        "facilities": 4,
        "complaint_handling": 1,
    }


def test_the_last_two_numbers_mean_nothing_until_somebody_says_so() -> None:
    rows = table([[4, 4, 4, 4, 4, 4, 4, 1, 2]], NUMBERS)
    found = read(rows)
    assert errors(found) == [(1, "U8"), (1, "U9")]
    assert all("complaint_handling / facilities" in each for each in messages(found))
    for columns, lowest in (
        (PREMISES_LAST, "complaint_handling"),
        ({"U8": "facilities", "u9": "complaint_handling"}, "facilities"),
    ):
        result = result_of(read(rows, columns=columns).answers, NINE, Method())
        assert result.index.lowest_first[0].key == lowest
        assert str(result.index.converted) == "86.11"  # 31 / 9 x 25 either way


def test_the_fourteen_are_numbered_in_one_order() -> None:
    names = [f"U{number}" for number in range(1, 15)]
    found = read(table([[4] * 14, [3] * 14], names), FOURTEEN)
    assert converted(found, "weight=0.071", FOURTEEN) == "86.98"  # 86.975
    assert errors(read(table([[4] * 14], names), NINE))[-1] == (1, "U14")


def test_an_element_of_another_regulation_is_unknown_here() -> None:
    found = read(table([[4] * 10], [*NAMES, "Kedisiplinan petugas"]))
    assert errors(found) == [(1, "Kedisiplinan petugas")]
    assert "PermenPANRB 14/2017" in messages(found)[0]
    assert errors(read(table([[4] * 10], [*NAMES, "U10"]))) == [(1, "U10")]


def test_a_missing_element_is_named() -> None:
    found = read(table([[4] * 8], NAMES[:-1]))
    assert errors(found) == [(1, "facilities")]
    assert "Sarana dan prasarana" in messages(found)[0]


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert errors(read(table([[4] * 10], [*NAMES, "Sarana"]))) == [(1, "Sarana")]


@pytest.mark.parametrize("wrong", ["0", "5", "-1", "3,5", "44", "baik", "4 2", "=4"])
def test_a_score_out_of_range_is_named_by_row_and_column(wrong: str) -> None:
    found = read(table([[4] * 9, [4, 4, wrong, 4, 4, 4, 4, 4, 4]]))
    assert errors(found) == [(3, NAMES[2])]
    assert messages(found) == ["Tulis 1, 2, 3, atau 4; kosongkan bila tidak dijawab."]


@pytest.mark.parametrize(
    "written", ["4", " 4 ", "4.0", "4,00", "4. Sangat baik", "4 (A)", "4 - ya"]
)
def test_a_score_is_read_however_it_is_written(written: str) -> None:
    assert converted(read(table([[written, *[4] * 8]]))) == "100.00"


@pytest.mark.parametrize("blank", ["", "-", "–"])
def test_a_blank_is_no_score(blank: str) -> None:
    found = read(table([[*[4] * 8, blank], [3] * 9]))
    assert converted(found) == "86.11"  # (8 x 3.5 + 3) / 9 x 25
    assert converted(found, "blanks=drop") == "75.00"
    assert converted(found, "blanks=all") == "81.94"  # (8 x 3.5 + 1.5) / 9 x 25


def test_who_is_there_twice_is_found_and_not_shown() -> None:
    names = ["No. Responden", *NAMES]
    found = read(table([["0812-1", *[4] * 9], ["0812-2", *[4] * 9], ["0812-1", *[3] * 9]], names))
    assert errors(found) == [(4, "No. Responden")]
    assert messages(found) == ["Responden ini sudah ada di baris 2. Hapus salah satu."]
    assert "0812" not in str(found.errors)


def test_each_unit_may_number_its_respondents_anew() -> None:
    names = ["No", "Unit Layanan", *NAMES]
    rows = [[1, "Loket", *[4] * 9], [1, "UGD", *[2] * 9], [2, "Loket", *[3] * 9]]
    found = read(table(rows, names))
    assert found.errors == ()
    parts = result_of(found.answers, NINE, Method()).parts
    assert [(each.name, each.means.respondents) for each in parts] == [("Loket", 2), ("UGD", 1)]


def test_a_file_without_numbers_says_that_repeats_cannot_be_told() -> None:
    assert not read(table([[4] * 9, [4] * 9])).numbered


def test_groups_of_respondents_are_read_and_years_become_decades() -> None:
    names = ["JK", "Usia", "Pendidikan terakhir", "Pekerjaan", *NAMES]
    rows = [["P", "34", "SMA", "Petani", *[4] * 9], ["L", "39 tahun", "SMA", " ", *[2] * 9]]
    parts = result_of(read(table(rows, names)).answers, NINE, Method()).parts
    assert [(each.kind, each.name, each.means.respondents) for each in parts] == [
        ("age", "30–39", 2),
        ("education", "SMA", 2),
        ("gender", "L", 1),
        ("gender", "P", 1),
        ("occupation", "Petani", 1),
    ]


def test_remarks_and_other_columns_are_left_alone() -> None:
    names = ["Cap waktu", *NAMES, "Saran dan pengaduan"]
    found = read(table([["2026-11-02", *[4] * 9, "Antre 3 jam, dr. Budi marah"]], names))
    assert converted(found) == "100.00"
    assert "Budi" not in repr(found.answers)


def test_a_shape_can_be_stated() -> None:
    whole = table([[4] * 9])
    assert read(whole).shape == "respondents"
    assert read(whole, shape="means").shape == "means"
    # A scale of five is a wrong score and no mean.
    assert read(table([[5] * 9, [4] * 9, [5] * 9])).shape == "respondents"
    # One slip of the pen makes no file of means.
    assert read(table([[4] * 9, ["3,5", *[4] * 8]])).shape == "respondents"


def test_names_that_are_repeated_in_another_order_are_no_repeat() -> None:
    found = read(table([[4] * 9, NAMES[::-1], [1] * 9]))
    assert {row for row, _field in errors(found)} == {3}


def test_a_column_can_be_left_out() -> None:
    found = read(table([[1, *[4] * 9], [1, *[3] * 9]], ["No", *NAMES]), columns={"No": ""})
    assert (converted(found), found.numbered) == ("87.50", False)


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("", ["file"]),
        (b"%PDF-1.7", ["file"]),
        ("halo;dunia\n1;2", ["file"]),
        ("nama;umur\nSiti;30", ["file"]),
        (as_csv([NAMES, *[[4] * 9] * 20_001], ";"), ["file"]),
        (as_csv([[*NAMES, *["x"] * 120], [4] * 9]), ["file"]),
    ],
)
def test_a_file_that_is_none_is_refused(data: str | bytes, fields: list[str]) -> None:
    assert refused(data) == fields


def test_columns_stated_wrongly_are_refused_by_their_names() -> None:
    assert refused(table([[4] * 9]), columns={"U77": "time", NAMES[0]: "waktu"}) == [
        "U77",
        NAMES[0],
    ]


CELLS = st.sampled_from(
    ["", "1", "4", "5", "3,25", "-", "Unsur", "NRR", "Skor", "Unit", "No", "U8", "U77", "Jumlah",
     "kosong", "n", "Jumlah responden", "\x00", "=1/0", "x" * 300, *NAMES, *NUMBERS]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.lists(CELLS, max_size=12), max_size=12),
    st.sampled_from([None, "respondents", "counts", "means"]),
    st.booleans(),
)
def test_any_table_is_read_or_refused_in_words(
    rows: list[list[str]], shape: Shape | None, named: bool
) -> None:
    try:
        found = read(as_csv([NAMES, *rows] if named else rows), shape=shape)
        if not found.errors:
            result = result_of(found.answers, NINE, Method())
            assert 25 <= result.index.converted <= 100
    except InvalidInput as problem:
        assert all(each.field and str(each.message) for each in problem.errors)


def test_ten_thousand_rows_are_exact_to_the_last_digit() -> None:
    random = Random(10_000)
    rows = [[n, *[random.choice((1, 2, 3, 3, 4, 4)) for _ in NAMES]] for n in range(10_000)]
    found = read(as_xlsx([["No", *NAMES], *rows]))
    total = sum(sum(row[1:]) for row in rows)
    result = result_of(found.answers, NINE, Method(result=4))
    assert result.index.value == Fraction(total, 90_000)
    assert result.means.respondents == 10_000
