"""A release at a set time: it takes place then, once, and never for a text that was not approved as
it stands."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kernel.aggregate import Intent
from services.kernel.contracts import Message, resolution
from services.kernel.errors import InvalidInput, StepNotAllowed
from services.kernel.jobs import Jobs, celery_app
from services.kernel.keyring import Keyring, Pool
from services.kernel.store import Ids, UnitOfWork
from services.publication import waiting
from services.publication.application import Publishing
from services.publication.domain import Publication
from services.publication.policy import take_back
from services.publication.proving import Proof, Proving
from services.publication.scheduling import TASK, Scheduling

HEAD, PUBLISHER = Intent("kukuh", "head"), Intent("dewi", "publisher")
MEDIA = ["notice_board", "clinic_tv"]
TEXT = "Loket kedua dibuka."
PDF = b"%PDF-1.7\n%%EOF\n"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def at(self, hours: float) -> datetime:
        return datetime(2026, 11, 28, 1, tzinfo=UTC) + timedelta(hours=hours)


class Desk:
    """Publication's service with its jobs, on stores and a clock of their own."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.keyring = Keyring(
            folder / "keyring.sqlite", os.urandom(32), self.clock, Pool(os.urandom)
        )
        self.service = Publishing(
            folder / "publication.sqlite", "uji", self.clock, self.keyring, same_approver=True
        )
        self.scheduling = Scheduling(self.service)
        self.proving = Proving(self.service, folder / "attachments", uuid4)
        self.jobs = Jobs(self.service, {TASK: self.scheduling.release}, celery_app())

    def draft(self) -> UUID:
        id, complaint = uuid4(), str(uuid4())
        key = self.keyring.new_key(complaint)
        self.keyring.store([self.keyring.wrapped(key)])
        box = key.seal(TEXT, "ResolutionDocumented.summary", self.keyring.entropy)

        def decide(uow: UnitOfWork) -> Ids:
            publication = Publication.draft(
                uow.act(PUBLISHER),
                id=id,
                puskesmas="puring",
                complaint=complaint,
                number="PRG-2026-A-000001",
                text=box,
                confidentiality="open",
                service_unit=None,
                entered_by="rini",
                documented_by="sari",
            )
            uow.save(publication)
            waiting.note(uow, publication)
            return {}

        self.service.command(decide, None).result()
        return id

    def approved(self) -> UUID:
        id = self.draft()
        self.service.approve(id, HEAD, TEXT, MEDIA, confirm=False).result()
        return id

    def scheduled(self, hours: float, media: list[str] | None = None) -> UUID:
        id = self.approved()
        self.scheduling.schedule(id, PUBLISHER, self.clock.at(hours), media).result()
        return id

    def pass_to(self, hours: float) -> None:
        """Let time pass, and have done what is due."""
        self.clock.now = self.clock.at(hours)
        for row in self.jobs.due():
            self.jobs.run_due(row["task"], row["argument"])

    def states(self, *ids: UUID) -> list[str]:
        return [self.service.get(each).state for each in ids]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.service.close()
    made.keyring.close()


def test_it_is_released_at_its_time_and_not_before_in_the_media_that_were_set(desk: Desk) -> None:
    id = desk.scheduled(2, ["clinic_tv"])
    desk.pass_to(1.9)
    assert desk.states(id) == ["approved"]
    desk.pass_to(2)
    it = desk.service.get(id)
    assert (it.state, it.shown, it.scheduled) == ("released", ["clinic_tv"], None)
    assert it.public is not None and it.public.text == TEXT
    last = desk.service.history(id)[-1]
    assert (last.actor, last.role) == ("system", "scheduler")
    desk.pass_to(9)
    assert len(desk.service.history(id)) == 4 and not desk.jobs.due()


def test_another_time_takes_the_place_of_the_one_before(desk: Desk) -> None:
    id = desk.scheduled(2)
    desk.scheduling.schedule(id, PUBLISHER, desk.clock.at(5), None).result()
    desk.pass_to(3)
    assert desk.states(id) == ["approved"]
    desk.pass_to(5)
    assert desk.states(id) == ["released"]


def test_nothing_comes_of_it_once_it_was_called_off_or_the_approval_ended(desk: Desk) -> None:
    called_off, worded, approved, returned = (desk.scheduled(2) for _each in range(4))
    desk.scheduling.call_off(called_off, PUBLISHER).result()
    desk.service.save_draft(worded, PUBLISHER, "Loket ketiga dibuka.").result()
    desk.service.approve(approved, HEAD, "Loket kedua.", MEDIA, confirm=False).result()
    desk.service.give_back(returned, HEAD, "Sebut jamnya.").result()
    desk.pass_to(3)
    all_of_them = called_off, worded, approved, returned
    assert desk.states(*all_of_them) == ["approved", "drafted", "approved", "returned"]
    assert not desk.jobs.due()
    with pytest.raises(StepNotAllowed):
        desk.scheduling.call_off(called_off, PUBLISHER).result()


def test_a_correction_to_confidential_ends_it_with_the_approval(desk: Desk) -> None:
    id = desk.scheduled(2)

    def follow(uow: UnitOfWork) -> None:
        publication = uow.get(Publication, id)
        publication.follow_form(uow.act(Intent("system", "policy")), "confidential")
        uow.save(publication)

    desk.service.transact(follow).result()
    desk.pass_to(3)
    assert desk.states(id) == ["drafted"]


def test_the_result_of_a_case_that_was_reopened_is_not_released(desk: Desk) -> None:
    id = desk.scheduled(2)
    complaint = desk.service.get(id).complaint
    desk.service.transact(lambda uow: take_back(uow, *reopened(complaint))).result()
    desk.pass_to(3)
    assert desk.states(id) == ["approved"] and not desk.jobs.due()


def reopened(complaint: str) -> tuple[Any, Any]:
    at = datetime(2026, 11, 28, 1, tzinfo=UTC)
    event = resolution.CaseReopenedV1(occurred_at=at, reason="request")
    facts: dict[str, Any] = {"actor": "a", "role": "head", "correlation_id": "", "causation_id": ""}
    message = Message(
        id=1,
        source="/uji/resolution",
        subject=complaint,
        type=event.type,
        time=at,
        puskesmas="puring",
        previous=0,
        value=b"",
        **facts,
    )
    return message, event


def test_what_was_released_by_hand_meanwhile_is_not_released_again(desk: Desk) -> None:
    all_of_it, part = desk.scheduled(2), desk.scheduled(2)
    desk.service.release(all_of_it, PUBLISHER, None).result()
    desk.service.release(part, PUBLISHER, ["notice_board"]).result()
    desk.pass_to(2)
    assert len(desk.service.history(all_of_it)) == 4
    assert desk.service.get(part).shown == MEDIA
    desk.service.withdraw(part, PUBLISHER, "Salah ketik.").result()
    desk.pass_to(3)
    assert desk.states(part) == ["withdrawn"]


def test_what_is_out_and_withdrawn_does_not_come_back_by_its_schedule(desk: Desk) -> None:
    id = desk.scheduled(2, ["clinic_tv"])
    desk.service.release(id, PUBLISHER, ["notice_board"]).result()
    desk.service.withdraw(id, PUBLISHER, "Salah ketik.").result()
    desk.pass_to(3)
    assert desk.states(id) == ["withdrawn"]


@pytest.mark.parametrize(
    ("hours", "media", "field"),
    [(-1, None, "release_at"), (24 * 400, None, "release_at"), (1, ["social_media"], "media")],
)
def test_a_time_that_has_passed_or_is_far_and_a_medium_without_approval_are_refused(
    desk: Desk, hours: float, media: list[str] | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.scheduled(hours, media)
    assert [each.field for each in refused.value.errors] == [field]


def test_evidence_is_kept_sealed_and_says_which_media_lack_it(desk: Desk) -> None:
    id = desk.approved()
    board = Proof("notice_board", None, PDF)
    with pytest.raises(StepNotAllowed):
        desk.proving.prove(id, PUBLISHER, board)
    desk.service.release(id, PUBLISHER, None).result()
    assert desk.service.get(id).unproven == MEDIA
    desk.proving.prove(id, PUBLISHER, board)
    it = desk.service.get(id)
    assert it.unproven == ["clinic_tv"]
    (proof,) = it.evidence
    assert (proof.medium, proof.media_type, proof.by) == (
        "notice_board",
        "application/pdf",
        "dewi",
    )
    (kept,) = [each for each in desk.proving.files.rglob("*") if each.is_file()]
    assert PDF not in kept.read_bytes()
    for wrong, field in (
        (Proof("clinic_tv", None, None), "link"),
        (Proof("social_media", "https://contoh.id/p/1", None), "medium"),
        (Proof("clinic_tv", None, b"PK\x03\x04"), "file"),
    ):
        with pytest.raises(InvalidInput) as refused:
            desk.proving.prove(id, PUBLISHER, wrong)
        assert [each.field for each in refused.value.errors] == [field]
    early = Intent("dewi", "publisher", desk.clock.at(-1))
    with pytest.raises(InvalidInput):
        desk.proving.prove(id, early, Proof("clinic_tv", "https://contoh.id/p/1", PDF))
    # What was refused left no file behind.
    assert [each for each in desk.proving.files.rglob("*") if each.is_file()] == [kept]
