"""What came in by itself is read, parted, written down by keyboard, and dismissed, by the page."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.publication.messages.hook import PATH
from tests.browser.house import House, said
from tests.browser.looks import looks_wrong
from tests.peers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY, signed, written
from tests.running import RunningNode, start_node, stop_node

ANA, BUDI = "6281200008888", "6281200009999"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    folder = tmp_path_factory.mktemp("node")
    settings = {"PUBLIC_URL": "https://tanggap.example.go.id", "INBOX_PUSKESMAS": "puring"}
    settings |= {"WHATSAPP_PHONE_ID": PHONE_ID, "WHATSAPP_URL": "http://127.0.0.1:9/v23.0"}
    for name, secret in {"token": TOKEN, "secret": SECRET, "verify": VERIFY}.items():
        (folder / name).write_text(secret)
        settings[f"WHATSAPP_{name.upper()}_FILE"] = str(folder / name)
    more = {f"TANGGAP_{name}": value for name, value in settings.items()}
    node = start_node(folder / "data", environment=more)
    yield node
    stop_node(node)


@pytest.fixture(scope="module")
def house(browser: Browser, node: RunningNode) -> Iterator[House]:
    house = House(browser, node)
    yield house
    assert house.faults == []
    house.close()


def says(node: RunningNode, who: str, *texts: str) -> None:
    at = int(time.time()) - 60
    messages = [
        {
            "id": f"wamid.{who}.{at}.{place}",
            "from": who,
            "timestamp": str(at + place),
            "type": "text",
            "text": {"body": text},
        }
        for place, text in enumerate(texts)
    ]
    body = written(*messages, wa_id=who)
    httpx.post(node.address + PATH, content=body, headers=signed(body)).raise_for_status()


def tab_to(page: Page, role: str, name: str) -> None:
    """Go on by the keyboard until this has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _step in range(80):
        if wanted.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name}")


def test_messages_are_read_parted_written_down_and_dismissed(
    house: House, node: RunningNode, tmp_path: Path
) -> None:
    page = house.page("sari")
    page.goto("/catat/pesan")
    expect(page.locator("main")).to_contain_text("Tidak ada pesan yang menunggu")
    assert looks_wrong(page) == []

    says(node, ANA, "Antre loket lama sekali.", "Juga lampu parkir mati.")
    says(node, BUDI, "Menang undian! Kirim PIN Anda.")
    page.goto("/catat?puskesmas=puring")
    page.get_by_role("link", name="Pesan masuk (3)").click()
    assert looks_wrong(page) == []
    links = page.locator("main li a")
    expect(links).to_have_count(2)

    page.locator("main li").filter(has_text="2 pesan").get_by_role("link").click()
    expect(page.get_by_label("Apa yang disampaikan")).to_have_value(
        "Antre loket lama sekali.\n\nJuga lampu parkir mati."
    )
    assert looks_wrong(page) == []
    page.get_by_label("Ikut dalam keluhan ini").nth(1).uncheck()
    page.get_by_role("button", name="Pakai hanya yang dipilih").click()
    expect(page.get_by_label("Apa yang disampaikan")).to_have_value("Antre loket lama sekali.")
    page.get_by_label("Unit layanan").select_option("loket")
    tab_to(page, "button", "Simpan dan buka slip")
    page.keyboard.press("Enter")
    said(page, "Pesan dicatat.")

    page.goto("/catat/pesan")
    expect(page.locator("main")).to_contain_text("Juga lampu parkir mati.")
    page.locator("main li").filter(has_text="undian").get_by_role("link").click()
    page.get_by_text("Sisihkan", exact=True).click()
    page.get_by_label("Bagian dari keluhan lain").check(force=True)
    page.get_by_role("button", name="Ya, sisihkan").click()
    expect(page.get_by_role("alert")).to_contain_text("Nomor ini tidak ditemukan")
    assert looks_wrong(page) == []
    page.get_by_label("Iklan atau penipuan").check(force=True)
    page.get_by_role("button", name="Ya, sisihkan").click()
    said(page, "Pesan disisihkan.")
    page.get_by_role("link", name="Yang disisihkan").click()
    expect(page.locator("main")).to_contain_text("Menang undian!")
    assert looks_wrong(page) == []
