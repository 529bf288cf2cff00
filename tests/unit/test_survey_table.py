"""A table that stands for a survey's answers: what may stand in it, and the index that comes of it
beside the one of the same answers as rows."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.satisfaction import (
    PERMENPANRB_14_2017,
    SCORES,
    Counts,
    Means,
    Method,
    Questionnaire,
    Questionnaires,
    StatedMeans,
    Tally,
    result_of,
)
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_steps import SurveyState, SurveyStep
from services.intake.domain.survey_table import SurveyTable, written
from services.intake.surveys.application import table_of
from services.kernel.errors import AlreadyDone, Conflict, InvalidInput, StepNotAllowed
from tests.unit.test_surveys import FIGURES, KEYS, TERMS, act, answer, at

NINE = PERMENPANRB_14_2017
ALL = (0, 0, 0, 10)
SITE = "skm.kebumenkab.go.id"


def counted(*units: str | None, filled: int = 10, **more: Sequence[int]) -> SurveyTable:
    """Ten respondents a unit who gave 4 throughout, but what is stated otherwise."""
    tally = Tally(filled, dict.fromkeys(KEYS, ALL) | more)
    return SurveyTable(Counts(dict.fromkeys(units or (None,), tally)), SITE)


def meant(respondents: int | None = 10, answered: int | None = None, **more: str) -> SurveyTable:
    """A whole Puskesmas' means of 3.25, but what is stated otherwise."""
    of = dict.fromkeys(KEYS, Fraction("3.25")) | {key: Fraction(each) for key, each in more.items()}
    gave = {} if answered is None else {KEYS[0]: answered}
    return SurveyTable(StatedMeans({None: Means(of, respondents, answered=gave)}), SITE)


def without(key: str) -> SurveyTable:
    counts = {each: ALL for each in KEYS if each != key}
    return SurveyTable(Counts({None: Tally(10, counts)}), SITE)


def recorded(table: SurveyTable) -> Survey:
    survey = at(SurveyState.OPEN)
    survey.tabulate(act(9), table, answered=0, replaces=False)
    return survey


@pytest.mark.parametrize("spec", ["", "weight=0.111,parts=2", "blanks=all,rounding=truncated"])
def test_counts_give_the_index_of_the_rows_behind_them(spec: str) -> None:
    chance = Random(8)
    each = [
        Questionnaire(
            {key: chance.choice(SCORES) for key in KEYS if chance.random() > 0.1},
            chance.choice(TERMS.units),
        )
        for _respondent in range(80)
    ]
    tallies: dict[str | None, Tally] = {}
    for unit in TERMS.units:
        those = [one for one in each if one.unit == unit]
        tallies[unit] = Tally(
            len(those),
            {key: [sum(o.scores.get(key) == s for o in those) for s in SCORES] for key in KEYS},
        )
    table = recorded(SurveyTable(Counts(tallies), SITE)).table
    assert table is not None and table.shape == "counts"
    of_rows = result_of(Questionnaires(each), NINE, Method.parse(spec))
    of_table = result_of(table_of(table).answers, NINE, Method.parse(spec))
    assert of_table.index == of_rows.index and of_table.means == of_rows.means
    assert {p.name: p.index for p in of_table.parts} == {p.name: p.index for p in of_rows.parts}


def test_means_are_kept_digit_by_digit_and_weighed_by_who_gave_them() -> None:
    loket = Means(dict.fromkeys(KEYS, Fraction("3.333333333333333333333333333333")), 30)
    farmasi = Means(dict.fromkeys(KEYS, Fraction(2)), 20, answered={KEYS[0]: 10})
    given = StatedMeans({"loket": loket, "farmasi": farmasi})
    table = recorded(SurveyTable(given, SITE, "ab" * 32)).table
    assert table is not None and (table.shape, table.sha256) == ("means", "ab" * 32)
    found = result_of(table_of(table).answers, NINE, Method())
    assert found.index == result_of(given, NINE, Method()).index
    assert found.means.respondents == 50
    assert found.means.of[KEYS[0]] == (loket.of[KEYS[0]] * 30 + 20) / 40
    assert found.means.of[KEYS[1]] == (loket.of[KEYS[0]] * 30 + 40) / 50


@given(st.decimals(1, 4, places=30))
@settings(max_examples=40, deadline=None)
def test_a_mean_is_written_as_it_was_read(value: object) -> None:
    assert Fraction(written(Fraction(str(value)))) == Fraction(str(value))


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        (counted("loket", "kia-kb"), ["units[1].unit"]),
        (counted("loket", None), ["units[1].unit"]),
        (counted(parking=ALL), ["units[0].parking"]),
        (without("cost"), ["units[0].cost"]),
        (counted(cost=(0, 0, 3, 8)), ["units[0].cost"]),
        (counted(cost=(0, 0, -1, 8)), ["units[0].cost"]),
        (counted(cost=(0, 0, 10)), ["units[0].cost"]),
        (counted(cost=(0, 0, 0, 0)), ["cost"]),
        (counted(filled=10**8), ["units[0].respondents"]),
        (meant(cost="0.99", time="4.01"), ["units[0].time", "units[0].cost"]),
        (meant(respondents=None), ["units[0].respondents"]),
        (meant(respondents=0), ["units[0].respondents"]),
        (meant(answered=11), [f"units[0].{KEYS[0]}"]),
        (replace(meant(), source=""), ["source"]),
    ],
)
def test_what_cannot_be_of_a_survey_is_named(table: SurveyTable, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        recorded(table)
    assert [each.field for each in refused.value.errors] == fields


def test_blanks_that_are_to_be_dropped_cannot_be_seen_in_counts() -> None:
    dropped = replace(TERMS, method="blanks=drop")
    with pytest.raises(InvalidInput) as refused:
        counted(cost=(0, 0, 0, 9)).check(dropped)
    assert [each.field for each in refused.value.errors] == ["units"]
    counted().check(dropped)
    meant().check(dropped)  # its maker knows


def test_a_second_table_says_that_it_replaces_the_first() -> None:
    survey = recorded(counted())
    with pytest.raises(AlreadyDone):
        survey.tabulate(act(10), meant(), answered=0, replaces=False)
    assert survey.basis == "counts"
    survey.tabulate(act(10), meant(), answered=0, replaces=True)
    assert survey.basis == "means"
    assert [isinstance(each, Survey.Tabulated) for each in survey.pending_events[-2:]] == [True] * 2


def test_answers_and_a_table_shut_each_other_out() -> None:
    survey = at(SurveyState.OPEN)
    with pytest.raises(Conflict):
        survey.tabulate(act(9), counted(), answered=1, replaces=True)
    survey.tabulate(act(9), counted(), answered=0, replaces=False)
    with pytest.raises(StepNotAllowed) as refused:
        answer(survey, Filled({"time": 4}))
    assert refused.value.extra["allowed"] == ["table", "closing"]


def test_what_was_closed_of_a_table_is_published_as_such() -> None:
    survey = recorded(counted())
    survey.close(act(10), replace(FIGURES, basis=survey.basis))
    assert SurveyStep.TABLE not in survey.allowed
    box = survey.agenda
    survey.publish(act(11), ["notice_board"], box, box, None)
    closed, published = survey.pending_events[-2:]
    assert isinstance(closed, Survey.Closed) and isinstance(published, Survey.Published)
    assert (closed.basis, published.basis) == ("counts", "counts")
