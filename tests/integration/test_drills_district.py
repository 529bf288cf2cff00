"""Every way to break a district on purpose is found by the drill that it belongs to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills import outage, processes
from tests.drills.district import Servers, servers
from tests.drills.sabotage import KNOWN


@pytest.fixture(scope="module")
def shared() -> Iterator[Servers]:
    with servers("sabotages") as on:
        yield on


@pytest.fixture
def on(shared: Servers, tmp_path: Path) -> Servers:
    """The servers, with a folder of its own for each district."""
    return shared._replace(folder=tmp_path)


# What each sabotage must show up as; a drill that fails for another reason proves nothing.
KILLED = {
    "dedup-off": "set aside",
    "position-before-send": "missing",
    "savepoint-dropped": "missing",
    "previous-ignored": "missing",
    "fold-line-changed": "states differs",
}
AWAY = {
    ("broker", "position-before-send"): "missing",
    ("database", "savepoint-dropped"): "missing",
    ("redis", "queue-trusted"): "an import took",
}


def test_each_sabotage_has_a_drill() -> None:
    assert {*KILLED, *(sabotage for _drill, sabotage in AWAY)} == set(KNOWN)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(KILLED))
def test_killing_processes_finds(name: str, on: Servers) -> None:
    line = processes.run(1, 1, name, on)
    assert not line["ok"]
    assert any(KILLED[name] in sentence for sentence in line["found"]), line["found"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("drill", "name"), sorted(AWAY))
def test_an_outage_finds(drill: str, name: str, on: Servers) -> None:
    line = outage.run(drill, 2, 1, name, on)
    assert not line["ok"]
    assert any(AWAY[drill, name] in sentence for sentence in line["found"]), line["found"]
