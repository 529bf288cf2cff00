"""Webhooks of a running node, to a real receiver: registered by call and page, signed, delivered
whatever is killed, and nothing but public fields in what leaves."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.integration.test_citizen_pages import HANDLED, receive, take
from tests.receiver import Received, Receiver, receiving
from tests.running import RunningNode, kill_node, running_node, start_node, stop_node

SETTINGS = {"TANGGAP_WEBHOOK_NETWORKS": "127.0.0.0/8"}
CANARY, NAME = "kenari-rahasia-terbang", "Bu Kenari Terbang"
ADMIN = "admin"


class Answers:
    """How the receiver answers now: by complaint, else the same to all."""

    def __init__(self) -> None:
        self.to_all = 200

    def __call__(self, received: Received) -> int:
        return self.to_all


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.fixture(scope="module")
def receiver(answers: Answers) -> Iterator[Receiver]:
    with receiving(answers) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", environment=SETTINGS) as node:
        yield node


def call(node: RunningNode, method: str, path: str = "", **given: Any) -> httpx.Response:
    return node.as_(ADMIN).request(method, f"/webhooks{path}", **given)


@pytest.fixture(scope="module")
def webhook(node: RunningNode, receiver: Receiver) -> Mapping[str, Any]:
    body = {"name": "Dasbor kabupaten", "address": receiver.address}
    key = {"Idempotency-Key": "daftar-1"}
    made = call(node, "POST", json=body, headers=key)
    assert made.status_code == 201, made.text
    assert call(node, "POST", json=body, headers=key).json() == made.json()
    assert len(call(node, "GET").json()["items"]) == 1
    found: dict[str, Any] = made.json()
    return found


def complain(node: RunningNode) -> str:
    given = receive(node, text=CANARY, complainant={"name": NAME, "phone": "081234567890"})
    return str(given["id"])


def test_events_arrive_signed_and_with_public_fields_only(
    node: RunningNode, receiver: Receiver, webhook: Mapping[str, Any]
) -> None:
    id = complain(node)
    take(node, id, *HANDLED)
    wanted = ["ComplaintReceived", "CaseOpened", "ResolutionDocumented", "PublicationDrafted"]
    receiver.until(lambda: set(wanted) <= {each.name for each in receiver.got})
    mine = [each for each in receiver.got if each.subject == id]
    order = [each.name for each in mine]
    assert sorted(wanted, key=order.index) == wanted, "in their order"
    assert all(each.signed_by(webhook["secret"]) for each in mine)
    assert len({each.id for each in mine}) == len(mine)
    for each in mine:
        said = each.raw.decode()
        assert CANARY not in said and NAME not in said and "0812" not in said
        assert "sealed" not in said and "box" not in said and "actor" not in said
    first = mine[0].body["data"]
    assert first["puskesmas"] == "puring" and first["fields"]["number"].startswith("PRG-")
    assert "receipt_hash" not in first["fields"] and "occurred_at" not in first["fields"]


def test_a_secret_is_shown_once(node: RunningNode, webhook: Mapping[str, Any]) -> None:
    at = f"/{webhook['id']}"
    for answer in (call(node, "GET"), call(node, "GET", at)):
        assert answer.status_code == 200 and webhook["secret"] not in answer.text
    for path in node.data.rglob("*"):
        if path.is_file():
            assert webhook["secret"].encode() not in path.read_bytes(), path.name


def test_what_the_log_says_is_on_the_page_and_a_person_sends_again(
    node: RunningNode, receiver: Receiver, webhook: Mapping[str, Any]
) -> None:
    page = f"{node.address}/webhook/{webhook['id']}"
    client = node.as_(ADMIN)
    shown = client.get(page).raise_for_status().text
    assert "ComplaintReceived" in shown and webhook["secret"] not in shown
    path = re.findall(r'action="(/webhook/[^"]+/kiriman/\d+)"', shown)[-1]
    key = re.search(r'name="key" value="([^"]+)"', shown)
    assert key is not None
    before = len(receiver.got)
    for _press in range(2):
        sent = client.post(f"{node.address}{path}", data={"key": key[1]})
        assert sent.status_code == 303, sent.text
    receiver.until(lambda: len(receiver.got) > before)
    again = receiver.got[before]
    assert again.id in {each.id for each in receiver.got[:before]}


def test_forms_say_what_to_mend(node: RunningNode, webhook: Mapping[str, Any]) -> None:
    client, at = node.as_(ADMIN), f"{node.address}/webhook"
    bad = {"name": "", "address": "https://10.0.0.1/", "events": "TidakAda"}
    shown = client.post(at, data=bad)
    assert shown.status_code == 422 and "https://10.0.0.1/" in shown.text
    bad["name"] = "Lain"
    shown = client.post(at, data=bad)
    assert "jaringan dalam" in shown.text and 'href="#f-events"' in shown.text
    answer = call(node, "POST", json={**bad, "events": ["TidakAda"]})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {"address", "events"}
    stale = {"version": "99", "key": "k"}
    assert client.post(f"{at}/{webhook['id']}/mati", data=stale).status_code == 412
    assert client.get(f"{at}/00000000-0000-0000-0000-000000000000").status_code == 404


def test_what_was_killed_delivers_everything_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, answers: Answers
) -> None:
    data = tmp_path_factory.mktemp("killed") / "data"
    node = start_node(data, environment=SETTINGS)
    try:
        body = {"name": "Dasbor", "address": receiver.address}
        call(node, "POST", json=body).raise_for_status()
        answers.to_all, before = 500, len(receiver.got)
        ids = [complain(node) for _each in range(3)]
        receiver.until(lambda: len(receiver.got) > before)
    finally:
        kill_node(node)
    answers.to_all = 200
    node = start_node(data, environment=SETTINGS)
    try:
        for id in ids:
            take(node, id, *HANDLED[:1])
        wanted = ("ComplaintReceived", "CaseOpened", "TeamNotified", "CaseGraded")

        def taken(id: str) -> list[str]:
            found = [each for each in receiver.taken if each.subject == id]
            return list(dict.fromkeys(each.name for each in found))

        receiver.until(lambda: all(set(wanted) <= set(taken(id)) for id in ids))
        assert all(tuple(taken(id)) == wanted for id in ids)
        (one,) = call(node, "GET").json()["items"]
        assert one["state"] == "on" and one["failing_since"] is None
    finally:
        stop_node(node)
