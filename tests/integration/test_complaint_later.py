"""What is done later to a complaint's form, over HTTP: each step once, by those who may, and only
where the form itself allows it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import RunningNode
from tests.unit.test_attachments import JPEG, PDF, PHOTOS, SECRET, telling_jpeg

PATH = "/puskesmas/puring/complaints"
PERSON = {"name": "Bu Warsini", "phone": "0812-0000-7777"}


def receive(node: RunningNode, puskesmas: str = "puring", **facts: Any) -> Any:
    body = {"channel": "in_person", "text": "Antrean lama di loket."} | facts
    answer = node.as_("rini").post(f"/puskesmas/{puskesmas}/complaints", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def types(node: RunningNode, id: str, position: str) -> list[str]:
    node.settle(position)
    found = node.as_("agus").get("/events", params={"complaint": id}).json()["items"]
    return [each["type"] for each in found if "intake" in each["source"]]


def fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["field"] for each in answer.json()["errors"]]


def test_a_correction_changes_what_it_names_and_nothing_else(node: RunningNode) -> None:
    given = receive(node, service_unit="loket", complainant=PERSON, barrier="language")
    at, headers = f"/complaints/{given['id']}", {"Idempotency-Key": str(uuid4())}
    body = {"reason": "Salah unit.", "service_unit": "farmasi", "categories": ["waktu-tunggu"]}
    first = node.as_("rini").post(f"{at}/corrections", json=body, headers=headers)
    assert first.status_code == 200, first.text
    again = node.as_("rini").post(f"{at}/corrections", json=body, headers=headers)
    assert again.json() == first.json()
    assert first.headers["etag"] == '"2"' and first.json()["version"] == 2
    shown = node.as_("sari").get(at).json()
    assert (shown["service_unit"], shown["categories"]) == ("farmasi", ["waktu-tunggu"])
    assert (shown["channel"], shown["number"]) == ("in_person", given["number"])
    assert types(node, given["id"], first.json()["position"]) == [
        "tanggap.ComplaintReceived.v1",
        "tanggap.ComplaintCorrected.v1",
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": "a"}, "reason"),
        ({"reason": "a", "channel": "in_person"}, "reason"),
        ({"reason": "a", "channel": "pigeon"}, "channel"),
        ({"reason": "a", "text": None}, "text"),
        ({"reason": "a", "categories": ["cuaca"]}, "categories[0]"),
        ({"reason": "a", "confidentiality": "anonymous"}, "complainant"),
        ({"reason": "a", "complainant": {"wants_answer_by": "whatsapp"}}, "complainant.phone"),
        ({"reason": "a", "number": "PRG-1"}, "number"),
        (
            {"reason": "a", "barrier": "habit", "corrected_at": "2020-01-01T00:00:00Z"},
            "corrected_at",
        ),
    ],
)
def test_a_correction_that_cannot_stand_names_its_field(
    node: RunningNode, body: dict[str, Any], field: str
) -> None:
    given = receive(node, complainant=PERSON)
    answer = node.as_("rini").post(f"/complaints/{given['id']}/corrections", json=body)
    assert field in fields(answer)
    assert node.as_("rini").get(f"/complaints/{given['id']}").json()["version"] == 1


def test_a_correction_of_what_changed_meanwhile_is_refused(node: RunningNode) -> None:
    given = receive(node)
    at = f"/complaints/{given['id']}/corrections"
    stale = {"If-Match": '"1"'}
    assert node.as_("rini").post(at, json={"reason": "a", "barrier": "habit"}).is_success
    late = node.as_("sari").post(at, json={"reason": "b", "barrier": "culture"}, headers=stale)
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("wish", "missing"),
    [("whatsapp", "phone"), ("sms", "phone"), ("phone", "phone"), ("email", "email")],
)  # fmt: skip
def test_an_answer_that_could_not_reach_anybody_is_asked_about(
    node: RunningNode, wish: str, missing: str
) -> None:
    body = {"channel": "in_person", "text": "a", "complainant": {"wants_answer_by": wish}}
    answer = node.as_("rini").post(PATH, json=body)
    assert fields(answer) == [f"complainant.{missing}"]
    reach = {"phone": "0812", "email": "a@b.example"}
    receive(node, complainant={"wants_answer_by": wish, missing: reach[missing]})
    receive(node, complainant={"wants_answer_by": "in_person"})
    receive(node, complainant={"wants_answer_by": "letter"})


def test_a_complaint_is_withdrawn_once(node: RunningNode) -> None:
    given = receive(node)
    at = f"/complaints/{given['id']}/withdrawal"
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"reason": "Sudah beres sendiri."}
    first = node.as_("rini").post(at, json=body, headers=headers)
    assert first.status_code == 200, first.text
    assert node.as_("rini").post(at, json=body, headers=headers).json() == first.json()
    assert node.as_("rini").post(at, json={}).status_code == 409
    assert node.as_("sari").get(f"/complaints/{given['id']}").json()["withdrawn"] is True
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    other = receive(node)
    later = node.as_("rini").post(
        f"/complaints/{other['id']}/withdrawal", json={"withdrawn_at": future}
    )
    assert fields(later) == ["withdrawn_at"]
    assert types(node, given["id"], first.json()["position"])[1:] == [
        "tanggap.ComplaintWithdrawn.v1"
    ]


def test_a_rating_that_is_sent_again_answers_the_same_though_its_case_is_over(
    node: RunningNode,
) -> None:
    given = receive(node)
    said = {"receipt": given["receipt"], "rating": 4}
    headers = {"Idempotency-Key": str(uuid4())}
    first = node.public.post("/receipts/rating", json=said, headers=headers)
    assert first.status_code == 200, first.text
    taken_back = node.as_("rini").post(f"/complaints/{given['id']}/withdrawal", json={})
    position = taken_back.raise_for_status().json()["position"]
    # From then on the lists know of it, and a new rating is refused.
    types(node, given["id"], position)
    node.until("sari", f"/cases/{given['id']}", lambda case: case["state"] == "withdrawn")
    node.until(
        "sari",
        "/reports/complaints?state=withdrawn",
        lambda found: any(each["id"] == given["id"] for each in found["items"]),
    )
    assert node.public.post("/receipts/rating", json=said).status_code == 409
    again = node.public.post("/receipts/rating", json=said, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


def test_duplicates_lead_to_one_original_of_the_same_puskesmas(node: RunningNode) -> None:
    a, b, c = (receive(node)["id"] for _each in range(3))
    away = receive(node, "lamaru")["id"]
    sari = node.as_("sari")

    def link(one: str, other: str) -> httpx.Response:
        return sari.put(f"/complaints/{one}/duplicate-of/{other}")

    first = link(a, b)
    assert first.status_code == 200, first.text
    again = link(a, b)
    assert again.status_code == 200 and again.json()["version"] == first.json()["version"]
    assert sari.get(f"/complaints/{a}").json()["duplicate_of"] == b
    assert [link(*pair).status_code for pair in ((a, a), (a, c), (b, a), (c, a), (b, c))] == [
        409
    ] * 5
    assert link(c, away).status_code == 409
    assert link(c, str(uuid4())).status_code == 404
    assert node.as_("rini").put(f"/complaints/{c}/duplicate-of/{b}").status_code == 403
    wrong = sari.delete(f"/complaints/{a}/duplicate-of/{c}")
    assert wrong.status_code == 404
    off = sari.delete(f"/complaints/{a}/duplicate-of/{b}")
    assert off.status_code == 200 and sari.get(f"/complaints/{a}").json()["duplicate_of"] is None
    last = link(b, c)
    assert last.status_code == 200, "b is no original any more"
    assert types(node, a, last.json()["position"])[1:] == [
        "tanggap.DuplicateLinked.v1",
        "tanggap.DuplicateUnlinked.v1",
    ]


def test_a_box_is_opened_and_each_slip_is_a_complaint(node: RunningNode) -> None:
    at = "/puskesmas/puring/box-openings"
    slips = [{"text": f"Surat {n}", "service_unit": "loket"} for n in range(3)]
    body = {
        "opened_at": "2026-11-02T08:00:00+07:00",
        "officers": ["Sari", "Rini"],
        "slips": slips,
    }
    headers = {"Idempotency-Key": str(uuid4())}
    first = node.as_("rini").post(at, json=body, headers=headers)
    assert first.status_code == 201, first.text
    assert node.as_("rini").post(at, json=body, headers=headers).json() == first.json()
    found = first.json()["complaints"]
    numbers = [each["number"] for each in found]
    assert numbers == sorted(set(numbers)) and len(numbers) == 3
    for each in found:
        shown = node.as_("sari").get(f"/complaints/{each['id']}").json()
        assert shown["channel"] == "suggestion_box"
        assert shown["received_at"] == "2026-11-02T08:00:00+07:00"
        node.until("sari", f"/cases/{each['id']}", lambda case: True)
    node.settle(first.json()["position"])
    status = node.public.post("/receipts/status", json={"receipt": found[0]["receipt"]})
    assert status.json()["number"] == numbers[0]
    empty = node.as_("sari").post(at, json=body | {"slips": []})
    assert empty.status_code == 201 and empty.json()["complaints"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"officers": []}, "officers"),
        ({"opened_at": None}, "opened_at"),
        ({"opened_at": "2999-01-01T00:00:00Z"}, "opened_at"),
        ({"slips": [{"text": "a"}, {"text": ""}]}, "slips[1].text"),
        ({"slips": [{"text": "a"}, {"text": "b", "barrier": "x"}]}, "slips[1].barrier"),
        ({"slips": [{"text": "a", "channel": "web"}]}, "slips[0].channel"),
        ({"slips": [{"text": "a", "occurred_at": "2999-01-01T00:00:00Z"}]}, "slips[0].occurred_at"),
        ({"slips": [{"text": "a"}] * 501}, "slips"),
    ],
)  # fmt: skip
def test_a_box_opening_is_taken_whole_or_not_at_all(
    node: RunningNode, change: dict[str, Any], field: str
) -> None:
    before = receive(node)["number"]
    body = {"opened_at": "2026-11-02T08:00:00+07:00", "officers": ["Sari"], "slips": []} | change
    assert field in fields(node.as_("rini").post("/puskesmas/puring/box-openings", json=body))
    assert int(receive(node)["number"][-6:]) == int(before[-6:]) + 1


def attach(
    node: RunningNode, id: str, data: bytes, name: str, who: str = "rini", **headers: str
) -> httpx.Response:
    path = f"/complaints/{id}/attachments"
    return node.as_(who).post(path, files={"file": (name, data)}, headers=headers)


@pytest.mark.parametrize(
    ("data", "name", "type", "offered"),
    [
        (telling_jpeg(), "IMG_2024.JPG", "image/jpeg", "IMG_2024.jpg"),
        (PHOTOS["image/png"], "../../etc/passwd", "image/png", "passwd.png"),
        (PHOTOS["image/webp"], "foto loket.webp", "image/webp", "foto%20loket.webp"),
        (PDF, "surat.jpg", "application/pdf", "surat.pdf"),
        (PDF, "", "application/pdf", "lampiran.pdf"),
    ],
)
def test_a_file_is_kept_sealed_and_given_to_those_who_may(
    node: RunningNode, data: bytes, name: str, type: str, offered: str
) -> None:
    given = receive(node)
    done = attach(node, given["id"], data, name or "x")
    if not name:  # a form may name a file with nothing but a folder
        done = attach(node, given["id"], data, "C:\\")
    assert done.status_code == 201, done.text
    assert done.json()["media_type"] == type
    path = f"/complaints/{given['id']}/attachments/{done.json()['attachment']}"
    for who in ("sari", "bayu", "kukuh", "dewi", "rini"):
        got = node.as_(who).get(path)
        assert got.status_code == 200, (who, got.text)
        assert len(got.content) == done.json()["size"] and SECRET not in got.content
        assert got.headers["content-type"] == type
        disposition = got.headers["content-disposition"]
        assert disposition == f"attachment; filename*=UTF-8''{offered}"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"] == "no-store"
    for who in ("wulan", "agus", "admin"):
        assert node.as_(who).get(path).status_code == 403
    listed = node.as_("sari").get(f"/complaints/{given['id']}").json()["attachments"]
    assert done.json()["attachment"] in [each["id"] for each in listed]
    other = receive(node)["id"]
    assert node.as_("sari").get(path.replace(given["id"], other)).status_code == 404


def test_the_same_file_under_the_same_key_is_kept_once(node: RunningNode) -> None:
    id = receive(node)["id"]
    key = {"Idempotency-Key": str(uuid4())}
    first = attach(node, id, JPEG, "a.jpg", **key)
    assert attach(node, id, JPEG, "a.jpg", **key).json() == first.json()
    assert attach(node, id, PDF, "a.jpg", **key).status_code == 422
    kept = [each.name for each in (node.data / "attachments" / id).iterdir()]
    assert kept == [first.json()["attachment"]]


def test_what_is_refused_leaves_no_file(node: RunningNode) -> None:
    id = receive(node)["id"]
    assert fields(attach(node, id, b"MZ\x90\0", "foto.jpg")) == ["file"]
    assert fields(attach(node, id, b"", "foto.jpg")) == ["file"]
    assert attach(node, id, PDF + bytes(10 << 20), "a.pdf").status_code == 413
    assert attach(node, id, PDF + bytes(12 << 20), "a.pdf").status_code == 413
    assert attach(node, id, JPEG, "a.jpg", **{"If-Match": '"7"'}).status_code == 412
    assert attach(node, id, JPEG, "a.jpg", who="bayu").status_code == 403
    assert attach(node, str(uuid4()), JPEG, "a.jpg").status_code == 404
    for _each in range(20):
        assert attach(node, id, JPEG, "a.jpg").status_code == 201
    assert attach(node, id, JPEG, "a.jpg").status_code == 409
    assert len(list((node.data / "attachments" / id).iterdir())) == 20
