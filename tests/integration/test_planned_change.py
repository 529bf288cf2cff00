"""A planned change and what came of it: two releases of one case, of which the newer one is shown;
what proves a release is on desk, case and history. What was withdrawn is nowhere, and on record."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.integration.test_citizen_pages import receipt, receive, take
from tests.integration.test_media import everywhere
from tests.integration.test_publication_returned import done, page
from tests.running import RunningNode, day_in_jakarta
from tests.unit.test_attachments import JPEG
from tests.waiting import looks

PLANNED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("grade", {"grade": "green"}),
    ("analysis", {"root_cause": "Satu loket.", "finding": "upheld"}),
    (
        "plan",
        {
            "actions": [
                {
                    "action": "Membuka loket kedua",
                    "person_responsible": "KTU",
                    "due_on": "2027-01-04",
                }
            ]
        },
    ),
)
PLAN = "kutilang-rencana: loket kedua dibuka bulan depan."
MADE = "murai-hasil: loket kedua dibuka."
POST = "https://www.instagram.com/p/perkutut"
GREETING = "Rencana perbaikan: sedang kami kerjakan."


@pytest.fixture
def browser(node: RunningNode) -> Any:
    with httpx.Client(base_url=node.address, timeout=60, trust_env=False) as client:
        yield client


def announce(node: RunningNode, complaint: str, text: str) -> str:
    """Word a plan once it has come to publication; return the publication."""
    body = {"complaint": complaint, "text": text}
    for _look in looks():
        answer = node.as_("dewi").post("/publications", json=body)
        if answer.status_code != 404:
            id: str = answer.raise_for_status().json()["id"]
            return id
        node.process_must_live()
    raise AssertionError("the plan did not arrive")


def on_board(node: RunningNode, *publications: str) -> list[tuple[str, bool]]:
    items = node.public.get("/puskesmas/puring/board").raise_for_status().json()["items"]
    return [(each["id"], each["planned"]) for each in items if each["id"] in publications]


def test_a_plan_and_its_result_are_two_releases_and_what_is_withdrawn_is_nowhere(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    id, number = given["id"], given["number"]
    take(node, id, *PLANNED)
    link = f"/terbitkan/rencana?complaint={id}"
    assert link.replace("&", "&amp;") in page(node, "dewi", f"/kasus/{id}")
    assert link not in page(node, "sari", f"/kasus/{id}")
    plan = announce(node, id, PLAN)
    again = node.as_("dewi").post("/publications", json={"complaint": id, "text": PLAN})
    assert again.status_code == 409
    assert node.as_("kukuh").post("/publications", json={"complaint": id}).status_code in (403, 422)
    # The head's work and list have it, and nobody else has seen a word of it.
    node.settle(node.as_("dewi").get(f"/cases/{id}").json().get("position", given["position"]))
    assert number in page(node, "kukuh", "/terbitkan?menunggu=approval")
    assert PLAN not in everywhere(node)
    done(node, "kukuh", plan, "approval", text=PLAN)
    assert PLAN not in everywhere(node)
    done(node, "dewi", plan, "release")
    said = everywhere(node)
    assert PLAN in said and GREETING in said and on_board(node, plan) == [(plan, True)]
    shown = receipt(browser, given)
    assert "Rencana perbaikan yang kami umumkan" in shown and PLAN in shown
    assert "Kami umumkan rencananya" in shown and "Kami umumkan hasilnya" not in shown
    totals = {"puskesmas": "puring", "limit": "500"}
    rows = node.as_("wulan").get("/reports/complaints", params=totals).json()["items"]
    (row,) = [each for each in rows if each["number"] == number]
    assert row["published"] is False, "a planned change is no published result"

    assert "Keluhan Anda, rencana kami" in page(node, "dewi", f"/terbitkan/{plan}")
    proof = {"medium": "notice_board", "link": POST}
    url = f"/publications/{plan}/evidence"
    bad = node.as_("dewi").post(url, data=proof | {"link": "javascript:alert(1)"})
    assert bad.status_code == 422 and bad.json()["errors"][0]["field"] == "link"
    key = {"idempotency-key": "bukti-1"}
    files = {"file": ("papan.jpg", JPEG, "image/jpeg")}
    proven = [
        node.as_("dewi").post(url, data=proof, files=files, headers=key).raise_for_status().json()
        for _press in range(2)
    ]
    assert proven[0] == proven[1]
    node.settle(proven[0]["position"])
    (kept,) = node.as_("dewi").get("/publications", params={"complaint": id}).json()["items"]
    assert kept["unproven"] == ["clinic_tv", "social_media"] and len(kept["evidence"]) == 1
    desk = page(node, "dewi", f"/terbitkan/{plan}")
    assert POST in desk and f"/terbitkan/{plan}/bukti/{proven[0]['evidence']}" in desk
    photo = f"{node.address}/terbitkan/{plan}/bukti/{proven[0]['evidence']}"
    assert node.as_("kukuh").get(photo).raise_for_status().headers["content-type"] == "image/jpeg"
    node.until(
        "sari", "/publications", lambda _found: POST in page(node, "sari", f"/kasus/{id}"),
        complaint=id,
    )  # fmt: skip
    history = page(node, "wulan", f"/laporan/keluhan/{number}")
    assert "mencatat bukti terbit" in history and "menerbitkan rencana perbaikan" in history
    assert POST not in history and POST not in everywhere(node)

    done_on = day_in_jakarta(node.as_("sari").get(f"/cases/{id}").json()["received_at"])
    take(node, id, ("actions/1", {"done_on": done_on, "note": "Dibuka."}))
    take(node, id, ("documentation", {"summary": MADE}))
    found = node.until("dewi", "/publications", lambda it: len(it["items"]) == 2, complaint=id)
    first, second = found["items"]
    assert (first["planned"], first["allowed"]) == (True, ["withdrawal"])
    assert (second["planned"], second["taken_back"]) == (False, False)
    assert PLAN in everywhere(node), "it stands until its result is out"
    result = second["id"]
    done(node, "kukuh", result, "approval", text=MADE)
    done(node, "dewi", result, "release")
    said = everywhere(node)
    assert MADE in said and PLAN not in said and on_board(node, plan, result) == [(result, False)]
    assert MADE in receipt(browser, given) and PLAN not in receipt(browser, given)
    for each in (result, plan):
        done(node, "dewi", each, "withdrawal", reason="Perlu diperiksa lagi.")
    said = everywhere(node) + receipt(browser, given)
    opened = node.as_("wulan").get(f"{node.address}/laporan/unduh/data-terbuka.csv").text
    for gone in (PLAN, MADE):
        assert gone not in said and gone not in opened
        assert gone not in page(node, "wulan", f"/laporan/keluhan/{number}")
    pictures = [f"/terbitkan/{each}/gambar/square.png" for each in (result, plan)]
    assert [node.as_("dewi").get(node.address + each).status_code for each in pictures] == [404] * 2
    # The record stays, with its reason and its proof, for those who may read it.
    desk = page(node, "dewi", f"/terbitkan/{plan}")
    assert "Ditarik" in desk and POST in desk
    assert "Perlu diperiksa lagi." in page(node, "sari", f"/kasus/{id}")


def test_the_page_announces_a_plan_and_a_release_at_a_set_time(node: RunningNode) -> None:
    given = receive(node)
    path = f"{node.address}/terbitkan/rencana?complaint={given['id']}"
    assert node.as_("dewi").get(path).status_code == 404
    take(node, given["id"], *PLANNED)
    dewi = node.as_("dewi")
    for _look in looks():
        shown = dewi.get(path)
        if shown.status_code == 200:
            break
    assert "Membuka loket kedua" in shown.text.split("<textarea")[1]
    assert dewi.post(path, data={"text": ""}).status_code == 422
    saved = dewi.post(path, data={"text": PLAN, "key": "rencana"})
    at = saved.headers["location"]
    assert saved.status_code == 303 and dewi.get(path).headers["location"] == at
    desk = node.address + at
    kukuh = node.as_("kukuh")
    media = ["notice_board", "clinic_tv"]
    approved = kukuh.post(desk + "/approval", data={"approval_media": media})
    assert approved.status_code == 303
    typed = {"schedule_media": "clinic_tv", "schedule_release_at": "2020-01-01T08:00"}
    refused = dewi.post(desk + "/schedule", data=typed)
    assert refused.status_code == 422 and "Waktu ini sudah lewat" in refused.text
    typed["schedule_release_at"] = ahead(300)
    assert dewi.post(desk + "/schedule", data=typed).status_code == 303
    shown = dewi.get(desk)
    assert (
        "Terbit sendiri" in shown.text
        and "Terjadwal" in dewi.get(f"{node.address}/terbitkan?menunggu=release").text
    )
    assert dewi.post(desk + "/cancellation", data={}).status_code == 303
    assert "Terbit sendiri" not in dewi.get(desk).text


def ahead(days: int) -> str:
    return f"{system_clock() + timedelta(days=days):%Y-%m-%dT08:00}"
