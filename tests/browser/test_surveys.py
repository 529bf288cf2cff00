"""A survey in a browser: the public answers by keys alone on a telephone without scripts, and no
page of it has anything that axe finds."""

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from tests.browser.axe import violations
from tests.browser.house import PUBLIC, House
from tests.integration.test_surveys import KEYS, filled, opened, propose, step
from tests.running import RunningNode
from tests.unit.uploads import as_csv

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SITE = "skm.kebumenkab.go.id"
SAID = "Antrean obat lama, kursi kurang."


@pytest.fixture(scope="module")
def surveys(node: RunningNode) -> dict[str, str]:
    """A survey at each state that a page tells apart."""
    found = {"proposed": propose(node), "open": opened(node), "published": opened(node)}
    found["tabulated"] = opened(node)
    table = {"source": SITE, "units": [{"respondents": 30, "means": dict.fromkeys(KEYS, "3.25")}]}
    assert step(node, "sari", found["tabulated"], "table", **table).status_code == 200
    answers = [
        filled(3, unit="loket", groups={"gender": "Perempuan"}, remark=SAID),
        filled(4, unit="farmasi", groups={"gender": "Laki-laki"}),
    ]
    for state in ("open", "published"):
        assert step(node, "sari", found[state], "answers", answers=answers).status_code == 201
    step(node, "sari", found["published"], "closing")
    words = {"analysis": "Waktu terendah.", "follow_up": "Loket kedua dibuka."}
    step(node, "dewi", found["published"], "publication", media=["notice_board"], **words)
    return found


def holds(page: Page, address: str) -> None:
    """The page fits a telephone and a desk, and axe finds nothing on either."""
    page.goto(address)
    for size in (PHONE, DESK):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], (address, width)
        assert violations(page) == [], address


def test_a_telephone_without_scripts_answers_by_keys_alone(
    browser: Browser, node: RunningNode, surveys: dict[str, str]
) -> None:
    phone = browser.new_context(
        base_url=node.address, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = phone.new_page()
    page.goto(f"/s/{surveys['open']}?unit=loket")
    page.get_by_label("Bagian yang melayani Anda").focus()
    for _question in range(9):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(SAID)
    for _choice in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Terima kasih")
    page.goto(f"/s/{surveys['open']}")
    expect(page.get_by_role("status")).to_contain_text("sudah diisi dari perangkat ini")
    phone.close()


def test_the_publics_pages_hold(house: House, surveys: dict[str, str]) -> None:
    page = house.page(PUBLIC)
    for id in surveys.values():
        holds(page, f"/s/{id}")


def test_the_staffs_pages_hold(house: House, surveys: dict[str, str]) -> None:
    page = house.page("sari")
    id = surveys["open"]
    holds(page, "/survei?puskesmas=puring")
    holds(page, "/survei/baru?puskesmas=puring")
    for each in surveys.values():
        holds(page, f"/survei/{each}")
    for name in ("hasil", "masukan", "kertas", "impor", "poster"):
        holds(page, f"/survei/{id}/{name}")
    for name in ("hasil", "masukan", "impor"):
        holds(page, f"/survei/{surveys['tabulated']}/{name}")


def test_a_table_is_looked_over_before_it_takes_the_place_of_another(
    house: House, surveys: dict[str, str]
) -> None:
    page = house.page("sari")
    page.goto(f"/survei/{surveys['tabulated']}/impor")
    names = [str(PERMENPANRB_14_2017.names[key]) for key in KEYS]
    table = as_csv((("Unit", "n", *names), ("loket", "40", *["3,5"] * 9)), ";").encode()
    field = page.get_by_label("Berkas", exact=True)
    field.set_input_files(FilePayload(name="nilai.csv", mimeType="text/csv", buffer=table))
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.get_by_text("87,50").first).to_be_visible()
    holds(page, page.url)
    page.get_by_label("Dari mana tabel ini").fill(SITE)
    page.get_by_label("Ya, gantikan tabel yang sudah dicatat").check()
    page.get_by_role("button", name="Catat tabel ini").click()
    expect(page.get_by_text("Tabel dicatat sebagai pengganti jawaban.")).to_be_visible()
    expect(page.get_by_text("Tabel rata-rata per unsur").first).to_be_visible()


def test_a_sheet_is_typed_without_leaving_the_digits(house: House, surveys: dict[str, str]) -> None:
    page = house.page("sari")
    page.goto(f"/survei/{surveys['open']}/kertas")
    page.get_by_label("Lembar 1", exact=True).fill("7")
    page.keyboard.press("Tab")
    page.keyboard.type("434443444")
    expect(page.get_by_label("Lembar 1, masukan")).to_be_focused()
    page.get_by_role("button", name="Simpan lembar").press("Enter")
    expect(page.get_by_text("Lembar disimpan.")).to_be_visible()


def test_nothing_went_wrong_in_any_browser(house: House) -> None:
    assert house.faults == []
