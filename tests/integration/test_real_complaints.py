"""Twenty published complaints go through both SOPs over HTTP, each to its real outcome."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.real import Real, file_for, real_complaints
from tests.running import RunningNode

COMPLAINTS = real_complaints()
PLACES = ("puring", "lamaru")


def moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


class Walk:
    """Takes one complaint along the path that its real outcome took."""

    def __init__(self, node: RunningNode, real: Real, id: str) -> None:
        self.node, self.real, self.id = node, real, id
        self.position = ""

    def step(self, user: str, step: str, **body: Any) -> dict[str, Any]:
        answer = self.node.as_(user).post(f"/cases/{self.id}/{step}", json=body)
        assert answer.status_code == 200, (self.real.reference, step, answer.text)
        self.position = answer.json()["position"]
        found: dict[str, Any] = answer.json()
        return found

    def go(self) -> None:
        outcome = self.real.outcome
        self.node.until("sari", f"/cases/{self.id}", lambda case: case["state"] == "received")
        grade = outcome["grade"]
        self.step(
            "sari",
            "grade",
            grade=grade["grade"],
            reason=grade["reason"],
            occurred_at=moment(grade["at"]),
        )
        if outcome["path"] == "never_answered":
            return
        if outcome["path"] == "direct":
            self.direct(outcome)
        else:
            self.analysed(outcome)
        documented = outcome["documentation"]
        self.step(
            "sari",
            "documentation",
            summary=documented["summary"],
            occurred_at=moment(documented["at"]),
        )
        self.publish(outcome)
        evaluation = outcome["evaluation"]
        self.step(
            "bayu",
            "evaluation",
            effective=evaluation["effective"],
            note=evaluation["note"],
            occurred_at=moment(evaluation["at"]),
        )

    def direct(self, outcome: dict[str, Any]) -> None:
        met = outcome.get("meeting")
        if met:
            self.step(
                "sari", "meeting-with-complainant", who=["Tim keluhan"], when=moment(met["at"])
            )
        answer = outcome["answer"]
        self.step(
            "sari", "immediate-answer", answer=answer["text"], answered_at=moment(answer["at"])
        )

    def analysed(self, outcome: dict[str, Any]) -> None:
        analysis = outcome["analysis"]
        self.step(
            "sari",
            "analysis",
            root_cause=analysis["root_cause"],
            finding=outcome["finding"],
            occurred_at=moment(analysis["at"]),
        )
        plan = outcome.get("plan")
        if not plan:
            return
        actions = [
            {
                "action": each["action"],
                "person_responsible": each["person_responsible"],
                "due_on": str(each["due_on"]),
            }
            for each in plan["actions"]
        ]
        self.step("sari", "plan", actions=actions, occurred_at=moment(plan["at"]))
        for number, each in enumerate(plan["actions"], start=1):
            self.step("sari", f"actions/{number}", done_on=str(each["done_on"]), note=each["note"])

    def publish(self, outcome: dict[str, Any]) -> None:
        listed = self.node.until(
            "kukuh", "/publications", lambda found: found["items"], complaint=self.id
        )
        publication = listed["items"][0]

        def post(user: str, step: str, status: int = 200, **body: Any) -> None:
            path = f"/publications/{publication['id']}/{step}"
            answer = self.node.as_(user).post(path, json=body)
            assert answer.status_code == status, (self.real.reference, step, answer.text)

        text = outcome["publication"]
        post("kukuh", "approval", text=text, media=["notice_board", "social_media"])
        if publication["confidentiality"] == "confidential":
            post("dewi", "release", status=409)
            post("kukuh", "approval", text=text, media=["notice_board"], confirm=True)
        post("dewi", "release")
        informed = outcome["informed"]
        if informed:
            post(
                "sari", "informed", channel=informed["channel"], informed_at=moment(informed["at"])
            )
        else:
            post("sari", "informed", status=409, channel="phone")


@pytest.fixture(scope="module")
def walked(node: RunningNode) -> Iterator[dict[str, Walk]]:
    """Import the twenty, and take each along its path."""
    walks: dict[str, Walk] = {}
    for place in PLACES:
        here = [each for each in COMPLAINTS if each.puskesmas == place]
        upload = {"file": ("keluhan.csv", file_for(here))}
        answer = node.as_("rini").post(f"/puskesmas/{place}/imports", files=upload)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["accepted"], found["repeated"], found["rejected"]) == (len(here), 0, [])
        again = node.as_("rini").post(f"/puskesmas/{place}/imports", files=upload).json()
        assert (again["accepted"], again["repeated"]) == (0, len(here))
        assert again["ids"] == found["ids"]
        for real, known in zip(here, found["ids"], strict=True):
            walks[real.reference] = Walk(node, real, known)
    for walk in walks.values():
        walk.go()
    for walk in walks.values():
        node.settle(walk.position)
    yield walks


def end_of(real: Real) -> str:
    if real.outcome["path"] == "never_answered":
        return "graded"
    return "evaluated" if real.outcome["evaluation"]["effective"] else "reopened"


@pytest.mark.parametrize("reference", [each.reference for each in COMPLAINTS])
def test_each_case_ends_where_its_real_outcome_ended(
    node: RunningNode, walked: dict[str, Walk], reference: str
) -> None:
    walk = walked[reference]
    case = node.as_("sari").get(f"/cases/{walk.id}").json()
    assert case["state"] == end_of(walk.real)
    if walk.real.outcome["path"] == "analysed" and case["state"] == "evaluated":
        assert case["finding"] == walk.real.outcome["finding"]


@pytest.mark.parametrize("reference", [each.reference for each in COMPLAINTS])
def test_replay_says_who_when_it_happened_and_when_it_was_recorded(
    node: RunningNode, walked: dict[str, Walk], reference: str
) -> None:
    walk = walked[reference]
    number = node.as_("sari").get(f"/cases/{walk.id}").json()["number"]
    steps = node.json("replay", number, "--json")["items"]
    assert steps[-1]["state"] == end_of(walk.real)
    received = next(step for step in steps if step["step"] == "ComplaintReceived")
    stated = datetime.fromisoformat(walk.real.row["received_at"])
    assert datetime.fromisoformat(received["happened_at"]) == stated
    assert datetime.fromisoformat(received["recorded_at"]) > stated
    for step in steps:
        assert step["actor"] and step["role"]
        assert datetime.fromisoformat(step["happened_at"]) <= datetime.fromisoformat(
            step["recorded_at"]
        )


@pytest.mark.parametrize("reference", [each.reference for each in COMPLAINTS])
def test_the_receipt_says_how_it_ended_and_nothing_of_who_or_what(
    node: RunningNode, walked: dict[str, Walk], reference: str
) -> None:
    walk = walked[reference]
    outcome = walk.real.outcome
    slip = node.as_("rini").get(f"{node.address}/catat/{walk.id}/slip")
    code = re.search(r'class="code">([-0-9A-Z]+)<', slip.text)
    assert code, "the slip of an imported complaint has no code"
    answer = node.public.post("/receipts/status", json={"receipt": code[1]})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["state"] == end_of(walk.real)
    assert found["closed"] is (found["state"] == "evaluated")
    stated = datetime.fromisoformat(walk.real.row["received_at"])
    assert datetime.fromisoformat(found["received_at"]) == stated
    taken = [each["step"] for each in found["steps"]]
    assert taken[0] == "ComplaintReceived"
    assert ("ComplainantInformed" in taken) is bool(outcome.get("informed"))
    published = [each["answer"] for each in found["answers"]]
    assert published == ([outcome["publication"]] if outcome.get("publication") else [])
    assert walk.real.row["text"] not in answer.text
    name = walk.real.row.get("name")
    assert not name or name not in answer.text


@pytest.mark.parametrize("place", PLACES)
def test_the_board_shows_what_was_released_and_nothing_else(
    node: RunningNode, walked: dict[str, Walk], place: str
) -> None:
    board = node.public.get(f"/puskesmas/{place}/board").json()["items"]
    released = {
        each.outcome["publication"]
        for each in COMPLAINTS
        if each.puskesmas == place and each.outcome["path"] != "never_answered"
    }
    assert {item["text"] for item in board} == released
    confidential = {
        each.outcome["publication"]
        for each in COMPLAINTS
        if each.row["confidentiality"] == "confidential" and each.outcome.get("publication")
    }
    for item in board:
        if item["text"] in confidential:
            assert item["service_unit"] is None and item["received_at"] is None


@pytest.mark.parametrize("place", PLACES)
def test_the_totals_add_up_to_what_became_of_the_complaints(
    node: RunningNode, walked: dict[str, Walk], place: str
) -> None:
    here = [each for each in COMPLAINTS if each.puskesmas == place]
    (totals,) = (
        node.as_("wulan").get("/reports/totals", params={"puskesmas": place}).json()["items"]
    )
    ended = sum(end_of(each) == "evaluated" for each in here)
    cases = [each for each in here if each.row["kind"] != "praise"]
    assert totals["received"] == len(cases)
    assert totals["closed"] - totals["brought_back"] == ended
    assert totals["carried_forward"] == len(cases) - ended
    assert (
        totals["brought_forward"] + totals["received"] + totals["brought_back"] - totals["closed"]
        == totals["carried_forward"]
    )


def test_the_facts_equal_a_rebuild_and_the_history_is_whole(
    node: RunningNode, walked: dict[str, Walk]
) -> None:
    check = node.tanggap("rebuild", "--check")
    assert check.returncode == 0, check.stdout + check.stderr
    whole = node.tanggap("verify")
    assert whole.returncode == 0, whole.stdout + whole.stderr
