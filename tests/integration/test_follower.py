"""A follower on a real store and stream: once, in order, the unhandled set aside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.kernel.clock import system_clock
from services.kernel.contracts import Message, resolution
from services.kernel.follower import Follower, set_aside
from services.kernel.policy import Policy
from services.kernel.store import Service, UnitOfWork
from services.kernel.store.database import Database
from services.kernel.stream import EmbeddedStream
from tests.messages import START, message, subject

SOURCE = "/node-a/resolution"
HANDLED = """
CREATE TABLE IF NOT EXISTS handled (
    n       INTEGER PRIMARY KEY,
    source  TEXT NOT NULL,
    id      INTEGER NOT NULL,
    subject TEXT NOT NULL
) STRICT
"""


class Place:
    """A service whose policy notes what it handled, in its own store."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self.stream = EmbeddedStream(folder / "stream.sqlite", system_clock)
        self.service = Service(database, "node-b", system_clock)
        self.service.writer.run(lambda db: database.define(db, HANDLED))
        self.refused: set[int] = set()
        self.follower = Follower(self.service, self.policy(), self.stream)

    def policy(self) -> Policy:
        def note(uow: UnitOfWork, message: Message, event: Any) -> None:
            uow.connection.execute(
                "INSERT INTO handled (source, id, subject) VALUES (?, ?, ?)",
                (message.source, message.id, message.subject),
            )
            if message.id in self.refused:
                raise ValueError("cannot be handled")

        return Policy(
            acts_for=lambda puskesmas: puskesmas != "elsewhere",
            handlers={resolution.CaseReopenedV1: note},
        )

    def send(self, *page: Message) -> None:
        self.stream.sender(SOURCE).send(page)

    def follow(self) -> None:
        while self.follower.lag():
            self.follower.step()

    def handled(self) -> list[int]:
        rows = self.service.select("SELECT id FROM handled ORDER BY n")
        return [row["id"] for row in rows]

    def aside(self) -> list[int]:
        return [each.message.id for each, _why in self.service.writer.run(set_aside)]

    def reopened(self) -> "Place":
        self.close()
        return Place(self.folder, self.database)

    def close(self) -> None:
        self.service.close()
        self.stream.close()


@pytest.fixture
def place(tmp_path: Path, database: Database) -> Iterator[Place]:
    place = Place(tmp_path, database)
    yield place
    place.close()


def step(id: int, previous: int, **more: Any) -> Message:
    return message(id, previous=previous, source=SOURCE, **more)


def test_each_is_handled_once_whatever_is_sent_again(place: Place) -> None:
    place.send(step(1, 0), step(2, 1))
    place.send(step(1, 0), step(2, 1), step(3, 2))
    place.follow()
    assert place.handled() == [1, 2, 3]


def test_who_steps_it_by_hand_waits_for_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a follower that runs lets events gather: a demo year is written step by step."""
    monkeypatch.setattr(place.follower.worker, "pause", lambda _seconds: pytest.fail("it rests"))
    for id in (1, 2, 3):
        place.send(step(id, id - 1))
        place.follow()
    assert place.handled() == [1, 2, 3]


def test_a_restart_handles_nothing_twice(tmp_path: Path, database: Database) -> None:
    place = Place(tmp_path, database)
    place.send(step(1, 0), step(2, 1))
    place.follow()
    place = place.reopened()
    place.send(step(2, 1), step(3, 2))
    place.follow()
    assert place.handled() == [1, 2, 3]
    place.close()


def test_a_hole_is_waited_for_and_then_everything_is_taken(place: Place) -> None:
    place.send(step(1, 0), step(3, 2), step(4, 3))
    place.follow()
    assert place.handled() == [1]
    assert [each.message.id for each in place.follower.holes()] == [3]
    place.send(step(2, 1))
    place.follow()
    place.follower.step()
    assert place.handled() == [1, 2, 3, 4]
    assert place.follower.holes() == []


def test_a_hole_survives_a_restart(tmp_path: Path, database: Database) -> None:
    place = Place(tmp_path, database)
    place.send(step(1, 0), step(3, 2))
    place.follow()
    place = place.reopened()
    place.send(step(2, 1))
    place.follow()
    place.follower.step()
    assert place.handled() == [1, 2, 3]
    place.close()


def test_what_cannot_be_handled_is_set_aside_and_only_its_subject_waits(place: Place) -> None:
    place.refused = {2}
    one, other = subject(1), subject(2)
    place.send(
        step(1, 0, about=other),
        step(2, 1, about=one),
        step(3, 2, about=other),
        step(4, 3, about=one),
    )
    place.follow()
    assert place.handled() == [1, 3]
    assert place.aside() == [2, 4]
    place.refused = set()
    assert place.follower.replay(one) == 0
    assert place.handled() == [1, 3, 2, 4]
    assert place.aside() == []
    place.send(step(5, 4, about=one))
    place.follow()
    assert place.handled()[-1] == 5


def test_a_replay_that_fails_again_leaves_the_queue(place: Place) -> None:
    place.refused = {1}
    place.send(step(1, 0), step(2, 1))
    place.follow()
    assert place.follower.replay(subject(1)) == 2
    assert place.aside() == [1, 2] and place.handled() == []


def test_a_broken_payload_is_set_aside(place: Place) -> None:
    place.send(step(1, 0, value=b"{"), step(2, 1, about=subject(9)))
    place.follow()
    assert place.aside() == [1] and place.handled() == [2]


def test_only_the_home_acts(place: Place) -> None:
    place.send(step(1, 0, puskesmas="elsewhere"), step(2, 1))
    place.follow()
    assert place.handled() == [2]


def test_an_unknown_type_is_passed_by(place: Place) -> None:
    place.send(step(1, 0, type="tanggap.FromTheFuture.v9"), step(2, 1))
    place.follow()
    assert place.handled() == [2] and place.aside() == []


def test_a_forked_message_is_not_handled(place: Place) -> None:
    place.send(step(5, 0))
    place.send(step(7, 3), step(8, 5))
    place.follow()
    assert place.handled() == [5, 8]


def test_what_follows_is_recorded_later_than_its_cause(place: Place) -> None:
    later = START.replace(year=2999)
    place.send(
        step(1, 0, time=later, value=msgspec.json.encode({"occurred_at": START, "reason": "x"}))
    )
    place.follow()
    work = place.service.transact(lambda uow: uow.now)
    assert work.result() > later
    assert UUID(subject(1))
