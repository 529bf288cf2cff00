"""A case that was opened again: its newer result takes the place of the one that was out."""

from typing import Any

import httpx
import pytest

from tests.integration.test_citizen_pages import HANDLED, receipt, receive, take
from tests.integration.test_corrected_to_confidential import draft_of
from tests.integration.test_publication_returned import done, page
from tests.integration.test_publication_returned import take as ask
from tests.running import RunningNode

OLD = "Obat sudah tersedia lagi."
NEW = "Stok obat kini diperiksa tiap pekan."
ANEW: tuple[tuple[str, dict[str, Any]], ...] = (
    ("analysis", {"root_cause": "Stok tidak dihitung.", "finding": "not_upheld"}),
    ("documentation", {"summary": NEW}),
)


@pytest.fixture
def browser(node: RunningNode) -> Any:
    with httpx.Client(base_url=node.address, timeout=60, trust_env=False) as client:
        yield client


def on_board(node: RunningNode, *drafts: str) -> list[tuple[str, bool]]:
    items = node.public.get("/puskesmas/puring/board").raise_for_status().json()["items"]
    return [(each["id"], each["reopened"]) for each in items if each["id"] in drafts]


def released(node: RunningNode, draft: str, text: str) -> None:
    done(node, "dewi", draft, "draft", text=text)
    done(node, "kukuh", draft, "approval", text=text)
    done(node, "dewi", draft, "release")


def test_a_newer_result_takes_the_place_of_the_one_before(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    first = draft_of(node, given["id"])["id"]
    released(node, first, OLD)
    assert on_board(node, first) == [(first, False)]
    judged = {"effective": False, "note": "Obatnya habis lagi."}
    again = node.as_("bayu").post(f"/cases/{given['id']}/evaluation", json=judged)
    node.settle(again.raise_for_status().json()["position"])
    # What is out is still the newest, and says that it is not the last word.
    assert on_board(node, first) == [(first, True)]
    assert OLD in receipt(browser, given)
    assert "Hasil yang baru tampil di sini begitu kami umumkan." in receipt(browser, given)
    assert "Sedang kami tangani lagi" in browser.get("/p/puring/papan").text

    take(node, given["id"], *ANEW)
    found = node.until(
        "dewi", "/publications", lambda it: len(it["items"]) == 2, complaint=given["id"]
    )
    second = found["items"][1]["id"]
    assert "diganti oleh yang ini" not in page(node, "dewi", f"/terbitkan/{first}")
    done(node, "kukuh", second, "approval", text=NEW)
    assert "diganti oleh yang ini" in page(node, "dewi", f"/terbitkan/{second}")
    done(node, "dewi", second, "release")
    assert on_board(node, first, second) == [(second, False)]
    shown = receipt(browser, given)
    assert NEW in shown and OLD not in shown
    assert "Diganti:" in page(node, "dewi", f"/terbitkan/{first}")
    # What was replaced goes nowhere else, until the newer one was taken back.
    done(node, "dewi", first, "withdrawal", reason="Sudah diganti.")
    done(node, "kukuh", first, "approval", text=OLD)
    assert ask(node, "dewi", first, "release").status_code == 409
    done(node, "dewi", second, "withdrawal", reason="Salah ketik.")
    assert on_board(node, first, second) == []
    done(node, "dewi", first, "release")
    assert on_board(node, first, second) == [(first, False)]
