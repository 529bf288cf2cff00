"""A follow-up plan that was written wrong: days that cannot be meant, and a plan made anew."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.test_case_beside import case, receive, refused, reported, step
from tests.integration.test_publication_returned import page
from tests.running import RunningNode, today_in_jakarta

TODAY = today_in_jakarta()
NEXT_WEEK = TODAY + timedelta(days=7)


def action(text: str, due_on: Any = NEXT_WEEK) -> dict[str, str]:
    return {"action": text, "person_responsible": "Kepala loket", "due_on": str(due_on)}


def analysed(node: RunningNode) -> Any:
    given = receive(node)
    step(node, given["id"], "grade", grade="green")
    step(node, given["id"], "analysis", root_cause="Satu loket saja.", finding="upheld")
    return given


@pytest.mark.parametrize(
    "due_on", ["9999-12-31", TODAY + timedelta(days=400), TODAY - timedelta(days=400)]
)
def test_a_day_that_cannot_be_meant_is_named(node: RunningNode, due_on: Any) -> None:
    id = analysed(node)["id"]
    body = {"actions": [action("Buka loket."), action("Tempel jadwal.", due_on)]}
    answer = node.as_("sari").post(f"/cases/{id}/plan", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "actions[1].due_on"
    assert case(node, id)["state"] == "analysed"
    typed = {"action_1": "Buka loket.", "person_1": "Sari", "due_1": str(due_on)}
    shown = node.as_("sari").post(f"{node.address}/kasus/{id}/plan", data=typed)
    assert shown.status_code == 422 and 'href="#f-due_1"' in shown.text


def test_a_plan_may_end_within_a_year(node: RunningNode) -> None:
    id = analysed(node)["id"]
    step(node, id, "plan", actions=[action("Tambah ruang.", TODAY + timedelta(days=364))])


def test_a_plan_is_made_anew_until_some_of_it_was_carried_out(node: RunningNode) -> None:
    given = analysed(node)
    id = given["id"]
    step(node, id, "plan", actions=[action("Buka loket."), action("Tempel jadwal.")])
    assert {"actions", "plan"} <= set(case(node, id)["allowed"])
    # The form begins with the plan as it stands.
    shown = page(node, "sari", f"/kasus/{id}")
    assert "menggantikan seluruh rencana sebelumnya" in shown
    assert 'value="Tempel jadwal."' in shown and f'value="{NEXT_WEEK}"' in shown
    typed = {"action_1": "Buka loket kedua.", "person_1": "Sari", "due_1": str(TODAY)}
    done = node.as_("sari").post(f"{node.address}/kasus/{id}/plan", data=typed)
    assert done.status_code == 303
    assert [each["due_on"] for each in case(node, id)["actions"]] == [str(TODAY)]
    shown = page(node, "sari", f"/kasus/{id}")
    # The thread keeps both plans, and says of the first that it stands no longer.
    assert len(re.findall(r"</span> diganti</span>", shown)) == 2
    assert f"/kasus/{id}/actions/1" in shown and f"/kasus/{id}/actions/2" not in shown
    last = step(node, id, "actions/1", done_on=str(TODAY), note="Dibuka.")
    assert last["state"] == "acted"
    assert "plan" not in refused(node, id, "plan", actions=[action("Terlambat.")])
    assert reported(node, given, last["position"])["state"] == "acted"


def test_a_plan_that_was_begun_stays(node: RunningNode) -> None:
    id = analysed(node)["id"]
    step(node, id, "plan", actions=[action("Buka loket."), action("Tempel jadwal.")])
    step(node, id, "actions/2", done_on=str(TODAY), note="Ditempel.")
    allowed = refused(node, id, "plan", actions=[action("Lain.")])
    assert "actions" in allowed and "plan" not in allowed
    assert "menggantikan seluruh rencana" not in page(node, "sari", f"/kasus/{id}")
