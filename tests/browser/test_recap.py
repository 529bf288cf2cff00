"""A month's recap in Chromium: closed by the team, known to the head, corrected for what came late,
and the form with its words is written; the pages in both sizes and lights."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from services.kernel.months import Month
from tests.browser.house import House
from tests.browser.looks import looks_wrong
from tests.running import RunningNode, running_node

MEETING = "Lokmin: petugas loket ditambah tiap Senin."


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node with histories, so that months have cases."""
    folder: Path = tmp_path_factory.mktemp("node")
    with running_node(folder / "data", "--histories", "400") as node:
        yield node


@pytest.fixture(scope="module")
def month(node: RunningNode) -> str:
    """The last month that is over."""
    found: str = (
        node.as_("sari").get("/reports/recap", params={"puskesmas": "puring"}).json()["month"]
    )
    return found


@pytest.fixture(scope="module")
def pages(month: str) -> tuple[str, ...]:
    asked = f"puskesmas=puring&month={month}"
    return (
        f"/laporan/rekap?{asked}",
        "/laporan/rekap/daftar?puskesmas=puring",
        f"/laporan/rekap/puskesmas?month={month}",
        f"/laporan/rekap/gabungan?puskesmas=puring&period={month[:4]}",
        f"/laporan/rekap/gabungan?period={month[:4]}",
        f"/rekap/puring/{month}",
        "/rekap/lamaru/2001-01",
    )


def test_a_month_is_closed_known_corrected_and_written(
    house: House, node: RunningNode, month: str
) -> None:
    address = f"/laporan/rekap?puskesmas=puring&month={month}"
    team = house.page("sari")
    team.goto(address)
    opened(team, "Tutup bulan ini")
    team.get_by_role("button", name="Ya, tutup dan laporkan").press("Enter")
    expect(team.get_by_text("Rekap bulan ini ditutup dan dilaporkan.")).to_be_visible()
    head = house.page("kukuh")
    head.goto(address)
    head.get_by_role("button", name="Saya mengetahui rekap ini").press("Enter")
    expect(head.get_by_text("Tercatat: rekap ini Anda ketahui.")).to_be_visible()

    received_at = f"{Month.written(month).last.isoformat()}T09:00:00+07:00"
    late = {"channel": "meeting", "text": "Antre.", "received_at": received_at}
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=late)
    node.settle(answer.raise_for_status().json()["position"])
    team.goto(address)
    opened(team, "Koreksi")
    team.get_by_role("radio", name="Data datang terlambat").check()
    team.get_by_role("button", name="Ya, laporkan koreksi").press("Enter")
    expect(team.get_by_text("angka semula tetap tersimpan").first).to_be_visible()
    expect(team.get_by_role("columnheader", name="Sesudah koreksi")).to_be_visible()

    team.get_by_role("link", name="Lembar rekap: kasus satu per satu").click()
    team.get_by_role("radio", name="Sebagian efektif").check()
    team.get_by_label("Hasil pembahasan dalam rapat").fill(MEETING)
    team.get_by_role("button", name="Simpan lembar rekap").press("Enter")
    expect(team.get_by_text("Lembar rekap disimpan.")).to_be_visible()
    expect(team.get_by_label("Hasil pembahasan dalam rapat")).to_have_value(MEETING)
    assert house.faults == []


def opened(page: Page, label: str) -> None:
    page.locator("summary", has_text=label).press("Enter")


def test_the_pages_of_recaps_look_well(house: House, pages: tuple[str, ...]) -> None:
    page = house.page("sari")
    found = {}
    for address in pages:
        page.goto(address)
        if wrong := looks_wrong(page):
            found[address] = wrong
    assert found == {}
    assert house.faults == []


def test_the_evidence_of_a_period_is_listed_and_downloaded(house: House, month: str) -> None:
    page = house.page("bayu")
    page.goto("/akreditasi?puskesmas=puring")
    page.get_by_label("Dari tanggal").fill(f"{month}-01")
    page.get_by_label("Sampai tanggal").fill(Month.written(month).last.isoformat())
    page.get_by_role("button", name="Susun daftar isi").press("Enter")
    expect(page.get_by_role("heading", name="4. Data rekapan")).to_be_visible()
    assert looks_wrong(page) == []
    with page.expect_download() as sent:
        page.get_by_role("button", name="Unduh berkas (zip)").press("Enter")
    with ZipFile(sent.value.path()) as bundle:
        assert bundle.namelist()[0] == "00-daftar-isi.pdf"
        assert f"04-data-rekapan/rekap-{month}.pdf" in bundle.namelist()
    assert house.faults == []
