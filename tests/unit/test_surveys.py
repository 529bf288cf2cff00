"""A survey's steps and what each state refuses; what an answer may hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017, Counts, Tally
from services.intake.domain.survey import Figures, Survey
from services.intake.domain.survey_answer import Filled, SurveyAnswer
from services.intake.domain.survey_steps import ALLOWED, SurveyState, SurveyStep
from services.intake.domain.survey_table import SurveyTable
from services.intake.domain.survey_terms import Terms
from services.kernel.aggregate import Act
from services.kernel.contracts import SealedBox
from services.kernel.contracts.surveys import SurveyFigureV1
from services.kernel.errors import AlreadyDone, Conflict, InvalidInput, StepNotAllowed

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
BOX = SealedBox(key="k", place="p", box="b")
KEYS = list(PERMENPANRB_14_2017.keys)
TERMS = Terms(
    period="2026-Q4",
    opens_on=date(2026, 11, 2),
    closes_on=date(2026, 11, 30),
    asked=PERMENPANRB_14_2017.code,
    elements=KEYS,
    method="",
    units=["loket", "farmasi"],
    ways=["link", "paper"],
    population=1000,
    sample=278,
    sample_rounding="nearest",
)
FIGURES = Figures(
    1,
    "weight=exact",
    "81.25",
    "B",
    [
        SurveyFigureV1(
            element=key, mean="3.2500", weighted="0.3611", converted="81.25", quality="B"
        )
        for key in KEYS
    ],
)
TABLE = SurveyTable(Counts({None: Tally(1, dict.fromkeys(KEYS, (0, 0, 0, 1)))}), "skm.go.id")


def act(hours: float = 0, actor: str = "acc-1") -> Act:
    at = NOW + timedelta(hours=hours)
    return Act(actor, "complaint_team", at, at, "", "")


def proposed() -> Survey:
    return Survey.propose(
        act(), id=UUID(int=1), puskesmas="puring", terms=TERMS, agenda=BOX, target=BOX
    )


STEPS: dict[SurveyStep, Callable[[Survey, Act], Any]] = {
    SurveyStep.PROPOSAL: lambda each, at: each.propose_again(at, TERMS, BOX, BOX),
    SurveyStep.RETURN: lambda each, at: each.give_back(at, BOX),
    SurveyStep.APPROVAL: lambda each, at: each.approve(at),
    SurveyStep.COORDINATION: lambda each, at: each.coordinate(at, ["loket"], ["Yuli"], None),
    SurveyStep.OPENING: lambda each, at: each.open(at),
    SurveyStep.ANSWERS: lambda each, at: answer(each, Filled({"time": 4}), at),
    SurveyStep.TABLE: lambda each, at: each.tabulate(at, TABLE, answered=0, replaces=False),
    SurveyStep.CLOSING: lambda each, at: each.close(at, FIGURES),
    SurveyStep.PUBLICATION: lambda each, at: each.publish(at, ["notice_board"], BOX, BOX, None),
}
WAY_TO: dict[SurveyState, tuple[SurveyStep, ...]] = {
    SurveyState.PROPOSED: (),
    SurveyState.RETURNED: (SurveyStep.RETURN,),
    SurveyState.APPROVED: (SurveyStep.RETURN, SurveyStep.PROPOSAL, SurveyStep.APPROVAL),
    SurveyState.COORDINATED: (SurveyStep.APPROVAL, SurveyStep.COORDINATION),
    SurveyState.OPEN: (SurveyStep.APPROVAL, SurveyStep.COORDINATION, SurveyStep.OPENING),
    SurveyState.CLOSED: (
        *(SurveyStep.APPROVAL, SurveyStep.COORDINATION, SurveyStep.OPENING, SurveyStep.CLOSING),
    ),
    SurveyState.PUBLISHED: (
        *(SurveyStep.APPROVAL, SurveyStep.COORDINATION, SurveyStep.OPENING, SurveyStep.CLOSING),
        SurveyStep.PUBLICATION,
    ),
}


def at(state: SurveyState) -> Survey:
    survey = proposed()
    for hours, step in enumerate(WAY_TO[state], start=1):
        STEPS[step](survey, act(hours))
    assert survey.state is state
    return survey


def answer(survey: Survey, filled: Filled, when: Act | None = None, **more: Any) -> SurveyAnswer:
    return SurveyAnswer.answer(
        when or act(10),
        survey,
        id=UUID(int=2),
        way="link",
        filled=filled,
        link="x",
        remark=more.get("remark"),
    )


@pytest.mark.parametrize("step", SurveyStep)
@pytest.mark.parametrize("state", SurveyState)
def test_a_step_is_taken_where_the_state_allows_it_and_nowhere_else(
    state: SurveyState, step: SurveyStep
) -> None:
    survey = at(state)
    if step in ALLOWED[state]:
        STEPS[step](survey, act(20))
        return
    with pytest.raises(StepNotAllowed) as refused:
        STEPS[step](survey, act(20))
    assert refused.value.extra["allowed"] == [str(each) for each in ALLOWED[state]]
    assert survey.state is state


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sample": 1001}, "sample"),
        ({"sample": 0}, "sample"),
        ({"population": 0}, "population"),
        ({"closes_on": date(2026, 11, 1)}, "closes_on"),
        ({"units": []}, "units"),
        ({"ways": ["pigeon"]}, "ways"),
        ({"sample_rounding": "down"}, "sample_rounding"),
        ({"period": "2026-Q5"}, "period"),
    ],
)
def test_terms_that_cannot_stand_name_the_field(wrong: dict[str, Any], field: str) -> None:
    terms = replace(TERMS, **wrong)
    with pytest.raises(InvalidInput) as refused:
        Survey.propose(
            act(), id=UUID(int=1), puskesmas="puring", terms=terms, agenda=BOX, target=BOX
        )
    assert [each.field for each in refused.value.errors] == [field]


def test_a_step_is_never_before_the_one_it_follows() -> None:
    survey = at(SurveyState.COORDINATED)
    with pytest.raises(InvalidInput):
        survey.open(act(1.5))
    survey.open(act(2))
    assert survey.opened_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        (Filled({"parking": 4}), "scores.parking"),
        (Filled({"time": 5}), "scores.time"),
        (Filled({}), "scores"),
        (Filled({"time": 4}, unit="kia-kb"), "unit"),
        (Filled({"time": 4}, groups={"religion": "x"}), "groups.religion"),
    ],
)
def test_an_answer_is_about_the_surveys_own_elements_and_units(filled: Filled, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        answer(at(SurveyState.OPEN), filled)
    assert [each.field for each in refused.value.errors] == [field]


def test_a_remark_is_written_down_once() -> None:
    found = answer(at(SurveyState.OPEN), Filled({"time": 1}), remark=BOX)
    found.link_remark(act(11), "c-1")
    assert found.complaint == "c-1"
    with pytest.raises(AlreadyDone):
        found.link_remark(act(12), "c-2")
    with pytest.raises(InvalidInput):
        answer(at(SurveyState.OPEN), Filled({"time": 1})).link_remark(act(11), "c-1")


def test_a_survey_without_an_index_is_closed_but_not_published() -> None:
    survey = at(SurveyState.OPEN)
    survey.close(act(10), Figures(0, "", None, None, []))
    with pytest.raises(Conflict):
        survey.publish(act(11), ["notice_board"], BOX, BOX, None)


def test_units_that_take_no_part_are_not_coordinated_with() -> None:
    for units in ([], ["kia-kb"]):
        with pytest.raises(InvalidInput):
            at(SurveyState.APPROVED).coordinate(act(9), units, ["Yuli"], None)
