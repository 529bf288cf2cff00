"""A citizen's own browser proves that their entry is recorded; the board shows a checkpoint."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.kernel.proof import read_notes
from tests.browser.axe import violations
from tests.running import RunningNode, running_node
from tests.signing_at import under
from tests.waiting import looks

SCRIPT = Path(__file__).parents[2] / "docs/verify.py"


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node that signs each second."""
    with running_node(tmp_path_factory.mktemp("signing") / "data", under=under("1")) as node:
        yield node


@pytest.fixture(scope="module")
def given(signing: RunningNode) -> dict[str, Any]:
    body = {"channel": "phone", "text": "Kipas angin mati.", "kind": "complaint"}
    answer = signing.as_("rini").post("/puskesmas/puring/complaints", json=body)
    found: dict[str, Any] = answer.raise_for_status().json()
    signing.settle(found["position"])
    return found


def proof_of(node: RunningNode, receipt: str) -> dict[str, Any]:
    """Ask until a checkpoint covers the entry."""
    for _look in looks():
        answer = node.public.post("/receipts/proof", json={"receipt": receipt})
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        # However often a right code is asked for before it is covered, it is no wrong one.
        assert answer.status_code == 404, answer.text
        node.process_must_live()
    raise AssertionError(f"no checkpoint came: {answer.text}")


@pytest.fixture
def page(browser: Browser, signing: RunningNode) -> Iterator[Page]:
    page = browser.new_page(base_url=signing.address)
    yield page
    page.close()


def test_the_browser_proves_the_entry_of_a_receipt(
    page: Page, signing: RunningNode, given: dict[str, Any]
) -> None:
    proof_of(signing, given["receipt"])
    page.goto(f"/r#{given['receipt']}")
    said = page.locator("[data-checked]")
    expect(said).to_have_attribute("data-checked", "right")
    expect(said).to_contain_text("cocok")
    assert violations(page) == []


def test_a_proof_that_is_wrong_is_said_to_be(
    page: Page, signing: RunningNode, given: dict[str, Any]
) -> None:
    proof_of(signing, given["receipt"])

    def another(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("puring", "sadang"))

    page.route("**/r", another)
    page.goto(f"/r#{given['receipt']}")
    expect(page.locator("[data-checked]")).to_have_attribute("data-checked", "wrong")


def test_the_proof_of_another_receipt_is_said_to_be_that(
    page: Page, signing: RunningNode, given: dict[str, Any]
) -> None:
    body = {"channel": "phone", "text": "Kipas angin hilang.", "kind": "complaint"}
    other = signing.as_("rini").post("/puskesmas/puring/complaints", json=body).json()["receipt"]
    proof_of(signing, given["receipt"])
    proof_of(signing, other)
    said = page.locator("[data-checked]")
    page.goto("/r")
    page.get_by_label("Kode tanda terima").fill(other.lower().replace("-", " "))
    page.get_by_role("button", name="Lihat").click()
    expect(said).to_have_attribute("data-checked", "right")

    def neighbours(route: Any) -> None:
        route.fulfill(response=route.fetch(post_data=f"receipt={other}"))

    page.route("**/r", neighbours)
    page.goto(f"/r#{given['receipt']}")
    expect(said).to_have_attribute("data-checked", "another")
    expect(said).to_contain_text("tanda terima lain")
    page.unroute("**/r")
    page.reload()
    expect(said).to_have_attribute("data-checked", "right")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(said).to_have_attribute("data-checked", "unasked")


def test_the_board_shows_the_newest_checkpoint(
    page: Page, signing: RunningNode, given: dict[str, Any]
) -> None:
    proof_of(signing, given["receipt"])
    page.goto("/p/puring/papan")
    expect(page.locator("main svg")).to_be_visible()
    signed = signing.as_("agus").get("/checkpoints").raise_for_status().text
    assert page.locator(".code").inner_text() in {each.code for each in read_notes(signed)}
    assert violations(page) == []


def test_the_same_proof_is_checked_by_others_code(
    signing: RunningNode, given: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof_of(signing, given["receipt"])))
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout.startswith("Yes"), done.stdout + done.stderr
