"""Which publications wait, and for what: a look-up table beside the events, written with each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.kernel.store import UnitOfWork
from services.kernel.store.rows import marks
from services.publication.domain import Publication, events

if TYPE_CHECKING:
    from services.publication.application import Publishing

TABLES: Final = """
CREATE TABLE IF NOT EXISTS publications (
    place       INTEGER PRIMARY KEY,
    publication TEXT NOT NULL UNIQUE,
    complaint   TEXT NOT NULL,
    puskesmas   TEXT NOT NULL,
    redraft     INTEGER NOT NULL,
    approval    INTEGER NOT NULL,
    release     INTEGER NOT NULL,
    informed    INTEGER NOT NULL,
    taken_back  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS publications_of ON publications (complaint);
CREATE INDEX IF NOT EXISTS publications_waiting ON publications (puskesmas, place)
    WHERE redraft + approval + release + informed > 0 AND taken_back = 0;
"""
STEPS: Final = ("redraft", "approval", "release", "informed")
_NOTE: Final = """
INSERT INTO publications (publication, complaint, puskesmas, redraft, approval, release, informed)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (publication) DO UPDATE SET redraft = excluded.redraft, approval = excluded.approval,
    release = excluded.release, informed = excluded.informed
"""
TAKEN_BACK: Final = "SELECT taken_back FROM publications WHERE publication = ?"
_PAGE: Final = 500
_BEGINNINGS: Final = (
    *(Publication.DraftedV1, Publication.Drafted),
    *(events.ChangePlannedV1, events.ChangePlanned),
)


def note(uow: UnitOfWork, publication: Publication) -> None:
    """Write down what a publication waits for now."""
    approved = publication.state == "approved"
    uow.connection.execute(
        _NOTE,
        (
            str(publication.id),
            publication.complaint,
            publication.puskesmas,
            int(publication.state == "returned"),
            int(publication.state == "drafted" or (approved and publication.needs_confirmation)),
            int(approved),
            int("informed" in publication.allowed),
        ),
    )


def take_back(uow: UnitOfWork, complaint: str) -> None:
    """Mark a case's results so far as taken back: nothing waits of them any more, and what is
    public stays so until somebody withdraws it."""
    uow.connection.execute(
        "UPDATE publications SET taken_back = 1 WHERE complaint = ?", (complaint,)
    )


def take_back_one(uow: UnitOfWork, publication: UUID) -> None:
    """Mark one publication as taken back."""
    uow.connection.execute(
        "UPDATE publications SET taken_back = 1 WHERE publication = ?", (str(publication),)
    )


def taken_back(uow: UnitOfWork, publication: Publication) -> bool:
    """Say whether the case of this result was reopened since."""
    rows = uow.connection.execute(TAKEN_BACK, (str(publication.id),)).fetchall()
    return any(row["taken_back"] for row in rows)


def of_complaint(uow: UnitOfWork, complaint: str) -> list[UUID]:
    """Return the publications of a complaint, the oldest first."""
    rows = uow.connection.execute(
        "SELECT publication FROM publications WHERE complaint = ? ORDER BY place", (complaint,)
    )
    return [UUID(row["publication"]) for row in rows.fetchall()]


def waiting(
    publishing: "Publishing",
    scope: frozenset[str] | None,
    step: str | None,
    after: int,
    limit: int,
) -> list[tuple[int, UUID]]:
    """Return the places and ids of a page of those within `scope` (None: all) that wait for a step
    (None: any), oldest first."""
    asked: list[Any] = [after]
    waits = f"{step} = 1" if step in STEPS else "redraft + approval + release + informed > 0"
    conditions = ["place > ?", "taken_back = 0", waits]
    if scope is not None:
        conditions.append(f"puskesmas IN {marks(scope)}")
        asked += sorted(scope)
    rows = publishing.select(
        "SELECT place, publication FROM publications "  # noqa: S608 - parts of ours
        f"WHERE {' AND '.join(conditions)} ORDER BY place LIMIT ?",
        (*asked, limit),
    )
    return [(row["place"], UUID(row["publication"])) for row in rows]


def bring_up_to_date(publishing: "Publishing") -> None:
    """Write the table anew where an earlier program made it without one of its columns."""
    database = publishing.writer.database
    columns = publishing.writer.run(lambda each: database.columns(each, "publications"))
    if not columns or "taken_back" in columns:
        return

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute("DROP TABLE publications")
        database.define(uow.connection, TABLES)
        for id in _all(publishing):
            publication = publishing.get(id)
            # Nobody documents a case twice that was not reopened in between.
            take_back(uow, publication.complaint)
            note(uow, publication)

    publishing.transact(work).result()


def _all(publishing: "Publishing") -> Iterator[UUID]:
    after = 0
    while found := publishing.recorder.select_notifications(
        after,
        _PAGE,
        topics=[each.TOPIC for each in _BEGINNINGS],
        inclusive_of_start=False,
    ):
        yield from (UUID(str(each.originator_id)) for each in found)
        after = found[-1].id
