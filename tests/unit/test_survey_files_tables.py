"""Survey answers that come in as tables: how many gave each score, or only the means."""

from random import Random

from services.intake.domain.satisfaction import (
    Method,
    result_of,
)
from tests.unit.test_survey_files import (
    NAMES,
    NINE,
    NUMBERS,
    PREMISES_LAST,
    converted,
    errors,
    messages,
    read,
    table,
)

COUNTED = [(0, 0, 2, 8), (1, 2, 3, 4), *[(0, 0, 0, 10)] * 7]


def test_counts_with_a_row_for_each_element() -> None:
    names = ["Unsur", "Tidak baik", "Kurang baik", "Baik", "Sangat baik"]
    rows = [[name, *counts] for name, counts in zip(NAMES, COUNTED, strict=True)]
    found = read(table(rows, names))
    assert found.shape == "counts"
    assert converted(found) == "96.67"  # (3.8 + 3 + 7 x 4) / 9 x 25
    means = result_of(found.answers, NINE, Method()).means
    assert (means.respondents, means.blanks) == (10, 0)
    assert converted(read(table(rows, ["Unsur", 1, 2, 3, 4]))) == "96.67"


def test_counts_with_a_row_for_each_score() -> None:
    rows = [[score, *[counts[score - 1] for counts in COUNTED]] for score in (4, 3, 2, 1)]
    found = read(table(rows, ["Skor", *NAMES]))
    assert found.shape == "counts"
    assert converted(found) == "96.67"


def test_counts_of_several_units_add_up_to_the_rows_behind_them() -> None:
    random = Random(25)
    rows = [
        [random.choice(("Loket", "UGD")), *[random.choice((1, 2, 3, 4, "")) for _name in NAMES]]
        for _respondent in range(60)
    ]
    counts = [
        [unit, name, *[sum(r[0] == unit and r[place] == s for r in rows) for s in (1, 2, 3, 4, "")]]
        for unit in ("Loket", "UGD")
        for place, name in enumerate(NAMES, start=1)
    ]
    by_row = read(table(rows, ["Unit", *NAMES]))
    counted = read(table(counts, ["Unit", "Unsur", 1, 2, 3, 4, "Kosong"]))
    for spec in ("", "weight=0.11,parts=2,blanks=all"):
        of_rows, of_counts = (
            result_of(each.answers, NINE, Method.parse(spec)) for each in (by_row, counted)
        )
        assert of_rows.index == of_counts.index
        assert [(p.name, p.index, p.means) for p in of_rows.parts] == [
            (p.name, p.index, p.means) for p in of_counts.parts
        ]


def test_wrong_counts_are_named_by_row_and_column() -> None:
    names = ["Unsur", 1, 2, 3, 4, "Jumlah responden"]
    rows: list[list[object]] = [[name, 0, 0, 2, 8, 10] for name in NAMES]
    rows[1][3], rows[2][4], rows[3][5] = "dua", "", 9
    rows[5][0] = NAMES[4]
    rows[7][0] = "Keamanan"
    found = read(table(rows, names))
    assert errors(found) == [
        (1, "competence"),
        (1, "complaint_handling"),
        (3, "3"),
        (4, "4"),
        (5, "Jumlah responden"),
        (7, "Unsur"),
        (9, "Unsur"),
    ]
    assert errors(read(table(rows[:1], ["Unsur", 1, 2, 3])))[0] == (1, "count_4")
    twice = [[score, *[5] * 9] for score in (1, 2, 3, 3)]
    assert errors(read(table(twice, ["Skor", *NAMES]), shape="counts")) == [(5, "Skor")]
    assert errors(read(table([[9, *[5] * 9]], ["Skor", *NAMES]), shape="counts")) == [(2, "Skor")]


def test_means_with_a_row_for_each_element() -> None:
    rows = [[f"U{n}", name, "3,25"] for n, name in enumerate(NAMES, start=1)]
    found = read(table([*rows, ["", "Nilai IKM", "81,25"]], ["No", "Unsur Pelayanan", "NRR"]))
    assert (found.shape, found.summaries) == ("means", 1)
    assert converted(found) == "81.25"
    assert result_of(found.answers, NINE, Method()).means.respondents is None


def test_numbers_in_an_elements_column_are_told_what_they_mean() -> None:
    rows = table([[name, "3.5"] for name in NUMBERS], ["Unsur", "Rata-rata"])
    assert errors(read(rows)) == [
        (1, "complaint_handling"),
        (1, "facilities"),
        (9, "Unsur"),
        (10, "Unsur"),
    ]
    assert converted(read(rows, columns=PREMISES_LAST)) == "87.50"


def test_means_with_a_row_for_each_unit() -> None:
    names = ["No", "Nama Puskesmas", "Jumlah Responden", *NAMES]
    rows = [[1, "Puring", 30, *["3,5"] * 9], [2, "Alian", 10, *["3,1"] * 9]]
    found = read(table([*rows, ["", "Rata-rata", "", *["3,3"] * 9]], names))
    assert (found.shape, found.summaries) == ("means", 1)
    assert converted(found) == "85.00"  # (30 x 3.5 + 10 x 3.1) / 40 x 25
    result = result_of(found.answers, NINE, Method())
    assert [(p.name, str(p.index and p.index.converted)) for p in result.parts] == [
        ("Alian", "77.50"),
        ("Puring", "87.50"),
    ]


def test_wrong_means_are_named_by_row_and_column() -> None:
    names = ["Unit", "Jumlah responden", *NAMES]
    good = ["3,25"] * 7
    rows: list[list[object]] = [
        ["a", "banyak", "82,5", *good, "3,1"],
        ["a", 5, "", *good, "tiga"],
    ]
    found = read(table(rows, names))
    assert errors(found) == [
        (2, NAMES[0]),
        (2, "Jumlah responden"),
        (3, "Unit"),
        (3, NAMES[0]),
        (3, NAMES[8]),
    ]
    assert "dibagi 25" in messages(found)[0]
    assert errors(read(table([[NAMES[0], "a"]], ["Unsur", "Unit"])))[0] == (1, "mean")
