"""What is written at the desk while its server is away is sent once, in order, when it is back.

A real browser with a profile of its own, closed and opened again; a real node whose process ends
and comes back on the same port.
"""

from typing import Any, Literal

from playwright.sync_api import Page, Route, expect

from services.main.demo import PASSWORD
from tests.browser.axe import violations
from tests.browser.offline import DESK, READY, Computer, Server, entries, kept, posts, ready, write

SLIPS = 30
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
KEPT = ("account", "at", "iv", "key", "puskesmas", "refusal", "sealed", "seq", "state", "tried")
BAD_DAY = "2099-01-01T08:00"


def send_all(page: Page, count: int) -> list[tuple[str, str]]:
    """Press the button; return number and id of each entry, as the page has them."""
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(entries(page, "sent")).to_have_count(count, timeout=60_000)
    expect(entries(page, "waiting")).to_have_count(0)
    links = entries(page, "sent").locator("a")
    addresses = links.evaluate_all("all => all.map(each => each.pathname)")
    return [
        (number, address.split("/")[2])
        for number, address in zip(links.all_inner_texts(), addresses, strict=True)
    ]


def test_thirty_slips_written_without_the_server_arrive_once_and_in_order(
    computer: Computer, server: Server
) -> None:
    computer.at_desk()
    before = server.numbers()
    server.stop()
    computer.shut()

    page = computer.open().new_page()
    for n in range(SLIPS):
        if n % 10 == 0:
            page.goto(DESK)
        write(page, f"Secarik kertas ke-{n} dari kotak.")
        kept(page, n + 1)
    computer.shut()

    page = computer.open().new_page()
    page.goto(DESK)
    kept(page, SLIPS)
    server.start()
    sent = send_all(page, SLIPS)
    expect(page.get_by_text("Server sudah dapat dihubungi lagi.")).to_be_visible()
    expect(page.get_by_text("Server sedang tidak dapat dihubungi.")).to_be_hidden()
    numbers = [number for number, _id in sent]
    running = [int(number[-6:]) for number in numbers]
    assert running == list(range(running[0], running[0] + SLIPS))
    for n, (_number, id) in enumerate(sent):
        assert f"Secarik kertas ke-{n} dari kotak." in server.form(id)
    page.reload()
    expect(entries(page, "sent")).to_have_count(SLIPS)
    server.until_told(numbers[-1])
    assert server.numbers() == sorted([*before, *numbers])
    # The slip, with the receipt's code, is there now.
    entries(page, "sent").first.get_by_role("link").click()
    expect(page.locator(".code")).to_be_visible()


def test_what_is_kept_lies_sealed_and_pages_of_complaints_are_not_kept(
    computer: Computer, server: Server
) -> None:
    page = computer.at_desk()
    write(page, "Tersimpan di server.")
    page.get_by_role("link", name="Betulkan atau tambah berkas").click()
    complaint = page.url
    page.goto(DESK)
    # On the page as the server gave it: nothing is lost by saving a moment too late.
    server.stop()
    write(page, "Burung cendrawasih terbang rendah.")
    kept(page, 1)
    held = page.evaluate(
        """async () => {
          const all = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            all.push(...(await cache.keys()).map((each) => new URL(each.url).pathname));
          }
          return all;
        }"""
    )
    pages = [each for each in held if not each.startswith("/static/")]
    assert sorted(pages) == ["/catat/luring", "/catat/luring/jauh"]
    facts = page.evaluate(
        """() => new Promise((resolve) => {
          indexedDB.open("tanggap").onsuccess = (event) => {
            const transaction = event.target.result.transaction(["keys", "entries"]);
            const keys = transaction.objectStore("keys").getAll();
            const entries = transaction.objectStore("entries").getAll();
            transaction.oncomplete = () => resolve({
              out: keys.result.map((each) => each.key.extractable),
              names: entries.result.map((each) => Object.keys(each).sort()),
              words: JSON.stringify(entries.result),
            });
          };
        })"""
    )
    assert facts["out"] == [False]
    assert facts["names"] == [sorted(KEPT)]
    assert "cendrawasih" not in facts["words"]
    answer = page.request.storage_state()
    assert "cendrawasih" not in str(answer)
    page.goto(complaint)
    expect(page.get_by_role("heading", name="Server tidak dapat dihubungi")).to_be_visible()
    computer.shut()
    files = [each for each in computer.profile.rglob("*") if each.is_file()]
    assert any(b"/catat/luring" in each.read_bytes() for each in files)
    word = "cendrawasih"
    said = (word.encode(), word.encode("utf-16-le"))
    assert [each.name for each in files if any(one in each.read_bytes() for one in said)] == []


def test_what_the_server_refuses_is_said_put_right_or_thrown_away(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    write(page, "Waktunya keliru.", received_at=BAD_DAY)
    kept(page, 1)
    write(page, "Waktunya keliru juga.", received_at=BAD_DAY)
    kept(page, 2)
    write(page, "Ini benar.")
    kept(page, 3)
    server.start()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(entries(page, "sent")).to_have_count(1)
    expect(entries(page, "refused")).to_have_count(2)
    expect(entries(page, "refused").first).to_contain_text("Kapan disampaikan:")
    expect(page.locator("#antrean [role=status]")).to_contain_text("2 belum terkirim")

    entries(page, "refused").first.get_by_role("button", name="Perbaiki").click()
    expect(page.locator(".summary")).to_be_focused()
    text = page.get_by_label("Apa yang disampaikan")
    expect(text).to_have_value("Waktunya keliru.")
    page.locator(".summary a").click()
    # Refused again, by the page itself: still the same entry.
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(text).to_have_value("Waktunya keliru.")
    expect(entries(page, "refused")).to_have_count(2)
    page.get_by_label("Kapan disampaikan").fill("")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".code")).to_be_visible()

    page.goto(DESK)
    expect(entries(page, "refused")).to_have_count(1)
    dialog = page.get_by_role("dialog")
    entries(page, "refused").get_by_role("button", name="Buang").click()
    dialog.get_by_role("button", name="Batal").click()
    expect(entries(page, "refused")).to_have_count(1)
    entries(page, "refused").get_by_role("button", name="Buang").click()
    dialog.get_by_role("button", name="Ya, lanjutkan").click()
    expect(entries(page, "refused")).to_have_count(0)
    page.get_by_role("button", name="Bersihkan yang terkirim").click()
    expect(page.locator("#antrean")).to_be_hidden()


def test_what_waits_is_changed_in_its_turn(window: Computer, server: Server) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    for n in range(3):
        write(page, f"Nomor {n}.")
        kept(page, n + 1)
    entries(page, "waiting").nth(1).get_by_role("button", name="Ubah").click()
    page.get_by_label("Apa yang disampaikan").fill("Nomor satu, diubah.")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_label("Apa yang disampaikan")).to_have_value("")
    kept(page, 3)
    server.start()
    sent = send_all(page, 3)
    said = ["Nomor 0.", "Nomor satu, diubah.", "Nomor 2."]
    assert [text in server.form(id) for text, (_number, id) in zip(said, sent, strict=True)] == [
        True
    ] * 3


def test_two_tabs_send_each_entry_once(window: Computer, server: Server) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    for n in range(10):
        write(page, f"Dari dua tab, nomor {n}.")
        kept(page, n + 1)
    other = page.context.new_page()
    other.goto(DESK)
    kept(other, 10)
    with posts(page.context) as count:
        server.start()
        for tab in (page, other):
            # Both at once: neither waits for the other one's answer.
            tab.evaluate("document.querySelector('[data-do=send]').click()")
        for tab in (page, other):
            expect(entries(tab, "sent")).to_have_count(10)
        # Fewer where the worker was quicker than both.
        assert count() <= 10
    numbers = entries(page, "sent").locator("a").all_inner_texts()
    assert len(set(numbers)) == 10 and numbers == sorted(numbers)
    assert numbers == entries(other, "sent").locator("a").all_inner_texts()


def test_the_worker_sends_when_no_page_is_open(window: Computer, server: Server) -> None:
    page = window.at_desk()
    server.settle()
    before = server.numbers()
    browser = page.context.new_cdp_session(page)
    registrations: list[Any] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(told["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    server.away()
    for n in range(3):
        write(page, f"Terkirim tanpa halaman, nomor {n}.")
        kept(page, n + 1)
    page.goto("about:blank")
    server.start()
    # Some other page is open, of which the worker takes no notice.
    page.goto("/p/puring")
    (desk,) = {each["registrationId"] for each in registrations if not each["isDeleted"]}
    # What the browser does by itself when it thinks that the line is back.
    event = {"origin": server.address, "registrationId": desk, "tag": "tanggap-kirim"}
    browser.send("ServiceWorker.dispatchSyncEvent", event | {"lastChance": False})
    server.until_count(len(before) + 3)
    page.goto(DESK)
    expect(entries(page, "sent")).to_have_count(3)
    numbers = entries(page, "sent").locator("a").all_inner_texts()
    assert numbers == sorted(set(server.numbers()) - set(before))


def test_an_answer_that_was_lost_on_the_way_makes_no_second_complaint(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    write(page, "Sampai, tetapi jawabannya hilang.")
    kept(page, 1)
    server.start()
    stored: list[str] = []
    line: set[str] = {"broken"}

    def lose(route: Route) -> None:
        answer = route.fetch()
        stored.append(answer.json()["number"])
        if line:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.context.route("**/catat/luring*", lose)
    with page.expect_event("requestfailed", lambda each: "/catat/luring" in each.url):
        page.get_by_role("button", name="Kirim sekarang").click()
    # Nobody knows whether it arrived: it can be sent again, and no more be changed.
    expect(page.locator("#antrean").get_by_role("button", name="Ubah")).to_have_count(0)
    line.clear()
    # The page sends again when pressed, unless the worker was quicker.
    page.evaluate("document.querySelector('[data-do=send]').click()")
    expect(entries(page, "sent")).to_have_count(1)
    expect(entries(page, "sent").get_by_role("link")).to_have_text(stored[0])
    assert set(stored) == {stored[0]}


def test_another_page_says_that_the_server_is_away_and_leads_to_the_form(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    server.away()
    for path in ("/kerja", "/kasus?state=all", "/catat/impor"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Server tidak dapat dihubungi")).to_be_visible()
        assert violations(page) == []
    page.get_by_role("link", name="Catat", exact=True).click()
    write(page, "Ditulis sesudah halaman lain.")
    kept(page, 1)
    page.goto("/catat/impor")
    server.start()
    page.get_by_role("link", name="Coba lagi").click()
    expect(page.get_by_role("heading", name="Impor dari berkas")).to_be_visible()


def test_a_new_version_of_the_form_takes_the_old_ones_place(
    window: Computer, server: Server
) -> None:
    page = window.at_desk()
    page.evaluate(
        """async () => {
          const [name] = await caches.keys();
          const cache = await caches.open(name);
          await cache.put("/catat/luring?puskesmas=puring", new Response("versi lama"));
        }"""
    )
    page.goto(DESK)
    ready(page)
    names = page.evaluate("caches.keys()")
    assert len(names) == 1
    server.away()
    page.goto(DESK)
    expect(page.get_by_role("button", name="Simpan di perangkat ini")).to_be_visible()
    assert "versi lama" not in page.content()


def test_the_copy_and_its_questions_are_for_everybody(window: Computer, server: Server) -> None:
    page = window.at_desk()
    server.away()
    page.reload()
    write(page, "Waktunya keliru.", received_at=BAD_DAY)
    kept(page, 1)
    write(page, "Ini benar.")
    kept(page, 2)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []
    entries(page, "waiting").first.get_by_role("button", name="Buang").click()
    assert violations(page) == []
    # By keys alone: the harmless answer has the focus, Escape is the same.
    expect(page.get_by_role("button", name="Batal")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    kept(page, 2)
    server.start()
    page.get_by_role("button", name="Kirim sekarang").press("Enter")
    expect(entries(page, "sent")).to_have_count(1)
    expect(entries(page, "refused")).to_have_count(1)
    entries(page, "refused").get_by_role("button", name="Perbaiki").press("Enter")
    expect(page.locator(".summary")).to_be_focused()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []
    page.get_by_role("button", name="Keluar").press("Enter")
    assert violations(page) == []
    expect(page.get_by_role("button", name="Tetap di sini")).to_be_focused()


def test_without_https_the_form_works_and_says_what_it_cannot(
    computer: Computer, server: Server
) -> None:
    name = server.address.replace("127.0.0.1", "puskesmas.test")
    page = computer.open("--host-resolver-rules=MAP puskesmas.test 127.0.0.1").new_page()
    page.goto(f"{name}/masuk")
    page.get_by_label("Nama pengguna").fill("rini")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_label("Kata sandi").press("Enter")
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    page.goto(name + DESK)
    expect(page.get_by_text("buka lewat https")).to_be_visible()
    expect(page.get_by_text(READY)).to_be_hidden()
    write(page, "Tanpa https.")
    expect(page.locator(".code")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    # The browser says that it ignores this header here; nothing else is wrong.
    told = [each for each in computer.faults if "Cross-Origin-Opener-Policy" not in each]
    computer.faults[:] = told
