"""The publisher announces a plan, sets when it is released and proves it, on pages that hold."""

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.looks import looked_at, looks_wrong
from tests.integration.test_citizen_pages import receive, take
from tests.integration.test_planned_change import PLAN, PLANNED, ahead, announce
from tests.running import RunningNode
from tests.unit.test_attachments import JPEG


def test_a_plan_is_announced_at_a_set_time_and_its_release_proven(
    house: House, node: RunningNode
) -> None:
    announced = announce(node, planned(node), PLAN)
    page = house.page("dewi")
    page.goto(f"/kasus/{planned(node)}")
    page.get_by_role("link", name="Umumkan rencana perbaikan").click()
    looked_at(page, "announce")
    assert looks_wrong(page) == []
    page.get_by_label("Teks untuk umum").fill(PLAN)
    page.get_by_role("button", name="Simpan rancangan").click()
    expect(page.get_by_text("menunggu persetujuan", exact=False).first).to_be_visible()

    node.as_("kukuh").post(
        f"/publications/{announced}/approval", json={"text": PLAN}
    ).raise_for_status()
    page.goto(f"/terbitkan/{announced}")
    page.get_by_label("Terbit pada").fill(ahead(9))
    page.get_by_role("button", name="Jadwalkan").click()
    expect(page.get_by_text("Terbit sendiri")).to_be_visible()
    looked_at(page, "scheduled")
    page.get_by_role("button", name="Terbitkan sekarang").click()
    proof = page.locator("#bukti")
    proof.get_by_label("Papan informasi").check()
    proof.get_by_label("Alamat kiriman").fill("bukan alamat")
    proof.locator("form").evaluate("form => form.noValidate = true")
    proof.get_by_role("button", name="Catat bukti").click()
    expect(page.get_by_text("mulai dengan https://").first).to_be_visible()
    proof.get_by_label("Alamat kiriman").fill("https://www.instagram.com/p/perkutut")
    proof.get_by_label("Foto atau pindaian").set_input_files(
        {"name": "papan.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
    )
    proof.get_by_role("button", name="Catat bukti").click()
    expect(proof.get_by_role("link", name="Foto atau pindaian")).to_be_visible()
    expect(proof.get_by_text("Belum ada buktinya: TV Puskesmas")).to_be_visible()
    looked_at(page, "proven")
    assert looks_wrong(page) == []


def planned(node: RunningNode) -> str:
    id: str = receive(node)["id"]
    take(node, id, *PLANNED)
    return id
