"""A case says of each promise by which rule it was made, how it was counted, and if it was kept."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.intake.application import Form
from services.kernel.aggregate import Intent
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, load_district
from services.main.migrate import opened
from services.main.settings import Settings
from services.resolution.jobs import OVERDUE, tasks
from tests.running import RunningNode

COMPLAINTS = "/puskesmas/puring/complaints"


def received(node: RunningNode, at: datetime, **more: Any) -> str:
    body = {"channel": "sms", "text": "Antre.", "received_at": at.isoformat(), **more}
    id: str = node.as_("rini").post(COMPLAINTS, json=body).raise_for_status().json()["id"]
    node.until("sari", f"/cases/{id}", lambda found: True)
    return id


def step(node: RunningNode, id: str, name: str, user: str = "sari", **body: Any) -> None:
    answer = node.as_(user).post(f"/cases/{id}/{name}", json=body)
    assert answer.status_code == 200, answer.text


def deadlines(node: RunningNode, id: str) -> dict[str, Any]:
    found = node.as_("sari").get(f"/cases/{id}").json()["deadlines"]
    return {each["name"]: each for each in found}


def test_what_is_not_done_is_not_yet_due_or_overdue(node: RunningNode) -> None:
    now = system_clock()
    fresh = deadlines(node, received(node, now))
    assert {each["verdict"] for each in fresh.values()} == {"not_yet_due"}
    assert all(each["done_at"] is None for each in fresh.values())
    old = deadlines(node, received(node, now - timedelta(days=400)))
    assert {each["verdict"] for each in old.values()} == {"overdue"}


def test_the_response_and_the_settlement_are_judged_apart(node: RunningNode) -> None:
    start = system_clock() - timedelta(days=400)
    id = received(node, start)
    step(node, id, "grade", grade="red", occurred_at=(start + timedelta(hours=1)).isoformat())
    answered_at = start + timedelta(hours=2)
    step(node, id, "immediate-answer", answer="Maaf.", answered_at=answered_at.isoformat())
    found = deadlines(node, id)
    assert found["response"]["verdict"] == "on_time"
    assert datetime.fromisoformat(found["response"]["done_at"]) == answered_at
    assert found["settlement"]["verdict"] == "overdue"
    step(node, id, "documentation", summary="Selesai.")
    assert deadlines(node, id)["settlement"]["verdict"] == "late"
    step(node, id, "evaluation", "bayu", effective=False)
    assert deadlines(node, id)["settlement"]["verdict"] == "overdue", "reopening takes it back"
    assert deadlines(node, id)["response"]["verdict"] == "on_time", "an answer once given stands"


def test_reports_agree_on_a_case_that_is_written_down_late(node: RunningNode) -> None:
    start = system_clock() - timedelta(days=30)
    id = received(node, start, service_unit="laboratorium")
    at = [start + timedelta(hours=hours) for hours in range(4)]
    step(node, id, "grade", grade="red", occurred_at=at[1].isoformat())
    step(node, id, "immediate-answer", answer="Maaf.", answered_at=at[2].isoformat())
    body = {"summary": "Selesai.", "occurred_at": at[3].isoformat()}
    answer = node.as_("sari").post(f"/cases/{id}/documentation", json=body).raise_for_status()
    node.settle(answer.json()["position"])
    steps = {each["step"]: each for each in node.json("replay", id, "--json")["items"]}
    path = ("ComplaintReceived", "CaseGraded", "ImmediateAnswerGiven", "ResolutionDocumented")
    assert [datetime.fromisoformat(steps[name]["happened_at"]) for name in path] == at
    assert {each["verdict"] for each in deadlines(node, id).values()} == {"on_time"}
    asked = {"puskesmas": "puring", "unit": "laboratorium"}
    found = node.as_("wulan").get("/reports/dashboard", params=asked).raise_for_status().json()
    assert (found["responded_on_time"], found["response_judged"]) == (1, 1)
    assert (found["settled_on_time"], found["settlement_judged"]) == (1, 1)


def test_a_meeting_is_a_response_and_an_analysis_is_none(node: RunningNode) -> None:
    start = system_clock() - timedelta(days=30)
    id = received(node, start)
    at = (start + timedelta(minutes=5)).isoformat()
    step(node, id, "grade", grade="green", occurred_at=at)
    step(node, id, "analysis", root_cause="Sepi.", finding="upheld", occurred_at=at)
    assert deadlines(node, id)["response"]["done_at"] is None
    met_at = start + timedelta(minutes=7)
    step(node, id, "meeting-with-complainant", who=["Sari"], when=met_at.isoformat())
    assert deadlines(node, id)["response"]["verdict"] == "on_time"


def test_the_counting_can_be_checked_by_hand(node: RunningNode) -> None:
    # Kamis 26 Maret 2026: after it come a Sunday and, on 3 April, a national holiday (Good Friday).
    id = received(node, datetime.fromisoformat("2026-03-26T09:00:00+07:00"))
    found = deadlines(node, id)
    hours = [each for each in found.values() if each["how"]["basis"] == "hours"]
    for each in hours:
        due = datetime.fromisoformat("2026-03-26T09:00:00+07:00")
        due += timedelta(hours=each["how"]["amount"])
        assert datetime.fromisoformat(each["due_at"]) == due
        assert each["how"]["count"] is None and each["paused_seconds"] == 0
    counted = [each for each in found.values() if each["how"]["basis"] == "working_days"]
    assert counted, found
    for each in counted:
        count = each["how"]["count"]
        assert count["day_zero"] == "2026-03-26"
        assert count["counted"] == each["how"]["amount"]
        skipped = {day["day"]: day["reason"] for day in count["skipped"]}
        assert skipped["2026-03-29"] == "sunday" and skipped["2026-04-03"] == "holiday"
        assert each["rules_version"] >= 1 and each["how"]["source"]


def test_a_promise_stays_when_the_calendar_changes_later(node: RunningNode) -> None:
    id = received(node, system_clock() - timedelta(days=1))
    before = deadlines(node, id)["settlement"]
    assert before["how"]["basis"] == "working_days"
    day = datetime.fromisoformat(before["due_at"]).date()
    body = {"day": day.isoformat(), "working": False, "why": "Hari jadi kabupaten"}
    answer = node.as_("wulan").post("/puskesmas/puring/calendar", json=body)
    assert answer.status_code == 201, answer.text
    after = deadlines(node, id)["settlement"]
    assert after["due_at"] == before["due_at"] and after["how"] is None


def test_nobody_is_reminded_of_a_promise_that_was_kept(tmp_path: Path) -> None:
    """A result that waits for its evaluation is settled; only what nobody did is brought up."""
    with opened(Settings(data=tmp_path / "data"), load_district(SHIPPED)) as node:
        start = system_clock() - timedelta(days=400)
        form, who = Form(channel="sms", text="Antre."), Intent("acc-1", "officer", start)
        id = UUID(node.intake.receive("puring", form, who).result().ids["id"])
        while node.relays["intake"].lag():
            node.relays["intake"].step()
        while node.followers["resolution"].lag():
            node.followers["resolution"].step()
        overdue = tasks(node.resolution, lambda _zone: None, lambda _letter: None)[OVERDUE]

        def told() -> int:
            return [each.name for each in node.resolution.history(id)].count("TeamNotified")

        assert told() == 1
        assert overdue(f"{id}/settlement") is None and told() == 2
        assert overdue(f"{id}/settlement") is None and told() == 2, "as after a kill in between"
        assert overdue(f"{id}/response") is None and told() == 3
        team = Intent("acc-2", "complaint_team", start + timedelta(hours=1))
        before = {due.name: due.due_at for due in node.resolution.get(id).deadlines}
        node.resolution.grade(id, team, "yellow", None).result()
        after = {due.name: due.due_at for due in node.resolution.get(id).deadlines}
        moved = {name for name in before if before[name] != after[name]}
        assert moved, "a yellow grade moves a promise, or this shows nothing"
        for name in before:
            assert overdue(f"{id}/{name}") is None
        assert told() == 3 + len(moved), "of another deadline, again"
        node.resolution.answer(id, team, "Maaf.").result()
        node.resolution.document(id, team, "Selesai.", None).result()
        for name in ("response", "settlement"):
            assert overdue(f"{id}/{name}") is None and told() == 3 + len(moved)
        node.resolution.evaluate(id, team, False, None).result()
        assert overdue(f"{id}/settlement") is None and told() == 4 + len(moved)
        node.close()
