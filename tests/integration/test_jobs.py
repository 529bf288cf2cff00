"""What is due, in a real store: tried again, and moved."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.kernel.jobs import BACKOFF, Jobs, celery_app
from services.kernel.store import Service
from services.kernel.store.database import Database
from tests.messages import START

TASK = "test.look"


class Place:
    """A service with one task, and a clock that is set by hand."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.fails = True
        self.service = Service(database, "node-a", lambda: self.now)
        self.jobs = Jobs(self.service, {TASK: self.look}, celery_app())

    def look(self, argument: str) -> None:
        if self.fails:
            raise ValueError(argument)

    def schedule(self, at: datetime) -> None:
        self.service.transact(lambda uow: uow.schedule(TASK, {"one": at})).result()

    def due(self) -> list[tuple[Any, ...]]:
        rows = self.service.select("SELECT due_at, attempts, failure FROM due")
        return [(datetime.fromisoformat(row[0]), *row[1:]) for row in rows]


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    place = Place(database)
    yield place
    place.service.close()


def test_what_failed_is_tried_again_and_says_how_it_failed(place: Place) -> None:
    place.schedule(START)
    place.jobs.step()
    assert place.due() == [(START + BACKOFF[0], 1, "ValueError")]
    place.now, place.fails = START + BACKOFF[0], False
    place.jobs.step()
    assert place.due() == []


def test_what_is_scheduled_anew_has_not_failed(place: Place) -> None:
    place.schedule(START)
    place.jobs.step()
    tomorrow = START + timedelta(days=1)
    place.schedule(tomorrow)
    assert place.due() == [(tomorrow, 0, None)]
