"""What the district answers to a case that was put before it, and where it is read."""

from tests.integration.test_notices import page, receive, take, told
from tests.running import RunningNode

DECISION = "Pinjam apoteker dari Puskesmas Karanganyar selama dua pekan."


def read(node: RunningNode, username: str, path: str) -> str:
    return node.as_(username).get(node.address + path).raise_for_status().text


def test_the_district_answers_and_the_case_is_the_teams_again(node: RunningNode) -> None:
    given = receive(node)
    id, number = given["id"], given["number"]
    step = f"/cases/{id}/escalation/answer"
    # Nothing was asked of the district yet.
    early = node.as_("wulan").post(step, json={"decision": DECISION})
    assert early.status_code == 409
    take(node, "sari", id, "escalation", reason="Perlu tambahan apoteker.")
    assert node.as_("sari").post(step, json={"decision": DECISION}).status_code == 403
    assert "Menunggu arahan dinas kesehatan." in read(node, "sari", f"/kasus/{id}")
    assert "Menunggu arahan dinas kesehatan." not in read(node, "wulan", f"/kasus/{id}")
    assert number in read(node, "wulan", "/kasus?state=escalated")
    assert "Arahan dinas" in read(node, "wulan", f"/kasus/{id}")
    missing = node.as_("wulan").post(
        f"{node.address}/kasus/{id}/escalation/answer", data={"decision": ""}
    )
    assert missing.status_code == 422 and 'href="#f-decision"' in missing.text
    take(node, "wulan", id, "escalation/answer", decision=DECISION)
    assert number not in read(node, "wulan", "/kasus?state=escalated")
    assert told(node, "sari", number) and DECISION in page(node, "sari")
    assert number in read(node, "sari", "/kasus?state=advised")
    assert "/kasus?state=advised" in read(node, "sari", "/kerja")
    thread = read(node, "sari", f"/kasus/{id}")
    assert "Menunggu arahan dinas kesehatan." not in thread
    assert DECISION in thread and "Dijawab dinas kesehatan" in thread
    assert "Arahan dinas" not in read(node, "wulan", f"/kasus/{id}")
    # The words stay open to the district, whose answer stands beside them.
    assert "Antre lama." in read(node, "wulan", f"/kasus/{id}")
    history = read(node, "agus", f"/laporan/keluhan/{number}")
    assert "menjawab kasus yang dinaikkan kepadanya" in history and DECISION not in history
    case = node.as_("sari").get(f"/cases/{id}").json()
    assert (case["escalated"], case["before_district"]) == (True, False)


def test_what_was_answered_may_be_put_before_the_district_again(node: RunningNode) -> None:
    id = receive(node)["id"]
    for _time in range(2):
        take(node, "sari", id, "escalation", reason="Perlu tambahan apoteker.")
        take(node, "wulan", id, "escalation/answer", decision=DECISION)
    again = node.as_("wulan").post(f"/cases/{id}/escalation/answer", json={"decision": DECISION})
    assert again.status_code == 409
