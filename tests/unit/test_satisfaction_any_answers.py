"""The satisfaction index of any answers: what holds whoever answered what, in whichever order."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.satisfaction import (
    BLANKS,
    KEPMENPAN_25_2004,
    PERMENPANRB_14_2017,
    REGULATIONS,
    ROUNDINGS,
    SCORES,
    Answers,
    Counts,
    ElementSet,
    Index,
    Method,
    Questionnaire,
    Questionnaires,
    StatedMeans,
    result_of,
)
from services.intake.domain.satisfaction.answers import tallied

untimed = settings(deadline=None)
SETS = [*REGULATIONS.values()]
WEIGHTS = {9: (None, "0.111", "0.11"), 14: (None, "0.071", "0.07")}


@st.composite
def surveys(draw: st.DrawFn, blank: bool = True) -> tuple[ElementSet, list[Questionnaire]]:
    """Return a set and what some answered, the first of them all of it."""
    asked = draw(st.sampled_from(SETS))
    score = st.sampled_from([*SCORES, None] if blank else SCORES)
    rows = draw(st.lists(st.tuples(*[score] * len(asked.keys)), max_size=12))
    rows.insert(0, draw(st.tuples(*[st.sampled_from(SCORES)] * len(asked.keys))))
    given = [{k: s for k, s in zip(asked.keys, row, strict=True) if s is not None} for row in rows]
    units = st.sampled_from(["loket", "ugd", "farmasi"])
    return asked, [Questionnaire(scores, draw(units)) for scores in given if scores]


@st.composite
def methods(draw: st.DrawFn, elements: int) -> Method:
    weight = draw(st.sampled_from(WEIGHTS[elements]))
    return Method(
        Decimal(weight) if weight else None,
        draw(st.sampled_from((None, 2, 3))),
        draw(st.sampled_from((1, 2, 3))),
        draw(st.sampled_from(ROUNDINGS)),
        draw(st.sampled_from(BLANKS)),
    )


def index(answers: Answers, asked: ElementSet, method: Method) -> Index:
    return result_of(answers, asked, method).index


@untimed
@given(surveys(), st.sampled_from(ROUNDINGS), st.sampled_from(BLANKS))
def test_the_index_lies_between_the_lowest_and_the_highest_element(
    survey: tuple[ElementSet, list[Questionnaire]], rounding: str, blanks: str
) -> None:
    asked, answered = survey
    method = Method.parse(f"rounding={rounding},blanks={blanks}")
    found = index(Questionnaires(answered), asked, method)
    low, *_between, high = found.lowest_first
    assert low.mean <= found.value <= high.mean
    assert low.converted <= found.converted <= high.converted
    assert [each.mean for each in found.lowest_first] == sorted(e.mean for e in found.elements)


@untimed
@given(surveys(), st.randoms(use_true_random=False), st.data())
def test_the_order_of_respondents_and_of_elements_changes_nothing(
    survey: tuple[ElementSet, list[Questionnaire]], random: Random, data: st.DataObject
) -> None:
    asked, answered = survey
    method = data.draw(methods(len(asked.keys)))
    found = result_of(Questionnaires(answered), asked, method)
    shuffled = [
        replace(each, scores=dict(random.sample([*each.scores.items()], len(each.scores))))
        for each in random.sample(answered, len(answered))
    ]
    again = result_of(Questionnaires(shuffled), asked, method)
    assert again == found
    elements = random.sample(asked.elements, len(asked.elements))
    other = index(Questionnaires(answered), replace(asked, elements=tuple(elements)), method)
    assert other.by_key == found.index.by_key
    assert (other.value, other.converted) == (found.index.value, found.index.converted)


@untimed
@given(surveys(), st.data())
def test_rows_and_counts_of_the_same_answers_agree(
    survey: tuple[ElementSet, list[Questionnaire]], data: st.DataObject
) -> None:
    asked, answered = survey
    method = data.draw(methods(len(asked.keys)))
    kept = answered
    if method.blanks == "drop":  # counts can only be those of the questionnaires that are kept
        kept = [each for each in answered if len(each.scores) == len(asked.keys)]
    by_unit = defaultdict(list)
    for each in kept:
        by_unit[each.unit].append(each)
    counts = Counts({unit: tallied(those) for unit, those in by_unit.items()})
    rows, counted = (
        result_of(answers, asked, method) for answers in (Questionnaires(kept), counts)
    )
    assert counted.index == rows.index
    assert [(p.name, p.index) for p in counted.parts] == [(p.name, p.index) for p in rows.parts]


@untimed
@given(surveys(blank=False), st.data())
def test_means_of_the_same_answers_agree(
    survey: tuple[ElementSet, list[Questionnaire]], data: st.DataObject
) -> None:
    asked, answered = survey
    method = data.draw(methods(len(asked.keys)))
    rows = result_of(Questionnaires(answered), asked, method)
    stated = StatedMeans({part.name: part.means for part in rows.parts})
    assert index(stated, asked, method) == rows.index


@untimed
@given(surveys(), st.data())
def test_one_better_answer_never_lowers_the_index(
    survey: tuple[ElementSet, list[Questionnaire]], data: st.DataObject
) -> None:
    asked, answered = survey
    method = data.draw(methods(len(asked.keys)))
    at = data.draw(st.integers(0, len(answered) - 1))
    better = {key: min(score + 1, 4) for key, score in answered[at].scores.items()}
    more = [*answered[:at], replace(answered[at], scores=better), *answered[at + 1 :]]
    before, after = (index(Questionnaires(each), asked, method) for each in (answered, more))
    assert after.value >= before.value
    assert after.converted >= before.converted
    assert after.quality.lowest >= before.quality.lowest


def half_up(value: Fraction, places: int) -> str:
    """Round by long division on text, sharing nothing with the product."""
    tenfold = value * 10 ** (places + 1)
    digits = str(tenfold.numerator // tenfold.denominator).rjust(places + 2, "0")
    whole = int(digits[:-1]) + (digits[-1] >= "5")
    text = str(whole).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}"


@pytest.mark.parametrize(
    ("asked", "weight"),
    [(PERMENPANRB_14_2017, "1/9"), (PERMENPANRB_14_2017, "0.111"), (KEPMENPAN_25_2004, "0.071")],
)
def test_ten_thousand_answers_are_exact_to_the_last_digit(asked: ElementSet, weight: str) -> None:
    random = Random(14_2017)
    rows = [
        [random.choice((1, 2, 2, 3, 3, 3, 4, 4)) for _key in asked.keys] for _n in range(10_000)
    ]
    answers = Questionnaires(
        [Questionnaire(dict(zip(asked.keys, row, strict=True))) for row in rows]
    )
    method = Method.parse("result=4" + ("" if "/" in weight else f",weight={weight}"))
    found = index(answers, asked, method)
    expected = Fraction()
    for place, key in enumerate(asked.keys):
        mean = Fraction(sum(row[place] for row in rows), 10_000)
        assert found.by_key[key].mean == mean
        assert str(found.by_key[key].converted) == half_up(mean * 25, 4)
        expected += mean * Fraction(weight)
    assert found.value == expected
    assert str(found.converted) == half_up(expected * 25, 4)
