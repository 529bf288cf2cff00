"""What waits to be published or told: by step, page by page, from the events themselves."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.kernel.aggregate import Intent
from services.kernel.clock import system_clock
from services.kernel.keyring import Keyring, Pool
from services.kernel.store import Ids, UnitOfWork
from services.kernel.store.database import Database
from services.publication import waiting
from services.publication.application import Publishing
from services.publication.domain import Publication

HEAD = Intent("kukuh", "head")
MEDIA = ["notice_board"]


class Desk:
    """Publication's service on its own stores, with drafts made as its policy makes them."""

    def __init__(self, folder: Path, database: Path | Database) -> None:
        self.keyring = Keyring(
            folder / "keyring.sqlite", os.urandom(32), system_clock, Pool(os.urandom)
        )
        self.service = Publishing(database, "uji", system_clock, self.keyring, same_approver=True)

    def draft(
        self,
        confidentiality: str = "open",
        puskesmas: str = "puring",
        complaint: str | None = None,
    ) -> UUID:
        id, known = uuid4(), complaint
        complaint = known or str(uuid4())
        key = self.keyring.key(complaint) if known else self.keyring.new_key(complaint)
        assert key is not None
        if not known:
            self.keyring.store([self.keyring.wrapped(key)])
        box = key.seal("Loket kedua dibuka.", "ResolutionDocumented.summary", self.keyring.entropy)

        def decide(uow: UnitOfWork) -> Ids:
            form = {"number": "PRG-2026-A-000001", "service_unit": None, "entered_by": "rini"}
            publication = Publication.draft(
                uow.act(HEAD),
                id=id,
                puskesmas=puskesmas,
                complaint=complaint,
                text=box,
                confidentiality=confidentiality,
                documented_by="sari",
                **form,
            )
            uow.save(publication)
            waiting.note(uow, publication)
            return {}

        self.service.command(decide, None).result()
        return id

    def approve(self, id: UUID, *, confirm: bool = False) -> None:
        self.service.approve(id, HEAD, "Loket kedua dibuka.", MEDIA, confirm).result()

    def waiting(self, step: str | None) -> list[UUID]:
        found, following = self.service.waiting(None, step)
        assert following is None
        return [each.id for each in found]


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Iterator[Desk]:
    made = Desk(tmp_path, database)
    yield made
    made.service.close()
    made.keyring.close()


def test_each_step_has_its_own_list(desk: Desk) -> None:
    fresh, approved, released, silent = (
        desk.draft(),
        desk.draft(),
        desk.draft(),
        desk.draft("anonymous"),
    )
    secret = desk.draft("confidential")
    for each in (approved, released, silent, secret):
        desk.approve(each)
    for each in (released, silent):
        desk.service.release(each, HEAD, None).result()
    assert desk.waiting("approval") == [fresh, secret]
    assert desk.waiting("release") == [approved, secret]
    assert desk.waiting("informed") == [fresh, approved, released, secret]
    assert desk.waiting(None) == [fresh, approved, released, secret]
    desk.approve(secret, confirm=True)
    assert desk.waiting("approval") == [fresh]
    desk.service.save_draft(approved, HEAD, "Loket kedua dibuka pukul 07.30.").result()
    assert desk.waiting("approval") == [fresh, approved]
    assert desk.waiting("release") == [secret]


def test_pages_follow_each_other_and_leave_nothing_out(desk: Desk) -> None:
    here = [desk.draft() for _each in range(7)]
    for place in (1, 4):
        here.insert(place, desk.draft())
    elsewhere = desk.draft(puskesmas="lamaru")
    everywhere = {*here, elsewhere}
    seen: list[UUID] = []
    after: int | None = 0
    pages = 0
    while after is not None:
        found, after = desk.service.waiting(None, "approval", after=after, limit=3)
        seen += [each.id for each in found]
        pages += 1
    assert len(seen) == len(everywhere) == 10 and set(seen) == everywhere
    assert pages == 4
    found, after = desk.service.waiting(frozenset({"lamaru"}), limit=3)
    assert [each.id for each in found] == [elsewhere] and after is None
    skipped = {here[0], here[5]}
    found, after = desk.service.waiting(
        frozenset({"puring"}), reaches=lambda each: each.id not in skipped, limit=4
    )
    assert len(found) == 4 and after is not None
    rest, after = desk.service.waiting(
        frozenset({"puring"}), reaches=lambda each: each.id not in skipped, limit=4, after=after
    )
    assert {each.id for each in [*found, *rest]} == set(here) - skipped and after is None


def test_a_table_of_an_earlier_program_is_written_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tmp_path / "publication.sqlite")
    first = desk.draft()
    second = desk.draft(complaint=desk.service.get(first).complaint)
    other = desk.draft()
    before = waiting.TABLES.split(";", 1)[0].replace(
        "informed    INTEGER NOT NULL,\n    taken_back  INTEGER NOT NULL DEFAULT 0",
        "informed    INTEGER NOT NULL",
    )

    def as_it_was(uow: UnitOfWork) -> None:
        uow.connection.execute("DROP TABLE publications")
        uow.connection.execute(before)

    desk.service.transact(as_it_was).result()
    waiting.bring_up_to_date(desk.service)
    # A case has a second result only where it was reopened.
    assert desk.waiting(None) == [second, other]
    assert desk.service.taken_back(desk.service.get(first))
    assert desk.service.allowed(desk.service.get(first)) == ()
    desk.service.close()
    desk.keyring.close()
