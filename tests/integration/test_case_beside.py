"""What happens with a case beside its path, over HTTP: each step, what it changes, who may read
then, and that facts made anew say the same."""

from typing import Any
from uuid import uuid4

import pytest

from tests.running import RunningNode

ALLOWED_AT_AN_END = ["comments"]
TOO_LATE = "Hasilnya sudah ditulis, jadi tidak dapat dicabut lagi."
WHY = "Menunggu nomor rekam medis dari pelapor."


def receive(node: RunningNode, **facts: Any) -> Any:
    body = {"channel": "in_person", "text": "Antrean lama di loket.", "service_unit": "loket"}
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body | facts)
    assert answer.status_code == 201, answer.text
    node.until("sari", f"/cases/{answer.json()['id']}", lambda found: True)
    return answer.json()


def step(node: RunningNode, id: str, name: str, who: str = "sari", **body: Any) -> Any:
    answer = node.as_(who).post(f"/cases/{id}/{name}", json=body)
    assert answer.status_code == 200, (name, answer.text)
    return answer.json()


def refused(node: RunningNode, id: str, name: str, who: str = "sari", **body: Any) -> Any:
    answer = node.as_(who).post(f"/cases/{id}/{name}", json=body)
    assert answer.status_code == 409, (name, answer.text)
    return answer.json()["allowed"]


def case(node: RunningNode, id: str) -> Any:
    return node.as_("sari").get(f"/cases/{id}").json()


def due(node: RunningNode, id: str) -> dict[str, Any]:
    return {each["name"]: each for each in case(node, id)["deadlines"]}


def in_state(node: RunningNode, id: str, state: str) -> Any:
    return node.until("sari", f"/cases/{id}", lambda found: found["state"] == state)


def reported(node: RunningNode, given: Any, position: str) -> Any:
    """Return how the list of complaints shows a case, once it holds an event."""
    node.settle(position)
    found = node.as_("sari").get("/reports/complaints", params={"limit": 200}).json()["items"]
    (row,) = [each for each in found if each["id"] == given["id"]]
    return row


def listed(node: RunningNode, who: str, state: str) -> list[str]:
    asked: dict[str, str | int] = {"state": state, "limit": 200}
    found = node.as_(who).get("/reports/complaints", params=asked).json()["items"]
    return [each["id"] for each in found]


def page_after_a_remark(node: RunningNode, id: str) -> str:
    """Return a case's page once reports know all that the cases' service had told before it."""
    node.settle(step(node, id, "comments", comment="Dilihat.")["position"])
    return node.as_("sari").get(f"{node.address}/kasus/{id}").text


def documented(node: RunningNode, id: str) -> Any:
    step(node, id, "grade", grade="green")
    step(node, id, "immediate-answer", answer="Sudah dijelaskan.")
    return step(node, id, "documentation", summary="Selesai di tempat.")


def test_the_clock_stands_while_the_complainant_is_waited_for(node: RunningNode) -> None:
    id = receive(node)["id"]
    step(node, id, "grade", grade="green")
    before = due(node, id)
    node.settle(step(node, id, "pause", reason=WHY)["position"])
    waiting = case(node, id)
    assert waiting["paused_since"] and waiting["deadlines"] == []
    assert waiting["allowed"][0] == "resumption" and "pause" not in waiting["allowed"]
    assert id in listed(node, "sari", "paused")
    assert "resumption" in refused(node, id, "immediate-answer", answer="a")
    refused(node, id, "pause", reason="a")
    done = step(node, id, "resumption")
    after = due(node, id)
    assert after.keys() == before.keys() and case(node, id)["paused_since"] is None
    assert after["response"]["due_at"] > before["response"]["due_at"]
    node.settle(done["position"])
    assert id not in listed(node, "sari", "paused")
    refused(node, id, "resumption")
    step(node, id, "immediate-answer", answer="Sudah.")


def test_a_promise_kept_before_the_pause_stays_as_it_was(node: RunningNode) -> None:
    id = receive(node)["id"]
    step(node, id, "grade", grade="green")
    answer = node.as_("sari").post(f"/cases/{id}/meeting-with-complainant", json={"who": ["Sari"]})
    assert answer.status_code == 200
    before = due(node, id)
    step(node, id, "pause", reason=WHY)
    assert list(due(node, id)) == ["response"]
    step(node, id, "resumption", note="Nomor sudah dikirim.")
    after = due(node, id)
    assert after["response"]["due_at"] == before["response"]["due_at"]
    assert after["response"]["verdict"] == "on_time"


def test_who_has_a_case_and_what_is_remarked_stands_in_its_thread(node: RunningNode) -> None:
    id = receive(node)["id"]
    call = {"who": ["Bu Yuli"], "how": "telepon"}
    assert node.as_("sari").post(f"/cases/{id}/team-call", json=call).status_code == 200
    ack = node.as_("sari").post(f"/cases/{id}/team-call/acknowledgement", json={"who": "Bu Yuli"})
    assert ack.status_code == 200
    step(node, id, "assignment", assignee="Pak Edi", unit="loket")
    wrong = node.as_("sari").post(f"/cases/{id}/assignment", json={"assignee": "a", "unit": "x"})
    assert [each["field"] for each in wrong.json()["errors"]] == ["unit"]
    step(node, id, "comments", "kukuh", comment="Tolong dipercepat.")
    shown = case(node, id)
    assert (shown["assignee"], shown["assigned_unit"]) == ("Pak Edi", "loket")
    assert shown["state"] == "received"
    names = [each["name"] for each in shown["steps"]]
    assert names[-3:] == ["TeamCallAcknowledged", "CaseAssigned", "CaseCommented"]


def test_an_escalated_case_may_be_read_by_the_district(node: RunningNode) -> None:
    id = receive(node, text="Kata-kata yang tersegel.")["id"]
    page = f"{node.address}/kasus/{id}"
    assert "Kata-kata yang tersegel." not in node.as_("wulan").get(page).text
    done = step(node, id, "escalation", reason="Perlu keputusan dinas.")
    assert "Kata-kata yang tersegel." in node.as_("wulan").get(page).text
    assert "escalation" not in refused(node, id, "escalation", reason="a")
    assert case(node, id)["escalated"] is True
    node.settle(done["position"])
    assert id in listed(node, "wulan", "escalated")
    queue = node.as_("wulan").get(f"{node.address}/kasus?state=escalated").text
    assert "Kata-kata yang tersegel." in queue


def test_a_referred_complaint_ends_and_says_to_whom_it_went(node: RunningNode) -> None:
    given = receive(node)
    id = given["id"]
    body = {"referred_to": "RSUD Kebumen", "reason": "Bukan wewenang Puskesmas."}
    wrong = node.as_("sari").post(f"/cases/{id}/referral", json=body | {"told_by": "pigeon"})
    assert [each["field"] for each in wrong.json()["errors"]] == ["told_by"]
    done = step(node, id, "referral", told_by="phone", **body)
    shown = case(node, id)
    assert (shown["state"], shown["closed"], shown["allowed"]) == (
        "referred",
        True,
        ALLOWED_AT_AN_END,
    )
    assert refused(node, id, "grade", grade="red") == ALLOWED_AT_AN_END
    row = reported(node, given, done["position"])
    assert (row["state"], row["closed"], row["overdue"]) == ("referred", True, False)
    # Whoever complained reads it on the receipt: where to go on asking.
    found = node.public.post("/receipts/status", json={"receipt": given["receipt"]}).json()
    assert found["referred_to"] == "RSUD Kebumen"
    shown_page = node.public.post(f"{node.address}/r", data={"receipt": given["receipt"]}).text
    assert "Sudah kami teruskan ke RSUD Kebumen." in shown_page
    assert "Kami teruskan ke RSUD Kebumen</b>" in shown_page


def test_a_withdrawn_complaint_ends_its_case_unless_the_result_is_written(
    node: RunningNode,
) -> None:
    open_one, done_one = receive(node), receive(node)
    node.settle(documented(node, done_one["id"])["position"])
    sent = {"reason": "Sudah beres."}
    taken = node.public.post("/receipts/withdrawal", json=sent | {"receipt": open_one["receipt"]})
    assert taken.is_success
    in_state(node, open_one["id"], "withdrawn")
    late = node.public.post("/receipts/withdrawal", json=sent | {"receipt": done_one["receipt"]})
    assert (late.status_code, late.json()["detail"]) == (409, TOO_LATE)
    asked = {"receipt": done_one["receipt"], "wish": "withdraw", "sure": "1"}
    page = node.public.post(f"{node.address}/r/tanggapi", data=asked)
    assert page.status_code == 409 and TOO_LATE in page.text


def test_a_form_offers_and_takes_nothing_that_its_case_no_longer_allows(node: RunningNode) -> None:
    first, done_one = receive(node), receive(node)
    id = done_one["id"]
    node.settle(documented(node, id)["position"])
    sari, key = node.as_("sari"), {"Idempotency-Key": str(uuid4())}
    praise = {"kind": "praise", "reason": "Sebenarnya pujian."}
    refused = [
        sari.post(f"/complaints/{id}/withdrawal", json={}),
        sari.put(f"/complaints/{id}/duplicate-of/{first['id']}", headers=key),
        sari.post(f"/complaints/{id}/corrections", json=praise),
    ]
    assert [each.status_code for each in refused] == [409, 409, 409]
    form = sari.get(f"{node.address}/catat/{id}").text
    assert TOO_LATE in form and "tidak dapat lagi dijawab bersama" in form
    assert "/cabut" not in form and '/duplikat"' not in form
    # All other words of the form may still be put right.
    unit = {"service_unit": "farmasi", "reason": "Salah unit."}
    assert sari.post(f"/complaints/{id}/corrections", json=unit).is_success
    assert {each["name"] for each in case(node, id)["steps"]}.isdisjoint({"CaseRequestRefused"})


def test_nothing_is_asked_of_a_case_that_ended_otherwise(node: RunningNode) -> None:
    given = receive(node)
    body = {"referred_to": "RSUD", "reason": "Bukan wewenang.", "told_by": "phone"}
    node.settle(step(node, given["id"], "referral", **body)["position"])
    sent = {"receipt": given["receipt"], "reason": "Belum beres."}
    for name in ("reopen-request", "withdrawal"):
        answer = node.public.post(f"/receipts/{name}", json=sent)
        assert answer.status_code == 409 and "diteruskan" in answer.json()["detail"]


def test_a_duplicate_ends_and_is_taken_up_again_where_it_stood(node: RunningNode) -> None:
    first, second = receive(node), receive(node)
    link = f"/complaints/{second['id']}/duplicate-of/{first['id']}"
    assert node.as_("sari").put(link, headers={"Idempotency-Key": str(uuid4())}).is_success
    joined = in_state(node, second["id"], "duplicate")
    assert joined["duplicate_of"] == first["id"] and joined["closed"]
    beside = (
        f'Dijawab bersama kasus ini</h2>\n<ul class="small"><li><a href="/kasus/{second["id"]}">'
    )
    assert beside in page_after_a_remark(node, first["id"])
    assert node.as_("sari").delete(link).is_success
    in_state(node, second["id"], "received")
    assert "Dijawab bersama" not in page_after_a_remark(node, first["id"])
    done = step(node, second["id"], "grade", grade="yellow")
    assert done["state"] == "graded"
    assert reported(node, second, done["position"])["state"] == "graded"


def test_a_complainant_may_have_a_case_reopened_that_has_a_result(node: RunningNode) -> None:
    open_one, done_one = receive(node), receive(node)
    documented(node, done_one["id"])
    for given in (open_one, done_one):
        sent = {"receipt": given["receipt"], "reason": "Antre lagi."}
        assert node.public.post("/receipts/reopen-request", json=sent).is_success
    in_state(node, done_one["id"], "reopened")
    shown = node.until(
        "sari",
        f"/cases/{open_one['id']}",
        lambda found: "CaseRequestRefused" in {each["name"] for each in found["steps"]},
    )
    assert shown["state"] == "received"


def test_the_quality_chair_reopens_a_closed_case_by_hand(node: RunningNode) -> None:
    id = receive(node)["id"]
    documented(node, id)
    step(node, id, "evaluation", "bayu", effective=True)
    assert case(node, id)["allowed"] == ["reopening", "comments"]
    assert node.as_("sari").post(f"/cases/{id}/reopening", json={"reason": "a"}).status_code == 403
    done = step(node, id, "reopening", "bayu", reason="Keluhan sama datang lagi.")
    assert done["state"] == "reopened"


def test_a_case_follows_its_form(node: RunningNode) -> None:
    given = receive(node)
    id, at = given["id"], f"/complaints/{given['id']}/corrections"

    def correct(**facts: Any) -> None:
        answer = node.as_("rini").post(at, json={"reason": "Salah tulis."} | facts)
        assert answer.status_code == 200, answer.text

    before = due(node, id)["settlement"]["due_at"]
    correct(kind="information_request", service_unit="farmasi")
    changed = node.until("sari", f"/cases/{id}", lambda found: found["service_unit"] == "farmasi")
    assert changed["kind"] == "information_request"
    assert due(node, id)["settlement"]["due_at"] < before
    correct(kind="praise")
    in_state(node, id, "withdrawn")
    ended = node.as_("sari").get(f"{node.address}/kasus/{id}").text
    assert "Ternyata pujian" in ended and "Dicabut" not in ended
    correct(kind="complaint")
    assert in_state(node, id, "received")["kind"] == "complaint"
    praised = node.as_("rini").post(
        "/puskesmas/puring/complaints",
        json={"channel": "in_person", "text": "Ramah.", "kind": "praise"},
    )
    again = f"/complaints/{praised.json()['id']}/corrections"
    body = {"reason": "Ternyata keluhan.", "kind": "complaint"}
    assert node.as_("rini").post(again, json=body).is_success
    opened = in_state(node, praised.json()["id"], "received")
    assert opened["number"] == praised.json()["number"]


def test_an_issue_that_keeps_coming_back_is_shown_on_each_of_its_cases(node: RunningNode) -> None:
    facts = {"service_unit": "imunisasi", "categories": ["sikap-petugas"]}
    first, second, third = (receive(node, **facts) for _each in range(3))
    other = receive(node, service_unit="farmasi", categories=["sikap-petugas"])
    node.settle(other["position"])
    page = node.as_("sari").get(f"{node.address}/kasus/{first['id']}").text
    assert "Masalah berulang" in page
    assert second["number"] in page and third["number"] in page and other["number"] not in page
    alone = node.as_("sari").get(f"{node.address}/kasus/{other['id']}").text
    assert "Masalah berulang" not in alone


@pytest.mark.parametrize("source", ["log", "stream", "stores"])
def test_facts_made_anew_say_the_same(node: RunningNode, source: str) -> None:
    done = node.tanggap("rebuild", "--from", source, "--check")
    assert done.returncode == 0, done.stdout + done.stderr
