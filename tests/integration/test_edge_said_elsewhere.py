"""What citizens and officers say at the district about cases of an edge that is away: accepted
there, and done once at the home when the line is back."""

from html import escape
from typing import Any

import httpx
import pytest

from tests.running import RunningNode
from tests.servers.edge import Both, Started, page, received
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


PRAISED = "Petugasnya <i>ramah</i>, antrean masih lama."
ASKED = "Kipas <b>masih</b> mati."


def as_the_holder(both: Both, receipt: str, **typed: str) -> httpx.Response:
    """Send the form of the district's page for those who hold a receipt."""
    with httpx.Client(base_url=both.district.address, timeout=60, trust_env=False) as browser:
        return browser.post("/r/tanggapi", data={"receipt": receipt, **typed})


def case_page(node: RunningNode, id: str) -> str:
    return page(node, "sari", f"/kasus/{id}").text


def form_at(node: RunningNode, id: str) -> Any:
    return node.as_("sari").get(f"/complaints/{id}")


def steps_of(both: Both, id: str, name: str) -> int:
    found = both.district.as_("wulan").get(f"/audit/complaints/{id}").json()["items"]
    return sum(each["type"] == f"tanggap.{name}.v1" for each in found)


def test_said_at_the_district_while_the_edge_is_away_done_once_at_home(started: Started) -> None:
    with started.edge() as both:
        given = received(both.edge, "Antre tiga jam.")
        id, receipt = given["id"], given["receipt"]
        until(lambda: form_at(both.district, id).status_code == 200)
    # The edge is off and its line is cut; at the district people go on.
    both.cut()
    seen = form_at(both.district, id)
    body = {"service_unit": "farmasi", "reason": "Salah unit."}
    path = f"/complaints/{id}/corrections"
    headers = {"If-Match": seen.headers["etag"], "Idempotency-Key": "satu"}
    for _again in range(2):
        done = both.district.as_("sari").post(path, json=body, headers=headers)
        assert done.status_code == 200, done.text
    assert form_at(both.district, id).json()["service_unit"] == "farmasi"
    said = as_the_holder(both, receipt, wish="rate", rating="2", words=PRAISED)
    assert said.status_code == 200 and given["number"] in said.text
    assert as_the_holder(both, receipt, wish="reopen", words=ASKED).status_code == 200
    shown = page(both.district, "sari", f"/catat/{id}").text
    assert "hanya dapat dibuka di edge-puring" in shown and "Antre tiga jam." not in shown
    with started.edge() as both:
        form = form_at(both.edge, id).json()
        assert (form["service_unit"], form["version"]) == (None, 1)
        both.join()
        until(lambda: form_at(both.edge, id).json()["service_unit"] == "farmasi")
        until(lambda: all(escape(words) in case_page(both.edge, id) for words in (PRAISED, ASKED)))
        # The case has no result that could be opened again: refused, and said so.
        until(lambda: steps_of(both, id, "CaseRequestRefused") == 1)
        case = both.edge.as_("sari").get(f"/cases/{id}").json()
        assert case["service_unit"] == "farmasi"
        # The home goes on from there.
        body = {"service_unit": "loket", "reason": "Ternyata di loket."}
        done = both.edge.as_("sari").post(path, json=body)
        assert done.status_code == 200, done.text
        until(lambda: form_at(both.district, id).json()["service_unit"] == "loket")
        assert as_the_holder(both, receipt, wish="withdraw", sure="1").status_code == 200
        both.edge.until("sari", f"/cases/{id}", lambda found: found["state"] == "withdrawn")
    with started.edge() as both:
        once = ("ComplainantRated", "ReopenRequested", "ComplaintWithdrawn", "CaseWithdrawn")
        assert [steps_of(both, id, name) for name in once] == [1, 1, 1, 1]
        assert steps_of(both, id, "ComplaintCorrected") == 2
        both.edge.until("sari", f"/cases/{id}", lambda found: found["state"] == "withdrawn")
