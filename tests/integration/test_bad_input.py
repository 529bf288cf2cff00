"""Bad input on every call of the path: a clear refusal, and nothing half written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.running import RunningNode

GOOD = {"channel": "in_person", "text": "Antrean lama di loket.", "service_unit": "loket"}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
LONG = "x" * 10_001
PATH = "/puskesmas/puring/complaints"


def complaint(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (GOOD | changes).items() if value != "absent"}


@pytest.fixture
def case(node: RunningNode) -> str:
    """A complaint whose case is open."""
    answer = node.as_("rini").post(PATH, json=GOOD)
    assert answer.status_code == 201
    id: str = answer.json()["id"]
    node.until("sari", f"/cases/{id}", lambda found: True)
    return id


def count_events(node: RunningNode) -> int:
    return len(node.as_("agus").get("/events", params={"limit": 1000}).json()["items"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "absent"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": 7}, "channel"),
        ({"text": "absent"}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": LONG}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "Antre\x00 lama"}, "text"),
        ({"complainant": {"name": "Siti\x1b"}}, "complainant.name"),
        ({"complainant": {"email": "siti\x00@contoh.id"}}, "complainant.email"),
        ({"kind": "gossip"}, "kind"),
        ({"service_unit": "kantin"}, "service_unit"),
        ({"categories": ["cuaca"]}, "categories[0]"),
        ({"categories": "waktu-tunggu"}, "categories"),
        ({"barrier": "jarak"}, "barrier"),
        ({"occurred_at": TOMORROW}, "occurred_at"),
        ({"received_at": TOMORROW}, "received_at"),
        ({"received_at": "kemarin"}, "received_at"),
        ({"received_at": "2026-11-02T09:30:00"}, "received_at"),
        ({"confidentiality": "secret"}, "confidentiality"),
        ({"complainant": {"phone": "nol delapan"}}, "complainant.phone"),
        ({"complainant": {"email": "rumah"}}, "complainant.email"),
        ({"complainant": {"relation": "musuh"}}, "complainant.relation"),
        ({"complainant": {"nik": "3305"}}, "complainant.nik"),
        ({"confidentiality": "anonymous", "complainant": {"name": "Siti"}}, "complainant"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named(node: RunningNode, changes: dict[str, Any], field: str) -> None:
    answer = node.as_("rini").post(PATH, json=complaint(**changes))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert field in [each["field"] for each in problem["errors"]], problem
    assert all(each["message"] for each in problem["errors"])


@pytest.mark.parametrize(
    ("content", "type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": "\xff\xfe"}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b"", "application/json", 422),
        (b"channel=in_person", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    node: RunningNode, content: bytes, type: str, status: int
) -> None:
    answer = node.as_("rini").post(PATH, content=content, headers={"content-type": type})
    assert answer.status_code == status, answer.text
    assert answer.json()["code"]


def test_twenty_megabytes_are_too_large(node: RunningNode) -> None:
    answer = node.as_("rini").post(PATH, json=complaint(text="x" * (20 << 20)))
    assert answer.status_code == 413, answer.text


def test_an_unknown_puskesmas_is_not_found_by_those_who_reach_all(node: RunningNode) -> None:
    answer = node.as_("rini").post("/puskesmas/atlantis/complaints", json=GOOD)
    assert answer.status_code in (403, 404)


def test_another_puskesmas_is_out_of_reach(node: RunningNode) -> None:
    answer = node.as_("rini").post("/puskesmas/sempor-1/complaints", json=GOOD)
    assert answer.status_code == 403


def test_refusals_leave_no_event_and_no_number(node: RunningNode) -> None:
    first = node.as_("rini").post(PATH, json=GOOD).json()
    node.settle(first["position"])
    before = count_events(node)
    for changes in ({"text": ""}, {"service_unit": "kantin"}, {"received_at": TOMORROW}):
        assert node.as_("rini").post(PATH, json=complaint(**changes)).status_code == 422
    second = node.as_("rini").post(PATH, json=GOOD).json()
    assert int(second["number"][-6:]) == int(first["number"][-6:]) + 1
    node.settle(second["position"])
    assert count_events(node) >= before + 1


def test_one_key_gives_one_complaint_and_no_second_body(node: RunningNode) -> None:
    key = {"Idempotency-Key": "satu"}
    first = node.as_("rini").post(PATH, json=GOOD, headers=key)
    again = node.as_("rini").post(PATH, json=GOOD, headers=key)
    assert again.json() == first.json()
    other = node.as_("rini").post(PATH, json=complaint(text="lain"), headers=key)
    assert other.status_code == 422 and other.json()["code"] == "idempotency_key_reused"


def test_a_refusal_is_not_kept_under_its_key(node: RunningNode) -> None:
    key = {"Idempotency-Key": "ditolak"}
    assert node.as_("rini").post(PATH, json=complaint(text=""), headers=key).status_code == 422
    assert node.as_("rini").post(PATH, json=GOOD, headers=key).status_code == 201


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("immediate-answer", {"answer": "ya"}),
        ("analysis", {"root_cause": "x", "finding": "upheld"}),
        (
            "plan",
            {"actions": [{"action": "a", "person_responsible": "b", "due_on": SOON}]},
        ),
        ("actions/1", {"done_on": "2026-11-01", "note": "x"}),
        ("documentation", {"summary": "x"}),
    ],
)
def test_a_step_out_of_order_says_which_steps_are_allowed(
    node: RunningNode, case: str, step: str, body: dict[str, Any]
) -> None:
    answer = node.as_("sari").post(f"/cases/{case}/{step}", json=body)
    assert answer.status_code == 409, answer.text
    assert answer.json()["allowed"] == [
        "grade",
        "pause",
        "referral",
        "escalation",
        "team-call",
        "team-call/acknowledgement",
        "meeting-with-complainant",
        "assignment",
        "comments",
    ]


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("grade", {"grade": "purple"}, "grade"),
        ("grade", {}, "grade"),
        ("grade", {"grade": "red", "occurred_at": TOMORROW}, "occurred_at"),
        ("grade", {"grade": "red", "occurred_at": "2020-01-01T00:00:00Z"}, "occurred_at"),
        ("meeting-with-complainant", {"who": []}, "who"),
        ("team-call", {"who": ["Sari"], "how": ""}, "how"),
    ],
)
def test_a_wrong_field_of_a_step_is_named(
    node: RunningNode, case: str, step: str, body: dict[str, Any], field: str
) -> None:
    answer = node.as_("sari").post(f"/cases/{case}/{step}", json=body)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert node.as_("sari").get(f"/cases/{case}").json()["state"] == "received"


def test_a_stale_version_is_refused(node: RunningNode, case: str) -> None:
    seen = node.as_("sari").get(f"/cases/{case}").headers["etag"]
    first = node.as_("sari").post(
        f"/cases/{case}/grade", json={"grade": "red"}, headers={"If-Match": seen}
    )
    assert first.status_code == 200
    late = node.as_("sari").post(
        f"/cases/{case}/grade", json={"grade": "green"}, headers={"If-Match": seen}
    )
    assert late.status_code == 412
    assert node.as_("sari").get(f"/cases/{case}").json()["grade"] == "red"


def test_of_two_people_at_once_one_is_told(node: RunningNode, case: str) -> None:
    node.as_("sari").post(f"/cases/{case}/grade", json={"grade": "red"})
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: node.as_("sari").post(
                    f"/cases/{case}/immediate-answer", json={"answer": f"jawaban {n}"}
                ),
                range(8),
            )
        )
    assert sorted(each.status_code for each in answers) == [200] + [409] * 7


def test_html_in_words_stays_text(node: RunningNode) -> None:
    text = "<script>alert(1)</script><b>antre</b>"
    answer = node.as_("rini").post(PATH, json=complaint(text=text))
    assert answer.status_code == 201


@pytest.fixture(scope="module", autouse=True)
def alive(node: RunningNode) -> Iterator[None]:
    """The node outlives it all, and no request ended in a fault of ours."""
    yield
    node.process_must_live()
    log = (node.data.parent / "node.log").read_text()
    assert "Traceback" not in log and "unexpected" not in log
