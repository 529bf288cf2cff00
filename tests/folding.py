"""Reporting's folds for tests: facts of batches, a plain reading of what they must say, and any
histories at all."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.kernel.contracts import in_order
from services.kernel.stream import Delivery
from services.reporting import folds
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

    def take(self, *batches: Sequence[Delivery], only: Collection[str] = ()) -> None:
        """Store batches and fold each as it comes; `only`: into these facts, and what they need.

        Most of a batch's time goes to facts that a test does not ask for.
        """
        newest = LONG_AGO
        place = 0
        with _folding(only):
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


@contextmanager
def _folding(only: Collection[str]) -> Iterator[None]:
    """Have no facts made meanwhile but these (all, where none is named)."""
    if not only:
        yield
        return
    wanted, every = {*only}, folds.folds
    for each in reversed(every()):
        wanted |= each.needs if each.name in wanted else set()
    chosen = tuple(each for each in every() if each.name in wanted)
    assert wanted == {each.name for each in chosen}
    folds.folds = lambda: chosen  # type: ignore[assignment]
    try:
        yield
    finally:
        folds.folds = every


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
        stated = payload_of(each)["occurred_at"]
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
        sets = _sets(name, payload_of(each))
        if name == "CaseOpened":
            sets = None if found else "received"
        elif name not in BEGINNING:
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


def payload_of(delivery: Delivery) -> dict[str, Any]:
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
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
