"""A history is gone through in the browser, by keys and without a script; what is listed leaves."""

from io import BytesIO
from typing import Literal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import violations
from tests.browser.house import House, body
from tests.browser.looks import SETTLED, looked_at
from tests.running import RunningNode

SHOTS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "360": ({"width": 360, "height": 740}, "light"),
    "1280": ({"width": 1280, "height": 800}, "light"),
    "dark": ({"width": 1280, "height": 800}, "dark"),
}


@pytest.fixture(scope="module")
def number(node: RunningNode) -> str:
    """A complaint that was graded and answered."""
    body = {"channel": "phone", "text": "Antre lama sekali.", "service_unit": "loket"}
    made = node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    id, given = made.json()["id"], made.json()["number"]
    node.until("sari", f"/cases/{id}", lambda case: case["state"] == "received")
    for step, sent in (("grade", {"grade": "red"}), ("immediate-answer", {"answer": "Maaf."})):
        done = node.as_("sari").post(f"/cases/{id}/{step}", json=sent).raise_for_status()
    node.settle(done.json()["position"])
    assert isinstance(given, str)
    return given


def titles(page: Page) -> list[str]:
    return page.locator(".thread li:not(.ahead) > b").all_inner_texts()


def test_the_slider_goes_through_the_history_in_place(house: House, number: str) -> None:
    page = house.page("wulan")
    page.goto(f"/laporan/keluhan/{number}")
    whole = titles(page)
    assert "Tim keluhan memberi solusi langsung" in whole
    page.evaluate("window.same = true")
    page.locator("#langkah").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".time.past")).to_be_visible()
    expect(page.locator("#langkah")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator(".thread li.ahead")).to_be_visible()
    expect(page.get_by_text("Tim keluhan memberi tingkat merah")).to_have_count(0)
    assert titles(page) == whole[: len(titles(page))] and len(titles(page)) < len(whole)
    assert page.evaluate("window.same") is True, "the page was not loaded anew"
    assert "as_of=" in page.url
    page.reload()
    expect(page.locator(".time.past")).to_be_visible()
    page.get_by_role("link", name="Kembali ke sekarang").click()
    expect(page.locator(".time.past")).to_have_count(0)
    assert titles(page) == whole
    assert "Antre lama" not in body(page)
    assert house.faults == []


def test_it_works_without_a_script(browser: Browser, node: RunningNode, number: str) -> None:
    house = House(browser, node, java_script_enabled=False)
    page = house.page("agus")
    page.goto(f"/laporan/keluhan/{number}")
    whole = titles(page)
    page.get_by_role("link", name="Langkah sebelumnya").click()
    assert titles(page) == whole[: len(titles(page))] and len(titles(page)) < len(whole)
    page.get_by_role("link", name="sebagaimana diketahui saat itu").click()
    expect(page.get_by_role("link", name="sebagaimana diketahui sekarang")).to_be_visible()
    page.locator("#langkah").press("Home")
    page.get_by_role("button", name="Lihat", exact=True).click()
    assert "known_at=" in page.url and len(titles(page)) < len(whole)
    house.close()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("now", "/laporan/keluhan/{number}"),
        ("past", "/laporan/keluhan/{number}?langkah=1"),
        ("download", "/laporan/unduh?puskesmas=puring"),
    ],
)
def test_the_pages_hold_at_every_size_and_on_paper(
    house: House, number: str, name: str, address: str
) -> None:
    page = house.page("agus")
    page.goto(address.format(number=number))
    for look, (size, light) in SHOTS.items():
        page.set_viewport_size(size)
        page.emulate_media(media="screen", color_scheme=light)
        page.evaluate(SETTLED)
        assert violations(page) == [], look
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, look
        looked_at(page, f"replay-{name}-{look}")
        page.emulate_media(media="print")
        expect(page.locator("#langkah")).to_be_hidden()
        looked_at(page, f"replay-{name}-{look}-print")
    assert house.faults == []


def test_the_list_leaves_as_a_workbook_and_the_case_as_pdf(house: House, number: str) -> None:
    page = house.page("wulan")
    page.goto("/laporan/keluhan?puskesmas=puring&state=open")
    page.get_by_role("link", name="Unduh daftar ini").click()
    with page.expect_download() as loading:
        page.get_by_role("link", name="XLSX").first.click()
    assert loading.value.suggested_filename.startswith("keluhan_")
    sheet, about = load_workbook(BytesIO(loading.value.path().read_bytes())).worksheets
    assert number in [cell.value for cell in sheet["A"]] and about.max_row > 20
    page.goto(f"/laporan/keluhan/{number}")
    link = page.get_by_role("link", name="Berkas kasus (PDF)")
    answer = page.request.get(f"{house.node.address}{link.get_attribute('href')}")
    assert answer.ok and answer.body().startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
