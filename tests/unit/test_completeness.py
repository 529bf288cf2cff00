"""Until when the data of an edge's Puskesmas is whole, by what the edge told and what arrived."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.kernel.access.edges import Edge
from services.kernel.district import District, load_district
from services.kernel.handover.wire import EdgeState
from services.kernel.stream import Delivery
from services.reporting.completeness import incomplete, missing_of
from services.reporting.queries import Filters
from tests.messages import message
from tests.servers.edge import HOME, ORIGIN, district_file

NOW = datetime(2026, 9, 7, 4, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=3), NOW - timedelta(seconds=20)
ARRIVED = NOW - timedelta(days=4)
ALL = Filters(None)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    return load_district(district_file(tmp_path_factory.mktemp("district")))


def told(unsent: int, oldest: datetime | None) -> bytes:
    state = EdgeState(unsent=unsent, oldest_unsent_at=oldest, unread=0, keys=0, files=0)
    return msgspec.msgpack.encode(state)


def edge(heard_at: datetime | None, unsent: int = 0, oldest: datetime | None = None) -> Edge:
    return Edge(ORIGIN, ARRIVED, "k", heard_at, told(unsent, oldest) if heard_at else None)


def asked(district: District, *edges: Edge, **given: Any) -> list[dict[str, Any]]:
    facts: dict[str, Any] = {"filters": ALL, "holes": (), "instant": NOW} | given
    return incomplete(
        district,
        facts["filters"],
        edges,
        facts["holes"],
        lambda _origin: ARRIVED,
        facts["instant"],
        NOW,
    )


@pytest.mark.parametrize(
    ("known", "until"),
    [
        ((), ARRIVED),
        ((edge(None),), ARRIVED),
        ((edge(LONG_AGO),), LONG_AGO),
        ((edge(LATELY, 3, LONG_AGO),), LONG_AGO),
        ((replace(edge(LATELY), told=b"another version"),), ARRIVED),
        ((edge(LATELY),), None),
        ((edge(LATELY, 1, LATELY),), None),
    ],
)
def test_an_edge_that_is_silent_or_behind_has_more_to_tell(
    district: District, known: tuple[Edge, ...], until: datetime | None
) -> None:
    wanted = [] if until is None else [{"origin": ORIGIN, "puskesmas": [HOME], "until": until}]
    assert asked(district, *known) == wanted


def test_of_an_instant_before_that_and_of_other_places_nothing_is_missing(
    district: District,
) -> None:
    silent = edge(LONG_AGO)
    assert asked(district, silent, instant=LONG_AGO) == []
    assert asked(district, silent, instant=LONG_AGO + timedelta(hours=1)) != []
    assert asked(district, silent, filters=Filters(None, puskesmas="lamaru")) == []
    assert asked(district, silent, filters=Filters(frozenset({"lamaru"}))) == []
    assert asked(district, silent, filters=Filters(frozenset({HOME}))) != []


def test_what_waits_behind_a_hole_is_missing_though_the_edge_is_there(district: District) -> None:
    late = Delivery(message(2, source=f"/{ORIGIN}/intake"), 0, 0, NOW)
    found = asked(district, edge(LATELY), holes=[late])
    assert found == [{"origin": ORIGIN, "puskesmas": [HOME], "until": ARRIVED}]


def test_a_row_says_it_of_its_own_puskesmas_and_a_sum_of_all(district: District) -> None:
    found = asked(district, edge(LONG_AGO))
    assert missing_of(found, HOME) == (False, LONG_AGO)
    assert missing_of(found, "lamaru") == (True, None)
    assert missing_of(found, None) == (False, LONG_AGO)
    nothing = [{"origin": "x", "puskesmas": ["y"], "until": None}]
    assert missing_of([*found, *nothing], None) == (False, None)
