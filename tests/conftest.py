"""Fixtures that more than one kind of test uses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.cheap import hash_cheaply
from tests.running import RunningNode, running_node

hash_cheaply()
pytest_plugins = ["tests.servers.fixtures", "tests.servers.edge"]

EDGE: Final = "tests/integration/test_edge"
STARTS: Final = ("postgres", "redis", "kafka", "browser", "node")
"""What a file waits for most, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the files that take longest begin first, each as a whole: at the end the workers share
    short ones, and none waits for another's long one."""
    first: dict[Path, int] = {}
    for item in items:
        needs = getattr(item, "fixturenames", ())
        rank = min((STARTS.index(each) for each in STARTS if each in needs), default=len(STARTS))
        first[item.path] = min(rank, first.get(item.path, rank))
    items.sort(key=lambda item: first[item.path])


class Together(LoadFileScheduling):
    """Gives each worker whole files, those that share a district and its edge to one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return EDGE if file.startswith(EDGE) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Share the files out so."""
    return Together(config, log)


# For those who look for long: pytest --hypothesis-profile=long --timeout=0 FILE
settings.register_profile(
    "long", max_examples=200, stateful_step_count=60, deadline=None, print_blob=True
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node of its own for each test module."""
    folder: Path = tmp_path_factory.mktemp("node")
    with running_node(folder / "data") as node:
        yield node
