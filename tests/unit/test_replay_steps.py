"""A replay says of a case what the facts say, at every instant and state of knowledge."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.stream import Delivery
from services.reporting.queries import When
from services.reporting.queries.history import facts_of
from services.reporting.replay import Standing, moments, steps_of
from tests.folding import HOURS, SETS, Facts, batched, events_of, facts, many, opened, payload_of
from tests.histories import Told, deliveries, hour, told
from tests.messages import subject

__all__ = ["facts", "opened"]
COMPLAINT = UUID(subject(1))


def due(day: float, *names: str) -> list[dict[str, Any]]:
    return [{"name": name, "due_at": hour(day), "rules_version": 1} for name in names]


def promising(name: str) -> st.SearchStrategy[Told]:
    """Return an event that says what is promised."""
    hours = st.integers(0, HOURS - 1)
    names = st.sampled_from([("response", "settlement"), ("settlement",), ()])
    return st.builds(
        lambda happened, recorded, arrived, day, promised: told(
            name,
            happened,
            recorded=recorded,
            arrived=arrived,
            deadlines=due(day, *promised),
        ),
        hours,
        hours,
        hours,
        st.integers(10, 20),
        names,
    )


ANY = st.one_of(
    events_of(1, [*SETS, "ComplainantMet", "ComplainantInformed"]),
    st.sampled_from(["CaseOpened", "CaseGraded", "CasePaused", "CaseResumed"]).flatmap(promising),
)
RECEIVED = told("ComplaintReceived", 0, source="intake")


@many
@given(batched(st.lists(ANY, min_size=1, max_size=8).map(lambda more: [RECEIVED, *more])))
def test_after_its_last_step_a_case_stands_as_the_facts_say(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches)
    # Between these nothing changes.
    moments = {payload_of(each)["occurred_at"] for each in history}
    for happened, known in product(moments, {each.arrived_at for each in history}):
        when = When(happened, known)
        steps = steps_of(facts.connection, COMPLAINT, when)
        found = facts_of(facts.connection, COMPLAINT, when)
        if found is None:
            continue
        after = steps[-1].after
        assert said_of(after) == tuple(found[name] for name in SAID), (happened, known)


SAID = ("state", "grade", "response_due", "settlement_due", "responded_at", "settled_at")


def said_of(after: Standing) -> tuple[Any, ...]:
    return (
        after.state,
        after.grade,
        after.due("response"),
        after.due("settlement"),
        after.responded_at,
        after.settled_at,
    )


PATH = [
    RECEIVED,
    told("CaseOpened", 0, recorded=1, deadlines=due(30, "response", "settlement")),
    told("CaseGraded", 2, recorded=5, arrived=6, grade="red", deadlines=due(20, "settlement")),
    told("CasePaused", 6, deadlines=[]),
]


@pytest.fixture
def walked(facts: Facts) -> Facts:
    facts.take(deliveries(PATH))
    return facts


def test_each_step_says_what_it_changed(walked: Facts) -> None:
    _received, opened, graded, paused = steps_of(walked.connection, COMPLAINT, When())
    assert (graded.before.state, graded.after.state) == ("received", "graded")
    assert [(each.name, each.before, each.after) for each in opened.moved] == [
        ("response", None, hour(30)),
        ("settlement", None, hour(30)),
    ]
    assert [(each.name, each.before, each.after) for each in graded.moved] == [
        ("response", hour(30), None),
        ("settlement", hour(30), hour(20)),
    ]
    assert [(each.name, each.after) for each in paused.moved] == [("settlement", None)]
    assert paused.after.paused and not graded.after.paused


def test_a_step_has_all_its_times(walked: Facts) -> None:
    graded = steps_of(walked.connection, COMPLAINT, When())[2]
    assert (graded.happened_at, graded.recorded_at, graded.arrived_at) == (
        hour(2),
        hour(5),
        hour(6),
    )


def test_what_was_not_known_yet_is_not_replayed(walked: Facts) -> None:
    known = steps_of(walked.connection, COMPLAINT, When(hour(3), hour(3)))
    assert [each.name for each in known] == ["ComplaintReceived", "CaseOpened"]
    later = steps_of(walked.connection, COMPLAINT, When(hour(3)))
    assert [each.name for each in later] == ["ComplaintReceived", "CaseOpened", "CaseGraded"]


def test_the_moments_are_those_at_which_something_happened(walked: Facts) -> None:
    steps = steps_of(walked.connection, COMPLAINT, When())
    assert moments(steps) == [hour(0), hour(2), hour(6)]
