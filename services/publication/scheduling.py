"""Release at a set time: what was approved becomes public while nobody is at a desk."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.errors import Conflict, StaleVersion, StepNotAllowed
from services.kernel.store import Answer, Once, UnitOfWork
from services.publication import waiting
from services.publication.domain import Publication

if TYPE_CHECKING:
    from services.publication.application import Publishing

TASK: Final = "publication.release"
_CLOCKWORK: Final = Intent(SYSTEM, "scheduler")


class Scheduling:
    """Sets the time of a release, calls it off, and releases when the time has come."""

    def __init__(self, publishing: "Publishing") -> None:
        self._publishing = publishing

    def schedule(
        self,
        id: UUID,
        intent: Intent,
        release_at: datetime,
        media: Sequence[str] | None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Have the approved text released at a time to come, in these media (None: all that are
        approved); it takes the place of a time that was set before."""
        secret = self._publishing.form_confidentiality(self._publishing.get(id))
        wanted = None if media is None else list(media)

        def schedule(it: Publication, act: Act) -> None:
            it.schedule(act, release_at, wanted, secret)

        return self._publishing.take(id, intent, once, expected, schedule, also=note)

    def call_off(
        self,
        id: UUID,
        intent: Intent,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Have it not released at the time that was set."""
        return self._publishing.take(id, intent, once, expected, lambda it, act: it.call_off(act))

    def release(self, argument: str) -> datetime | None:
        """Release the publication of this id if its time has come; a task.

        Nothing is released that was worded, approved, returned, withdrawn or corrected since, nor
        what was taken back: the schedule went with it. What its state refuses now is called off.
        """
        publishing, id = self._publishing, UUID(argument)
        it = publishing.get(id)
        due = it.scheduled
        if due is None or publishing.taken_back(it):
            return None
        if due.at > publishing.clock():
            return due.at
        try:
            text = publishing.opened_for_release(it, due.by, due.role)
        except Conflict:
            return None  # its words were erased meanwhile
        secret = publishing.form_confidentiality(it)

        def work(uow: UnitOfWork) -> None:
            publication = uow.get(Publication, id, it.version)
            if waiting.taken_back(uow, publication):
                return
            act = uow.act(_CLOCKWORK)
            media = [each for each in due.media if each not in publication.shown]
            try:
                publication.release(act, text, media, secret)
            except StepNotAllowed:
                publication.call_off(act)
            uow.save(publication)
            waiting.note(uow, publication)

        try:
            publishing.transact(work).result()
        except StaleVersion:  # somebody did something meanwhile: look again
            return publishing.clock()
        return None


def note(uow: UnitOfWork, publication: Publication) -> None:
    """Have a publication looked at when it is to be released."""
    if publication.scheduled:
        uow.schedule(TASK, {str(publication.id): publication.scheduled.at})
