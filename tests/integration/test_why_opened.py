"""Words of a case that is long past stay sealed, on every page and list, until the reader has said
why; what was said stands beside the opening."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.clock_at import under
from tests.running import RunningNode, running_node

CANARY, LATELY, THANKS = "kenari-antrean-loket", "kenari-jendela", "kenari-ramah"
PERSON = {"name": "Bu Warsini", "phone": "0812-0000-7777"}
ASKS = "Untuk apa isinya dibuka?"


def browser(node: RunningNode, who: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {node.token(who)}"}
    return httpx.Client(base_url=node.address, headers=headers, trust_env=False, timeout=60)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("past") / "data"


@pytest.fixture(scope="module")
def long_ago(data: Path) -> tuple[str, str]:
    """A case that ended, and praise, written down when the machine's clock stood 40 days back."""
    with running_node(data, under=under(days_ago=40)) as then:
        return evaluated(then, 40, CANARY), praise(then, 40)


@pytest.fixture(scope="module")
def node(data: Path, long_ago: tuple[str, str]) -> Iterator[RunningNode]:
    with running_node(data) as now:
        yield now


@pytest.fixture(scope="module")
def past(long_ago: tuple[str, str]) -> str:
    return long_ago[0]


def praise(node: RunningNode, days_ago: int) -> str:
    """Return praise that was received so many days ago."""
    at = (system_clock() - timedelta(days=days_ago, hours=1)).isoformat()
    body = {"channel": "letter", "kind": "praise", "text": f"Terima kasih {THANKS}."}
    answer = node.as_("sari").post("/puskesmas/puring/complaints", json=body | {"received_at": at})
    id: str = answer.raise_for_status().json()["id"]
    return id


def evaluated(node: RunningNode, days_ago: int, text: str) -> str:
    """Return a complaint whose case ended so many days ago."""
    at = [system_clock() - timedelta(days=days_ago, hours=left) for left in (5, 4, 3, 2, 0)]
    when = [each.isoformat() for each in at]
    body: dict[str, Any] = {
        "channel": "in_person",
        "text": f"Petugas loket {text} lama sekali.",
        "complainant": PERSON,
        "received_at": when[0],
    }
    id: str = node.as_("sari").post("/puskesmas/puring/complaints", json=body).json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: True)
    for who, step, facts in (
        ("sari", "grade", {"grade": "green", "occurred_at": when[1]}),
        ("sari", "immediate-answer", {"answer": "Loket ditambah.", "answered_at": when[2]}),
        ("sari", "documentation", {"summary": "Loket ditambah.", "occurred_at": when[3]}),
        ("bayu", "evaluation", {"effective": True, "occurred_at": when[4]}),
    ):
        answer = node.as_(who).post(f"/cases/{id}/{step}", json=facts)
        assert answer.status_code in (200, 201), answer.text
        node.settle(answer.json()["position"])
    return id


def test_a_case_of_long_ago_that_was_written_down_lately_opens_as_ever(node: RunningNode) -> None:
    id = evaluated(node, 60, LATELY)
    with browser(node, "sari") as sari:
        for path in (f"/kasus/{id}", f"/catat/{id}"):
            page = sari.get(path).text
            assert LATELY in page and ASKS not in page, path
        assert LATELY in sari.get("/kasus?state=closed").text
        thanks = sari.get(f"/catat/{praise(node, 60)}").text
    assert THANKS in thanks and ASKS not in thanks


def test_no_page_opens_what_is_long_past_until_it_is_said_why(node: RunningNode, past: str) -> None:
    with browser(node, "sari") as sari:
        for path in (f"/kasus/{past}", f"/catat/{past}"):
            page = sari.get(path).text
            assert [ASKS in page, CANARY in page, "Warsini" in page] == [True, False, False], path
        assert CANARY not in sari.get("/kasus?state=closed").text
        file = {"file": ("a.pdf", b"%PDF-1.7 %%EOF")}
        added = node.as_("sari").post(f"/complaints/{past}/attachments", files=file).json()
        attached = f"/complaints/{past}/attachments/{added['attachment']}"
        refused = node.as_("sari").get(attached)
        assert (refused.status_code, refused.json()["code"]) == (403, "reason_needed")

        for fields, wrong in (
            ({"why": ""}, "Pilih alasan dari daftar."),
            ({"why": "other"}, "Tulis singkat untuk apa."),
            ({"why": "report", "why_note": "perihal Bu Warsini"}, "mengulang isi keluhan"),
            ({"why": "report", "why_note": "x" * 121}, "Paling banyak 120 huruf."),
        ):
            again = sari.post(f"/kasus/{past}/alasan", data=fields)
            assert again.status_code == 422 and wrong in unescape(again.text)
            assert CANARY not in again.text

        said = {"why": "official_request", "why_note": "Surat Inspektorat 12/2026"}
        given = sari.post(f"/kasus/{past}/alasan", data=said)
        assert (given.status_code, given.headers["location"]) == (303, f"/kasus/{past}")
        # Asked once, for all that shows the words of this complaint.
        for path in (f"/kasus/{past}", f"/catat/{past}"):
            page = sari.get(path).text
            assert CANARY in page and "Warsini" in page and ASKS not in page, path
        assert CANARY in sari.get("/kasus?state=closed").text
        assert node.as_("sari").get(attached).status_code == 200
        lines = unescape(re.sub(r"<[^>]+>", "", sari.get(f"/kasus/{past}/pembukaan").text))
    assert "Permintaan resmi" in lines and "(Surat Inspektorat 12/2026)" in lines


def test_what_one_has_said_opens_nothing_for_another(node: RunningNode, past: str) -> None:
    with browser(node, "kukuh") as kukuh:
        page = kukuh.get(f"/kasus/{past}").text
        assert ASKS in page and CANARY not in page
        # Who may open nothing here is not asked, and cannot say.
    with browser(node, "rini") as rini:
        assert ASKS not in rini.get(f"/kasus/{past}").text
        assert rini.post(f"/kasus/{past}/alasan", data={"why": "report"}).status_code == 403


def test_a_program_says_why_by_a_call(node: RunningNode, past: str) -> None:
    call = f"/complaints/{past}/opening-reason"
    refused = node.as_("bayu").post(call, json={"reason": "curious"})
    assert refused.status_code == 422
    told = node.as_("bayu").post(call, json={"reason": "other", "note": "tentang Warsini"})
    assert told.status_code == 422 and told.json()["errors"][0]["field"] == "note"
    said = node.as_("bayu").post(call, json={"reason": "quality_review"})
    assert said.status_code == 204
    with browser(node, "bayu") as bayu:
        assert CANARY in bayu.get(f"/kasus/{past}").text


def test_praise_is_past_from_the_beginning(node: RunningNode, long_ago: tuple[str, str]) -> None:
    id = long_ago[1]
    with browser(node, "sari") as sari:
        page = sari.get(f"/catat/{id}").text
        assert ASKS in page and THANKS not in page
        assert sari.post(f"/catat/{id}/alasan", data={"why": "report"}).status_code == 303
        assert THANKS in sari.get(f"/catat/{id}").text
