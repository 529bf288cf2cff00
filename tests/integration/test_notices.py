"""The bell: who is told of what in the product, and up to where they have seen it."""

import re
from typing import Any

from tests.running import RunningNode
from tests.waiting import looks, until

BELL = "/pemberitahuan"


def page(node: RunningNode, username: str) -> str:
    return node.as_(username).get(node.address + BELL).raise_for_status().text


def unread(node: RunningNode, username: str) -> int:
    found = node.as_(username).get(node.address + BELL + "/baru").raise_for_status().json()
    count: int = found["new"]
    return count


def all_seen(node: RunningNode, username: str) -> None:
    until = re.search(r'name="until" value="(\d+)"', page(node, username))
    if until:
        form = {"until": until[1]}
        node.as_(username).post(node.address + BELL + "/dibaca", data=form)


def receive(node: RunningNode, by: str = "rini", unit: str | None = None) -> dict[str, Any]:
    body = {"channel": "phone", "kind": "complaint", "text": "Antre lama.", "service_unit": unit}
    answer = node.as_(by).post("/puskesmas/puring/complaints", json=body)
    given: dict[str, Any] = answer.raise_for_status().json()
    node.until("sari", f"/cases/{given['id']}", lambda _case: True)
    node.settle(given["position"])
    return given


def take(node: RunningNode, username: str, id: str, step: str, **body: Any) -> None:
    answer = node.as_(username).post(f"/cases/{id}/{step}", json=body).raise_for_status()
    node.settle(answer.json()["position"])


def told(node: RunningNode, username: str, number: str) -> bool:
    """Say whether somebody is told of a case, waiting for what is on its way."""
    return any(number in page(node, username) for _look in looks())


def test_a_new_complaint_rings_for_the_team_alone(node: RunningNode) -> None:
    all_seen(node, "sari")
    given = receive(node)
    assert told(node, "sari", given["number"])
    assert unread(node, "sari") == 1
    for other in ("rini", "bayu", "kukuh", "dewi", "wulan"):
        assert given["number"] not in page(node, other)


def test_what_was_shown_is_seen_and_what_came_since_stays_new(node: RunningNode) -> None:
    first = receive(node)
    assert told(node, "sari", first["number"])
    shown = re.search(r'name="until" value="(\d+)"', page(node, "sari"))
    second = receive(node)
    assert shown and told(node, "sari", second["number"])
    sari = node.as_("sari")
    answer = sari.post(node.address + BELL + "/dibaca", data={"until": shown[1]})
    assert answer.is_redirect or answer.is_success
    assert unread(node, "sari") == 1
    # An older page marks nothing as new again, and a made-up instant nothing that is to come.
    sari.post(node.address + BELL + "/dibaca", data={"until": str(2**52)})
    assert unread(node, "sari") == 0
    sari.post(node.address + BELL + "/dibaca", data={"until": "0"})
    assert unread(node, "sari") == 0
    third = receive(node)
    assert told(node, "sari", third["number"]) and unread(node, "sari") == 1


def test_a_place_that_is_no_place_is_refused(node: RunningNode) -> None:
    for typed in ("x", "-1", str(2**60), ""):
        answer = node.as_("sari").post(node.address + BELL + "/dibaca", data={"until": typed})
        assert answer.status_code == 422


def test_praise_rings_until_it_is_put_right_to_be_none(node: RunningNode) -> None:
    body = {"channel": "phone", "kind": "praise", "text": "Antre lama."}
    given = node.as_("rini").post("/puskesmas/puring/complaints", json=body).json()
    assert told(node, "kukuh", given["number"])
    body = {"kind": "complaint", "reason": "Ternyata keluhan."}
    answer = node.as_("rini").post(f"/complaints/{given['id']}/corrections", json=body)
    node.settle(answer.raise_for_status().json()["position"])
    assert given["number"] not in page(node, "kukuh")
    # The team is called to the case that it has become.
    assert told(node, "sari", given["number"])


def test_the_district_is_told_of_what_is_put_before_it(node: RunningNode) -> None:
    given = receive(node)
    assert given["number"] not in page(node, "wulan")
    take(node, "sari", given["id"], "escalation", reason="Perlu tambahan apoteker.")
    assert told(node, "wulan", given["number"])
    # Not whoever did it.
    assert page(node, "sari").count(given["number"]) == 1


def test_those_whom_the_team_calls_are_told(node: RunningNode) -> None:
    given = receive(node)
    take(node, "sari", given["id"], "team-call", who=["head", "Ibu Ratna"], how="rapat pagi")
    assert told(node, "kukuh", given["number"]) and "rapat pagi" in page(node, "kukuh")
    assert given["number"] not in page(node, "bayu")


def test_a_coordinator_is_called_only_to_a_case_whose_unit_says_which(node: RunningNode) -> None:
    offered = 'name="called_coordinator"'
    pages = [
        node.as_("sari").get(f"{node.address}/kasus/{given['id']}").text
        for given in (receive(node, unit="loket"), receive(node))
    ]
    assert [offered in page for page in pages] == [True, False]
    assert "formulirnya tidak menyebut unit" in pages[1]


def test_a_case_that_was_not_handled_well_rings_for_the_team_again(node: RunningNode) -> None:
    given = receive(node)
    for step, body in (
        ("grade", {"grade": "green"}),
        ("immediate-answer", {"answer": "Sudah ada."}),
        ("documentation", {"summary": "Obat sudah ada."}),
    ):
        take(node, "sari", given["id"], step, **body)
    all_seen(node, "sari")
    take(node, "bayu", given["id"], "evaluation", effective=False)
    until(lambda: bool(unread(node, "sari")))
    assert "Kasus dibuka kembali" in page(node, "sari")
