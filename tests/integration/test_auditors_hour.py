"""An auditor's hour: what was reported of March, what holds by now, and why they differ.

A wrong entry was made in March, and a sheet of paper lay in a drawer; both were found in June.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.by_hand import Office, on

MARCH = {"puskesmas": "puring", "month": "2026-03"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.end()


@pytest.fixture(scope="module")
def told(office: Office) -> dict[str, Any]:
    """Live through the first half of the year; return what was answered on the way."""
    found: dict[str, Any] = {}
    office.at("2026-03-03")
    settled = office.receive(service_unit="loket", categories=["waktu-tunggu"])
    office.post("sari", f"/cases/{settled['id']}/grade", grade="green")
    office.post("sari", f"/cases/{settled['id']}/immediate-answer", answer="Maaf.")
    office.post("sari", f"/cases/{settled['id']}/documentation", summary="Loket ditambah.")
    office.post("bayu", f"/cases/{settled['id']}/evaluation", effective=True)
    office.at("2026-03-10")
    found["wrong"] = office.receive(service_unit="farmasi", categories=["waktu-tunggu"])
    office.at("2026-04-01")
    closing = office.ask("sari", "POST", "/api/v1/puskesmas/puring/recaps/2026-03/closing")
    assert closing.status_code == 201, closing.text
    found["closing"] = closing.json()
    office.settle()
    office.at("2026-06-10")
    wrong = found["wrong"]["id"]
    reason = "Salah pilih unit."
    office.post("sari", f"/complaints/{wrong}/corrections", service_unit="loket", reason=reason)
    office.at("2026-06-12")
    received_at = on("2026-03-20").isoformat()
    found["paper"] = office.receive(channel="meeting", received_at=received_at)
    office.at("2026-06-15")
    return found


def recap(office: Office, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = office.get("agus", "/reports/recap", **MARCH, **more)
    return found


def line(report: dict[str, Any], group: str, part: str | None = None) -> dict[str, Any]:
    (found,) = (each for each in report["lines"] if (each["group"], each["part"]) == (group, part))
    return dict(found)


def test_march_stands_as_it_was_reported_beside_as_it_is(
    office: Office, told: dict[str, Any]
) -> None:
    report = recap(office)
    assert report["closing"]["position"] == told["closing"]["position"]
    assert report["closing"]["reproduced"]
    assert datetime.fromisoformat(report["closing"]["as_of"]) == on("2026-04-01")
    whole = line(report, "all")
    assert whole["as_reported"] == {
        "brought_forward": 0,
        "received": 2,
        "brought_back": 0,
        "closed": 1,
        "carried_forward": 1,
        "praise": 0,
        # Both answers fell due in March; the settlement of 10 March did after the feast.
        "responses_due": 2,
        "responses_on_time": 1,
        "settlements_due": 1,
        "settlements_on_time": 1,
    }
    assert whole["as_now"] == whole["as_reported"] | {
        "received": 3,
        "carried_forward": 2,
        "responses_due": 3,
    }
    assert whole["differs"] == ["received", "carried_forward", "responses_due"]


def test_each_part_says_what_of_it_moved(office: Office, told: dict[str, Any]) -> None:
    report = recap(office)
    pharmacy, desk = line(report, "unit", "farmasi"), line(report, "unit", "loket")
    assert (pharmacy["as_reported"]["received"], pharmacy["as_now"]["received"]) == (1, 0)
    assert (desk["as_reported"]["received"], desk["as_now"]["received"]) == (1, 2)
    assert line(report, "channel", "meeting")["as_reported"]["received"] == 0


def test_each_difference_is_explained_by_its_events(office: Office, told: dict[str, Any]) -> None:
    cases = {each["number"]: each for each in recap(office)["cases"]}
    assert set(cases) == {told["wrong"]["number"], told["paper"]["number"]}
    wrong, paper = cases[told["wrong"]["number"]], cases[told["paper"]["number"]]
    assert wrong["changes"] == [{"name": "unit", "before": "farmasi", "after": "loket"}]
    (correction,) = wrong["events"]
    assert (correction["event"], correction["late"]) == ("ComplaintCorrected", False)
    assert datetime.fromisoformat(correction["arrived_at"]) == on("2026-06-10")
    assert {"name": "received", "before": None, "after": 1} in paper["changes"]
    first = paper["events"][0]
    assert (first["event"], first["late"]) == ("ComplaintReceived", True)
    assert datetime.fromisoformat(first["occurred_at"]) == on("2026-03-20")
    assert datetime.fromisoformat(first["arrived_at"]) == on("2026-06-12")


def test_as_known_at_the_closing_nothing_differs(office: Office, told: dict[str, Any]) -> None:
    report = recap(office, known_at=on("2026-04-01").isoformat())
    assert report["cases"] == []
    assert all(each["differs"] == [] for each in report["lines"])
    earlier = recap(office, known_at=on("2026-03-31").isoformat())
    assert earlier["closing"] is None


def test_the_replay_shows_the_entry_as_it_was_and_the_correction(
    office: Office, told: dict[str, Any]
) -> None:
    number = told["wrong"]["number"]
    steps = [each["step"] for each in office.get("agus", f"/replay/{number}")["items"]]
    assert steps[0] == "ComplaintReceived" and "ComplaintCorrected" in steps
    march = office.get("agus", f"/replay/{number}", known_at=on("2026-04-01").isoformat())
    assert "ComplaintCorrected" not in [each["step"] for each in march["items"]]
    audit = office.get("agus", f"/audit/complaints/{told['wrong']['id']}")
    assert all(len(each["hash"]) == 64 for each in audit["items"])


def test_the_page_says_the_same(office: Office, told: dict[str, Any]) -> None:
    page = office.ask("wulan", "GET", "/laporan/rekap", params=MARCH)
    assert page.status_code == 200
    for said in ("Rekap Maret 2026", "Seperti dilaporkan", "Mengapa berbeda", "datang terlambat"):
        assert said in page.text
    assert told["wrong"]["number"] in page.text and told["paper"]["number"] in page.text


@pytest.mark.parametrize("source", ["log", "stream", "stores"])
def test_rebuilt_facts_say_the_same(office: Office, told: dict[str, Any], source: Any) -> None:
    assert office.hand.differences(source) == ()


# Closing a month: once, when it is over, by whom it is for.


@pytest.mark.parametrize(
    ("who", "path", "status", "code"),
    [
        ("sari", "puring/recaps/2026-03", 409, "already_done"),
        ("sari", "puring/recaps/2026-06", 409, "not_yet"),
        ("sari", "puring/recaps/2030-01", 409, "not_yet"),
        ("sari", "puring/recaps/2026-13", 422, "invalid_input"),
        ("sari", "puring/recaps/maret", 422, "invalid_input"),
        ("sari", "sadang/recaps/2026-03", 403, "forbidden"),
        ("rini", "puring/recaps/2026-02", 403, "forbidden"),
        ("kukuh", "puring/recaps/2026-02", 403, "forbidden"),
    ],
)
def test_a_month_that_cannot_be_closed_says_why(
    office: Office, told: dict[str, Any], who: str, path: str, status: int, code: str
) -> None:
    before = office.hand.node.recaps.recorder.max_notification_id()
    answer = office.ask(who, "POST", f"/api/v1/puskesmas/{path}/closing")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert office.hand.node.recaps.recorder.max_notification_id() == before


def test_a_puskesmas_that_is_none_is_not_found(office: Office, told: dict[str, Any]) -> None:
    asked = {"puskesmas": "antah-berantah", "month": "2026-03"}
    for path in ("/api/v1/reports/recap", "/laporan/rekap"):
        answer = office.ask("wulan", "GET", path, params=asked)
        assert answer.status_code == 404, answer.text


def test_the_same_closing_again_is_the_same_answer(office: Office, told: dict[str, Any]) -> None:
    asked = {"headers": {"Idempotency-Key": "tutup-februari"}}
    path = "/api/v1/puskesmas/puring/recaps/2026-02/closing"
    first, second = (office.ask("sari", "POST", path, **asked) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    office.settle()
    february = office.get("agus", "/reports/recap", puskesmas="puring", month="2026-02")
    assert february["closing"]["position"] == first.json()["position"]
    assert line(february, "all")["as_reported"]["received"] == 0


def test_a_month_is_not_closed_before_all_of_it_is_in(office: Office, told: dict[str, Any]) -> None:
    body = {"channel": "sms", "text": "Antre.", "received_at": on("2026-01-20").isoformat()}
    office.ask("sari", "POST", "/api/v1/puskesmas/puring/complaints", json=body)
    office.hand.relay("intake")
    path = "/api/v1/puskesmas/puring/recaps/2026-01/closing"
    behind = office.ask("sari", "POST", path)
    assert (behind.status_code, behind.json()["code"]) == (503, "unavailable")
    assert "retry-after" in behind.headers
    office.settle()
    assert office.ask("sari", "POST", path).status_code == 201
    office.settle()
    january = office.get("agus", "/reports/recap", puskesmas="puring", month="2026-01")
    assert line(january, "all")["as_reported"]["received"] == 1


def test_a_month_that_runs_shows_no_closing(office: Office, told: dict[str, Any]) -> None:
    june = office.get("agus", "/reports/recap", puskesmas="puring", month="2026-06")
    assert (june["over"], june["closing"], june["cases"]) == (False, None, [])
    assert all(each["as_reported"] is None for each in june["lines"])
    page = office.ask("wulan", "GET", "/laporan/rekap", params={"puskesmas": "puring"})
    assert page.status_code == 200 and "belum ditutup" in page.text
