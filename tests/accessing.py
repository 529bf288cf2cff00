"""What tests of the access store share: a store by a clock that is moved by hand, and an
account."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.store.database import Database

PASSWORD = "rahasia-besar-7"
HERE = "192.0.2.10"


class MovedClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def add(store: AccessStore, name: str = "sari") -> str:
    return store.add_account(
        name, PASSWORD, [Grant("head", frozenset({"puring"}))], display_name="Sari"
    ).id


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def store(database: Database, clock: MovedClock) -> Iterator[AccessStore]:
    # Every answer is a tick: what another process has written is seen by the next one.
    opened = AccessStore(database, clock, ticks=itertools.count().__next__)
    yield opened
    opened.close()
