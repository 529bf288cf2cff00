"""A complainant is written to by the page: what became of each message, and what is to be done."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House, said
from tests.browser.looks import looks_wrong
from tests.drills.carriers import PERSON, Carriers, at_any_hour, carriers
from tests.running import RunningNode, start_node, stop_node

PUBLIC = "https://tanggap.example.go.id"
SECONDS = 60_000
"""Peers answer at once; a loaded machine does not."""


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carriers]:
    with carriers(tmp_path_factory.mktemp("peers")) as running:
        yield running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, peers: Carriers) -> Iterator[RunningNode]:
    """A node that has peers, and where it is always day."""
    folder = tmp_path_factory.mktemp("node")
    more = {**peers.environment(), "TANGGAP_PUBLIC_URL": PUBLIC}
    file = str(at_any_hour(folder))
    node = start_node(folder / "data", "--district", file, environment=more)
    yield node
    stop_node(node)


@pytest.fixture(scope="module")
def house(browser: Browser, node: RunningNode) -> Iterator[House]:
    house = House(browser, node)
    yield house
    assert house.faults == []
    house.close()


def documented(node: RunningNode) -> tuple[str, str]:
    """Take a complaint to its draft; return its id and the draft's."""
    sari = node.as_("sari")

    def post(path: str, **body: object) -> dict[str, str]:
        found: dict[str, str] = sari.post(path, json=body).raise_for_status().json()
        return found

    form = {"channel": "in_person", "kind": "complaint", "text": "Antre lama."}
    id = post("/puskesmas/puring/complaints", **form, complainant=PERSON)["id"]
    node.until("sari", f"/cases/{id}", bool)
    post(f"/cases/{id}/grade", grade="green")
    post(f"/cases/{id}/immediate-answer", answer="Maaf.")
    post(f"/cases/{id}/documentation", summary="Loket kedua dibuka.")
    found = node.until("sari", "/publications", lambda found: found["items"], complaint=id)
    return id, found["items"][0]["id"]


def until_said(page: Page, word: str) -> None:
    """Load the page until the newest message stands so: it says nothing by itself."""
    tag = page.locator("main li .tag").first
    for _time in range(SECONDS // 250):
        if tag.count() and word in tag.inner_text():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"it never was {word}: {page.locator('main').inner_text()}")


def send(page: Page, by: str) -> None:
    page.get_by_label(by, exact=True).check(force=True)
    page.get_by_label("Pelapor sudah ditanya").check()
    page.get_by_role("button", name="Kirim pesan ini").click()
    said(page, "Pesan ini akan dikirim.")


def test_whoever_wants_reminders_by_e_mail_proves_the_address_and_may_end_it(
    house: House, peers: Carriers
) -> None:
    page = house.page("bayu")
    page.goto("/akun")
    page.get_by_role("link", name="Pengingat lewat surel").click()
    page.get_by_label("Alamat surel").fill("bayu@puskesmas.example")
    assert looks_wrong(page) == []
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".summary")).to_contain_text("Centang bila Anda ingin dikirimi")
    page.get_by_label("Saya ingin dikirimi").check()
    page.get_by_role("button", name="Simpan").click()
    said(page, "Kode dikirim ke alamat itu.")
    until_said(page, "Terkirim")
    assert looks_wrong(page) == []
    (letter,) = [each for each in peers.mail.box.letters if "bayu@" in each["To"]]
    code = re.search(r"\d{4}-\d{4}", letter.get_content())
    assert code is not None
    page.get_by_label("Kode yang Anda terima").fill(code[0])
    page.get_by_role("button", name="Buktikan").click()
    said(page, "Alamat ini terbukti milik Anda.")
    page.get_by_text("Hentikan pengiriman", exact=True).click()
    assert looks_wrong(page) == []
    page.get_by_role("button", name="Ya, hentikan").click()
    said(page, "Tidak ada yang dikirim lagi; alamatnya dihapus.")
    expect(page.get_by_label("Alamat surel")).to_have_value("")


def test_who_writes_sees_what_went_wrong_and_decides_what_nobody_knows(
    house: House, node: RunningNode, peers: Carriers
) -> None:
    case, draft = documented(node)
    page = house.page("sari")
    page.goto(f"/terbitkan/{draft}/pesan")
    assert looks_wrong(page) == []

    peers.mail.box.answer_to_address = "550 5.1.1 no such user"
    send(page, "Surel")
    until_said(page, "Gagal")
    expect(page.locator("main")).to_contain_text("betulkan, lalu kirim lagi")

    peers.chat.hangs_up = True
    send(page, "WhatsApp")
    until_said(page, "Tidak pasti")
    expect(page.locator("main")).to_contain_text("tidak ada yang tahu apakah sampai")
    expect(page.get_by_role("button", name="Kirim pesan ini")).to_have_count(0)
    assert looks_wrong(page) == []
    page.goto("/terbitkan")
    expect(page.locator("main")).to_contain_text("Tidak pasti")

    page.goto(f"/terbitkan/{draft}/pesan")
    page.get_by_text("Kirim lagi", exact=True).click()
    assert looks_wrong(page) == []
    peers.chat.hangs_up = False
    page.get_by_role("button", name="Ya, kirim lagi").click()
    until_said(page, "Terkirim")
    peers.calls(node.address)
    until_said(page, "Sampai")
    expect(page.locator("main")).to_contain_text("Pelapor sudah dikabari")
    assert looks_wrong(page) == []
    page.goto(f"/kasus/{case}")
    for word in ("Pesan kepada pelapor gagal", "Pesan sampai kepada pelapor"):
        expect(page.locator("main")).to_contain_text(word)
