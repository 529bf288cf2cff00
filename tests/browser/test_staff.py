"""The staff's pages in Chromium: the day's work and its lists, by light and dark, size and keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import PUBLIC, House
from tests.browser.looks import BEYOND, SIZES, looks_wrong
from tests.running import RunningNode

SAID = "Antre dari jam tujuh, baru dipanggil hampir jam sepuluh."
RESULT = "Loket kedua dibuka pukul 07.30. Hubungi Pak Slamet di 0812-3456-7890 bila masih lama."
PAGES: dict[str, tuple[str, ...]] = {
    "sari": (
        "/akun",
        "/kerja",
        "/pemberitahuan",
        "/kasus",
        "/kasus?state=all&channel=phone",
        "/kasus?area=KMP",
        "/bidang",
    ),
    "rini": ("/kerja", "/kasus?mine=1"),
    "bayu": (
        "/kerja",
        "/evaluasi",
        "/evaluasi?state=reopened",
        "/rapat",
        "/rapat/baru?puskesmas=puring",
    ),
    "kukuh": ("/kerja", "/terbitkan", "/terbitkan?menunggu=approval", "/penghapusan"),
    "dewi": ("/kerja", "/terbitkan?menunggu=release", "/publikasi?complaint={documented}"),
    "yuli": ("/kerja", "/kasus", "/bidang"),
    "wulan": (
        "/kerja",
        "/pemberitahuan",
        "/bidang",
        "/laporan",
        "/laporan/keluhan",
        "/laporan/kendali",
        "/laporan/rekap?puskesmas=puring&month=2026-01",
        "/laporan/rekap?puskesmas=puring",
        "/agenda?puskesmas=puring",
        "/agenda",
        "/laporan/aturan?a=1&b=1",
    ),
    "agus": (
        "/",
        "/laporan/keluhan/{number}",
        "/laporan/keluhan/{number}?as_of=2099-01-01",
        "/laporan/unduh",
        "/pembukaan",
        "/pembukaan/tak-biasa",
    ),
    "admin": (
        "/",
        "/operasi",
        "/pengguna",
        "/pengguna/masuk",
        "/pengguna/baru",
        "/data-induk",
        "/webhook",
        "/webhook/baru",
        "/webhook/{webhook}",
        "/kasus",
    ),
}
"""The pages of each role; the last of admin's is one that it may not see."""
OTHERS: dict[str, tuple[str, ...]] = {
    "sari": (
        "/kasus/{new}",
        "/kasus/{new}/pembukaan",
        "/kasus/{graded}",
        "/kasus/{documented}",
        "/penghapusan/{documented}",
        "/tidak-ada",
    ),
    "rini": (
        "/catat?puskesmas=puring",
        "/catat/poster?puskesmas=puring",
        "/catat/kotak?puskesmas=puring",
        "/kunjungan?puskesmas=puring",
        "/catat/impor",
        "/catat/{new}",
        "/catat/{new}/slip",
    ),
    PUBLIC: ("/masuk", "/p/puring", "/p/puring/lapor", "/p/puring/papan", "/r", "/r/tanggapi"),
}


@pytest.fixture(scope="module")
def made(node: RunningNode) -> dict[str, str]:
    """A complaint that is new, one that is graded, and one whose result is documented."""
    given = {"text": SAID, "kind": "complaint", "categories": ["waktu-tunggu"]}
    made = {}
    receiver = {"name": "Dasbor kabupaten", "address": "https://contoh.invalid/terima"}
    registered = node.as_("admin").post("/webhooks", json=receiver)
    made["webhook"] = registered.raise_for_status().json()["id"]
    # A month that is closed, and one of its complaints that comes afterwards.
    closing = node.as_("sari").post("/puskesmas/puring/recaps/2026-01/closing")
    node.settle(closing.raise_for_status().json()["position"])
    late = given | {"channel": "meeting", "received_at": "2026-01-20T09:00:00+07:00"}
    node.as_("rini").post("/puskesmas/puring/complaints", json=late).raise_for_status()
    for name, channel, unit in (
        ("new", "phone", "loket"),
        ("graded", "whatsapp", "imunisasi"),
        ("documented", "in_person", "tata-usaha"),
    ):
        answer = node.as_("rini").post(
            "/puskesmas/puring/complaints", json={**given, "channel": channel, "service_unit": unit}
        )
        made[name] = answer.raise_for_status().json()["id"]
        made["number"] = answer.json()["number"]
        node.until("sari", f"/cases/{made[name]}", lambda case: case["state"] == "received")
    for name in ("graded", "documented"):
        step(node, made[name], "grade", {"grade": "yellow"})
    step(node, made["documented"], "immediate-answer", {"answer": "Kami tambah loket."})
    position = step(node, made["documented"], "documentation", {"summary": RESULT})
    node.settle(position)
    node.until(
        "dewi",
        "/publications",
        lambda found: bool(found["items"]),
        complaint=made["documented"],
    )
    return made


def step(node: RunningNode, id: str, name: str, body: dict[str, Any]) -> str:
    answer = node.as_("sari").post(f"/cases/{id}/{name}", json=body)
    position: str = answer.raise_for_status().json()["position"]
    return position


WATCHED = """() => {
    window.stops = []
    window.ended = false
    document.addEventListener('focusin', ({target: at}) => {
        const shown = getComputedStyle(at).opacity === '0' ? at.nextElementSibling : at
        const style = getComputedStyle(shown)
        stops.push({
            what: at.outerHTML.slice(0, 120), again: at.dataset.passed === '1',
            seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        })
        at.dataset.passed = '1'
    })
    document.addEventListener('focusout', event => { window.ended ||= !event.relatedTarget })
    return [...document.querySelectorAll(
        'a[href], button, select, textarea, summary, input:not([type=hidden])'
    )].filter(each => each.checkVisibility() && !each.disabled && !(
        each.type === 'radio' && !each.checked
        && (document.querySelector(`[name="${each.name}"]`) !== each
            || document.querySelector(`[name="${each.name}"]:checked`))
    )).length
}"""
"""Notes each place that the focus comes to, and whether it left the last one; gives how many places
there are. The page does so by itself: to ask it after each key takes longer than all else."""


def passed_over(page: Page) -> list[str]:
    """Return which places of a page do not show that the focus is there, and whether the keys come
    to fewer than it has."""
    wanted = page.evaluate(WATCHED)
    for press in range(wanted * 6 + 10):  # a date takes a press for each of its parts
        page.keyboard.press("Tab")
        if press % 8 == 7 and page.evaluate("ended"):
            break
    stops: list[dict[str, Any]] = page.evaluate("stops")
    passed = sum(not each["again"] for each in stops)
    unseen = [f"unseen by keys: {each['what']}" for each in stops if not each["seen"]]
    return unseen + [f"{passed} of {wanted} are reached by keys"] * (passed < wanted)


@pytest.mark.parametrize("who", [*PAGES, PUBLIC])
def test_every_page_is_well_in_every_light_and_size_and_by_keys(
    house: House, made: dict[str, str], who: str
) -> None:
    """Each is opened once, for that is what takes long."""
    page, found = house.page(who), {}
    for address in (*PAGES.get(who, ()), *OTHERS.get(who, ())):
        page.goto(address.format(**made))
        if wrong := [*looks_wrong(page), *passed_over(page)]:
            found[address] = wrong
    assert found == {}
    assert house.faults == []


@contextmanager
def sized(page: Page, width: int, height: int) -> Iterator[None]:
    """Look at a page on a screen of that size for a while."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    yield
    if before is not None:
        page.set_viewport_size(before)


@pytest.mark.parametrize(
    ("who", "address", "other"),
    [
        ("sari", "/kasus/{new}", "Jalannya kasus"),
        ("kukuh", "/publikasi?complaint={documented}", "Pratinjau"),
    ],
)
def test_what_comes_next_is_read_first_and_on_a_phone_stands_first(
    house: House, made: dict[str, str], who: str, address: str, other: str
) -> None:
    page = house.page(who)
    page.goto(address.format(**made))
    expect(page.locator(".next-first h2").first).to_have_text("Langkah berikutnya")
    for size, screen in SIZES.items():
        with sized(page, **screen):
            ahead = page.get_by_role("heading", name="Langkah berikutnya").bounding_box()
            behind = page.get_by_role("heading", name=other).bounding_box()
            assert ahead and behind
            if size == "phone":
                assert ahead["y"] < behind["y"], address
            else:
                assert ahead["x"] > behind["x"] and abs(ahead["y"] - behind["y"]) < 40, address


EDGES = """() => [...document.querySelectorAll('table.cards tbody tr')].map(row => ({
    edge: getComputedStyle(row).boxShadow !== 'none',
    again: getComputedStyle(row.cells[0]).boxShadow !== 'none',
    left: [row.cells[0].querySelector('a'), ...row.querySelectorAll('.due .tag')].map(
        each => Math.round(each.getBoundingClientRect().left)),
    right: Math.max(...[...row.cells].map(each => each.getBoundingClientRect().right)),
}))"""
BROKEN = """() => [...document.querySelectorAll('tbody td:first-child > a, tbody .tag')].filter(
    each => { const words = document.createRange(); words.selectNodeContents(each);
              return words.getBoundingClientRect().height > 30; }
    ).map(each => each.textContent)"""
"""The numbers and marks of a list that take more than one line."""


@pytest.mark.parametrize("address", ["/kasus", "/kerja"])
def test_rows_that_do_not_fit_are_cards(house: House, made: dict[str, str], address: str) -> None:
    page = house.page("sari")
    page.goto(address)
    for width in (360, 640):
        with sized(page, width, 780):
            cards = page.evaluate(EDGES)
        assert any(card["edge"] for card in cards)
        assert any(len(card["left"]) > 1 for card in cards)
        for card in cards:
            assert not card["again"], card
            assert len(set(card["left"])) == 1 and card["right"] <= width, card


def test_on_paper_a_list_is_a_table_whose_numbers_and_marks_are_whole(
    house: House, made: dict[str, str]
) -> None:
    page = house.page("sari")
    page.goto("/kasus?state=all")
    page.emulate_media(media="print")
    # A4 between its margins, at 96 dots an inch.
    with sized(page, 718, 1040):
        assert page.locator("table.cards thead").bounding_box()["height"] > 10  # type: ignore[index]
        assert page.evaluate(BROKEN) == [] and page.evaluate(BEYOND) == []
    page.emulate_media(media="screen")


def test_the_days_work_leads_to_just_its_lists(house: House, made: dict[str, str]) -> None:
    page = house.page("sari")
    page.goto("/")
    expect(page.get_by_role("heading", name="Kerja saya", level=1)).to_be_visible()
    for label in ("Lewat batas", "Jatuh tempo dalam seminggu", "Baru, belum dinilai"):
        page.goto("/kerja")
        tile = page.locator("a.figure").filter(has_text=label)
        count = int(tile.locator("b").inner_text())
        expect(tile).to_contain_text("median kabupaten")
        tile.click()
        expect(page.locator("tbody tr")).to_have_count(count)
    page.goto("/kerja")
    expect(page.locator(".figure").filter(has_text="Kotak saran")).to_contain_text("belum pernah")


def test_each_role_sees_what_is_its_own(house: House, made: dict[str, str]) -> None:
    tiles = {
        "rini": "Saya catat, masih terbuka",
        "bayu": "Menunggu evaluasi",
        "kukuh": "Menunggu persetujuan terbit",
        "dewi": "Menunggu diterbitkan",
    }
    for who, label in tiles.items():
        page = house.page(who)
        page.goto("/kerja")
        expect(page.locator("a.figure").filter(has_text=label)).to_be_visible()
    expect(house.page("kukuh").locator("tbody tr")).to_have_count(1)
    for who, heading in (("agus", "Laporan"), ("admin", "Operasi")):
        page = house.page(who)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        page.goto("/kasus")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "tbody" not in page.content()


def test_what_is_told_apart_in_the_address_stays_there(house: House, made: dict[str, str]) -> None:
    page = house.page("sari")
    page.goto("/kasus?state=open&area=UKM")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Bidang")).to_have_value("UKM")
    page.goto("/kasus?cluster=management")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/kasus?channel=letter")
    expect(page.get_by_text("Tidak ada kasus yang cocok.")).to_be_visible()
    page.goto("/kasus?cursor=bukan-penanda")
    expect(page.get_by_text("Penanda halaman ini tidak sah.")).to_be_visible()


def test_the_chair_reads_complaint_and_result_side_by_side(
    house: House, made: dict[str, str]
) -> None:
    page = house.page("bayu")
    page.goto("/evaluasi")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(SAID)
    expect(row).to_contain_text("Loket kedua dibuka")
    row.get_by_role("link").click()
    expect(page.locator('form[action$="/evaluation"]')).to_be_visible()


def test_the_publisher_sees_the_original_the_marks_and_the_previews(
    house: House, made: dict[str, str]
) -> None:
    page = house.page("dewi")
    page.goto(f"/publikasi?complaint={made['documented']}")
    expect(page.locator(".beside .said").first).to_have_text(SAID)
    expect(page.locator(".beside .said mark")).to_have_count(2)
    expect(page.locator(".preview")).to_have_count(3)
    expect(page.locator(".preview.paper")).to_contain_text("Tata usaha")


def test_rows_are_gone_through_and_opened_by_keys(house: House, made: dict[str, str]) -> None:
    page = house.page("sari")
    page.goto("/kasus")
    links = page.locator("tbody tr a")
    for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    number = links.first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    page.goto("/catat?puskesmas=puring")
    page.get_by_label("Apa yang disampaikan").press_sequentially("jk")
    expect(page.get_by_label("Apa yang disampaikan")).to_have_value("jk")
    # Or the browser asks before the page is left.
    page.get_by_label("Apa yang disampaikan").clear()


def test_what_is_new_is_said_and_nothing_moves(
    house: House, node: RunningNode, made: dict[str, str]
) -> None:
    page = house.page("sari")
    page.goto("/kerja")
    expect(page.locator(".news")).to_be_hidden()
    before = page.locator("tbody").inner_text()
    for said in ("Obat habis dua hari.", "Kursi tunggu kurang."):
        node.as_("rini").post(
            "/puskesmas/puring/complaints", json={"channel": "sms", "text": said}
        ).raise_for_status()
    expect(page.locator(".news")).to_contain_text("2 baru")
    assert page.locator("tbody").inner_text() == before
    page.get_by_role("link", name="muat ulang").click()
    expect(page.locator("tbody")).to_contain_text("Obat habis dua hari.")
    expect(page.locator(".news")).to_be_hidden()


def test_the_bell_counts_what_was_not_seen(house: House, node: RunningNode) -> None:
    page = house.page("sari")
    page.goto("/pemberitahuan")
    page.get_by_role("button", name="Tandai semua").click()
    bell = page.locator("[data-bell]")
    expect(page.get_by_role("status").first).to_contain_text("sudah dibaca")
    expect(bell.locator("b")).to_be_hidden()
    body = {"channel": "sms", "text": "Lampu ruang tunggu mati."}
    node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    asked = (node.as_("sari").get(f"{node.address}/pemberitahuan/baru") for _look in range(200))
    assert any(answer.json()["new"] for answer in asked)
    page.goto("/kasus")
    expect(bell.locator("b")).to_have_text("1")
    expect(bell.locator("b")).to_have_accessible_name("1 baru")
    bell.click()
    expect(page.locator(".notices .new")).to_have_count(1)


def test_nothing_went_wrong_in_any_browser(house: House, made: dict[str, str]) -> None:
    assert house.faults == []
