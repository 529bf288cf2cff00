"""Minutes are written by the keys alone, and the pages of meetings hold on a phone and for axe."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from services.kernel.clock import system_clock
from tests.browser.axe import violations
from tests.browser.house import House, said
from tests.running import RunningNode

ZONE = ZoneInfo("Asia/Jakarta")
BEGAN = system_clock().astimezone(ZONE) - timedelta(minutes=20)
DUE = (BEGAN + timedelta(days=9)).date()
TABS = 80


@pytest.fixture(scope="module")
def meeting(node: RunningNode) -> str:
    """A monthly workshop that has just begun."""
    body = {"kind": "monthly_lokmin", "starts_at": BEGAN.isoformat(), "venue": "Aula"}
    answer = node.as_("bayu").post("/puskesmas/puring/meetings", json=body)
    id: str = answer.raise_for_status().json()["id"]
    return id


def to(page: Page, name: str) -> None:
    """Press Tab until the field of that name has the focus."""
    for _press in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the focus never came to {name}")


def typed(page: Page, **values: str) -> None:
    """Fill in fields in their order, line by line, without a pointer."""
    for name, value in values.items():
        to(page, name)
        for number, line in enumerate(value.split("\n")):
            if number:
                page.keyboard.press("Enter")
            page.keyboard.type(line)


def decisions(page: Page) -> Locator:
    return page.locator("[id^=keputusan-]")


def test_minutes_are_written_by_keys_alone(house: House, meeting: str) -> None:
    page = house.page("bayu")
    page.goto(f"/rapat/{meeting}")
    typed(
        page,
        chair="dr. Kukuh",
        note_taker="Siti Aminah",
        attendance="dr. Kukuh, kepala\nSiti Aminah, bidan",
        minutes="Antrean loket dibahas.",
        outcome="Loket kedua dibuka.",
        decision_1="Loket kedua dibuka pukul tujuh.",
        person_1="KTU",
        due_1=DUE.strftime("%m%d%Y"),
    )
    typed(page, decision_2="Papan nomor antrean.", person_2="Bendahara")
    page.keyboard.press("Enter")
    summary = page.locator(".summary")
    expect(summary).to_be_focused()
    expect(page.locator("#f-minutes")).to_have_value("Antrean loket dibahas.")
    expect(page.locator("#f-due_1")).to_have_value(DUE.isoformat())
    to(page, "due_2")
    page.keyboard.type(DUE.strftime("%m%d%Y"))
    to(page, "person_3")
    page.keyboard.press("Enter")
    said(page, "Notulen tersimpan.")
    expect(decisions(page)).to_have_count(2)
    expect(page.get_by_text("Siti Aminah, bidan", exact=True)).to_be_visible()
    expect(decisions(page).first).to_contain_text("Loket kedua dibuka pukul tujuh.")


def test_the_pages_hold_on_a_phone_and_for_axe(
    house: House, node: RunningNode, meeting: str
) -> None:
    soon = (system_clock() + timedelta(days=4)).isoformat()
    body = {"kind": "linsek", "starts_at": soon, "venue": "Aula", "agenda": ["Rekap"]}
    called = node.as_("bayu").post("/puskesmas/puring/meetings", json=body).json()
    node.settle(called["position"])
    pages = (
        "/rapat",
        "/rapat?lihat=lalu",
        "/rapat?lihat=keputusan",
        "/rapat/baru?puskesmas=puring",
        f"/rapat/{meeting}",
        f"/rapat/{called['id']}",
    )
    for who, addresses in (
        ("bayu", pages),
        ("sari", (*pages[:3], f"/catat/pertemuan?puskesmas=puring&rapat={meeting}")),
    ):
        page = house.page(who)
        for address in addresses:
            page.goto(address)
            page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (address, width)
                assert violations(page) == [], (address, width)


def test_nothing_went_wrong_in_any_browser(house: House) -> None:
    assert house.faults == []
