"""The public's form and receipt in a browser: Back, another language, and a second slip."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.house import PUBLIC, House
from tests.running import RunningNode

SAID = "Kipas angin di ruang tunggu mati."


def first_step(page: Page) -> None:
    page.goto("/p/puring/lapor")
    page.get_by_label("Ceritakan").fill(SAID)
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Di bagian mana, dan kapan?")


def test_back_and_another_language_lose_nothing(house: House) -> None:
    page = house.page(PUBLIC)
    first_step(page)
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_text(SAID)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Di bagian mana, dan kapan?")
    page.go_forward()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text(SAID)).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.get_by_role("button", name="Bahasa Indonesia").click()
    page.get_by_role("button", name="Kirim").click()
    code = page.locator(".code").inner_text()
    page.goto("/p/puring")
    page.go_back()
    expect(page.locator(".code")).to_have_text(code)
    assert violations(page) == []


def test_a_second_slip_is_shown_in_the_same_tab(house: House, node: RunningNode) -> None:
    given = []
    for _slip in range(2):
        body = {"channel": "phone", "text": SAID, "kind": "complaint"}
        answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
        given.append(answer.raise_for_status().json())
        node.settle(given[-1]["position"])
    page = house.page(PUBLIC)
    for each in given:
        page.goto(f"/r#{each['receipt']}")
        expect(page.get_by_role("heading", level=1)).to_have_text(each["number"])
        assert re.fullmatch(r".*/r", page.url), "the code stays in no address"


def test_nothing_went_wrong_in_any_browser(house: House) -> None:
    assert house.faults == []
