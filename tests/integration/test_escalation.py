"""The deadline sweep puts a case before the district by its rule, and never for what was written
down only after its promise had passed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.district import SHIPPED, load_district
from services.kernel.keyring import Keyring
from services.kernel.store import UnitOfWork
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.jobs import OVERDUE, tasks

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
LONG = timedelta(days=60)
Open = Callable[[datetime], UUID]


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resolution(tmp_path: Path, clock: Clock) -> Iterator[Resolution]:
    keyring = Keyring(tmp_path / "keyring.sqlite", bytes(32), clock, bytes)
    found = Resolution(
        tmp_path / "resolution.sqlite", "node-a", clock, keyring, load_district(SHIPPED)
    )
    yield found
    found.close()
    keyring.close()


def opened(resolution: Resolution, heard: datetime) -> UUID:
    id = UUID(int=1)

    def work(uow: UnitOfWork) -> None:
        case = Case.open(
            uow.act(Intent(SYSTEM, "policy", heard)),
            id=id,
            puskesmas="puring",
            deadlines=resolution.promises.made("puring", "complaint", None, heard),
            number="PRG-2026-A-000001",
            kind="complaint",
            confidentiality="open",
            entered_by="acc-1",
            service_unit=None,
        )
        uow.save(case)

    resolution.transact(work).result()
    return id


def sweep(resolution: Resolution, id: UUID, name: str) -> Case:
    assert (
        tasks(resolution, lambda _zone: None, lambda _letter: None)[OVERDUE](f"{id}/{name}") is None
    )
    return resolution.get(id)


def test_a_missed_promise_of_the_rule_puts_a_case_before_the_district_once(
    resolution: Resolution, clock: Clock
) -> None:
    id = opened(resolution, NOW)
    clock.now = NOW + LONG
    assert not sweep(resolution, id, "response").escalated, "the rule names settlement only"
    assert sweep(resolution, id, "settlement").escalated
    sweep(resolution, id, "settlement")
    names = [each.name for each in resolution.history(id)]
    assert names.count("CaseEscalated") == 1
    assert names.count("TeamNotified") == 2, "team and head were told of each promise"


def test_what_was_written_down_after_its_promise_is_not_put_before_the_district(
    resolution: Resolution, clock: Clock
) -> None:
    id = opened(resolution, NOW - LONG)
    case = sweep(resolution, id, "settlement")
    assert not case.escalated and "settlement" in case.reminded
