"""What waits for whom: the next promise of a case, and the result as it stands."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.running import RunningNode, today_in_jakarta

COMPLAINTS = "/puskesmas/puring/complaints"
TEXT = "Loket kedua dibuka."
LATE = "</span> lewat "
Given = dict[str, Any]


def receive(node: RunningNode, **facts: Any) -> Given:
    body = {"channel": "sms", "text": "Antre.", "complainant": {"name": "Siti"}, **facts}
    given: Given = node.as_("rini").post(COMPLAINTS, json=body).raise_for_status().json()
    node.until("sari", f"/cases/{given['id']}", lambda _case: True)
    return given


def step(node: RunningNode, who: str, path: str, **body: Any) -> None:
    answer = node.as_(who).post(path, json=body)
    assert answer.status_code == 200, answer.text
    node.settle(answer.json()["position"])


def page(node: RunningNode, who: str, path: str) -> str:
    return node.as_(who).get(node.address + path).raise_for_status().text


def head_of(shown: str) -> str:
    """Return the head of a case's page: its number and the pills beside it."""
    return shown.split('<div class="head">', 1)[1].split('<div class="two', 1)[0]


def row(node: RunningNode, id: str, state: str) -> Given | None:
    found = node.as_("sari").get("/reports/complaints", params={"state": state, "limit": 500})
    items = found.raise_for_status().json()["items"]
    return next((each for each in items if each["id"] == id), None)


def test_a_missed_answer_is_late_until_it_is_given(node: RunningNode) -> None:
    given = receive(node, received_at=(system_clock() - timedelta(days=3)).isoformat())
    id, case = given["id"], f"/cases/{given['id']}"
    node.until(
        "sari",
        "/reports/complaints",
        lambda found: any(each["id"] == id for each in found["items"]),
        state="overdue",
        limit=500,
    )
    late = row(node, id, "overdue")
    assert late and late["next_due"] == late["response_due"] < late["settlement_due"]
    assert LATE in head_of(page(node, "sari", f"/kasus/{id}"))
    listed = page(node, "sari", "/kasus?state=overdue")
    assert given["number"] in listed and "tanggapan <time" in listed
    first = page(node, "sari", "/kasus").index(given["number"])
    newer = receive(node)
    node.settle(newer["position"])
    assert page(node, "sari", "/kasus").index(newer["number"]) > first
    step(node, "sari", f"{case}/grade", grade="green")
    step(node, "sari", f"{case}/immediate-answer", answer="Maaf.")
    assert row(node, id, "overdue") is None
    waits = row(node, id, "open")
    assert waits and waits["next_due"] == waits["settlement_due"] and not waits["overdue"]
    assert LATE not in head_of(page(node, "sari", f"/kasus/{id}"))


def test_a_case_leads_to_its_publication_once_there_is_one(node: RunningNode) -> None:
    id = receive(node)["id"]
    assert "/publikasi?complaint=" not in page(node, "dewi", f"/kasus/{id}")
    documented(node, id, *AT_ONCE)
    node.until(
        "dewi",
        "/publications",
        lambda _it: f"/publikasi?complaint={id}" in page(node, "dewi", f"/kasus/{id}"),
        complaint=id,
    )


def test_who_takes_the_next_step_is_said_to_others(node: RunningNode) -> None:
    id = receive(node)["id"]
    assert "Langkah ini dilakukan oleh: tim keluhan." in page(node, "dewi", f"/kasus/{id}")
    assert "Langkah ini dilakukan oleh" not in page(node, "sari", f"/kasus/{id}")
    draft = documented(node, id, *AT_ONCE)
    assert "Langkah ini dilakukan oleh: ketua mutu." in page(node, "sari", f"/kasus/{id}")
    step(node, "dewi", f"/publications/{draft}/informed", channel="phone")
    assert "oleh: kepala Puskesmas." in page(node, "bayu", f"/terbitkan/{draft}")
    step(node, "kukuh", f"/publications/{draft}/approval", text=TEXT, media=["notice_board"])
    assert "oleh: pengelola publikasi." in page(node, "bayu", f"/terbitkan/{draft}")


def documented(node: RunningNode, id: str, *steps: tuple[str, Given]) -> str:
    """Take a case to its result; return the draft that it becomes."""
    before = len(node.as_("dewi").get("/publications", params={"complaint": id}).json()["items"])
    for name, body in (*steps, ("documentation", {"summary": TEXT})):
        step(node, "sari", f"/cases/{id}/{name}", **body)
    found = node.until(
        "dewi", "/publications", lambda found: len(found["items"]) > before, complaint=id
    )
    draft: str = found["items"][-1]["id"]
    node.until("sari", "/reports/complaints", lambda _it: row(node, id, "approve"), state="approve")
    return draft


AT_ONCE = (("grade", {"grade": "green"}), ("immediate-answer", {"answer": TEXT}))
ANALYSED = (
    ("analysis", {"root_cause": "Satu loket saja.", "finding": "upheld"}),
    (
        "plan",
        {
            "actions": [
                {"action": TEXT, "person_responsible": "Sari", "due_on": str(today_in_jakarta())}
            ]
        },
    ),
    ("actions/1", {"note": "Dibuka.", "done_on": str(today_in_jakarta())}),
)


@pytest.mark.parametrize("told", [True, False])
def test_reopening_takes_back_what_was_told_of_a_result(node: RunningNode, told: bool) -> None:
    given = receive(node)
    id, number = given["id"], given["number"]
    first = documented(node, id, *AT_ONCE)
    listed = page(node, "dewi", "/terbitkan?menunggu=informed")
    assert "<h1>Menunggu kabar ke pelapor</h1>" in listed
    # Telling waits for no approval: both are what this one waits for.
    (waits,) = re.findall(number + r'.*?<td class="after">(.*?)</td>', listed, re.DOTALL)
    assert waits == "Persetujuan kepala Puskesmas<br>Kabar kepada pelapor"
    if told:
        step(node, "dewi", f"/publications/{first}/informed", channel="phone")
        step(node, "kukuh", f"/publications/{first}/approval", text=TEXT, media=["notice_board"])
        step(node, "dewi", f"/publications/{first}/release")
        assert "Kami kabari Anda" in receipt(node, given)
    step(node, "bayu", f"/cases/{id}/evaluation", effective=False)
    # Of the result that was taken back nothing waits, whether it was told or not.
    for state in ("inform", "approve", "release", "redraft"):
        assert row(node, id, state) is None
    node.until(
        "dewi",
        "/publications",
        lambda _found: number not in page(node, "dewi", "/terbitkan"),
        complaint=id,
    )
    documented(node, id, *ANALYSED)
    assert row(node, id, "inform") and row(node, id, "approve")
    assert number in page(node, "dewi", "/terbitkan?menunggu=informed")
    assert number in page(node, "dewi", "/kasus?state=inform")
    ahead = page(node, "sari", f"/kasus/{id}").split('class="ahead"', 1)[1]
    assert "Pelapor diberi tahu" in ahead and "Hasil dipublikasikan" in ahead
    assert "Pelapor belum diberi tahu" in page(node, "sari", f"/kasus/{id}")
    assert "Kami kabari Anda" not in receipt(node, given)


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"channel": "in_person", "complainant": {}}, set()),
        ({"channel": "whatsapp", "complainant": {}}, {"whatsapp"}),
        (
            {"channel": "in_person", "complainant": {"name": "Siti", "phone": "0812 5550 1234"}},
            {"phone", "sms", "whatsapp"},
        ),
        (
            {"channel": "phone", "complainant": {"email": "s@x.id", "address": "Dusun Kauman"}},
            {"phone", "email", "letter"},
        ),
    ],
    ids=["nothing", "as it came", "a number", "two addresses"],
)
def test_only_what_reaches_the_person_is_offered_to_tell_it(
    node: RunningNode, facts: dict[str, Any], more: set[str]
) -> None:
    draft = documented(node, receive(node, **facts)["id"], *AT_ONCE)
    shown = page(node, "dewi", f"/terbitkan/{draft}")
    offered = re.findall(r'name="informed_channel" value="(\w+)"', shown)
    assert set(offered) == {"in_person", "meeting", "receipt"} | more
    assert "Hanya yang dapat mencapai pelapor" in shown


def receipt(node: RunningNode, given: Given) -> str:
    answer = httpx.post(
        node.address + "/r", data={"receipt": given["receipt"]}, timeout=60, trust_env=False
    )
    return answer.raise_for_status().text
