"""What a policy cannot handle is set aside, shown, mended, tried again, and gone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from services.kernel.contracts import Message, SealedBox, intake, resolution
from services.kernel.district import SHIPPED, load_district
from services.main.demo import PASSWORD, add_accounts
from services.main.migrate import opened
from services.main.node import Node
from services.main.settings import Settings
from tests.messages import START, message
from tests.running import RunningNode, running_node
from tests.waiting import looks

BOX = SealedBox("k", "p", "AAAA")
DOCUMENTED = resolution.ResolutionDocumentedV1(
    occurred_at=START, summary=BOX, outcome="resolved", documented_by="acc-2"
)
RECEIVED = intake.ComplaintReceivedV1(
    occurred_at=START,
    number="PRG-2026-Z-000001",
    receipt_hash="h",
    channel="sms",
    kind="complaint",
    service_unit=None,
    categories=[],
    incident_at=None,
    confidentiality="open",
    relation=None,
    barrier=None,
    wants_answer_by=None,
    text=BOX,
    complainant=None,
)


class House:
    """A node in this process, so that a part of it can be broken and mended."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.app = node.app()
        self.tokens: dict[str, str] = {}

    def call(self, method: str, username: str, path: str, **more: Any) -> httpx.Response:
        if username not in self.tokens:
            body = {"username": username, "password": PASSWORD}
            answer = self._ask("POST", "/api/v1/session", json=body)
            self.tokens[username] = answer.json()["token"]
        headers = {"Authorization": f"Bearer {self.tokens[username]}"}
        return self._ask(method, path, headers=headers, **more)

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def operations(self) -> Any:
        return self.call("GET", "wulan", "/api/v1/operations").json()

    def queues(self, *, left: int) -> list[Any]:
        """Wait until every follower has read all, and so many queues are left."""
        for _look in looks():
            found = self.operations()
            idle = not any(each["lag"] for each in found["followers"])
            if idle and len(found["queues"]) == left:
                queues: list[Any] = found["queues"]
                return queues
        raise AssertionError(found)

    def settle(self, position: str) -> None:
        """Wait until reporting holds the event at `position`."""
        for _look in looks():
            asked = {"after": position}
            answer = self.call("GET", "wulan", "/api/v1/reports/totals", params=asked)
            if answer.status_code == 200:
                return
            assert answer.status_code == 503, answer.text
        raise AssertionError(f"{position} did not arrive")

    def replay(self, subject: str, username: str = "admin") -> httpx.Response:
        return self.call("POST", username, f"/api/v1/operations/queues/{subject}/replay")

    def send(self, source: str, *page: Message) -> None:
        sender = self.node.stream.sender(source)
        sender.send(page)
        sender.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(Settings(data=tmp_path / "data"), load_district(SHIPPED)) as node:
        add_accounts(node.access)
        node.start()
        yield House(node)
        node.stop()


def event(id: int, previous: int, source: str, about: str, body: Any, **more: Any) -> Message:
    value = msgspec.json.encode(body)
    return message(
        id, previous=previous, source=source, about=about, type=body.type, value=value, **more
    )


def test_it_is_shown_without_words_and_drained_in_order_once_mended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_facts: Any) -> Any:
        raise RuntimeError("Siti di ruang tunggu")

    monkeypatch.setattr(house.node.resolution.promises, "made", broken)
    body = {"channel": "sms", "text": "Antre lama."}
    path = "/api/v1/puskesmas/puring/complaints"
    ids = [house.call("POST", "rini", path, json=body).json()["id"] for _each in range(2)]
    queues = house.queues(left=2)
    assert {each["subject"] for each in queues} == set(ids)
    assert {(q["follower"], q["reason"], q["behind"]) for q in queues} == {
        ("resolution", "RuntimeError", 0)
    }
    assert all(q["type"] == "tanggap.ComplaintReceived.v1" and q["since"] for q in queues)
    assert "Siti" not in str(house.operations())

    again = house.replay(ids[0]).json()
    assert again["items"] == [
        {"follower": "resolution", "handled": 0, "left": 1, "reason": "RuntimeError"}
    ]
    monkeypatch.undo()
    page = house.call("GET", "admin", "/operasi").text
    assert f"/operasi/antrean/{ids[0]}" in page and "RuntimeError" in page
    assert "/operasi/antrean/" not in house.call("GET", "wulan", "/operasi").text
    mended = house.call("POST", "admin", f"/operasi/antrean/{ids[0]}")
    assert mended.status_code == 303
    assert house.replay(ids[1]).json() == {
        "subject": ids[1],
        "items": [{"follower": "resolution", "handled": 1, "left": 0, "reason": None}],
    }
    assert house.queues(left=0) == []
    for id in ids:
        assert house.call("GET", "sari", f"/api/v1/cases/{id}").json()["state"] == "received"
    assert house.replay(ids[1]).status_code == 404
    assert house.replay(ids[1], "wulan").status_code == 403


def test_what_came_before_its_complaint_goes_on_when_that_arrives(house: House) -> None:
    about, results, complaints = str(uuid4()), "/node-x/resolution", "/node-x/intake"
    house.send(
        results,
        event(1, 0, results, about, DOCUMENTED),
        event(2, 1, results, about, DOCUMENTED),
    )
    (queue,) = house.queues(left=1)
    assert (queue["follower"], queue["subject"], queue["reason"]) == (
        "publication",
        about,
        "not_found",
    )
    assert (queue["source"], queue["id"], queue["behind"]) == (results, 1, 1)
    assert house.replay(about).json()["items"][0]["left"] == 2
    # Recorded before the results, though it arrives after them.
    house.send(complaints, event(1, 0, complaints, about, RECEIVED, time=START.replace(year=2025)))
    house.queues(left=0)
    assert len(house.node.publication.select("SELECT * FROM publications")) == 2


def test_a_follower_does_not_stop_at_a_puskesmas_that_it_does_not_know(house: House) -> None:
    source = "/node-x/intake"
    here, gone = str(uuid4()), str(uuid4())
    house.send(
        source,
        event(1, 0, source, gone, RECEIVED, puskesmas="tidak-ada"),
        event(2, 1, source, here, RECEIVED),
    )
    house.queues(left=0)
    assert house.call("GET", "sari", f"/api/v1/cases/{here}").status_code == 200
    assert house.call("GET", "sari", f"/api/v1/cases/{gone}").status_code == 404
    assert not any(each["failure"] for each in house.operations()["followers"])


def test_the_doctor_finds_a_sound_node_sound(node: RunningNode) -> None:
    done = node.tanggap("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "resolution" in done.stdout and "Semuanya sehat." in done.stdout
    told = node.json("doctor", "--json")
    assert [each["name"] for each in told["followers"]] == [
        "resolution",
        "publication",
        "webhooks",
    ]


def test_the_doctor_names_a_queue(tmp_path: Path) -> None:
    about, source = str(uuid4()), "/node-y/resolution"
    with opened(Settings(data=tmp_path / "data"), load_district(SHIPPED)) as stopped:
        stopped.stream.sender(source).send([event(1, 0, source, about, DOCUMENTED)])
        stopped.close()
    with running_node(tmp_path / "data") as node:
        node.until("admin", "/operations", lambda found: found["queues"])
        done = node.tanggap("doctor")
    assert done.returncode == 1
    assert f"publication menyisihkan {about}" in done.stdout
    assert "not_found" in done.stdout
