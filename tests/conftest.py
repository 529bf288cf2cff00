"""Fixtures that more than one kind of test uses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.running import RunningNode, running_node

pytest_plugins = ["tests.servers.fixtures", "tests.servers.edge"]

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
