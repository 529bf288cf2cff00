"""The folds against a plain reading of any history, at every instant and state of knowledge."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.kernel.deadlines import Verdict, verdict
from services.kernel.stream import Delivery
from services.reporting import folds
from services.reporting.comparing import BESIDE, differences
from services.reporting.logcopy import LONG_AGO
from tests.folding import (
    ANSWERS,
    CLOSED,
    HOURS,
    Facts,
    batched,
    events_of,
    facts,
    forms,
    happened,
    histories,
    many,
    moves_until,
    opened,
    payload_of,
    state_at,
    timeline,
)
from tests.histories import Told, by_arrival, deliveries, hour

__all__ = ["facts", "opened"]


@many
@given(batched())
def test_states_and_moves_are_a_plain_reading_of_what_was_visible(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches, only=("states", "moves"))
    subjects = {each.message.subject for each in history}
    states = facts.everywhere("states", "complaint::VARCHAR, state, closed")
    moves = facts.everywhere("moves", "move")
    for until, known in product(range(HOURS), range(HOURS)):
        expected, moved = [], Counter[str]()
        for about in subjects:
            own = [each for each in history if each.message.subject == about]
            steps = timeline(own, known)
            moved += moves_until(steps, until)
            if state := state_at(steps, until):
                expected.append((about, state, state in CLOSED))
        assert sorted(states.get((until, known), [])) == sorted(expected)
        counted = Counter(move for (move,) in moves.get((until, known), []))
        assert counted == moved
        still_open = sum(not closed for _about, _state, closed in expected)
        assert counted["received"] + counted["brought_back"] - counted["closed"] == still_open


@many
@given(batched())
def test_the_first_answer_is_the_one_that_happened_first(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches, only=("responses",))
    responses = facts.everywhere("responses", "complaint::VARCHAR, responded_at")
    for until, known in product(range(HOURS), range(HOURS)):
        expected = {}
        for about in {each.message.subject for each in history}:
            own = [other for other in history if other.message.subject == about]
            answers = [when for step, when in happened(own, known) if step.message.name in ANSWERS]
            if answers and min(answers) <= hour(until):
                expected[about] = min(answers).replace(tzinfo=None)
        assert sorted(responses.get((until, known), [])) == sorted(expected.items())


def form_at(history: Sequence[Delivery], until: float, known: float) -> tuple[Any, ...] | None:
    """Return unit and kind as they stood on the form, and when the complaint was heard."""
    form: list[tuple[Any, tuple[Any, ...]]] = []
    heard, since = None, LONG_AGO
    for each, moment in happened(history, known):
        payload = payload_of(each)
        if each.message.name == "ComplaintReceived":
            heard = payload["occurred_at"].replace(tzinfo=None)
        if each.message.name in ("ComplaintReceived", "ComplaintCorrected"):
            since = max(since, moment)
            if heard is not None:
                form.append((since, (payload["service_unit"], payload["kind"], heard)))
    held = [found for when, found in form if when <= hour(until)]
    return held[-1] if held else None


FLAGGING = ("CasePaused", "CaseResumed", "CaseEscalated", "EscalationAnswered")


def flags_at(
    history: Sequence[Delivery], until: float, known: float
) -> tuple[bool, bool, bool] | None:
    """Return whether one case waited for its complainant, was ever before the district, and was so
    then."""
    paused = escalated = before = False
    since, held = LONG_AGO, None
    for each, moment in happened(history, known):
        name = each.message.name
        if name not in FLAGGING:
            continue
        since = max(since, moment)
        if name in ("CasePaused", "CaseResumed"):
            paused = name == "CasePaused"
        else:
            before = name == "CaseEscalated"
            escalated |= before
        if since <= hour(until):
            held = (paused, escalated, before)
    return held


flagged = st.lists(
    events_of(1, ["ComplaintReceived", *FLAGGING]),
    min_size=2,
    max_size=6,
)


@many
@given(batched(flagged))
def test_a_case_waits_and_is_escalated_as_its_events_say(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches, only=("flags",))
    flags = facts.everywhere("flags", "paused, escalated, before_district")
    for until, known in product(range(HOURS), range(HOURS)):
        held = flags_at(history, until, known)
        assert flags.get((until, known), []) == ([] if held is None else [held])


DUE = ("CaseOpened", "CaseGraded", "CasePaused", "CaseResumed")
PROMISES = ("response", "settlement")


@dataclass(frozen=True)
class Due:
    """A promise, as the rule that judges it wants one."""

    due_at: datetime | None


def judged_at(history: Sequence[Delivery], until: float, known: float) -> list[tuple[Any, ...]]:
    """Return the promises of one case that were kept or missed, by the rule of deadlines itself."""
    due: dict[str, datetime] = {}
    done: dict[str, datetime] = {}
    for each, moment in happened(history, known):
        name = each.message.name
        if moment > hour(until):
            continue
        if name in DUE:
            due = {
                promise["name"]: msgspec.convert(promise["due_at"], type=datetime)
                for promise in payload_of(each)["deadlines"]
            }
        if name in ANSWERS:
            done["response"] = min(moment, done.get("response", moment))
        if name == "ResolutionDocumented":
            done["settlement"] = moment
        if name == "CaseReopened":
            done.pop("settlement", None)
    found = {name: verdict(Due(due[name]), done.get(name), hour(until)) for name in due}
    return sorted(
        (name, due[name].replace(tzinfo=None), each.value)
        for name, each in found.items()
        if each is not Verdict.NOT_YET_DUE
    )


@st.composite
def promised(draw: st.DrawFn) -> Told:
    """A step that says what is due, or one by which it is done."""
    step = draw(events_of(1, [*DUE, "ImmediateAnswerGiven", *KEPT_BY]))
    if step.name not in DUE:
        return step
    hours = {name: draw(st.none() | st.integers(0, HOURS)) for name in PROMISES}
    deadlines = [
        {"name": name, "due_at": hour(at), "rules_version": 1}
        for name, at in hours.items()
        if at is not None
    ]
    return replace(step, facts=(("deadlines", deadlines),))


KEPT_BY = ("ComplainantMet", "ResolutionDocumented", "CaseReopened", "ComplainantInformed")


@many
@given(batched(st.lists(promised(), min_size=2, max_size=7)))
def test_a_promise_is_judged_as_the_rule_of_deadlines_does(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches, only=("verdicts",))
    verdicts = facts.everywhere("verdicts", "promise, due_at, verdict")
    for until, known in product(range(HOURS), range(HOURS)):
        assert sorted(verdicts.get((until, known), [])) == judged_at(history, until, known)


@many
@given(batched(forms))
def test_the_form_stands_as_it_was_corrected(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches, only=("attributes",))
    columns = "complaint::VARCHAR, service_unit, kind, received_at"
    attributes = facts.everywhere("attributes", columns)
    for until, known in product(range(HOURS), range(HOURS)):
        expected = []
        for about in {each.message.subject for each in history}:
            own = [each for each in history if each.message.subject == about]
            if form := form_at(own, until, known):
                expected.append((about, *form))
        assert sorted(attributes.get((until, known), [])) == sorted(expected)


@pytest.fixture(scope="module")
def beside(opened: Facts) -> None:
    """The empty tables of a rebuild."""
    folds.create_tables(opened.connection, BESIDE)


@many
@given(batched())
def test_facts_folded_live_are_those_of_a_rebuild(
    beside: None, facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    _history, batches = case
    facts.clear()
    facts.take(*batches)
    for fold in folds.folds():
        facts.connection.execute(f"DELETE FROM {fold.name}{BESIDE}")
    folds.bind_chosen(facts.connection, "complaint", "complaint IS NOT NULL")
    folds.fold_bound(facts.connection, "complaint", BESIDE, anew=False)
    assert list(differences(facts.connection, [fold.name for fold in folds.folds()])) == []


@many
@given(histories)
@example(
    [
        Told("ComplainantInformed", 0, 0, 0),
        Told("ComplaintReceived", 0, 0, 0, facts=(("kind", "complaint"),)),
        Told("ResolutionDocumented", 1, 0, 4),
    ]
)
def test_what_arrives_later_changes_nothing_that_was_known_before(
    facts: Facts, history: list[Told]
) -> None:
    whole = by_arrival(deliveries(history))
    middle = HOURS // 2
    early = [each for each in whole if each.arrived_at <= hour(middle)]
    answers = []
    for taken in (early, whole):
        facts.clear()
        if taken:
            facts.take(taken)
        # Of the past, `latest` says nothing: what arrives later takes its row away.
        names = [fold.name for fold in folds.folds() if fold.name != "latest"]
        answers.append({name: known_then(facts, name, middle) for name in names})
    assert answers[0] == answers[1]


def known_then(facts: Facts, fact: str, known: int) -> dict[int, Counter[Any]]:
    """Return what a fact said at every hour, as known at one of them."""
    grid = facts.everywhere(fact, _columns(fact))
    return {t: Counter(rows) for (t, k), rows in grid.items() if k == known}


def _columns(fact: str) -> str:
    # How long something holds is known later; that it holds is what counts.
    left_out = ["happened_from", "happened_to", "known_from", "known_to"]
    if fact == "steps":
        left_out += ["version"]
    return f"hash(COLUMNS(f.* EXCLUDE ({', '.join(left_out)})))"
