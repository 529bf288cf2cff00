"""The folds against a plain reading of each history, at every instant and state of knowledge."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.contracts import in_order
from services.kernel.deadlines import Verdict, verdict
from services.kernel.stream import Delivery
from services.reporting import folds
from services.reporting.comparing import BESIDE, differences
from services.reporting.logcopy import LONG_AGO, fold_touched
from services.reporting.messages import as_batch, insert
from services.reporting.queries import When
from services.reporting.queries.question import at
from services.reporting.store import Store
from tests.histories import Told, by_arrival, deliveries, hour, told

HOURS = 7
SETS = {
    "ComplaintReceived": "received",
    "CaseGraded": "graded",
    "ImmediateAnswerGiven": "answered",
    "ComplaintAnalysed": "analysed",
    "ResponsePlanned": "planned",
    "FollowUpCarriedOut": "acted",
    "ResolutionDocumented": "documented",
    "EvaluationRecorded": "evaluated",
    "CaseReopened": "reopened",
    "CaseWithdrawn": "withdrawn",
    "CaseJoined": "duplicate",
    "CaseReferred": "referred",
    "CaseRestored": "",  # it says itself where the case stands again
}
CLOSED = ("evaluated", "withdrawn", "duplicate", "referred")


Grid = dict[tuple[int, int], list[tuple[Any, ...]]]


class Facts:
    """Folds batches as the log copy does, and answers about them."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.connection = self.store.connection()
        folds.create_tables(self.connection)

    def clear(self) -> None:
        for table in ("log", *(fold.name for fold in folds.folds())):
            self.connection.execute(f"DELETE FROM {table}")

    def take(self, *batches: Sequence[Delivery]) -> None:
        newest = LONG_AGO
        place = 0
        for batch in batches:
            self.connection.execute(insert(), {"batch": as_batch(batch, place)})
            place += len(batch)
            fold_touched(self.connection, batch, newest)
            newest = max([newest, *(each.arrived_at for each in batch)])

    def at(self, fact: str, columns: str, happened: float, known: float) -> list[tuple[Any, ...]]:
        when = When(hour(happened), hour(known))
        return self.connection.execute(
            f"SELECT {columns} FROM {fact} AS f WHERE {at('f')}", when.parameters
        ).fetchall()

    def everywhere(self, fact: str, columns: str) -> Grid:
        """Answer for every whole hour that can be asked about and known at, in one query."""
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE grid AS SELECT t, k, "
            "TIMESTAMP '2026-11-02' + to_hours(t) AS happened, "
            "TIMESTAMP '2026-11-02' + to_hours(k) AS known "
            f"FROM range({HOURS}) AS a(t), range({HOURS}) AS b(k)"
        )
        condition = at("f").replace("$t", "happened").replace("$k", "known")
        found: Grid = {}
        for t, k, *row in self.connection.execute(
            f"SELECT t, k, {columns} FROM grid JOIN {fact} AS f ON {condition}"
        ).fetchall():
            found.setdefault((t, k), []).append(tuple(row))
        return found


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    facts = Facts(tmp_path_factory.mktemp("facts") / "reporting.duckdb")
    yield facts
    facts.connection.close()
    facts.store.close()


@pytest.fixture
def facts(opened: Facts) -> Facts:
    opened.clear()
    return opened


# What the folds must say, read plainly from the events that are visible.


def happened(history: Sequence[Delivery], known: float) -> list[tuple[Delivery, Any]]:
    """Return what was known of one history, in its order, each with when it happened."""
    visible = sorted(
        (each for each in history if each.arrived_at <= hour(known)),
        key=lambda each: in_order(each.message),
    )
    found: list[tuple[Delivery, Any]] = []
    latest = {PATH: LONG_AGO}
    received = LONG_AGO
    for each in visible:
        kind = BESIDE_THE_PATH.get(each.message.name, PATH)
        stated = _payload(each)["occurred_at"]
        if each.message.name == "ComplaintReceived":
            received = max(received, stated)
        moment = max(stated, latest[PATH], latest.get(kind, LONG_AGO))
        if kind == FORM:
            moment = max(stated, received)
        elif kind != ALONE:
            latest[kind] = moment
        found.append((each, moment))
    return found


def timeline(history: Sequence[Delivery], known: float) -> list[tuple[Any, str]]:
    """Return the state of one case from each instant on, as known then."""
    found: list[tuple[Any, str]] = []
    past = ""  # where a step beyond receipt and grade had brought it
    for each, moment in happened(history, known):
        name = each.message.name
        sets = _sets(name, _payload(each))
        if name not in BEGINNING:
            past = sets or past
        if sets and not (name in BEGINNING and past not in ("", "received")):
            found.append((moment, sets))
    return found


BEGINNING = ("ComplaintReceived", "CaseGraded")
PATH, ALONE, FORM = "path", "alone", "form"
BESIDE_THE_PATH = {
    "ComplaintCorrected": FORM,
    "TeamNotified": ALONE,
    "ComplainantMet": ALONE,
    "CaseEscalated": ALONE,
    "EscalationAnswered": ALONE,
    "ResolutionPublished": "published",
    "ComplainantInformed": "informed",
}
ANSWERS = (
    "ComplainantMet",
    "ImmediateAnswerGiven",
    "ResponsePlanned",
    "ResolutionDocumented",
    "ComplainantInformed",
)


def _payload(delivery: Delivery) -> dict[str, Any]:
    payload: dict[str, Any] = msgspec.json.decode(delivery.message.value)
    payload["occurred_at"] = msgspec.convert(payload["occurred_at"], type=type(LONG_AGO))
    return payload


def _sets(name: str, payload: dict[str, Any]) -> str | None:
    if name == "ComplaintReceived" and payload["kind"] == "praise":
        return None
    if name == "FollowUpCarriedOut" and not payload["plan_complete"]:
        return None
    if name == "EvaluationRecorded" and not payload["effective"]:
        return None
    if name == "CaseRestored":
        return str(payload["state"])
    return SETS.get(name)


def state_at(steps: Sequence[tuple[Any, str]], happened: float) -> str | None:
    held = [state for since, state in steps if since <= hour(happened)]
    return held[-1] if held else None


def moves_until(steps: Sequence[tuple[Any, str]], happened: float) -> Counter[str]:
    """Return how often a case was received, closed and brought back up to an instant."""
    found: Counter[str] = Counter()
    before: str | None = None
    for since in sorted({since for since, _state in steps if since <= hour(happened)}):
        state = [state for when, state in steps if when <= since][-1]
        if before is None:
            found["received"] += 1
        if state in CLOSED and before not in CLOSED:
            found["closed"] += 1
        if state not in CLOSED and before in CLOSED:
            found["brought_back"] += 1
        before = state
    return found


# Any history at all


def events_of(about: int, names: Sequence[str] = ()) -> st.SearchStrategy[Told]:
    hours = st.integers(0, HOURS - 1)
    facts: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "ComplaintReceived": {"kind": st.sampled_from(["complaint", "praise"])},
        "ComplaintCorrected": {"service_unit": st.sampled_from(["farmasi", "loket", "ugd"])},
        "FollowUpCarriedOut": {"plan_complete": st.booleans()},
        "EvaluationRecorded": {"effective": st.booleans()},
        "CaseRestored": {"state": st.sampled_from(["received", "graded", "planned"])},
    }

    def event(name: str) -> st.SearchStrategy[Told]:
        given_facts = st.fixed_dictionaries(facts.get(name, {}))
        return st.builds(
            lambda happened, recorded, arrived, source, more: told(
                name,
                happened,
                recorded=recorded,
                arrived=arrived,
                source=source,
                about=about,
                **more,
            ),
            hours,
            hours,
            hours,
            st.sampled_from(["intake", "publication", "resolution"]),
            given_facts,
        )

    return st.sampled_from([*(names or (*SETS, *BESIDE_THE_PATH, "CaseOpened"))]).flatmap(event)


histories = st.lists(st.sampled_from([1, 2]).flatmap(events_of), min_size=1, max_size=9)
forms = st.lists(
    events_of(1, ["ComplaintReceived", "ComplaintCorrected", "CaseGraded"]), min_size=2, max_size=6
)


@st.composite
def batched(
    draw: st.DrawFn, made: st.SearchStrategy[list[Told]] = histories
) -> tuple[list[Delivery], list[list[Delivery]]]:
    """A history, and the same cut into batches, in any order or in that of arrival."""
    history = deliveries(draw(made))
    order = by_arrival(history) if draw(st.booleans()) else draw(st.permutations(history))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=3)) | {len(order)})
    starts = [0, *cuts]
    return history, [order[a:b] for a, b in zip(starts, cuts, strict=False) if a < b]


many = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(batched())
def test_states_and_moves_are_a_plain_reading_of_what_was_visible(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    history, batches = case
    facts.clear()
    facts.take(*batches)
    subjects = {each.message.subject for each in history}
    states = facts.everywhere("states", "complaint::VARCHAR, state, closed")
    moves = facts.everywhere("moves", "move")
    for happened, known in product(range(HOURS), range(HOURS)):
        expected, moved = [], Counter[str]()
        for about in subjects:
            own = [each for each in history if each.message.subject == about]
            steps = timeline(own, known)
            moved += moves_until(steps, happened)
            if state := state_at(steps, happened):
                expected.append((about, state, state in CLOSED))
        assert sorted(states.get((happened, known), [])) == sorted(expected)
        counted = Counter(move for (move,) in moves.get((happened, known), []))
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
    facts.take(*batches)
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
        payload = _payload(each)
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
    facts.take(*batches)
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
                for promise in _payload(each)["deadlines"]
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
    facts.take(*batches)
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
    facts.take(*batches)
    columns = "complaint::VARCHAR, service_unit, kind, received_at"
    attributes = facts.everywhere("attributes", columns)
    for until, known in product(range(HOURS), range(HOURS)):
        expected = []
        for about in {each.message.subject for each in history}:
            own = [each for each in history if each.message.subject == about]
            if form := form_at(own, until, known):
                expected.append((about, *form))
        assert sorted(attributes.get((until, known), [])) == sorted(expected)


@many
@given(batched())
def test_facts_folded_live_are_those_of_a_rebuild(
    facts: Facts, case: tuple[list[Delivery], list[list[Delivery]]]
) -> None:
    _history, batches = case
    facts.clear()
    facts.take(*batches)
    folds.create_tables(facts.connection, BESIDE)
    for fold in folds.folds():
        facts.connection.execute(f"DELETE FROM {fold.name}{BESIDE}")
    folds.bind_chosen(facts.connection, "complaint", "complaint IS NOT NULL")
    folds.fold_bound(facts.connection, "complaint", BESIDE, anew=False)
    assert list(differences(facts.connection, [fold.name for fold in folds.folds()])) == []


@many
@given(histories)
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


# Histories by hand


def lifecycle() -> list[Told]:
    return [
        told("ComplaintReceived", 0, source="intake"),
        told("CaseGraded", 1),
        told("ImmediateAnswerGiven", 2),
        told("ResolutionDocumented", 3),
        told("EvaluationRecorded", 4),
    ]


def test_a_step_happens_when_it_is_said_to_and_is_known_when_it_arrives(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1, recorded=4, arrived=5),
            ]
        )
    )
    assert facts.at("states", "state", 1, 4) == [("received",)]
    assert facts.at("states", "state", 1, 5) == [("graded",)]
    assert facts.at("states", "state", 0.5, 5) == [("received",)]


def test_a_step_never_happens_before_the_step_it_follows(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 3, source="intake", recorded=3),
                told("CaseGraded", 1, recorded=4),
            ]
        )
    )
    assert facts.at("states", "state", 2, 6) == []
    assert facts.at("states", "state", 3, 6) == [("graded",)]


def test_a_case_that_is_written_down_later_is_handled_when_it_was(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake", recorded=5),
                told("TeamNotified", 5),
                told("CaseGraded", 1, recorded=5),
                told("ImmediateAnswerGiven", 2, recorded=5),
                told("ComplainantInformed", 5, source="publication"),
                told("EvaluationRecorded", 3, recorded=6),
            ]
        )
    )
    assert facts.at("states", "state", 1, 6) == [("graded",)]
    assert facts.at("states", "state", 3, 6) == [("evaluated",)]
    assert facts.at("informed", "channel", 4, 6) == []
    assert facts.at("informed", "channel", 5, 6) == [("phone",)]


def test_a_meeting_put_down_first_counts_until_an_earlier_answer_is_known(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1),
                told("ComplainantMet", 4),
                told("ImmediateAnswerGiven", 2, recorded=5),
            ]
        )
    )
    naive = [hour(n).replace(tzinfo=None) for n in range(6)]
    columns = "step, responded_at"
    assert facts.at("responses", columns, 4, 4) == [("ComplainantMet", naive[4])]
    assert facts.at("responses", columns, 3, 4) == []
    assert facts.at("responses", columns, 3, 5) == [("ImmediateAnswerGiven", naive[2])]
    assert facts.at("responses", columns, 5, 5) == [("ImmediateAnswerGiven", naive[2])]


def test_one_that_arrives_late_takes_its_place_in_the_order_of_recording(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1, arrived=6),
                told("ComplaintAnalysed", 2, source="edge"),
            ]
        )
    )
    assert facts.at("states", "state", 1, 5) == [("received",)]
    assert facts.at("states", "state", 1, 6) == [("graded",)]
    assert facts.at("states", "state", 3, 5) == [("analysed",)]
    assert facts.at("states", "state", 3, 6) == [("analysed",)]


def test_a_reopened_case_is_brought_back_and_may_close_again(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                *lifecycle(),
                told("CaseReopened", 5),
                told("CaseGraded", 5.5),
                told("ComplaintAnalysed", 6),
                told("ResolutionDocumented", 7),
                told("EvaluationRecorded", 8),
            ]
        )
    )
    assert facts.at("states", "state", 5.5, 9) == [("reopened",)]
    assert facts.at("settlements", "settled_at", 4, 9) == [(hour(3).replace(tzinfo=None),)]
    assert facts.at("settlements", "settled_at", 6, 9) == [(None,)]
    moves = Counter(move for (move,) in facts.at("moves", "move", 9, 9))
    assert moves == {"received": 1, "closed": 2, "brought_back": 1}


def test_praise_is_known_but_opens_no_case(facts: Facts) -> None:
    facts.take(deliveries([told("ComplaintReceived", 0, source="intake", kind="praise")]))
    assert facts.at("attributes", "kind", 1, 1) == [("praise",)]
    assert facts.at("states", "state", 1, 1) == []
    assert facts.at("moves", "move", 1, 1) == []


def test_a_correction_holds_from_its_own_time_and_is_known_when_it_arrives(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("ImmediateAnswerGiven", 4),
                told("ComplaintCorrected", 2, source="intake", recorded=5, service_unit="ugd"),
            ]
        )
    )
    columns = "service_unit, number, received_at"
    heard = ("PRG-2026-A-000001", hour(0).replace(tzinfo=None))
    assert facts.at("attributes", columns, 6, 4) == [("kia-kb", *heard)]
    assert facts.at("attributes", columns, 1, 6) == [("kia-kb", *heard)]
    assert facts.at("attributes", columns, 2, 6) == [("ugd", *heard)]
    assert facts.at("states", "state", 6, 6) == [("answered",)]


def test_the_last_grade_sets_the_promise(facts: Facts) -> None:
    def due(n: int, version: int) -> list[dict[str, Any]]:
        return [
            {"name": "response", "due_at": hour(n), "rules_version": version},
            {"name": "settlement", "due_at": hour(n + 1), "rules_version": version},
        ]

    facts.take(
        deliveries(
            [
                told("CaseOpened", 1, deadlines=due(10, 1)),
                told("CaseGraded", 2, grade="yellow", deadlines=due(20, 1)),
                told("CaseGraded", 3, grade="red", deadlines=due(5, 2)),
            ]
        )
    )
    columns = "grade, response_due, settlement_due, rules_version"
    naive = [hour(n).replace(tzinfo=None) for n in range(22)]
    assert facts.at("deadlines", columns, 1, 9) == [(None, naive[10], naive[11], 1)]
    assert facts.at("deadlines", columns, 2, 9) == [("yellow", naive[20], naive[21], 1)]
    assert facts.at("deadlines", columns, 9, 9) == [("red", naive[5], naive[6], 2)]


def test_a_publication_is_public_from_release_to_withdrawal(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("PublicationDrafted", 1, source="publication"),
                told("PublicationApproved", 2, source="publication"),
                told("ResolutionPublished", 3, source="publication", text="Sudah diperbaiki."),
                told("PublicationWithdrawn", 5, source="publication"),
            ]
        )
    )
    assert facts.at("publications", "state, public_text", 2, 9) == [("approved", None)]
    assert facts.at("publications", "state, public_text", 4, 9) == [
        ("released", "Sudah diperbaiki.")
    ]
    assert facts.at("publications", "state, public_text", 6, 9) == [("withdrawn", None)]
    sealed = facts.connection.execute("SELECT count(*) FROM log WHERE public_text LIKE '%AAAA%'")
    assert sealed.fetchone() == (0,)


def test_what_a_complaint_came_to_is_known_when_the_last_of_it_came(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 1, kind="complaint"),
                told("CaseGraded", 2, source="resolution", grade="red"),
                told("PublicationDrafted", 3, source="publication"),
                told("ResolutionPublished", 5, source="publication", text="Sudah diperbaiki."),
            ]
        )
    )
    assert facts.at("latest", "state, published", 6, 6) == [("graded", True)]
    assert facts.at("latest", "state, published", 6, 4) == []


def test_what_is_at_rest_moved_once_unless_it_was_brought_back(facts: Facts) -> None:
    closed = lifecycle()
    facts.take(deliveries(closed))
    shown = "moved_once, meets IS NOT NULL"
    assert facts.at("latest", shown, 9, 9) == [(True, True)]
    again = [told("CaseReopened", 5), told("CaseGraded", 5.5)]
    facts.clear()
    facts.take(deliveries([*closed, *again]))
    assert facts.at("latest", shown, 9, 9) == [(False, False)]
    done = [told("ResolutionDocumented", 7), told("EvaluationRecorded", 8)]
    facts.clear()
    facts.take(deliveries([*closed, *again, *done]))
    assert facts.at("latest", shown, 9, 9) == [(False, True)]


def test_an_open_case_is_carried_forward_as_its_state_says(facts: Facts) -> None:
    facts.take(
        deliveries(
            [told("ComplaintReceived", 1), told("CaseGraded", 2, source="resolution", grade="red")]
        )
    )
    assert facts.connection.execute("FROM imbalances").fetchall() == []


def due(response: int, settlement: int, version: int = 1) -> list[dict[str, Any]]:
    return [
        {"name": "response", "due_at": hour(response), "rules_version": version},
        {"name": "settlement", "due_at": hour(settlement), "rules_version": version},
    ]


def answered_late() -> list[Told]:
    """Promised answer by 3, settlement by 6; graded at 2, then the answer by 4 and version 2."""
    return [
        told("ComplaintReceived", 0, source="intake"),
        told("CaseOpened", 1, deadlines=due(3, 6)),
        told("CaseGraded", 2, deadlines=due(4, 6, version=2)),
        told("ImmediateAnswerGiven", 5),
        told("ResolutionDocumented", 6),
        told("CaseReopened", 8),
    ]


VERDICT = "promise, rules_version, verdict"


def test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    assert facts.at("verdicts", VERDICT, 4, 9) == []
    assert facts.at("verdicts", VERDICT, 4.001, 9) == [("response", 2, "overdue")]
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 2, "late")]
    assert sorted(facts.at("verdicts", VERDICT, 6, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "on_time"),
    ]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_a_verdict_is_that_of_what_was_known(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    # Before the grade was known, the first version's promise had been missed by then.
    assert facts.at("verdicts", VERDICT, 3.5, 1) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 3.5, 2) == []
    assert sorted(facts.at("verdicts", VERDICT, 7, 5)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_an_answer_that_arrives_late_turns_the_verdict_when_it_is_known(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(3, 9)),
                told("ImmediateAnswerGiven", 2, recorded=2, arrived=6),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 4, 5) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 4, 6) == [("response", 1, "on_time")]


def test_a_promise_that_a_wait_moves_is_not_judged_meanwhile(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(2, 4)),
                told("ImmediateAnswerGiven", 1),
                told("CasePaused", 3, deadlines=due(2, 4)[:1]),
                told("CaseResumed", 6, deadlines=due(2, 7)),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 1, "on_time")]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 1, "on_time"),
        ("settlement", 1, "overdue"),
    ]


def test_a_closed_month_is_known_from_its_arrival_on(facts: Facts) -> None:
    facts.take(deliveries([told("RecapClosed", 2, arrived=4, source="reporting")]))
    columns = "subject, puskesmas, month, as_of, cut_at"
    moment = hour(2).replace(tzinfo=None)
    closing = ("recap:puring:2026-10", "puring", "2026-10", moment, moment)
    assert facts.at("recaps", columns, 9, 3) == []
    assert facts.at("recaps", columns, 1, 9) == []
    assert facts.at("recaps", columns, 2, 4) == [closing]


def test_of_two_words_on_a_day_the_later_stands(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CalendarChanged", 1, day="2026-11-09", working=False, why="Banjir"),
                told("CalendarChanged", 2, day="2026-11-10", working=False, why="Banjir"),
                told("CalendarChanged", 4, day="2026-11-09", working=True, why="Surut"),
            ]
        )
    )
    columns = "code, day::VARCHAR, working, why"
    closed = ("puring", "2026-11-10", False, "Banjir")
    assert sorted(facts.at("calendars", columns, 3, 9)) == [
        ("puring", "2026-11-09", False, "Banjir"),
        closed,
    ]
    assert sorted(facts.at("calendars", columns, 4, 9)) == [
        ("puring", "2026-11-09", True, "Surut"),
        closed,
    ]


def test_a_text_in_a_further_medium_is_public_since_it_first_was(facts: Facts) -> None:
    board, both = ["notice_board"], ["notice_board", "clinic_tv"]
    facts.take(
        deliveries(
            [
                told("PublicationDrafted", 1, source="publication"),
                told("PublicationReturned", 2, source="publication"),
                told("PublicationApproved", 3, source="publication"),
                told("ResolutionPublished", 4, source="publication", media=board),
                told("ResolutionPublished", 6, source="publication", media=both),
                told("PublicationWithdrawn", 7, source="publication"),
                told("PublicationApproved", 8, source="publication"),
                told("ResolutionPublished", 9, source="publication", media=board),
            ]
        )
    )
    first, again = (hour(n).replace(tzinfo=None) for n in (4, 9))
    columns = "state, media, since"
    assert facts.at("publications", "state", 2, 9) == [("returned",)]
    assert facts.at("publications", columns, 5, 9) == [("released", board, first)]
    assert facts.at("publications", columns, 6, 9) == [("released", both, first)]
    assert facts.at("publications", "state", 7, 9) == [("withdrawn",)]
    assert facts.at("publications", columns, 9, 9) == [("released", board, again)]
