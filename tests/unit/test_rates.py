"""Cases per 1,000 visits: which months count, whose visits, and what was known of them."""

from datetime import UTC, date, datetime
from typing import Any

from services.reporting.figures import figure_of
from services.reporting.queries import Filters, When
from services.reporting.queries.counted import cases_of
from services.reporting.queries.counting import Value
from services.reporting.queries.dashboard import dashboard
from tests.folding import Facts, facts, opened
from tests.histories import Told, deliveries, hour, told

__all__ = ["facts", "opened"]
NOW = datetime(2027, 3, 1, tzinfo=UTC)
FIGURE = figure_of("per_thousand_visits")
NONE = Value(0, 0, None)
DAY = 24


def visits(month: str, n: int, day: float, place: str = "puring", **facts: Any) -> Told:
    return told(
        "VisitsRecorded",
        day * DAY,
        source="intake",
        puskesmas=place,
        subject=f"visits:{place}:{month}",
        month=month,
        visits=n,
        **facts,
    )


def received(about: int, day: float, place: str = "puring", **form: Any) -> Told:
    number = f"PRG-2026-A-{about:06d}"
    return told(
        "ComplaintReceived",
        day * DAY,
        source="intake",
        puskesmas=place,
        about=about,
        number=number,
        **form,
    )


HISTORY = [
    told("PuskesmasRegistered", -2000, source="intake", subject="puring"),
    received(1, 0),
    received(2, 5, service_unit="farmasi"),
    received(3, 6, kind="praise", categories=[]),
    received(4, 28.8),  # 1 December, 02.12 in Jakarta
    received(5, 7, place="sadang"),
    # November's visits come in December and are put right in January.
    visits("2026-11", 800, 30, by_unit=[{"unit": "farmasi", "visits": 200}]),
    visits("2026-11", 1000, 65, by_unit=[{"unit": "farmasi", "visits": 250}]),
]


def rate(facts: Facts, filters: Filters | None = None, when: When | None = None) -> Value:
    found = dashboard(facts.connection, filters or Filters(None), when or When(), NOW)
    value: Value = found["figures"]["per_thousand_visits"]
    asked = filters or Filters(None), when or When(), NOW
    behind = cases_of(facts.connection, FIGURE, *asked)
    assert behind.value == value
    assert len(behind.items) == value.numerator
    return value


def test_only_months_with_visits_count_with_both_sides(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    # Sadang's complaint and December's stand beside no visits; praise is no complaint.
    assert rate(facts) == Value(2, 1000, 2.0)
    assert rate(facts, Filters(None, puskesmas="puring")) == Value(2, 1000, 2.0)
    assert rate(facts, Filters(None, puskesmas="sadang")) == NONE
    assert rate(facts, Filters(frozenset({"sadang"}))) == NONE


def test_a_month_counts_whole_or_not_at_all(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))

    def between(first: str, last: str) -> Value:
        since, until = date.fromisoformat(first), date.fromisoformat(last)
        return rate(facts, Filters(None, since=since, until=until))

    assert between("2026-11-01", "2026-12-31") == Value(2, 1000, 2.0)
    assert between("2026-11-02", "2026-12-31") == NONE
    assert between("2026-11-01", "2026-11-29") == NONE


def test_a_unit_is_held_against_its_own_visits(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    assert rate(facts, Filters(None, unit="farmasi")) == Value(1, 250, 4.0)
    assert rate(facts, Filters(None, unit="loket")) == NONE
    assert rate(facts, Filters(None, units=frozenset({"farmasi"}))) == NONE


def test_of_each_puskesmas_is_told_its_own(facts: Facts) -> None:
    facts.take(deliveries([*HISTORY, visits("2026-11", 500, 40, place="sadang")]))
    assert rate(facts) == Value(3, 1500, 2.0)
    found = dashboard(facts.connection, Filters(None), When(), NOW)
    rates = {row["part"]: row["figures"]["per_thousand_visits"] for row in found["puskesmas"]}
    assert rates == {"puring": Value(2, 1000, 2.0), "sadang": Value(1, 500, 2.0)}


def test_what_was_put_right_later_stood_otherwise_before(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    assert rate(facts, when=When(hour(40 * DAY))) == Value(2, 800, 2.5)
    assert rate(facts, when=When(hour(20 * DAY))) == NONE
    # Known only then, but of a day on which it had been written down already.
    assert rate(facts, when=When(hour(90 * DAY), hour(40 * DAY))) == Value(2, 800, 2.5)


def test_a_month_without_visitors_has_no_rate(facts: Facts) -> None:
    facts.take(deliveries([*HISTORY[:6], visits("2026-11", 0, 30)]))
    assert rate(facts) == NONE
