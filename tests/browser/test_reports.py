"""Reports over months of histories, in Chromium: from each number of the dashboard to the bytes of
an event in three clicks, and the dashboard itself in every light, size and time; a month's recap
closed by the team, known to the head, corrected for what came late, and its form with its words."""

import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from services.kernel.months import Month
from services.reporting.figures import FIGURES
from tests.browser.house import House
from tests.browser.looks import looks_wrong
from tests.forked import tanggap
from tests.integration import test_surveys as surveys
from tests.running import RunningNode, running_node

PAGES = (
    "/laporan",
    "/laporan?as_of=2026-06-30",
    "/laporan?as_of=2026-06-30&known_at=2026-06-30",
    "/laporan?puskesmas=puring",
    "/laporan?from=2026-01-01&to=2026-06-30",
    "/laporan?as_of=2001-01-01",
    "/laporan/angka",
    "/laporan/angka/response_on_time?part=among",
    "/laporan/angka/settlement_working_days_p90",
    "/laporan/keluhan",
    "/laporan/angka/satisfaction_index?part=among",
    "/laporan/kendali",
)
MEETING = "Lokmin: petugas loket ditambah tiap Senin."


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node with histories: there is something behind the figures, and months have cases. Lamaru
    keeps its dates; of Puring what is done by date is done here."""
    data: Path = tmp_path_factory.mktemp("node") / "data"
    asked = ("--cases", "400", "--dated", "lamaru", "--data", str(data))
    made = tanggap(("generate", *asked), os.environ, seconds=250)
    assert made.returncode == 0, made.stderr
    with running_node(data) as node:
        survey = surveys.opened(node, population=2)
        answers = [surveys.filled(3), surveys.filled(4)]
        for name, body in (("answers", {"answers": answers}), ("closing", {})):
            done = surveys.step(node, "sari", survey, name, **body)
            assert done.status_code in (200, 201), done.text
        node.settle(done.json()["position"])
        yield node


@pytest.mark.parametrize("code", [code for code, each in FIGURES.items() if each.of == "cases"])
def test_three_clicks_from_a_number_to_the_bytes_of_an_event(
    house: House, node: RunningNode, code: str
) -> None:
    page = house.page("wulan")
    page.goto("/laporan")
    said = node.as_("wulan").get("/reports/dashboard").json()["figures"][code]
    page.locator(f"a[data-figure={code}]").click()  # the number …
    expect(page.locator("[data-numerator]")).to_have_attribute(
        "data-numerator", str(said["numerator"])
    )
    cases = page.locator("[data-case]")
    expect(cases).to_have_count(min(said["numerator"], 50))
    if not said["numerator"]:
        return
    number = cases.first.get_by_role("link").inner_text()
    cases.first.get_by_role("link").click()  # … its cases …
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    address = page.locator("a[data-event]").first.get_attribute("href") or ""
    page.locator("a[data-event]").first.click()  # … a case's events, and an event's bytes
    expect(page.locator("h1")).to_contain_text("tanggap.ComplaintReceived.v1")
    shown = page.locator("[data-payload]").inner_text()
    assert number in shown and '"box"' in shown
    id = int(address.rpartition("/")[2])
    events = node.as_("agus").get("/events", params={"complaint": number}).json()["items"]
    (event,) = [each for each in events if each["id"] == id and each["source"] in address]
    assert page.locator("[data-hash]").inner_text() == event["hash"]


@pytest.mark.parametrize("code", [code for code, each in FIGURES.items() if each.of == "surveys"])
def test_three_clicks_from_a_number_over_surveys_to_the_bytes_of_an_event(
    house: House, node: RunningNode, code: str
) -> None:
    page = house.page("wulan")
    page.goto("/laporan")
    page.locator(f"a[data-figure={code}]").click()  # the number …
    of_puring = page.locator("[data-survey]", has_text="Puskesmas Puring")
    expect(of_puring).to_have_count(1)
    of_puring.get_by_role("link").click()  # … its survey …
    expect(page.get_by_text("menutup survei")).to_be_visible()
    address = page.locator("a[data-event]").last.get_attribute("href") or ""
    page.locator("a[data-event]").last.click()  # … its events, and an event's bytes
    expect(page.locator("h1")).to_contain_text("tanggap.SurveyClosed.v2")
    assert '"converted":"87.50"' in page.locator("[data-payload]").inner_text()
    found = node.as_("agus").get(f"/audit/figures/{code}").json()
    ((*_steps, closed),) = (
        each["items"] for each in found["items"] if each["puskesmas"] == "puring"
    )
    assert address.endswith(f"{closed['source']}/{closed['id']}")
    assert page.locator("[data-hash]").inner_text() == closed["hash"]
    page.goto(page.url)
    assert house.faults == []


def test_every_page_about_figures_is_well_in_every_light_and_size(house: House) -> None:
    page = house.page("wulan")
    found = {}
    for address in PAGES:
        page.goto(address)
        if wrong := looks_wrong(page):
            found[address] = wrong
    assert found == {}
    assert house.faults == []


def test_one_slides_to_a_day_and_back_to_now(house: House, node: RunningNode) -> None:
    page = house.page("wulan")
    page.goto("/laporan?unit=loket")
    expect(page.locator(".time.past")).to_have_count(0)
    page.get_by_label("Geser ke hari lain").press("ArrowLeft")
    expect(page.locator(".time.past")).to_be_visible()
    assert "unit=loket" in page.url and "as_of=" in page.url
    page.get_by_role("link", name="sebagaimana diketahui saat itu").click()
    expect(page.get_by_role("link", name="sebagaimana diketahui sekarang")).to_be_visible()
    page.get_by_role("link", name="Kembali ke sekarang").click()
    expect(page.locator(".time.past")).to_have_count(0)
    assert "unit=loket" in page.url


def test_what_is_new_is_told_as_it_comes(house: House, node: RunningNode) -> None:
    page = house.page("wulan")
    page.goto("/laporan")
    expect(page.locator("[data-live]")).to_be_hidden()
    body = {"channel": "phone", "text": "Antre lama.", "kind": "complaint"}
    node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    expect(page.locator("[data-told]")).to_contain_text("1 baru")
    assert house.faults == []


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
