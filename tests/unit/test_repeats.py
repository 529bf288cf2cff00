"""Which cases repeat another, against a plain reading of any histories."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.figures import FIGURES
from services.reporting.queries import Filters, When
from services.reporting.queries.counted import cases_of
from services.reporting.queries.dashboard import dashboard
from tests.folding import Facts
from tests.histories import deliveries, hour, told
from tests.unit.test_figures import DAY, case

NOW = hour(400 * DAY)
CATEGORIES = ("waiting_time", "staff_attitude")


class Came(NamedTuple):
    """What a complaint is about, and on which day it came."""

    day: int
    unit: str
    categories: tuple[str, ...]
    closed: bool


came = st.builds(
    Came,
    # Spans of 90 days meet in these; several come at the same moment.
    st.sampled_from([0, 1, 80, 89, 90, 91, 179, 180, 181, 270, 275]),
    st.sampled_from(["kia-kb", "ugd"]),
    st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
    st.booleans(),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    facts = Facts(tmp_path_factory.mktemp("repeats") / "reporting.duckdb")
    yield facts
    facts.connection.close()
    facts.store.close()


def repeated(all_came: list[Came]) -> set[int]:
    """Return which of them another of the same unit and category came shortly before."""
    found = set()
    for (_first, earlier), (second, later) in combinations(
        sorted(enumerate(all_came), key=lambda each: (each[1].day, each[0])), 2
    ):
        same = earlier.unit == later.unit and {*earlier.categories} & {*later.categories}
        if same and later.day - earlier.day <= 90:
            found.add(second)
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(came, min_size=1, max_size=12), st.sampled_from([None, 85, 170]))
def test_a_case_repeats_what_came_within_the_days_before_it(
    opened: Facts, all_came: list[Came], since: int | None
) -> None:
    opened.clear()
    history = []
    for about, each in enumerate(all_came):
        form = {"service_unit": each.unit, "categories": list(each.categories)}
        ended = [told("CaseReferred", each.day * DAY + 1)] if each.closed else []
        history += case(about, each.day, [], *ended, **form)
    opened.take(deliveries(history))
    first = None if since is None else hour(since * DAY).date()
    filters = Filters(None, since=first)
    wanted = {n for n in repeated(all_came) if first is None or _day(all_came[n]) >= first}
    figure = FIGURES["repeat"]
    found = cases_of(opened.connection, figure, filters, When(), NOW, limit=50)
    assert {int(each["number"][-6:]) for each in found.items} == wanted
    assert found.value.numerator == len(wanted)
    assert dashboard(opened.connection, filters, When(), NOW)["figures"]["repeat"] == found.value


def _day(each: Came) -> date:
    # Where the Puskesmas is, the day begins seven hours earlier.
    return (hour(each.day * DAY) + timedelta(hours=7)).date()
