"""A file goes through the pages in a browser: looked at, understood, taken, mended, sent again."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.house import House, body
from tests.browser.looks import looked_at
from tests.running import RunningNode
from tests.unit.uploads import as_csv, as_xlsx

HEADINGS = ["Tanggal", "Cerita warga", "No HP", "Lewat apa"]
ROWS = [
    HEADINGS,
    ["2026-01-02 08:00", "Antre lama di loket, dua jam 😡", "0812-0000-0001", "wa"],
    ["31/02/2026", "=SUM(A1) tanggalnya salah", "+62 812-0000-0002", "sms"],
    ["03/01/2026", "الخدمة بطيئة", "", "surat"],
]
CHAT = """\
15/01/2024 10.29 - Pesan dan panggilan dienkripsi secara end-to-end.
15/01/2024 10.30 - Siti Contoh: Obatnya habis,
sudah dua kali saya datang.
15/01/2024 10.31 - Siti Contoh: \u200eIMG-20240115-WA0003.jpg (file terlampir)
"""


def put(page: Page, name: str, data: bytes | str, place: str = "Puring") -> None:
    """Choose a file for a Puskesmas and send it, from the desk."""
    page.goto("/catat?puskesmas=puring")
    page.goto("/catat/impor?puskesmas=puring")
    page.get_by_label("Puskesmas").select_option(label=f"Puskesmas {place}")
    content = data.encode() if isinstance(data, str) else data
    page.get_by_label("Berkas").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.get_by_role("heading", name="Periksa sebelum diimpor")).to_be_visible()


def figure(page: Page, label: str) -> Locator:
    return page.locator(".figure", has_text=label).locator("b")


def ends(page: Page, sentence: str) -> None:
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()


def seen(page: Page, name: str) -> None:
    """Nothing but a table that scrolls by itself is wider than a telephone."""
    assert violations(page) == []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        looked_at(page, f"imports-{name}-{width}")
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, (page.url, wide)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_understood_taken_mended_and_sent_again(
    browser: Browser, node: RunningNode, tmp_path: Path, scripts: bool
) -> None:
    house = House(browser, node, java_script_enabled=scripts, accept_downloads=True)
    page = house.page("rini")
    rows = [HEADINGS, *([each[0], f"{each[1]} {scripts}", *each[2:]] for each in ROWS[1:])]
    put(page, "aduan.xlsx", as_xlsx(rows))
    if scripts:
        ends(page, "Tunjukkan dahulu kolom mana yang berisi apa")
        seen(page, "peta")
        story = page.get_by_role("combobox", name="Cerita warga")
        story.focus()
        page.keyboard.type("Apa yang")
        page.get_by_role("combobox", name="Lewat apa").select_option(label="Datang lewat")
        page.get_by_role("button", name="Periksa lagi").click()
    ends(page, "2 baris siap diambil. Belum ada yang disimpan.")
    expect(figure(page, "Perlu diperbaiki")).to_have_text("1")
    expect(page.get_by_role("combobox", name="Cerita warga")).to_have_value("text")
    assert "Antre lama di loket, dua jam 😡" in body(page)
    seen(page, "periksa") if scripts else None
    page.get_by_role("button", name="Impor 2 baris").click()
    ended(page, "Impor selesai; sebagian baris perlu diperbaiki.")
    seen(page, "selesai") if scripts else None
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Unduh baris yang perlu diperbaiki").click()
    mend = tmp_path / "perbaikan.csv"
    fetched.value.save_as(mend)
    text = io.StringIO(mend.read_bytes().decode("utf-8-sig"), newline="")
    heading, wrong = csv.reader(text, delimiter=";")
    assert wrong[2] == f"'=SUM(A1) tanggalnya salah {scripts}" and wrong[3] == "'+62 812-0000-0002"
    wrong[1] = "28/02/2026"
    put(page, "perbaikan.csv", as_csv([heading, wrong], ";"))
    page.get_by_role("button", name="Impor 1 baris").click()
    ended(page, "Impor selesai.")
    expect(figure(page, "Diterima")).to_have_text("1")
    put(page, "aduan.csv", as_csv(rows))
    ends(page, "Tidak ada baris baru yang dapat diambil")
    expect(page.get_by_role("button", name="Impor")).to_have_count(0)
    page.get_by_role("button", name="Batalkan").click()
    ended(page, "Impor dibatalkan. Tidak ada yang diambil.")
    assert house.faults == []
    house.close()


def ended(page: Page, sentence: str) -> None:
    """The page shows by itself that the import has ended, with a script and without."""
    expect(page.locator("[data-progress]")).to_have_count(0, timeout=60_000)
    ends(page, sentence)


def test_a_chat_is_shown_before_it_is_taken(house: House) -> None:
    page = house.page("rini")
    put(page, "Chat WhatsApp dengan Siti Contoh.txt", CHAT)
    ends(page, "1 baris siap diambil")
    expect(page.get_by_role("combobox")).to_have_count(0)
    assert "sudah dua kali saya datang" in body(page)
    seen(page, "obrolan")
    page.get_by_role("button", name="Impor 1 baris").click()
    ended(page, "Impor selesai; sebagian baris perlu diperbaiki.")
    assert house.faults == []


def test_a_long_import_is_stopped(house: House) -> None:
    page = house.page("rini")
    many: Any = [["kanal", "isi"], *(["sms", f"Dihentikan di peramban {n}"] for n in range(10_000))]
    put(page, "banyak.csv", as_csv(many))
    page.get_by_role("button", name="Impor 10.000 baris").click()
    expect(page.get_by_role("heading", name="Sedang diambil")).to_be_visible()
    seen(page, "sedang")
    page.get_by_role("button", name="Hentikan").click()
    ended(page, "baris sudah diambil dan tetap tersimpan")
    seen(page, "dihentikan")
    assert house.faults == []
