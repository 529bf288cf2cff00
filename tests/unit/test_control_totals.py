"""Control totals: brought forward and received, less closed, is carried forward, for every cut;
they lead to their cases, and a fold at fault shows."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting import folds
from services.reporting.queries import Filters, When
from services.reporting.queries.complaints import every
from services.reporting.queries.totals import FIGURES as FIGURES_OF_CONTROL
from services.reporting.queries.totals import By, totals
from tests.folding import Facts, facts, histories, opened
from tests.histories import Told, by_arrival, deliveries
from tests.unit.test_figures import HISTORY

__all__ = ["facts", "opened"]
ALL = Filters(None)
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories)
def test_control_totals_add_up_for_every_cut(facts: Facts, history: list[Told]) -> None:
    facts.clear()
    facts.take(by_arrival(deliveries(history)))
    assert facts.connection.execute("FROM imbalances").fetchall() == []
    cuts: tuple[By | None, ...] = (None, "unit", "puskesmas", "channel", "category")
    for by in cuts:
        for row in totals(facts.connection, ALL, When(), by):
            if row["received"] is not None:
                brought = row["brought_forward"] + row["received"] + row["brought_back"]
                assert brought - row["closed"] == row["carried_forward"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories, st.integers(0, 3), st.integers(0, 3))
def test_behind_a_control_total_are_the_cases_that_it_counts(
    facts: Facts, history: list[Told], first: int, days: int
) -> None:
    facts.clear()
    facts.take(by_arrival(deliveries(history)))
    since = date(2026, 11, 2) + timedelta(first)
    within = Filters(None, since=since, until=since + timedelta(days))
    (row,) = totals(facts.connection, within, When(), None)
    moves = facts.connection.execute(
        "SELECT move, count(*) FILTER (WHERE happened_from >= $since AND happened_from < $until), "
        "count(DISTINCT complaint) "
        "FILTER (WHERE happened_from >= $since AND happened_from < $until) "
        "FROM moves WHERE known_to = 'infinity' AND complaint IN (SELECT complaint FROM latest) "
        "GROUP BY move",
        {
            # Midnight in Jakarta.
            "since": datetime.combine(since, time()) - timedelta(hours=7),
            "until": datetime.combine(since, time()) + timedelta(days=days + 1, hours=-7),
        },
    ).fetchall()
    often = {move: (count, cases) for move, count, cases in moves}
    for total in FIGURES_OF_CONTROL:
        filters = dataclasses.replace(within, total=total)
        listed = list(every(facts.connection, filters, When(), NOW))
        count, cases = often.get(total, (row[total], row[total]))
        assert (row[total], len(listed)) == (count, cases), total
        assert len({each["id"] for each in listed}) == len(listed)


@pytest.mark.parametrize(
    ("fold", "line", "instead"),
    [
        ("moves", "WHERE NOT open.closed AND open.happened_to = shut.happened_from", "WHERE false"),
        ("moves", "complaint, 'received' AS move", "complaint, 'closed' AS move"),
        ("moves", "'brought_back'", "'closed'"),
    ],
)
def test_a_fold_at_fault_shows_where_totals_do_not_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fold: str, line: str, instead: str
) -> None:
    changed = tuple(
        dataclasses.replace(each, sql=each.sql.replace(line, instead))
        if each.name == fold
        else each
        for each in folds.folds()
    )
    assert changed != folds.folds()
    monkeypatch.setattr(folds, "folds", lambda: changed)
    facts = Facts(tmp_path / "reporting.duckdb")
    facts.take(deliveries(HISTORY))
    found = facts.connection.execute("SELECT DISTINCT complaint::VARCHAR FROM imbalances")
    assert found.fetchall()
    facts.connection.close()
    facts.store.close()
