"""What is being written survives a closed tab, sealed on that device, until sent or signed out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.house import form, said, sign_in
from tests.browser.walk import STORED
from tests.running import RunningNode

CAUSE = "Petugas loket hanya satu orang pada jam sibuk."
TOLD = "dipulihkan dari perangkat ini"
COUNTS = """() => new Promise((resolve) => {
  indexedDB.open("tanggap").onsuccess = (event) => {
    const asked = event.target.result.transaction(["keys", "drafts"]);
    const counts = ["keys", "drafts"].map((each) => asked.objectStore(each).count());
    asked.oncomplete = () => resolve(counts.map((each) => each.result));
  };
})"""
DRAFTS = """() => new Promise((resolve) => {
  indexedDB.open("tanggap").onsuccess = (event) => {
    const asked = event.target.result.transaction("drafts").objectStore("drafts").getAll();
    asked.onsuccess = () => resolve(asked.result.map((each) => ({
      ...each,
      iv: each.iv.length,
      sealed: new TextDecoder("latin1").decode(each.sealed),
    })));
  };
})"""


@pytest.fixture
def context(browser: Browser, node: RunningNode) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=node.address, locale="id-ID")
    yield made
    made.close()


@pytest.fixture
def case(node: RunningNode) -> str:
    body = {"channel": "phone", "text": "Antre lama.", "service_unit": "loket"}
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
    id: str = answer.raise_for_status().json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: case["state"] == "received")
    grade = node.as_("sari").post(f"/cases/{id}/grade", json={"grade": "yellow"})
    assert grade.status_code == 200
    return id


def kept(page: Page, count: int) -> list[dict[str, Any]]:
    """Wait until this device holds so many drafts; return them as they lie there."""
    for _look in range(200):
        if page.evaluate(COUNTS)[1] == count:
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError(f"this device never held {count} drafts")
    found: list[dict[str, Any]] = page.evaluate(DRAFTS)
    return found


def write(page: Page, words: str) -> None:
    """Type as a person does: a browser asks nobody who never touched the page."""
    field = form(page, "analysis").get_by_label("Akar masalah")
    field.click()
    field.press_sequentially(words)


def left(page: Page, way: Any) -> list[str]:
    """Leave a page some way; return the kinds of what the browser asked, which is agreed to."""
    asked: list[str] = []

    def agree(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", agree)
    way()
    page.remove_listener("dialog", agree) if not asked else None
    return asked


def test_a_draft_outlives_its_tab_and_goes_when_it_is_sent(
    context: BrowserContext, case: str
) -> None:
    page = context.new_page()
    sign_in(page, "sari")
    page.goto(f"/kasus/{case}")
    write(page, CAUSE)
    form(page, "analysis").locator("input[value=upheld]").check(force=True)
    (draft,) = kept(page, 1)
    assert CAUSE[:8] not in json.dumps(draft)
    assert draft["key"] == f"/kasus/{case}/analysis"
    assert left(page, lambda: page.goto("/kerja")) == ["beforeunload"]
    page.close()

    page = context.new_page()
    page.goto(f"/kasus/{case}")
    expect(page.get_by_text(TOLD)).to_be_visible()
    expect(page.get_by_text("data ini sudah berubah")).to_be_hidden()
    expect(form(page, "analysis").get_by_label("Akar masalah")).to_have_value(CAUSE)
    assert violations(page) == []
    # Nothing typed since: it lies here anyway.
    assert left(page, lambda: page.goto("/kerja")) == []
    page.goto(f"/kasus/{case}")
    expect(page.get_by_text(TOLD)).to_be_visible()
    form(page, "analysis").get_by_role("button", name="Simpan analisis").click()
    said(page, STORED)
    kept(page, 0)
    page.goto(f"/kasus/{case}")
    expect(page.get_by_text(TOLD)).to_have_count(0)


def test_a_draft_is_thrown_away_refused_and_lost_by_signing_out(
    context: BrowserContext, case: str, node: RunningNode
) -> None:
    page = context.new_page()
    sign_in(page, "sari")
    page.goto(f"/kasus/{case}")
    write(page, CAUSE)
    kept(page, 1)
    comment = node.as_("sari").post(f"/cases/{case}/comments", json={"comment": "Sudah ditanya."})
    assert comment.status_code == 200
    left(page, lambda: page.reload())
    expect(page.get_by_text("data ini sudah berubah")).to_be_visible()
    page.get_by_role("button", name="Buang tulisan ini").click()
    expect(form(page, "analysis").get_by_label("Akar masalah")).to_have_value("")
    kept(page, 0)
    # Refused by the server: the words come back with the page, and stay here as well.
    write(page, CAUSE)
    analysis = form(page, "analysis")
    analysis.locator("input[name=analysed_at]").fill("2099-01-01T08:00")
    analysis.locator("input[value=upheld]").check(force=True)
    analysis.get_by_role("button", name="Simpan analisis").click()
    expect(page.get_by_role("alert")).to_be_visible()
    kept(page, 1)
    assert left(page, lambda: page.goto(f"/kasus/{case}")) == []
    expect(page.get_by_text(TOLD)).to_be_visible()
    expect(form(page, "analysis").get_by_label("Akar masalah")).to_have_value(CAUSE)
    page.get_by_role("button", name="Keluar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("belum terkirim ke server: 1.")
    dialog.get_by_role("button", name="Keluar dan hapus").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    assert page.evaluate(COUNTS) == [0, 0]


def planning(node: RunningNode, case: str) -> None:
    """Bring a case to where its plan is made."""
    found = {"root_cause": CAUSE, "finding": "upheld"}
    assert node.as_("sari").post(f"/cases/{case}/analysis", json=found).status_code == 200


def type_plan(page: Page) -> dict[str, str]:
    """Type two actions and leave out who does the second; return what stands in which field."""
    plan = form(page, "plan")
    words = {"action_1": "Menambah loket.", "person_1": "Rini", "action_2": "Mengukur antrean."}
    for name, each in words.items():
        plan.locator(f"[name={name}]").click()
        plan.locator(f"[name={name}]").press_sequentially(each)
    for name in ("due_1", "due_2"):
        plan.locator(f"[name={name}]").fill("2099-01-05")
    return words | {"due_1": "2099-01-05", "due_2": "2099-01-05"}


def stands(page: Page, step: str, fields: dict[str, str]) -> None:
    """Every field of a step's form holds what was typed."""
    for name, each in fields.items():
        expect(form(page, step).locator(f"[name={name}]")).to_have_value(each)


def test_a_plan_is_kept_row_by_row_and_after_a_refusal_as_well(
    context: BrowserContext, case: str, node: RunningNode
) -> None:
    planning(node, case)
    page = context.new_page()
    sign_in(page, "sari")
    page.goto(f"/kasus/{case}")
    typed = type_plan(page)
    kept(page, 1)
    assert left(page, lambda: page.goto("/kerja")) == ["beforeunload"]
    page.goto(f"/kasus/{case}")
    expect(page.get_by_text(TOLD)).to_be_visible()
    stands(page, "plan", typed)
    form(page, "plan").get_by_role("button", name="Simpan rencana").click()
    expect(page.get_by_role("alert")).to_be_visible()
    stands(page, "plan", typed)
    kept(page, 1)
    page.goto("/kerja")
    page.goto(f"/kasus/{case}")
    stands(page, "plan", typed)
    page.get_by_role("button", name="Buang tulisan ini").click()
    expect(form(page, "plan").locator("[name=action_1]")).to_be_focused()
    stands(page, "plan", dict.fromkeys(typed, ""))
    kept(page, 0)


def test_a_short_form_is_kept_as_a_long_one_is(
    context: BrowserContext, case: str, node: RunningNode
) -> None:
    call = node.as_("sari").post(f"/cases/{case}/team-call", json={"who": ["Budi"], "how": "Radio"})
    assert call.status_code == 200
    page = context.new_page()
    sign_in(page, "sari")
    page.goto(f"/kasus/{case}")
    forms = {"assignment": "assignee", "team-call": "how", "team-call/acknowledgement": "reached"}
    for count, (step, field) in enumerate(forms.items(), start=1):
        form(page, step).locator(f"[name={field}]").click()
        form(page, step).locator(f"[name={field}]").press_sequentially("Budi, lewat telepon")
        kept(page, count)
        assert left(page, lambda: page.goto("/kerja")) == ["beforeunload"], step
        page.goto(f"/kasus/{case}")
        told = page.locator(f'form[action$="/{step}"]').get_by_text(TOLD)
        expect(told).to_be_visible()
        stands(page, step, {field: "Budi, lewat telepon"})
