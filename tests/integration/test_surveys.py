"""A survey by its calls, from terms of reference to publication, and what is refused on the way."""

from typing import Any, Final
from uuid import uuid4

import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from tests.running import RunningNode

KEYS: Final = PERMENPANRB_14_2017.keys
TERMS: Final = {
    "period": "2026-Q4",
    "opens_on": "2026-11-02",
    "closes_on": "2026-11-30",
    "agenda": "Sebar tautan di loket, lalu tutup akhir bulan.",
    "target": "Pengguna loket dan farmasi.",
    "units": ["loket", "farmasi"],
    "ways": ["link", "desk", "paper", "file"],
    "population": 1000,
}


def propose(node: RunningNode, **more: Any) -> str:
    answer = node.as_("sari").post("/puskesmas/puring/surveys", json=TERMS | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def step(node: RunningNode, by: str, id: str, name: str, /, **body: Any) -> Any:
    return node.as_(by).post(f"/surveys/{id}/{name}", json=body)


def opened(node: RunningNode, **more: Any) -> str:
    id = propose(node, **more)
    for who, name, body in (
        ("kukuh", "approval", {}),
        ("sari", "coordination", {"units": ["loket"], "who": ["Bu Yuli"]}),
        ("sari", "opening", {}),
    ):
        answer = step(node, who, id, name, **body)
        assert answer.status_code == 200, answer.text
    return id


def filled(score: int = 4, **more: Any) -> dict[str, Any]:
    return {"scores": dict.fromkeys(KEYS, score)} | more


def test_a_survey_goes_from_its_terms_to_publication(node: RunningNode) -> None:
    id = propose(node)
    early = step(node, "sari", id, "opening")
    assert early.status_code == 409 and early.json()["allowed"] == ["return", "approval"]
    assert step(node, "kukuh", id, "return", remarks="Tambah unit KIA.").status_code == 200
    again = node.as_("sari").post(f"/surveys/{id}/proposal", json=TERMS)
    assert again.status_code == 200, again.text
    stale = node.as_("kukuh").post(f"/surveys/{id}/approval", json={}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert step(node, "kukuh", id, "approval").status_code == 200
    assert step(node, "sari", id, "opening").status_code == 409
    told = {"units": ["loket", "farmasi"], "who": ["Bu Yuli"], "note": "Disebar mulai Senin."}
    assert step(node, "sari", id, "coordination", **told).status_code == 200
    assert step(node, "sari", id, "opening").status_code == 200
    answers = [
        filled(4, unit="loket", groups={"gender": "P"}),
        filled(3, unit="farmasi", groups={"gender": "L"}, remark="Antrean obat lama."),
    ]
    taken = step(node, "rini", id, "answers", answers=answers)
    assert taken.status_code == 201 and len(taken.json()["answers"]) == 2
    result = node.as_("bayu").get(f"/surveys/{id}/result").json()
    assert (result["sample"], result["answers"], result["respondents"]) == (278, 2, 2)
    assert result["index"]["converted"] == "87.50" and result["index"]["quality"] == "B"
    parts = {(each["kind"], each["name"]): each["index"]["converted"] for each in result["parts"]}
    assert parts == {
        ("unit", "farmasi"): "75.00",
        ("unit", "loket"): "100.00",
        ("gender", "L"): "75.00",
        ("gender", "P"): "100.00",
    }
    other = node.as_("bayu").get(f"/surveys/{id}/result", params={"method": "weight=0.11"}).json()
    assert other["index"]["converted"] == "86.63"
    assert step(node, "sari", id, "closing").status_code == 200
    late = step(node, "rini", id, "answers", answers=[filled()])
    assert late.status_code == 409 and late.json()["allowed"] == ["publication"]
    words = {"analysis": "Waktu terendah.", "follow_up": "Loket kedua dibuka."}
    done = step(node, "dewi", id, "publication", media=["notice_board"], **words)
    assert done.status_code == 200, done.text
    node.settle(done.json()["position"])
    events = node.as_("agus").get("/events", params={"limit": 1000}).json()["items"]
    names = [each["type"].split(".")[1] for each in events if each["subject"] == id]
    assert names == [
        *("SurveyProposed", "SurveyReturned", "SurveyProposed", "SurveyApproved"),
        *("SurveyUnitsCoordinated", "SurveyOpened", "SurveyClosed", "SurveyPublished"),
    ]


def test_a_link_answers_once(node: RunningNode) -> None:
    id = opened(node)
    assert step(node, "rini", id, "answers", answers=[filled(link="L-1")]).status_code == 201
    twice = step(node, "rini", id, "answers", answers=[filled(1), filled(1, link="L-1")])
    assert twice.status_code == 409 and twice.json()["code"] == "already_done"
    doubled = step(node, "rini", id, "answers", answers=[filled(link="L-2"), filled(link="L-2")])
    assert doubled.status_code == 422
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 1
    elsewhere = opened(node)
    assert step(node, "rini", elsewhere, "answers", answers=[filled(link="L-1")]).status_code == 201


def test_a_repeated_request_answers_once(node: RunningNode) -> None:
    id, key = opened(node), {"Idempotency-Key": str(uuid4())}
    calls = [
        node.as_("rini").post(f"/surveys/{id}/answers", json={"answers": [filled()]}, headers=key)
        for _ in range(2)
    ]
    assert calls[0].status_code == 201 and calls[0].json() == calls[1].json()
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sample": 1001}, "sample"),
        ({"asked": "permenpanrb-16-2014"}, "asked"),
        ({"method": "weight=0.071"}, "method"),
        ({"units": ["loket", "bandara"]}, "units[1]"),
        ({"closes_on": "2026-11-01"}, "closes_on"),
        ({"population": 0}, "population"),
    ],
)
def test_terms_that_cannot_stand_are_refused_by_field(
    node: RunningNode, wrong: dict[str, Any], field: str
) -> None:
    answer = node.as_("sari").post("/puskesmas/puring/surveys", json=TERMS | wrong)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_every_wrong_field_of_every_answer_is_named_and_none_is_taken(node: RunningNode) -> None:
    id = opened(node)
    answers = [filled(), {"scores": {"parking": 4, "time": 9}, "unit": "kia-kb"}]
    wrong = step(node, "rini", id, "answers", answers=answers)
    assert wrong.status_code == 422
    fields = {each["field"] for each in wrong.json()["errors"]}
    at = "answers[1]."
    assert fields == {f"{at}scores.parking", f"{at}scores.time", f"{at}unit"}
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 0


def test_who_wrote_the_terms_does_not_approve_them(node: RunningNode) -> None:
    assert step(node, "sari", propose(node), "approval").status_code == 403
    assert step(node, "rini", propose(node), "opening").status_code == 403


def test_a_survey_nobody_answered_closes_without_an_index(node: RunningNode) -> None:
    id = opened(node)
    assert step(node, "sari", id, "closing").status_code == 200
    result = node.as_("bayu").get(f"/surveys/{id}/result").json()
    assert result["index"] is None and result["state"] == "closed"
    words = {"analysis": "-", "follow_up": "-"}
    assert step(node, "dewi", id, "publication", media=["clinic_tv"], **words).status_code == 409
