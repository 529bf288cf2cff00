"""The pages hold: markup in words stays words, only what was refused opens again, and the keys
are enough."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import PUBLIC, House, body, form, said, say_why
from tests.browser.planted import ANALYSED, REAL, PlantedWalk, ask_receipt
from tests.browser.walk import Walk
from tests.running import RunningNode

TABS = 120


def hostile(field: str) -> str:
    """Return markup, a script and a template's place, told apart by field."""
    return (
        f"{field} <script>document.title='jalan'</script>"
        f"<img src=x onerror=alert(1)><b id=tertanam>{field}</b> {{{{ 7*7 }}}} &amp; \"'"
    )


def harmless(page: Page) -> None:
    """Nothing that was typed has become a part of the page."""
    assert page.locator("#tertanam").count() == 0, page.url
    assert page.locator("script:not([src^='/static/']), img").count() == 0, page.url
    assert page.title() != "jalan", page.url


@pytest.fixture(scope="module")
def hostile_walk(house: House) -> Iterator[PlantedWalk]:
    """A complaint with markup in all its words, up to the evaluation."""
    walk = PlantedWalk(house, ANALYSED, hostile, harmless)
    walk.go()
    yield walk


def test_markup_in_words_is_shown_as_words(house: House, hostile_walk: PlantedWalk) -> None:
    walk = hostile_walk
    told = ("text", "name", "address", "reason", "meeting", "people", "root")
    seen = {
        ("sari", walk.case): (*told, "action", "responsible", "note", "summary", "evaluation"),
        ("sari", "/kasus?state=all"): ("text",),
        ("kukuh", walk.publication_url): ("text", "released"),
        (PUBLIC, f"/p/{walk.real.puskesmas}"): ("released",),
        (PUBLIC, f"/p/{walk.real.puskesmas}/papan"): ("released",),
    }
    for (who, address), fields in seen.items():
        page = house.page(who)
        page.goto(address)
        say_why(page)
        harmless(page)
        shown = body(page)
        for field in fields:
            whole = hostile(field)
            # A list shortens what was said to one line.
            wanted = whole[:100] if "state=all" in address else whole
            assert wanted in shown, (address, field)
    page = house.page(PUBLIC)
    ask_receipt(page, walk)
    harmless(page)
    assert hostile("released") in body(page)
    assert hostile("text")[:20] not in body(page)


def test_a_refused_form_keeps_markup_as_words(house: House, hostile_walk: PlantedWalk) -> None:
    page = house.page("rini")
    page.goto("/catat?puskesmas=puring")
    desk = page.locator("form[data-desk]")
    desk.locator("input[value='in_person']").check()
    desk.get_by_label("Apa yang disampaikan").fill(hostile("text"))
    desk.get_by_role("textbox", name="Nama").fill(hostile("name"))
    desk.get_by_label("Kapan disampaikan").fill("2099-01-01T08:00")
    desk.get_by_role("button", name="Simpan dan buka slip").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(desk.get_by_label("Apa yang disampaikan")).to_have_value(hostile("text"))
    expect(desk.get_by_role("textbox", name="Nama")).to_have_value(hostile("name"))
    harmless(page)


def test_only_the_refused_form_opens_again(house: House, hostile_walk: PlantedWalk) -> None:
    walk = Walk(house, REAL["K-16"])
    walk.write_down()
    walk.find_in_the_queue()
    page = house.page("sari")
    expect(page.locator(".steps details[open]")).to_have_count(0)
    step = form(page, "team-call")
    step.get_by_label("Atau dengan nama").fill("tim mutu")
    step.get_by_label("Dengan cara apa").fill("telepon")
    step.get_by_label("Kapan").fill("2099-01-01T08:00")
    step.get_by_role("button", name="Simpan panggilan").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator(".steps details[open]")).to_have_count(1)
    step = page.locator(".steps details[open]").locator('form[action$="/team-call"]')
    expect(step.get_by_label("Atau dengan nama")).to_have_value("tim mutu")
    expect(step.get_by_label("Kapan")).to_have_value("2099-01-01T08:00")
    expect(step.locator(".wrong")).to_be_visible()
    page.locator(".summary a").click()
    expect(step.get_by_label("Kapan")).to_be_focused()


def test_nothing_went_wrong_in_any_browser(house: House, hostile_walk: PlantedWalk) -> None:
    assert house.faults == []


FOCUS = """() => {
    const at = document.activeElement
    const unseen = getComputedStyle(at).opacity === '0'
    const style = getComputedStyle(unseen ? at.nextElementSibling : at)
    return {
        name: at.name || '', type: at.type || '', value: at.value || '', tag: at.tagName,
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    }
}"""


def tab_to(page: Page, wanted: str, value: str = "") -> set[str]:
    """Press Tab until the control `wanted` has the focus; return the names on the way.

    Each place that the focus comes to must show it.
    """
    passed: set[str] = set()
    for _press in range(TABS):
        page.keyboard.press("Tab")
        at: dict[str, Any] = page.evaluate(FOCUS)
        if at["tag"] == "BODY":
            continue
        assert at["outlined"], at
        passed.add(at["name"])
        if at["name"] == wanted and (not value or at["value"] == value):
            return passed
        if at["tag"] == wanted:
            return passed
    raise AssertionError(f"the focus never came to {wanted}")


def checked(desk: Locator, name: str) -> list[str]:
    found: list[str] = desk.locator(f"input[name={name}]:checked").evaluate_all(
        "all => all.map(each => each.value)"
    )
    return found


def test_the_desk_form_is_filled_and_sent_by_keys_alone(house: House, node: RunningNode) -> None:
    page = house.page("rini")
    page.goto("/catat?puskesmas=puring")
    desk = page.locator("form[data-desk]")
    names = set(
        desk.locator("input:not([type=hidden]), select, textarea").evaluate_all(
            "all => all.map(each => each.name)"
        )
    )
    keys = page.keyboard
    passed = tab_to(page, "channel")
    keys.press("Space")
    keys.press("ArrowRight")
    chosen = checked(desk, "channel")
    passed |= tab_to(page, "kind")
    keys.press("ArrowRight")
    keys.press("ArrowLeft")
    assert checked(desk, "kind") == ["complaint"]
    passed |= tab_to(page, "text")
    keys.type("Ditulis dengan papan ketik saja.")
    passed |= tab_to(page, "service_unit")
    keys.press("ArrowDown")
    unit = desk.locator("select[name=service_unit]").input_value()
    passed |= tab_to(page, "categories")
    keys.press("Space")
    ticked = checked(desk, "categories")
    passed |= tab_to(page, "name")
    keys.type("Tuti Misal")
    passed |= tab_to(page, "confidentiality")
    keys.press("ArrowRight")
    assert checked(desk, "confidentiality") == ["confidential"]
    passed |= tab_to(page, "BUTTON")
    assert names <= passed, names - passed
    keys.press("Enter")
    said(page, "Sudah tersimpan.")
    number = page.title().partition(" ")[0]
    found = node.until(
        "wulan",
        "/reports/complaints",
        lambda rows: any(row["number"] == number for row in rows["items"]),
    )
    row = next(row for row in found["items"] if row["number"] == number)
    assert [row["channel"]] == chosen
    assert row["service_unit"] == unit != ""
    assert row["categories"] == ticked != []
    assert row["confidentiality"] == "confidential"
    shown = house.page("sari")
    shown.goto(f"/kasus/{row['id']}")
    expect(shown.get_by_text("Ditulis dengan papan ketik saja.")).to_be_visible()
    expect(shown.get_by_text("Tuti Misal")).to_be_visible()
