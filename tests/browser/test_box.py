"""A suggestion box is opened at the desk by keyboard alone: thirty slips, one line each."""

from playwright.sync_api import Page, expect

from tests.browser.house import House, until_listed

SLIPS = [f"Antrean loket ke-{number} lama sekali." for number in range(1, 28)] + [
    "S: Tambah kursi di ruang tunggu.",
    "P: Petugas farmasi ramah.",
    "T: Jam berapa imunisasi?",
]
TABS_MOST = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _press in range(TABS_MOST):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_thirty_slips_are_entered_by_keyboard_alone(house: House) -> None:
    page = house.page("rini")
    page.goto("/catat/kotak?puskesmas=puring")
    tab_to(page, "#f-officers")
    page.keyboard.type("Rini")
    tab_to(page, "#f-witnesses")
    page.keyboard.type("Bu Yuli")
    tab_to(page, "#f-counted")
    page.keyboard.type("29")
    tab_to(page, "#f-lines")
    for number, slip in enumerate(SLIPS):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.insert_text(slip)
    tab_to(page, "button.button:not(.plain)")
    page.keyboard.press("Enter")
    # One more was written down than was counted: the page says so, and nothing is lost.
    expect(page.locator("[role=alert]")).to_contain_text("Jumlah di kotak 29, yang ditulis 30.")
    expect(page.locator("#f-lines")).to_have_value("\n".join(SLIPS))
    tab_to(page, "#f-counted")
    page.keyboard.press("Control+a")
    page.keyboard.type("30")
    tab_to(page, "button.button:not(.plain)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="30 surat dicatat")).to_be_visible()
    expect(page.locator("main li")).to_have_count(len(SLIPS))
    expect(page.get_by_role("status")).to_contain_text("Bu Yuli")
    # What is known of a slip besides is added on its own page.
    tab_to(page, "main li a")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Unit layanan")).to_be_visible()
    row = page.locator("tbody tr").filter(has_text="Kotak saran utama").last
    until_listed(page, "/agenda?puskesmas=puring", row.filter(has_text="selesai"))
    expect(row).to_contain_text("30")
    assert house.faults == []
