"""A machine whose clock is wrong by a day, and then right again: work goes on, time in the log
never runs back, nothing is lost or doubled, and it is said."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.kernel.backup.recovery import recovery_of
from services.kernel.clock import system_clock
from services.kernel.condition import clock_ahead
from services.kernel.district import SHIPPED, load_district
from services.kernel.store import Service
from services.main.backup.making import make
from services.main.backup.restoring import Restoring
from services.main.demo import add_accounts
from services.main.migrate import opened
from services.main.settings import Settings
from tests.handover import OneOrigin
from tests.integration.test_operations import House
from tests.servers.fixtures import Schemas
from tests.waiting import looks

DAY = timedelta(days=1)
PATH = "/api/v1/puskesmas/puring/complaints"


class MovedClock:
    """The machine's clock, and how wrong it is."""

    def __init__(self) -> None:
        self.wrong = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.wrong


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def house(tmp_path: Path, clock: MovedClock) -> Iterator[House]:
    with opened(Settings(data=tmp_path / "data"), load_district(SHIPPED), clock) as node:
        add_accounts(node.access)
        node.start()
        yield House(node)
        node.stop()


def receive(house: House) -> str:
    body = {"channel": "phone", "text": "Antre lama."}
    answer = house.call("POST", "rini", PATH, json=body)
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    return id


def case_of(house: House, id: str) -> Any:
    house.queues(left=0)
    for _look in looks():
        answer = house.call("GET", "sari", f"/api/v1/cases/{id}")
        if answer.status_code == 200:
            return answer.json()
    raise AssertionError(answer.text)


@pytest.mark.parametrize("wrong", [DAY, -DAY], ids=["ahead", "behind"])
def test_by_a_day_and_right_again(house: House, clock: MovedClock, wrong: timedelta) -> None:
    ids = [receive(house)]
    case_of(house, ids[0])
    clock.wrong = wrong
    # A session is not older or younger by it than people would expect: they sign in again.
    house.tokens.clear()
    ids.append(receive(house))
    case_of(house, ids[1])
    graded = house.call("POST", "sari", f"/api/v1/cases/{ids[1]}/grade", json={"grade": "green"})
    assert graded.status_code == 200, graded.text
    clock.wrong = timedelta(0)
    house.tokens.clear()
    ids.append(receive(house))
    case_of(house, ids[2])
    for id in ids:
        step = house.call("POST", "sari", f"/api/v1/cases/{id}/pause", json={"reason": "Menunggu."})
        assert step.status_code == 200, step.text
        house.settle(step.json()["position"])
    house.queues(left=0)
    for service in (house.node.intake, house.node.resolution):
        events = service.published(1, 1000)
        times = [each.time for each in events]
        assert times == sorted(times) and len({each.id for each in events}) == len(events)
    found = house.call("GET", "wulan", "/api/v1/reports/complaints").json()["items"]
    assert sorted(int(each["number"].rpartition("-")[2]) for each in found) == [1, 2, 3]
    lines = house.call("POST", "admin", "/api/v1/rebuild", json={"check": True}).text
    assert '"differences":[]' in lines.replace(" ", "")


def test_a_backup_of_a_clock_an_hour_ahead_goes_on_an_hour_behind(
    house: House, clock: MovedClock, tmp_path: Path
) -> None:
    clock.wrong = timedelta(hours=1)
    id = receive(house)
    case_of(house, id)
    settings = house.node.settings
    recovery = recovery_of("hujan di bulan juni", os.urandom, 2**4)
    assert make(settings, tmp_path / "backup", recovery, clock).trial.passed
    clock.wrong = timedelta(0)
    again = settings.model_copy(update={"data": tmp_path / "again"})
    restoring = Restoring(tmp_path / "backup", again, clock)
    restoring.run(restoring.secrets("hujan di bulan juni"))
    node = OneOrigin(again, house.node.district, clock)
    try:
        node.receive()
        service, times = node.intake, []
        for source in service.incarnations.sources:
            times += [each.time for each in service.published(1, 1000, source)]
        assert times == sorted(times) and len(service.incarnations.sources) == 2
    finally:
        node.close()


def test_what_follows_from_a_result_stands_after_it(house: House, clock: MovedClock) -> None:
    clock.wrong = DAY
    id = receive(house)
    case_of(house, id)
    # Until the clock has caught up, all that a service records bears the same instant.
    clock.wrong = timedelta(0)
    house.tokens.clear()
    for step, body in (
        ("grade", {"grade": "green"}),
        ("immediate-answer", {"answer": "Loket sudah ditambah."}),
        ("documentation", {"summary": "Loket sudah ditambah."}),
    ):
        done = house.call("POST", "sari", f"/api/v1/cases/{id}/{step}", json=body)
        assert done.status_code == 200, done.text
    house.queues(left=0)
    of_it = f"/api/v1/publications?complaint={id}"
    (draft,) = house.call("GET", "dewi", of_it).json()["items"]
    path = f"/api/v1/publications/{draft['id']}/informed"
    told = house.call("POST", "dewi", path, json={"channel": "phone"})
    assert told.status_code == 200, told.text
    house.settle(told.json()["position"])
    (found,) = house.call("GET", "wulan", "/api/v1/reports/complaints").json()["items"]
    assert (found["state"], found["informed"]) == ("documented", True)


def test_it_is_told_against_the_clock_of_the_server(schemas: Schemas, clock: MovedClock) -> None:
    service = Service(schemas.new(), "dinas", system_clock)
    clock.wrong = DAY
    ahead = clock_ahead(service, clock)
    service.close()
    assert ahead is not None and round(ahead / 3600) == 24
