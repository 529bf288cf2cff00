"""Commands that are written together are one transaction, each recorded at its own time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.kernel.aggregate import Act, Aggregate, Created, Intent
from services.kernel.store import Ids, Service, UnitOfWork
from services.kernel.store.database import Database
from tests.messages import START

HOUR = timedelta(hours=1)


class Note(Aggregate):
    """The smallest thing with a history."""

    class Written(Created):
        """It was written."""

        TOPIC = "test.Note.Written"

    def take(self, event: Aggregate.Event) -> None:
        """Keep where it belongs."""
        self.puskesmas = event.puskesmas


class Notes(Service):
    """Writes notes; `needed` is what was made durable before a commit."""

    name = "notes"

    def __init__(self, database: Database) -> None:
        super().__init__(database, "node-a", lambda: START)
        self.needed: list[str] = []
        self.writer.store_first(self.needed.extend)

    def write(self, id: UUID) -> None:
        """Write one, which needs a key of its own."""

        def decide(uow: UnitOfWork) -> Ids:
            act: Act = uow.act(Intent("a", "officer"))
            uow.save(Note.begin(Note.Written, act, id=id, puskesmas="puring"))
            return {"id": str(id)}

        answer = self.command(decide, needs=[f"key of {id}"]).result()
        assert self.read(Note, UUID(answer.ids["id"])), "what it wrote is seen by those after it"


@pytest.fixture
def notes(database: Database) -> Iterator[Notes]:
    notes = Notes(database)
    yield notes
    notes.close()


def times(notes: Notes) -> list[object]:
    found = notes.recorder.select_notifications(1, 10)
    return [notes.mapper.to_domain_event(each).timestamp for each in found]  # type: ignore[attr-defined]


def test_each_is_recorded_at_its_own_time_and_none_before_the_last(notes: Notes) -> None:
    commits: list[int] = []
    notes.writer.on_commit(lambda: commits.append(1))
    at = (START + HOUR, START + 3 * HOUR, START + 2 * HOUR)
    notes.together([(each, lambda: notes.write(uuid4())) for each in at])
    assert times(notes) == [START + HOUR, START + 3 * HOUR, START + 3 * HOUR]
    assert len(commits) == 1
    assert len(notes.needed) == 3


def test_the_first_that_raises_undoes_them_all(notes: Notes) -> None:
    def refuse() -> None:
        raise LookupError

    first: Callable[[], None] = lambda: notes.write(uuid4())  # noqa: E731
    with pytest.raises(LookupError):
        notes.together([(START, first), (START, refuse)])
    assert times(notes) == []
    assert notes.needed == []
    notes.write(uuid4())
    assert len(times(notes)) == 1
