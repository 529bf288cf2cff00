"""The satisfaction index by hand: each method, each edge of the bands, each treatment of blanks."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from services.intake.domain.satisfaction import (
    KEPMENPAN_25_2004,
    PERMENPANRB_14_2017,
    Counts,
    ElementSet,
    Index,
    Means,
    Method,
    Questionnaire,
    Questionnaires,
    StatedMeans,
    Tally,
    index_of,
    methods_giving,
    result_of,
    sample_size,
)
from services.kernel.errors import InvalidInput

NINE, FOURTEEN = PERMENPANRB_14_2017, KEPMENPAN_25_2004


def stated(asked: ElementSet, *means: str | Fraction) -> Means:
    """Return means in the order of a set; the last one stands for all that follow."""
    values = [*means, *[means[-1]] * (len(asked.keys) - len(means))]
    return Means({key: Fraction(each) for key, each in zip(asked.keys, values, strict=True)}, None)


def index(asked: ElementSet, spec: str, *means: str | Fraction) -> Index:
    return index_of(stated(asked, *means), asked, Method.parse(spec))


def filled(asked: ElementSet, *rows: Sequence[int | None]) -> Questionnaires:
    """Return questionnaires, a row each, in the order of a set; None is a blank."""
    return Questionnaires(
        [
            Questionnaire({k: s for k, s in zip(asked.keys, row, strict=True) if s is not None})
            for row in rows
        ]
    )


def wrong(problem: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [each.field for each in problem.value.errors]


@pytest.mark.parametrize(
    ("asked", "weight", "converted", "quality"),
    [
        (NINE, "exact", "100.00", "A"),
        (NINE, "0.111", "99.90", "A"),
        (NINE, "0.11", "99.00", "A"),
        (NINE, "0.1111", "99.99", "A"),
        (FOURTEEN, "exact", "100.00", "A"),
        (FOURTEEN, "0.071", "99.40", "A"),
        (FOURTEEN, "0.07", "98.00", "A"),
    ],
)
def test_all_answers_four_under_each_weight(
    asked: ElementSet, weight: str, converted: str, quality: str
) -> None:
    answers = filled(asked, [4] * len(asked.keys), [4] * len(asked.keys))
    found = result_of(answers, asked, Method.parse(f"weight={weight}")).index
    assert (str(found.converted), found.quality.quality_class) == (converted, quality)


def test_a_table_that_can_be_reckoned_by_hand() -> None:
    """Three respondents: sums 12, 11, 10, 9, 8, 7, 6, 5, 4 are 72, of 27 answers."""
    answers = filled(
        NINE,
        [4, 4, 4, 3, 3, 3, 2, 2, 2],
        [4, 4, 3, 3, 3, 2, 2, 2, 1],
        [4, 3, 3, 3, 2, 2, 2, 1, 1],
    )
    found = result_of(answers, NINE, Method()).index
    means = [each.mean for each in found.elements]
    assert means == [Fraction(total, 3) for total in range(12, 3, -1)]
    assert found.value == Fraction(72, 27)
    assert str(found.converted) == "66.67"  # 24 / 9 x 25
    assert (found.quality.quality_class, str(found.quality.label)) == ("C", "Kurang baik")
    values = " ".join(str(each.converted) for each in found.elements)
    assert values == "100.00 91.67 83.33 75.00 66.67 58.33 50.00 41.67 33.33"
    assert [each.quality.quality_class for each in found.elements] == [*"AABCCDDDD"]
    assert [each.key for each in found.lowest_first] == [*reversed(NINE.keys)]


@pytest.mark.parametrize(
    ("spec", "mean", "weighted", "converted"),
    [
        # 10/3 throughout: 83.33...; its ninth is 0.37037...
        ("", Fraction(10, 3), Fraction(10, 27), "83.33"),
        ("rounding=truncated", Fraction(10, 3), Fraction(10, 27), "83.33"),
        ("result=3", Fraction(10, 3), Fraction(10, 27), "83.333"),
        ("parts=2", "3.33", "0.37", "83.25"),
        ("parts=3", "3.333", "0.370", "83.25"),
        ("parts=2,rounding=truncated", "3.33", "0.37", "83.25"),
        # 3.333 x 0.111 = 0.369963; 3.33 x 0.111 = 0.36963; times nine, times 25
        ("weight=0.111", Fraction(10, 3), "0.37", "83.25"),
        ("weight=0.111,parts=3", "3.333", "0.370", "83.25"),
        ("weight=0.111,parts=3,rounding=truncated", "3.333", "0.369", "83.02"),  # 83.025
        ("weight=0.111,parts=2,rounding=truncated", "3.33", "0.36", "81.00"),
        ("weight=0.11", Fraction(10, 3), Fraction(11, 30), "82.50"),
        ("weight=0.11,parts=2", "3.33", "0.37", "83.25"),
        ("weight=0.11,parts=3", "3.333", "0.367", "82.58"),  # 82.575
        ("weight=0.11,parts=3,rounding=truncated", "3.333", "0.366", "82.35"),
    ],
)
def test_what_each_method_makes_of_the_same_mean(
    spec: str, mean: str | Fraction, weighted: str | Fraction, converted: str
) -> None:
    found = index(NINE, spec, Fraction(10, 3))
    assert {each.mean for each in found.elements} == {Fraction(mean)}
    assert {each.weighted for each in found.elements} == {Fraction(weighted)}
    assert str(found.converted) == converted


def test_half_is_rounded_up_and_never_to_even() -> None:
    for mean, up, cut in (("3.0001", "75.00", "75.00"), ("3.0002", "75.01", "75.00")):
        assert str(index(NINE, "", mean).converted) == up
        assert str(index(NINE, "rounding=truncated", mean).converted) == cut
    # 2.6250 x 25 = 65.625 exactly: even would be 65.62
    assert str(index(NINE, "", "2.625").converted) == "65.63"
    assert str(index(NINE, "rounding=truncated", "2.625").converted) == "65.62"


@pytest.mark.parametrize(
    ("asked", "value", "quality"),
    [
        (NINE, "25.00", "D"),
        (NINE, "64.99", "D"),
        (NINE, "65.00", "C"),
        (NINE, "76.60", "C"),
        (NINE, "76.61", "B"),
        (NINE, "88.30", "B"),
        (NINE, "88.31", "A"),
        (NINE, "100.00", "A"),
        (FOURTEEN, "25.00", "D"),
        (FOURTEEN, "43.75", "D"),
        (FOURTEEN, "43.76", "C"),
        (FOURTEEN, "62.50", "C"),
        (FOURTEEN, "62.51", "B"),
        (FOURTEEN, "81.25", "B"),
        (FOURTEEN, "81.26", "A"),
        (FOURTEEN, "100.00", "A"),
    ],
)
def test_every_edge_of_the_bands(asked: ElementSet, value: str, quality: str) -> None:
    found = index(asked, "", Fraction(value) / 25)
    assert (str(found.converted), found.quality.quality_class) == (value, quality)
    assert {each.quality.quality_class for each in found.elements} == {quality}


@pytest.mark.parametrize(
    ("asked", "value", "half_up", "truncated"),
    [
        (NINE, "64.994", "D", "D"),
        (NINE, "64.995", "C", "D"),
        (NINE, "76.605", "B", "C"),
        (NINE, "88.305", "A", "B"),
        (NINE, "88.3049", "B", "B"),
        (FOURTEEN, "43.755", "C", "D"),
        (FOURTEEN, "62.505", "B", "C"),
        (FOURTEEN, "81.255", "A", "B"),
    ],
)
def test_between_two_bands_a_value_is_rounded_before_it_is_classed(
    asked: ElementSet, value: str, half_up: str, truncated: str
) -> None:
    mean = Fraction(value) / 25
    assert index(asked, "", mean).quality.quality_class == half_up
    assert index(asked, "rounding=truncated", mean).quality.quality_class == truncated
    # More decimals are shown, not classed, and nothing is rounded twice.
    assert index(asked, "result=4", mean).quality.quality_class == half_up


def test_what_is_published_with_fewer_decimals_is_classed_as_published() -> None:
    found = index(NINE, "result=1", Fraction("76.64") / 25)
    assert (str(found.converted), found.quality.quality_class) == ("76.6", "C")
    assert index(NINE, "result=0", Fraction("88.5") / 25).quality.quality_class == "A"


def test_one_value_has_two_classes_under_the_two_regulations() -> None:
    mean = Fraction(74, 25)
    assert str(index(NINE, "", mean).quality.label) == "Kurang baik"
    assert str(index(FOURTEEN, "", mean).quality.label) == "Baik"


ONE_BLANK = ([4] * 9, [2] * 8 + [None])


@pytest.mark.parametrize(
    ("blanks", "last", "converted", "respondents", "missing", "left_out"),
    [
        ("per_element", "4", "77.78", 2, 1, 0),  # (8 x 3 + 4) / 9 x 25
        ("drop", "4", "100.00", 1, 0, 1),
        ("all", "2", "72.22", 2, 1, 0),  # (8 x 3 + 2) / 9 x 25
    ],
)
def test_a_blank_under_each_treatment(
    blanks: str, last: str, converted: str, respondents: int, missing: int, left_out: int
) -> None:
    found = result_of(filled(NINE, *ONE_BLANK), NINE, Method.parse(f"blanks={blanks}"))
    assert found.index.elements[-1].mean == Fraction(last)
    assert str(found.index.converted) == converted
    means = found.means
    assert (means.respondents, means.blanks, means.left_out) == (respondents, missing, left_out)


def test_a_blank_that_counts_nought_may_fall_below_the_lowest_band() -> None:
    rows = [[1] * 8 + [None]] * 3 + [[1] * 9]
    found = result_of(filled(NINE, *rows), NINE, Method.parse("blanks=all")).index
    assert found.elements[-1].mean == Fraction(1, 4)
    assert str(found.elements[-1].converted) == "6.25"
    assert found.elements[-1].quality.quality_class == "D"


def test_counts_do_not_say_whose_blank_it_was() -> None:
    fours = dict.fromkeys(NINE.keys, (0, 0, 0, 2))
    whole = Counts({None: Tally(2, fours)})
    blank = Counts({None: Tally(2, fours | {NINE.keys[-1]: (0, 0, 0, 1)})})
    assert str(result_of(blank, NINE, Method()).index.converted) == "100.00"
    with pytest.raises(InvalidInput) as problem:
        result_of(blank, NINE, Method(blanks="drop"))
    assert wrong(problem) == ["blanks"]
    assert str(result_of(whole, NINE, Method(blanks="drop")).index.converted) == "100.00"


def test_an_element_without_any_answer_is_named() -> None:
    with pytest.raises(InvalidInput) as problem:
        result_of(filled(NINE, [4] * 7 + [None, None]), NINE, Method())
    assert wrong(problem) == ["complaint_handling", "facilities"]


def test_nothing_answered_has_no_index() -> None:
    for answers, method in (
        (filled(NINE), Method()),
        (filled(NINE, [4] * 8 + [None]), Method(blanks="drop")),
    ):
        with pytest.raises(InvalidInput) as problem:
            result_of(answers, NINE, method)
        assert wrong(problem) == ["answers"]


def test_units_and_groups_have_results_of_their_own_and_the_total_is_of_all_answers() -> None:
    scores = {"loket": [4, 4, 4], "ugd": [1]}
    answers = Questionnaires(
        [
            Questionnaire(dict.fromkeys(NINE.keys, score), unit, {"gender": f"g{score}"})
            for unit, given in scores.items()
            for score in given
        ]
    )
    found = result_of(answers, NINE, Method())
    assert str(found.index.converted) == "81.25"  # 13 / 16, not the mean of 100 and 25
    parts = [
        (p.kind, p.name, p.means.respondents, str(p.index and p.index.converted))
        for p in found.parts
    ]
    assert parts == [
        ("unit", "loket", 3, "100.00"),
        ("unit", "ugd", 1, "25.00"),
        ("gender", "g1", 1, "25.00"),
        ("gender", "g4", 3, "100.00"),
    ]


def test_a_group_that_left_an_element_out_has_no_index_of_its_own() -> None:
    answers = Questionnaires(
        [
            Questionnaire(dict.fromkeys(NINE.keys, 4), "loket"),
            Questionnaire(dict.fromkeys(NINE.keys[:-1], 4), "ugd"),
        ]
    )
    found = result_of(answers, NINE, Method())
    assert [(part.name, part.index is None) for part in found.parts] == [
        ("loket", False),
        ("ugd", True),
    ]


def test_means_of_units_are_put_together_by_their_respondents() -> None:
    def unit(mean: int, respondents: int | None) -> Means:
        return Means(dict.fromkeys(NINE.keys, Fraction(mean)), respondents)

    found = result_of(StatedMeans({"a": unit(4, 30), "b": unit(2, 10)}), NINE, Method())
    assert (str(found.index.converted), found.means.respondents) == ("87.50", 40)  # 3.5 x 25
    assert [str(part.index and part.index.converted) for part in found.parts] == [
        "100.00",
        "50.00",
    ]
    with pytest.raises(InvalidInput) as problem:
        result_of(StatedMeans({"a": unit(4, 30), "b": unit(2, None)}), NINE, Method())
    assert wrong(problem) == ["respondents"]
    alone = result_of(StatedMeans({"b": unit(2, None)}), NINE, Method())
    assert (str(alone.index.converted), alone.means.respondents) == ("50.00", None)


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "weight=0.111",
        "weight=0.11,parts=3,result=1,rounding=truncated,blanks=drop",
        " parts=2 ,",
    ],
)
def test_a_method_is_written_whole_and_read_again(spec: str) -> None:
    method = Method.parse(spec)
    assert Method.parse(str(method)) == method
    assert str(method).count("=") == 5
    assert len(method.described()) == 5


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ("bobot=1", ["method"]),
        ("weight", ["weight"]),
        ("weight=0,111", ["method"]),
        ("weight=1/9", ["weight"]),
        ("weight=1e999999", ["weight"]),
        ("weight=NaN", ["weight"]),
        ("parts=4", ["parts"]),
        ("parts=none,parts=2", ["method"]),
        ("result=9", ["result"]),
        ("rounding=even,blanks=guess", ["rounding", "blanks"]),
    ],
)
def test_a_method_that_is_none_is_refused_by_its_part(spec: str, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as problem:
        Method.parse(spec)
    assert wrong(problem) == fields


@pytest.mark.parametrize(
    ("asked", "weight"), [(NINE, "0.071"), (FOURTEEN, "0.111"), (NINE, "0.12")]
)
def test_a_weight_is_refused_that_is_not_that_of_so_many_elements(
    asked: ElementSet, weight: str
) -> None:
    with pytest.raises(InvalidInput) as problem:
        index(asked, f"weight={weight}", "4")
    assert wrong(problem) == ["weight"]
    assert weight in str(problem.value.errors[0].message)


def test_the_ways_to_a_published_figure_are_found() -> None:
    """A district's guide of 2025 prints 90.56 for these 29 questionnaires, and 91.48 besides."""
    sums = (105, 101, 100, 116, 102, 105, 106, 105, 115)
    means = Means(
        {key: Fraction(total, 29) for key, total in zip(NINE.keys, sums, strict=True)}, 29
    )
    answers = StatedMeans({None: means})
    ways = methods_giving(Decimal("90.56"), answers, NINE)
    assert ways[0] == Method(weight=Decimal("0.11"))
    assert {way.weight for way in ways} == {Decimal("0.11")}
    exact, *_others = methods_giving(Decimal("91.48"), answers, NINE)
    assert exact == Method()
    assert methods_giving(Decimal("12.34"), answers, NINE) == ()
    for figure in ("NaN", "90.12345", "1e2"):
        with pytest.raises(InvalidInput):
            methods_giving(Decimal(figure), answers, NINE)


def test_treatments_of_blanks_are_told_apart_only_where_they_differ() -> None:
    whole = methods_giving(Decimal("75.00"), filled(NINE, [3] * 9), NINE)
    assert {way.blanks for way in whole} == {"per_element"}
    ways = methods_giving(Decimal("72.22"), filled(NINE, *ONE_BLANK), NINE)
    assert {way.blanks for way in ways} == {"all"}


# The numbers of the printed table (Krejcie and Morgan 1970) that research confirmed.
TABLE = {
    10: 10, 20: 19, 30: 28, 50: 44, 100: 80, 150: 108, 200: 132, 300: 169, 400: 196, 500: 217,
    750: 254, 1000: 278, 1500: 306, 2000: 322, 3000: 341, 5000: 357, 10000: 370, 50000: 381,
}  # fmt: skip


def test_the_sample_is_that_of_the_table() -> None:
    assert {population: sample_size(population, "nearest") for population in TABLE} == TABLE


def test_the_rounding_of_a_sample_is_named() -> None:
    # 450: 207.47
    assert (sample_size(450, "nearest"), sample_size(450, "up")) == (207, 208)
    assert all(1 <= sample_size(n, "up") <= n for n in range(1, 500))
    for nobody in (0, -1):
        with pytest.raises(InvalidInput) as problem:
            sample_size(nobody, "up")
        assert wrong(problem) == ["population"]


def test_the_sets_hold_what_the_regulations_name() -> None:
    assert (len(NINE.keys), len(FOURTEEN.keys)) == (9, 14)
    for asked in (NINE, FOURTEEN):
        assert len(set(asked.keys)) == len(asked.keys)
        assert [*asked.names] == [*asked.keys]
        assert [band.quality_class for band in asked.bands] == [*"DCBA"]
