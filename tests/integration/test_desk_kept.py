"""What a browser kept of the desk comes in later: the same command, the same refusals, once."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import RunningNode, running_node

PATH = "/catat/luring"
WRITTEN = "2026-01-02T09:30:00+07:00"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("kept") / "data") as node:
        yield node


@pytest.fixture
def account(node: RunningNode) -> str:
    """The id under which Rini's browser keeps things, as the page tells it."""
    return account_of(node, "rini")


def account_of(node: RunningNode, who: str) -> str:
    page = node.as_(who).get(f"{node.address}{PATH}", params={"puskesmas": "puring"})
    return page.raise_for_status().text.partition('data-account="')[2].partition('"')[0]


def send(node: RunningNode, who: str, account: str, **fields: Any) -> httpx.Response:
    whole = {
        "account": account,
        "key": str(uuid4()),
        "puskesmas": "puring",
        "channel": "suggestion_box",
        "text": "Kursi tunggu kurang.",
        "entered_at": WRITTEN,
    } | fields
    return node.as_(who).post(f"{node.address}{PATH}", data=whole)


def received_at(node: RunningNode, id: str) -> str:
    answer = node.as_("rini").get(f"/complaints/{id}").raise_for_status()
    return str(answer.json()["received_at"])


def test_it_was_heard_when_it_was_written_down(node: RunningNode, account: str) -> None:
    answer = send(node, "rini", account)
    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "number"}
    assert received_at(node, answer.json()["id"]) == "2026-01-02T02:30:00Z"


def test_a_time_that_was_typed_counts_and_a_fast_clock_does_not(
    node: RunningNode, account: str
) -> None:
    typed = send(node, "rini", account, received_at="2026-01-01T08:00").json()
    assert received_at(node, typed["id"]) == "2026-01-01T01:00:00Z"
    fast = send(node, "rini", account, entered_at="2099-01-01T00:00:00Z")
    assert fast.status_code == 201
    assert not received_at(node, fast.json()["id"]).startswith("2099")


def test_the_same_entry_is_one_complaint_also_where_the_desk_had_it(
    node: RunningNode, account: str
) -> None:
    key = str(uuid4())
    first = send(node, "rini", account, key=key)
    again = send(node, "rini", account, key=key, entered_at="2026-01-03T09:30:00+07:00")
    assert again.json() == first.json()
    form = {
        "account": account,
        "key": key,
        "puskesmas": "puring",
        "channel": "suggestion_box",
        "text": "Kursi tunggu kurang.",
    }
    desk = node.as_("rini").post(f"{node.address}/catat", data=form)
    assert desk.headers["location"] == f"/catat/{first.json()['id']}/slip?puskesmas=puring"
    other = send(node, "rini", account, key=key, text="Lain sama sekali.")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_refusal_names_the_fields_as_the_page_does(node: RunningNode, account: str) -> None:
    wrong = {"phone": "abc", "incident_time": "09:00", "service_unit": "kantin"}
    answer = send(node, "rini", account, **wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = {each["field"]: each["label"] for each in answer.json()["errors"]}
    assert found == {"phone": "Nomor telepon", "incident_date": "Tanggal kejadian"}
    unseen = send(node, "rini", account, text="Antre\x00 lama").json()["errors"]
    assert [each["field"] for each in unseen] == ["text"]
    assert "kendali" in unseen[0]["message"]
    unit = send(node, "rini", account, service_unit="kantin").json()["errors"]
    assert [each["label"] for each in unit] == ["Unit layanan"]


@pytest.mark.parametrize("entered_at", ["", "kemarin", "0001-01-01T00:00:00+23:00", "2026-13-01"])
def test_a_time_that_is_none_is_refused(node: RunningNode, account: str, entered_at: str) -> None:
    answer = send(node, "rini", account, entered_at=entered_at)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["entered_at"]


def test_only_the_account_that_wrote_it_sends_it(node: RunningNode, account: str) -> None:
    answer = send(node, "sari", account)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_account")
    assert send(node, "sari", account_of(node, "sari")).status_code == 201
    assert send(node, "rini", account, puskesmas="tidak-ada").status_code == 404


def test_the_worker_is_for_the_desk_and_names_this_version(node: RunningNode) -> None:
    answer = httpx.get(f"{node.address}/catat/luring.js", trust_env=False)
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")
    script = answer.text.split('"')[1]
    for name in ("", "/../sending.js", "/../shelf.js", "/../../device.js"):
        file = httpx.get(httpx.URL(node.address).join(f"{script}{name}"), trust_env=False)
        assert "immutable" in file.headers["cache-control"], name


def test_the_page_for_a_server_that_is_away_names_nobody(node: RunningNode) -> None:
    page = node.as_("rini").get(f"{node.address}{PATH}/jauh").raise_for_status().text
    assert 'href="/catat"' in page and "Rini" not in page and "/keluar" not in page
    assert "<script" not in page and "<nav" not in page


def test_the_kept_form_holds_no_way_to_what_needs_the_server(node: RunningNode) -> None:
    page = node.as_("rini").get(f"{node.address}{PATH}", params={"puskesmas": "puring"}).text
    assert 'name="key" value=""' in page
    assert "/catat/impor" not in page
    assert "<nav" not in page


def test_its_words_lie_nowhere_in_clear(node: RunningNode, account: str) -> None:
    words = {"text": "zqtext-kept", "name": "zqname-kept"}
    assert send(node, "rini", account, **words).status_code == 201
    assert send(node, "rini", account, **words, service_unit="kantin").status_code == 422
    assert send(node, "sari", account, **words).status_code == 409
    files = [each for each in node.data.parent.rglob("*") if each.is_file()]
    assert any(each.name == "node.log" for each in files)
    holding = [each.name for each in files if b"zqtext-kept" in each.read_bytes()]
    holding += [each.name for each in files if b"zqname-kept" in each.read_bytes()]
    assert holding == []
