"""What is kept at the desk is its writer's: nobody else who signs in there sends it, and signing
out says that it is lost, and destroys it.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.house import sign_in
from tests.browser.offline import DESK, Computer, Server, entries, kept, ready, write


def test_an_ended_session_loses_nothing_and_only_the_writer_sends(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    page.get_by_label("Apa yang disampaikan").fill("Sesi berakhir di tengah jalan.")
    page.context.clear_cookies()
    write(page, "Sesi berakhir di tengah jalan.")
    expect(page).to_have_url(
        f"{server.address}/masuk?on_device=1&next=%2Fcatat%3Fpuskesmas%3Dpuring"
    )
    expect(page.get_by_text("tersimpan di perangkat ini")).to_be_visible()
    sign_in(page, "sari")
    page.goto(DESK)
    expect(page.locator("#antrean [data-when=foreign]")).to_contain_text(": 1")
    expect(entries(page, "waiting")).to_have_count(0)
    ready(page)
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    sign_in(page, "rini")
    page.goto(DESK)
    expect(entries(page, "sent")).to_have_count(1)


def test_another_session_under_an_open_page_sends_nothing_of_it(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    write(page, "Ditulis oleh Rini.")
    kept(page, 1)
    server.start()
    page.context.clear_cookies()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_role("link", name="Masuk untuk mengirimnya")).to_be_visible()
    kept(page, 1)
    sign_in(page.context.new_page(), "sari")
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_text("Yang sedang masuk adalah akun lain.")).to_be_visible()
    kept(page, 1)
    # It surely did not arrive, so it may still be changed.
    expect(entries(page, "waiting").get_by_role("button", name="Ubah")).to_be_visible()


def test_signing_out_says_what_is_lost_and_destroys_it(window: Computer, server: Server) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    write(page, "Belum terkirim.")
    kept(page, 1)
    # Kept back, so that something is left to lose when the server is there again.
    page.context.route("**/catat/luring*", lambda route: route.abort())
    server.start()
    page.goto("/")
    page.get_by_role("button", name="Keluar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("belum terkirim ke server: 1.")
    dialog.get_by_role("button", name="Tetap di sini").click()
    page.goto(DESK)
    kept(page, 1)
    page.get_by_role("button", name="Keluar").click()
    dialog.get_by_role("button", name="Keluar dan hapus").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    left = page.evaluate(
        """() => new Promise((resolve) => {
          indexedDB.open("tanggap").onsuccess = (event) => {
            const transaction = event.target.result.transaction(["keys", "entries"]);
            const counts = ["keys", "entries"].map((each) => transaction.objectStore(each).count());
            transaction.oncomplete = async () =>
              resolve([...counts.map((each) => each.result), (await caches.keys()).length]);
          };
        })"""
    )
    assert left == [0, 0, 0]
    server.away()
    with pytest.raises(Exception, match="ERR_"):
        page.goto(DESK)
