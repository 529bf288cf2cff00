"""Folds broken on purpose: each break is caught by a test that is named here.

A line changed, a bound dropped, arrival used for order: were none of the tests to fail, they would
not hold what they say.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from services.reporting import folds
from tests.folding import Facts
from tests.unit import test_folds as tests
from tests.unit import test_folds_dated as dated
from tests.unit import test_folds_promises as promises


class Break(NamedTuple):
    """In which statement what is put in the place of what, and the test that must fail of it."""

    statement: str
    was: str
    becomes: str
    caught_by: Callable[[Facts], None]


NEVER = "TIMESTAMP 'infinity'"
BREAKS = {
    # A line changed
    "praise opens a case": Break(
        "steps",
        "CASE WHEN kind <> 'praise' THEN 'received' END",
        "'received'",
        tests.test_praise_is_known_but_opens_no_case,
    ),
    "a grade moves any case": Break(
        "states",
        "IN ('ComplaintReceived', 'CaseGraded')",
        "IN ('ComplaintReceived')",
        tests.test_a_reopened_case_is_brought_back_and_may_close_again,
    ),
    "reopening leaves a case settled": Break(
        "settlements",
        "name IN ('ResolutionDocumented', 'CaseReopened')",
        "name = 'ResolutionDocumented'",
        tests.test_a_reopened_case_is_brought_back_and_may_close_again,
    ),
    "a correction changes when a complaint was heard": Break(
        "attributes",
        "CASE WHEN name = 'ComplaintReceived' THEN occurred_at END",
        "occurred_at",
        tests.test_a_correction_holds_from_its_own_time_and_is_known_when_it_arrives,
    ),
    "an approved text is public": Break(
        "publications",
        "WHEN 'PublicationApproved' THEN 'approved'",
        "WHEN 'PublicationApproved' THEN 'released'",
        tests.test_a_publication_is_public_from_release_to_withdrawal,
    ),
    "a planned change counts as a published result": Break(
        "latest",
        "state = 'released' AND NOT planned",
        "state = 'released'",
        tests.test_a_planned_change_is_no_published_result_until_one_is,
    ),
    "the approval of a planned change makes a result of it": Break(
        "publications",
        "bool_or(starts_with(name, 'PlannedChange'))",
        "any_value(starts_with(name, 'PlannedChangePub'))",
        tests.test_a_planned_change_is_public_and_publishes_no_result,
    ),
    "what is shown in a further medium is public since then only": Break(
        "publications",
        "CASE WHEN NOT further THEN happened_at END",
        "happened_at",
        tests.test_a_text_in_a_further_medium_is_public_since_it_first_was,
    ),
    "what was brought back is not counted": Break(
        "moves",
        "WHERE NOT open.closed AND shut.happened_to = open.happened_from",
        "WHERE false",
        tests.test_a_reopened_case_is_brought_back_and_may_close_again,
    ),
    "what is done by its last moment is late": Break(
        "verdicts",
        "s.done_at <= p.due_at",
        "s.done_at < p.due_at",
        promises.test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept,
    ),
    "the last moment itself is overdue": Break(
        "verdicts",
        "p.due_at + INTERVAL 1 MICROSECOND",
        "p.due_at",
        promises.test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept,
    ),
    "team calls put off what follows": Break(
        "ordered",
        "'TeamNotified', 'ComplainantMet',",
        "'ComplainantMet',",
        tests.test_a_case_that_is_written_down_later_is_handled_when_it_was,
    ),
    "an open case is not carried forward": Break(
        "imbalances",
        "CASE WHEN s.closed IS FALSE THEN 1 ELSE 0 END",
        "0",
        tests.test_an_open_case_is_carried_forward_as_its_state_says,
    ),
    # A bound dropped
    "what a complaint came to is known from its beginning": Break(
        "latest",
        "max(known_at) AS known_from",
        "min(known_at) AS known_from",
        tests.test_what_a_complaint_came_to_is_known_when_the_last_of_it_came,
    ),
    "what is brought back is forgotten once it is at rest": Break(
        "latest",
        "count(DISTINCT move) = count(*) AND bool_and(move <> 'brought_back') AS moved_once",
        "true AS moved_once",
        tests.test_what_is_at_rest_moved_once_unless_it_was_brought_back,
    ),
    "what is open counts as at rest": Break(
        "latest",
        "CASE WHEN closed IS NOT FALSE THEN",
        "CASE WHEN true THEN",
        tests.test_what_is_at_rest_moved_once_unless_it_was_brought_back,
    ),
    "a fact holds for ever": Break(
        "staircase",
        f"coalesce(next_happened, {NEVER}) AS happened_to",
        f"{NEVER} AS happened_to",
        tests.test_a_publication_is_public_from_release_to_withdrawal,
    ),
    "a fact is known from when it happened": Break(
        "staircase",
        "known_at AS known_from,\n        known_to",
        "happened_at AS known_from,\n        known_to",
        tests.test_one_that_arrives_late_takes_its_place_in_the_order_of_recording,
    ),
    "what replaces a fact is known before it came": Break(
        "staircase",
        "WHERE version = 0 AND next_known > known_at",
        "WHERE false",
        promises.test_a_verdict_is_that_of_what_was_known,
    ),
    "an answer is known from the start": Break(
        "responses",
        "known_at AS known_from",
        "happened_at AS known_from",
        promises.test_an_answer_that_arrives_late_turns_the_verdict_when_it_is_known,
    ),
    "an answer that was not known counts": Break(
        "verdicts",
        "AND done.known_from <= each.known_from AND done.known_to > each.known_from",
        "",
        promises.test_an_answer_that_arrives_late_turns_the_verdict_when_it_is_known,
    ),
    "a promise holds beyond its replacement": Break(
        "verdicts",
        "least(p.happened_to, s.happened_to) AS happened_to",
        "s.happened_to AS happened_to",
        promises.test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept,
    ),
    "a closing is known before it came": Break(
        "recaps",
        "known_at AS known_from",
        "happened_at AS known_from",
        dated.test_a_closed_month_is_known_from_its_arrival_on,
    ),
    "an opening is known before it came": Break(
        "openings",
        "known_at AS known_from",
        "happened_at AS known_from",
        dated.test_an_opening_names_its_box_since_version_2_and_is_known_from_its_arrival_on,
    ),
    "a box is new with each change of its schedule": Break(
        "boxes",
        "min(happened_at) OVER (PARTITION BY subject, version)",
        "happened_at",
        dated.test_a_box_has_the_schedule_that_was_recorded_last_and_keeps_when_it_was_first,
    ),
    "the first word on a month's visits stands": Break(
        "visits",
        "VisitsRecorded'",
        "VisitsRecorded' AND seq = 1",
        dated.test_the_visits_of_a_month_are_those_last_written_down,
    ),
    "the first terms of a survey stand": Break(
        "surveys",
        "last_value(sample_size IGNORE NULLS)",
        "first_value(sample_size IGNORE NULLS)",
        dated.test_a_survey_is_told_step_by_step_with_the_terms_that_stand,
    ),
    "a survey that is opened is closed": Break(
        "surveys",
        "name = 'SurveyClosed' THEN happened_at",
        "name = 'SurveyOpened' THEN happened_at",
        dated.test_a_survey_is_told_step_by_step_with_the_terms_that_stand,
    ),
    "what became known of a survey later was known before": Break(
        "surveys",
        "happened_from, happened_to, known_from, known_to\nFROM",
        "happened_from, happened_to, TIMESTAMP '2000-01-01' AS known_from, known_to\nFROM",
        dated.test_a_closing_that_arrives_late_is_known_from_then_on,
    ),
    "a survey's figures come of answers": Break(
        "surveys",
        "last_value(basis IGNORE NULLS) OVER history",
        "'answers'",
        dated.test_what_an_index_was_reckoned_from_is_known_from_the_closing_on,
    ),
    "each answer is a survey": Break(
        "surveys",
        "'SurveyClosed', 'SurveyPublished'\n",
        "'SurveyClosed', 'SurveyPublished', 'SurveyAnswered'\n",
        dated.test_ten_answers_cost_a_survey_nothing,
    ),
    # Arrival used for order
    "a history is in the order of arrival": Break(
        "ordered",
        "ORDER BY time, source, id",
        "ORDER BY arrived_at, source, id",
        tests.test_one_that_arrives_late_takes_its_place_in_the_order_of_recording,
    ),
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    facts = Facts(tmp_path_factory.mktemp("broken") / "reporting.duckdb")
    yield facts
    facts.connection.close()
    facts.store.close()


def _forget() -> None:
    for cached in (folds.folds, folds._shared):
        cached.cache_clear()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Break], None]]:
    text_of = folds.text_of

    def put(each: Break) -> None:
        was = text_of(each.statement)
        assert each.was in was, "the statement has no such line any more"
        changed = was.replace(each.was, each.becomes)
        monkeypatch.setattr(
            folds, "text_of", lambda name: changed if name == each.statement else text_of(name)
        )
        _forget()

    yield put
    monkeypatch.undo()
    _forget()


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_caught(opened: Facts, broken: Any, name: str) -> None:
    each = BREAKS[name]
    opened.clear()
    each.caught_by(opened)  # whole, it holds
    opened.clear()
    broken(each)
    with pytest.raises(AssertionError):
        each.caught_by(opened)


def test_every_fold_is_broken_itself_or_in_what_it_shares() -> None:
    broken = {each.statement for each in BREAKS.values()}
    assert "staircase" in broken
    whole = {
        fold.name
        for fold in folds.folds()
        if fold.name not in broken and "{staircase}" not in folds.text_of(fold.name)
    }
    assert whole == set()
