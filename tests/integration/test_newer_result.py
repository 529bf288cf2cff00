"""A case that was opened again: its newer result takes the place of the one that was out."""

import re
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
    # Nor is it once the newer one is written down, which nobody has approved yet.
    assert on_board(node, first) == [(first, True)]
    shown = receipt(browser, given)
    assert "Hasil yang kami umumkan sebelumnya" in shown and NEW not in shown
    assert "Sedang kami tangani lagi" in browser.get("/p/puring/papan").text
    assert "diganti oleh yang ini" not in page(node, "dewi", f"/terbitkan/{first}")
    done(node, "kukuh", second, "approval", text=NEW)
    assert "diganti oleh yang ini" in page(node, "dewi", f"/terbitkan/{second}")
    done(node, "dewi", second, "release")
    assert on_board(node, first, second) == [(second, False)]
    shown = receipt(browser, given)
    assert NEW in shown and OLD not in shown
    replaced = page(node, "dewi", f"/terbitkan/{first}")
    assert "Diganti:" in replaced and "Tampil di:" not in replaced
    assert "Dipublikasikan" not in replaced
    assert "Sedang kami tangani lagi" not in browser.get("/p/puring/papan").text
    # What was replaced stands in again when the newer one was withdrawn, until it is, too: as what
    # was taken back.
    done(node, "dewi", second, "withdrawal", reason="Salah ketik.")
    assert on_board(node, first, second) == [(first, True)]
    done(node, "dewi", first, "withdrawal", reason="Sudah diganti.")
    assert on_board(node, first, second) == []
    assert ask(node, "kukuh", first, "approval", text=OLD).status_code == 409


def test_a_result_that_was_withdrawn_says_so_on_the_receipt(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node, confidentiality="anonymous")
    take(node, given["id"], *HANDLED)
    first = draft_of(node, given["id"])["id"]
    assert "Hasilnya tampil di halaman ini begitu kami umumkan." in receipt(browser, given)
    assert "kami sampaikan kepada Anda" not in receipt(browser, given)
    released(node, first, OLD)
    out, withdrawn = "Kami umumkan hasilnya", "Hasilnya kami tarik dari umum"
    assert out in receipt(browser, given) and withdrawn not in receipt(browser, given)
    done(node, "dewi", first, "withdrawal", reason="Salah ketik.")
    shown = receipt(browser, given)
    assert OLD not in shown and withdrawn in shown and "Kami tarik hasilnya dari umum" in shown
    assert "tunjukkan tanda terima ini" in shown
    # And to whoever withdrew it: what may be done now, or that it may be left so.
    for username in ("sari", "dewi", "kukuh"):
        assert "Bila perlu, susun lagi teksnya" in page(node, username, f"/terbitkan/{first}")
    released(node, first, NEW)
    shown = receipt(browser, given)
    assert NEW in shown and withdrawn not in shown


def reopened(node: RunningNode, id: str) -> None:
    judged = {"effective": False, "note": "Obatnya habis lagi."}
    node.as_("bayu").post(f"/cases/{id}/evaluation", json=judged).raise_for_status()


@pytest.mark.parametrize("before", ["drafted", "approved", "released"])
def test_the_result_of_a_reopened_case_goes_no_further(node: RunningNode, before: str) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    first = draft_of(node, given["id"])["id"]
    if before != "drafted":
        done(node, "kukuh", first, "approval", text=OLD)
    if before == "released":
        done(node, "dewi", first, "release", media=["clinic_tv"])
    reopened(node, given["id"])
    public = ["withdrawal"] if before == "released" else []
    draft_of(node, given["id"], taken_back=True, state=before, allowed=public)
    for username, step, said in (
        ("kukuh", "approval", {"text": OLD}),
        ("kukuh", "return", {"reason": "Belum jelas."}),
        ("dewi", "draft", {"text": NEW}),
        ("dewi", "release", {}),
        ("dewi", "informed", {"channel": "phone"}),
    ):
        refused = ask(node, username, first, step, **said)
        assert (refused.status_code, refused.json()["allowed"]) == (409, public), step
        assert "Kasusnya dibuka kembali" in refused.json()["detail"]
    for username in ("kukuh", "dewi"):
        shown = page(node, username, f"/terbitkan/{first}")
        assert "Kasusnya dibuka kembali" in shown
        forms = set(re.findall(rf'action="/terbitkan/{first}/([a-z]+)"', shown))
        assert forms == (set(public) if username == "dewi" else set())
    typed = {"approval_media": "notice_board"}
    answer = node.as_("kukuh").post(f"{node.address}/terbitkan/{first}/approval", data=typed)
    assert answer.status_code == 409 and "Kasusnya dibuka kembali" in answer.text
    assert (on_board(node, first) != []) == (before == "released")
    if public:
        done(node, "dewi", first, "withdrawal", reason="Tidak berlaku lagi.")
        assert on_board(node, first) == []
        draft_of(node, given["id"], state="withdrawn", allowed=[])
        assert "tidak terbit lagi" in page(node, "dewi", f"/terbitkan/{first}")


def test_the_result_after_a_reopening_goes_its_way(node: RunningNode) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    first = draft_of(node, given["id"])["id"]
    reopened(node, given["id"])
    take(node, given["id"], *ANEW)
    found = node.until(
        "dewi", "/publications", lambda it: len(it["items"]) == 2, complaint=given["id"]
    )
    second = found["items"][1]["id"]
    assert [each["taken_back"] for each in found["items"]] == [True, False]
    done(node, "kukuh", second, "approval", text=NEW)
    done(node, "dewi", second, "release")
    assert on_board(node, first, second) == [(second, False)]
