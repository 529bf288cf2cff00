"""Meetings over HTTP: called, held, what they decide on cases, and what a forum is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.running import RunningNode, today_in_jakarta

AT = "/puskesmas/puring/meetings"
NOW = system_clock()
TODAY = today_in_jakarta()
SOON = str(TODAY + timedelta(days=14))
MONTH = TODAY.strftime("%Y-%m")
HELD_AT = (NOW - timedelta(minutes=30)).isoformat()
SAID = "Antrean loket dibahas; disepakati loket kedua dibuka pukul tujuh."
HELD = {
    "held_at": HELD_AT,
    "chair": "dr. Kukuh",
    "note_taker": "Siti Aminah",
    "attendance": [{"name": "dr. Kukuh", "position": "Kepala"}, {"name": "Siti Aminah"}],
    "minutes": SAID,
    "outcome": "Loket kedua dibuka.",
}


def plan(**more: Any) -> dict[str, Any]:
    return {
        "kind": "monthly_lokmin",
        "starts_at": (NOW + timedelta(days=3)).isoformat(),
        "venue": "Aula Puskesmas Puring",
        "invitees": ["Tim mutu", "Tim keluhan"],
        "agenda": ["Rekap bulan lalu"],
        "months": [MONTH],
        **more,
    }


@pytest.fixture(scope="module")
def bayu(node: RunningNode) -> httpx.Client:
    """The quality chair."""
    return node.as_("bayu")


def errors(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


def called(bayu: httpx.Client, **more: Any) -> str:
    id: str = bayu.post(AT, json=plan(**more)).raise_for_status().json()["id"]
    return id


def meeting(client: httpx.Client, id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/meetings/{id}").raise_for_status().json()
    return found


def complaint(node: RunningNode, **more: Any) -> str:
    given = {"channel": "in_person", "text": "Antre dua jam di loket.", **more}
    answer = node.as_("sari").post("/puskesmas/puring/complaints", json=given).raise_for_status()
    id: str = answer.json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: case["state"] == "received")
    return id


def take(node: RunningNode, id: str, step: str, body: dict[str, Any], who: str = "sari") -> None:
    node.as_(who).post(f"/cases/{id}/{step}", json=body).raise_for_status()


def analysed(node: RunningNode) -> str:
    """A case that waits for its plan, since before the meeting."""
    early = (NOW - timedelta(hours=2)).isoformat()
    id = complaint(node, received_at=early)
    take(node, id, "grade", {"grade": "green", "occurred_at": early})
    cause = {"root_cause": "Satu loket.", "finding": "upheld", "occurred_at": early}
    take(node, id, "analysis", cause)
    return id


def documented(node: RunningNode, id: str, at: str) -> None:
    take(node, id, "grade", {"grade": "green", "occurred_at": at})
    take(node, id, "immediate-answer", {"answer": "Dibuka.", "answered_at": at})
    take(node, id, "documentation", {"summary": "Loket dibuka.", "occurred_at": at})


def test_a_meeting_is_called_and_held(bayu: httpx.Client) -> None:
    id = called(bayu)
    planned = meeting(bayu, id)
    assert (planned["state"], planned["months"]) == ("planned", [MONTH])
    listed = bayu.get(AT).json()["items"]
    assert id in {each["id"] for each in listed}
    # It began earlier than it had been called for.
    late = bayu.post(f"/meetings/{id}/holding", json=HELD)
    assert errors(late) == {"held_at": "Waktu ini mendahului undangannya. Periksa tanggalnya."}
    now = system_clock().isoformat()
    held = bayu.post(f"/meetings/{id}/holding", json={**HELD, "held_at": now})
    assert held.raise_for_status().json()["state"] == "held"
    found = meeting(bayu, id)
    assert (found["attended"], found["chair"], found["months"]) == (2, "dr. Kukuh", [MONTH])
    assert SAID not in bayu.get(f"/meetings/{id}").text
    past = bayu.get(AT, params={"which": "past"}).json()["items"]
    assert id in {each["id"] for each in past}


def test_what_cannot_be_is_refused_with_the_mend(bayu: httpx.Client, node: RunningNode) -> None:
    stranger = str(uuid4())
    wrong = plan(kind="arisan", months=["2026-13"], starts_at="2019-01-01T08:00:00+07:00")
    assert errors(bayu.post(AT, json=wrong)).keys() == {"kind", "starts_at", "months[0]"}
    assert errors(bayu.post(AT, json=plan(cases=[stranger]))).keys() == {"cases[0]"}
    id = called(bayu)
    at = f"/meetings/{id}/holding"
    assert errors(bayu.post(at, json={**HELD, "attendance": []})) == {
        "attendance": "Tulis siapa saja yang hadir, sedikitnya satu orang."
    }
    # It is planned for a day to come, and nothing else was said of when.
    unsaid = {name: value for name, value in HELD.items() if name != "held_at"}
    assert errors(bayu.post(at, json=unsaid)) == {
        "held_at": "Waktu ini belum tiba. Isi dengan waktu yang sudah lewat."
    }
    nobody = {"decision": "Loket kedua.", "due_on": SOON}
    assert errors(bayu.post(at, json={**HELD, "decisions": [nobody]})).keys() == {
        "decisions[0].person_responsible"
    }
    never = {"decision": "Loket kedua.", "person_responsible": "KTU"}
    assert errors(bayu.post(at, json={**HELD, "decisions": [never]})).keys() == {
        "decisions[0].due_on"
    }
    now = {**HELD, "held_at": system_clock().isoformat()}
    unknown = {**never, "due_on": SOON, "case": stranger}
    early = {**never, "due_on": "2020-01-01"}
    assert errors(bayu.post(at, json={**now, "decisions": [early]})).keys() == {
        "decisions[0].due_on"
    }
    refused = errors(bayu.post(at, json={**now, "decisions": [unknown]}))
    assert "Periksa nomornya" in refused["decisions[0].case"]
    assert meeting(bayu, id)["state"] == "planned"


def test_a_meeting_is_cancelled_once(bayu: httpx.Client) -> None:
    id = called(bayu)
    why = {"reason": "Kepala berhalangan."}
    assert bayu.post(f"/meetings/{id}/cancellation", json=why).status_code == 200
    again = bayu.post(f"/meetings/{id}/cancellation", json={"reason": "Lagi."})
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    held = bayu.post(f"/meetings/{id}/holding", json=HELD)
    assert (held.status_code, held.json()["code"]) == (409, "step_not_allowed")


def test_the_same_call_again_calls_no_second_meeting(bayu: httpx.Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, second = (bayu.post(AT, json=plan(), headers=key).json() for _ in range(2))
    assert first == second


def test_a_meeting_is_replanned_and_its_minutes_put_right(bayu: httpx.Client) -> None:
    id = called(bayu)
    moved = plan(venue="Balai desa", kind="linsek")
    bayu.post(f"/meetings/{id}/plan", json=moved).raise_for_status()
    assert meeting(bayu, id)["venue"] == "Balai desa"
    now = {**HELD, "held_at": system_clock().isoformat()}
    bayu.post(f"/meetings/{id}/holding", json=now).raise_for_status()
    assert bayu.post(f"/meetings/{id}/plan", json=moved).status_code == 409
    put_right = {name: HELD[name] for name in ("attendance", "minutes", "outcome")}
    put_right["attendance"] = [*HELD["attendance"], {"name": "Yuli"}]
    at = f"/meetings/{id}/minutes"
    assert "reason" in errors(bayu.post(at, json=put_right))
    bayu.post(at, json={**put_right, "reason": "Bu Yuli terlewat."}).raise_for_status()
    assert meeting(bayu, id)["attended"] == 3


def test_a_decision_on_a_case_becomes_a_line_of_its_plan(
    bayu: httpx.Client, node: RunningNode
) -> None:
    upheld, fresh = analysed(node), complaint(node)
    who = {"person_responsible": "KTU", "due_on": SOON}
    decisions = [
        {"decision": "Loket kedua.", "case": upheld, **who},
        {"decision": "Papan nomor antrean.", "case": upheld, **who},
        {"decision": "Dengarkan lagi.", "case": fresh, **who},
        {"decision": "Jadwal piket baru.", **who},
    ]
    body = plan(starts_at=HELD_AT, held={**HELD, "decisions": decisions})
    id = bayu.post(AT, json=body).raise_for_status().json()["id"]
    found = meeting(bayu, id)["decisions"]
    assert [each["action_number"] for each in found] == [1, 2, None, None]
    assert [each["complaint"] for each in found] == [upheld, upheld, fresh, None]
    case = bayu.get(f"/cases/{upheld}").json()
    assert (case["state"], len(case["actions"])) == ("planned", 2)
    assert bayu.get(f"/cases/{fresh}").json()["state"] == "received"
    # What is carried out on the case is done for the meeting, too.
    take(node, upheld, "actions/2", {"done_on": str(TODAY), "note": "Dipasang."})
    done = [each["done_on"] for each in meeting(bayu, id)["decisions"]]
    assert done == [None, str(TODAY), None, None]
    at = f"/meetings/{id}/decisions"
    tomorrow = str(TODAY + timedelta(days=1))
    ahead = {"done_on": tomorrow, "note": "Besok."}
    assert errors(bayu.post(f"{at}/4", json=ahead)).keys() == {"done_on"}
    told = {"done_on": str(TODAY), "note": "Sudah dibuat."}
    assert node.as_("sari").post(f"{at}/4", json=told).status_code == 200
    assert bayu.post(f"{at}/4", json=told).status_code == 409
    assert errors(bayu.post(f"{at}/9", json=told)).keys() == {"n"}
    # A plan that the team makes anew has lines of its own.
    other = analysed(node)
    body = plan(starts_at=HELD_AT, held={**HELD, "decisions": [{**decisions[0], "case": other}]})
    second = bayu.post(AT, json=body).raise_for_status().json()["id"]
    anew = {"actions": [{"action": "Lain.", "person_responsible": "KTU", "due_on": SOON}]}
    take(node, other, "plan", anew)
    take(node, other, "actions/1", {"done_on": str(TODAY), "note": "Selesai."})
    assert meeting(bayu, second)["decisions"][0]["done_on"] is None


@pytest.fixture(scope="module")
def raised(node: RunningNode) -> Iterator[tuple[str, str, str]]:
    """A meeting across sectors, and what a named person and nobody in particular raised in it."""
    bayu = node.as_("bayu")
    early = (NOW - timedelta(hours=3)).isoformat()
    body = plan(kind="linsek", starts_at=early, held={**HELD, "held_at": early})
    done = bayu.post(AT, json=body).raise_for_status().json()
    node.settle(done["position"])
    id = done["id"]
    heard = {"channel": "meeting", "meeting": id, "received_at": early}
    named = complaint(node, **heard, complainant={"name": "Bu Warsini"})
    unnamed = complaint(node, **heard, confidentiality="anonymous")
    yield id, named, unnamed


def test_what_was_raised_is_linked_both_ways(
    bayu: httpx.Client, node: RunningNode, raised: tuple[str, str, str]
) -> None:
    id, *complaints = raised
    node.until("bayu", f"/meetings/{id}", lambda found: len(found["heard"]) == 2)
    assert set(meeting(bayu, id)["heard"]) == set(complaints)
    steps = bayu.get(f"/cases/{complaints[0]}").json()["steps"]
    assert "FeedbackHeard" in [each["name"] for each in steps]
    given = {"text": "Antre.", "meeting": str(uuid4())}
    at = "/puskesmas/puring/complaints"
    wrong = node.as_("sari").post(at, json={**given, "channel": "meeting"})
    assert errors(wrong).keys() == {"meeting"}
    other = node.as_("sari").post(at, json={**given, "meeting": id, "channel": "phone"})
    assert errors(other) == {"meeting": "Hanya untuk yang datang lewat pertemuan."}


def test_a_forum_is_told_at_its_next_meeting(
    bayu: httpx.Client, node: RunningNode, raised: tuple[str, str, str]
) -> None:
    _id, named, unnamed = raised
    early = (NOW - timedelta(hours=2)).isoformat()
    body = plan(kind="linsek", starts_at=HELD_AT, held={**HELD, "answered": [named]})
    unready = errors(bayu.post(AT, json=body))
    assert "belum punya hasil" in unready["answered[0]"]
    for each in (named, unnamed):
        documented(node, each, early)
    node.until("bayu", "/publications", lambda found: found["items"], complaint=named)
    id = bayu.post(AT, json=body).raise_for_status().json()["id"]
    at = f"/meetings/{id}/forum-answers"
    node.as_("sari").post(at, json={"complaints": [unnamed]}).raise_for_status()
    assert set(meeting(bayu, id)["answered"]) == {named, unnamed}
    told = node.until(
        "bayu", "/publications", lambda found: found["items"][0]["informed"], complaint=named
    )
    assert told["items"][0]["informed"]
    node.until(
        "bayu",
        f"/cases/{named}",
        lambda case: "ComplainantInformed" in [each["name"] for each in case["steps"]],
    )
    again = errors(bayu.post(at, json={"complaints": [named]}))
    assert "sudah disampaikan" in again["complaints[0]"]
    lokmin = called(bayu)
    now = {**HELD, "held_at": datetime.now().astimezone().isoformat(), "answered": [named]}
    assert errors(bayu.post(f"/meetings/{lokmin}/holding", json=now)).keys() == {"answered"}
