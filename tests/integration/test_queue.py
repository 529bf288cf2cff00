"""What is due is sent to a worker once, sent again when nobody finished it, and set aside when
nobody ever does."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from services.kernel.jobs import Jobs, celery_app
from services.kernel.queue import AGAIN, MOST, claim, note_begun, set_aside
from services.kernel.store import Service
from services.kernel.store.database import Database
from tests.messages import START

TASK = "test.look"


class Place:
    """A service with one task, and a clock that is set by hand."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.ran: list[str] = []
        self.service = Service(database, "node-a", lambda: self.now)
        self.jobs = Jobs(self.service, {TASK: self.run}, celery_app())

    def run(self, argument: str) -> None:
        self.ran.append(argument)

    def schedule(self, at: datetime, *arguments: str) -> None:
        self.service.transact(lambda uow: uow.schedule(TASK, dict.fromkeys(arguments, at))).result()

    def claimed(self) -> list[str]:
        return [row["argument"] for row in claim(self.jobs)]


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    place = Place(database)
    yield place
    place.service.close()


def test_what_is_due_is_sent_once_and_done_once(place: Place) -> None:
    place.schedule(START, "one", "two")
    place.schedule(START + AGAIN, "later")
    assert sorted(place.claimed()) == ["one", "two"]
    assert place.claimed() == []
    for _message in range(2):
        place.jobs.run_due(TASK, "one")
    place.jobs.run_due(TASK, "later")
    assert place.ran == ["one"]


def test_of_several_that_claim_at_once_one_gets_it(place: Place) -> None:
    place.schedule(START, *map(str, range(40)))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(place.claimed())) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(map(str, range(40)))


def test_what_was_begun_and_never_ended_is_sent_again_and_at_last_set_aside(place: Place) -> None:
    place.schedule(START, "poison")
    assert place.claimed() == ["poison"]
    for _message in range(MOST):
        place.now += AGAIN * 2
        assert place.claimed() == ["poison"] and place.claimed() == []
        assert set_aside(place.jobs) == []
        note_begun(place.jobs, TASK, "poison")
    place.now += AGAIN * 2
    assert place.claimed() == []
    (row,) = set_aside(place.jobs)
    assert (row["task"], row["argument"]) == (TASK, "poison")


def test_what_was_lost_on_its_way_is_sent_again_however_often(place: Place) -> None:
    place.schedule(START, "lost")
    for _message in range(MOST * 2):
        assert place.claimed() == ["lost"]
        place.now += AGAIN * 2
        assert set_aside(place.jobs) == []
    place.jobs.run_due(TASK, "lost")
    assert place.ran == ["lost"]


def test_what_is_scheduled_anew_is_sent_anew(place: Place) -> None:
    place.schedule(START, "one")
    for _message in range(MOST + 1):
        place.claimed()
        note_begun(place.jobs, TASK, "one")
        place.now += AGAIN * 2
    assert len(set_aside(place.jobs)) == 1
    place.schedule(place.now, "one")
    assert place.claimed() == ["one"]
    place.jobs.run_due(TASK, "one")
    assert place.ran == ["one"] and set_aside(place.jobs) == []
