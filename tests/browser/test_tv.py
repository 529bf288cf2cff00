"""The screen in a waiting room: nobody touches it, and whatever becomes of server, network and
program meanwhile, it never shows an error. Its minutes are the browser's own clock, wound on;
TV_MINUTES=10 has it stand for so many of the wall clock, too, which are too dear for every run."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests import codes
from tests.browser.axe import violations
from tests.browser.offline import Server
from tests.integration.test_citizen_pages import HANDLED, receive, take
from tests.integration.test_corrected_to_confidential import draft_of
from tests.integration.test_publication_returned import done

MINUTES = 10
STANDS = float(os.environ.get("TV_MINUTES", "0"))
"""Minutes of the wall's clock for which the screen is watched."""
TV = "/p/puring/tv"
TEXTS = ("Loket kedua dibuka pada jam sibuk.", "Kursi tunggu ditambah sepuluh.")
LONG = (
    "Antrean pagi dikeluhkan terlalu lama oleh warga yang datang dari jauh dan membawa anak kecil. "
    "Kami menambah satu loket, memasang nomor antrean, dan menempel jadwal petugas di pintu masuk. "
    "Antrean kini paling lama setengah jam, dan kami mengukurnya tiap pekan."
)
ROUND = 120
"""Seconds in which each screen has had its turn."""


def publish(server: Server, text: str) -> str:
    assert server.node is not None
    given = receive(server.node)
    take(server.node, given["id"], *HANDLED)
    id: str = draft_of(server.node, given["id"])["id"]
    done(server.node, "dewi", id, "draft", text=text)
    done(server.node, "kukuh", id, "approval", text=text)
    done(server.node, "dewi", id, "release")
    return id


@pytest.fixture(scope="module")
def wall(server: Server, browser: Browser) -> Iterator[BrowserContext]:
    server.start()
    for text in (*TEXTS, LONG):
        publish(server, text)
    context = browser.new_context(
        base_url=server.address,
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        viewport={"width": 1920, "height": 1080},
    )
    yield context
    context.close()


@pytest.fixture
def page(wall: BrowserContext, server: Server) -> Iterator[Page]:
    server.start()
    page = wall.new_page()
    page.clock.install()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    navigated: list[str] = []
    page.goto(TV)
    page.on("framenavigated", lambda frame: navigated.append(frame.url))
    yield page
    # An error page of the browser is one that it went to.
    assert navigated == [] and faults == []
    page.close()


def visible(page: Page, found: Locator) -> None:
    wound(page, lambda: expect(found).to_be_visible(timeout=3_000))


def hidden(page: Page, found: Locator) -> None:
    wound(page, lambda: expect(found).to_be_hidden(timeout=3_000))


def shown(page: Page) -> str:
    """Return what stands on the screen; only one thing does."""
    visible = page.locator(".slide:visible")
    expect(visible).to_have_count(1)
    return visible.locator(".words").inner_text()


def turned(page: Page, seconds: int = ROUND) -> set[str]:
    """Return all that is shown while so many seconds go by."""
    found = {shown(page)}
    for _step in range(seconds // 6):
        page.clock.run_for(6_000)
        found.add(shown(page))
    return found


def wound(page: Page, there: Callable[[], None]) -> None:
    """Let minutes go by until what is looked for is there, after each of which the server is asked;
    one question may be on its way still while the next minute begins."""
    for _minute in range(5):
        page.clock.run_for(61_000)
        with suppress(AssertionError):
            there()
            return
    page.clock.run_for(61_000)
    there()


def memory(page: Page) -> tuple[int, int]:
    """Return the bytes of the page's heap and its nodes, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found: Any = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    values = {each["name"]: int(each["value"]) for each in found}
    return values["JSHeapUsedSize"], values["Nodes"]


def test_each_result_has_its_turn_and_a_long_one_in_parts(page: Page) -> None:
    assert violations(page) == []
    found = turned(page)
    assert set(TEXTS) <= found
    parts = [each for each in found if each in LONG]
    assert len(parts) >= 2
    page.keyboard.press("Space")
    standing = shown(page)
    assert turned(page, 60) == {standing}
    page.keyboard.press("ArrowRight")
    assert shown(page) != standing
    page.keyboard.press("Space")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720)])
def test_nothing_runs_over_the_edge(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for _screen in range(8):
        over = page.evaluate(
            "() => [document.documentElement.scrollWidth > innerWidth,"
            " document.documentElement.scrollHeight > innerHeight,"
            " [...document.querySelectorAll('.slide:not([hidden])')].some((each) =>"
            " each.scrollHeight > each.parentElement.clientHeight)]"
        )
        assert over == [False, False, False], shown(page)
        page.keyboard.press("ArrowRight")
    seen = codes.picture(page.screenshot())
    assert [each.rpartition("/p/")[2] for each in codes.read(seen)] == ["puring/lapor"]


def test_server_and_network_go_away_twice_and_it_goes_on(page: Page, server: Server) -> None:
    away = page.locator("[data-away]")
    for goes_away in (server.stop, server.away):
        goes_away()
        visible(page, away)
        assert set(TEXTS) <= turned(page)
        server.start()
        hidden(page, away)
    page.context.set_offline(True)
    visible(page, away)
    assert set(TEXTS) <= turned(page, 300)
    page.context.set_offline(False)
    hidden(page, away)


def test_what_is_new_comes_and_what_is_withdrawn_goes(page: Page, server: Server) -> None:
    assert server.node is not None
    new = "Jadwal dokter kini ditempel di pintu."
    id = publish(server, new)
    wound(page, lambda: expect(page.get_by_text(new)).to_have_count(1, timeout=3_000))
    assert new in turned(page)
    done(server.node, "dewi", id, "withdrawal", reason="Belum benar.")
    wound(page, lambda: expect(page.get_by_text(new)).to_have_count(0, timeout=3_000))
    assert new not in turned(page)


def test_after_an_upgrade_all_of_it_is_the_new_one(page: Page) -> None:
    """A program of another version: its pages name other files, which the server has."""

    def upgraded(route: Any) -> None:
        answer = route.fetch()
        body = answer.text().replace("/static/", "/static/x", 1)
        marked = body.replace("Keluhan Anda, tindakan kami", "Papan yang baru")
        route.fulfill(
            response=answer, body=marked.replace("/reporting/tv.js", "/reporting/tv.js?2")
        )

    page.route("**" + TV, upgraded)
    visible(page, page.get_by_text("Papan yang baru"))
    assert set(TEXTS) <= turned(page)
    # A page may be on its way by it, which would fail for being answered afterwards.
    page.unroute_all(behavior="ignoreErrors")
    visible(page, page.get_by_text("Keluhan Anda, tindakan kami"))


def test_a_page_of_somebody_elses_network_is_not_taken_for_the_board(page: Page) -> None:
    page.route("**" + TV, lambda route: route.fulfill(body="<h1>Masuk ke Wi-Fi</h1>"))
    visible(page, page.locator("[data-away]"))
    assert set(TEXTS) <= turned(page)
    page.unroute_all(behavior="ignoreErrors")


def test_its_memory_stays_flat(page: Page) -> None:
    def minutes(count: int) -> tuple[int, int]:
        for _minute in range(count):
            with page.expect_response(lambda answer: answer.url.endswith(TV), timeout=20_000):
                page.clock.run_for(61_000)
        return memory(page)

    bytes_before, nodes_before = minutes(10)
    bytes_after, nodes_after = minutes(MINUTES)
    assert bytes_after < bytes_before * 1.1, (bytes_before, bytes_after)
    assert nodes_after <= nodes_before, (nodes_before, nodes_after)


@pytest.mark.skipif(not STANDS, reason="TV_MINUTES says how long the screen is to stand")
@pytest.mark.timeout(STANDS * 60 + 300)
def test_it_stands_for_real_minutes(wall: BrowserContext, server: Server) -> None:
    """The server restarts in the second and the fifth tenth of the time, the network is away in the
    seventh: what is shown is a result all along, and the memory of the end is that of the
    beginning."""
    server.start()
    page = wall.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(TV)
    page.on("framenavigated", lambda frame: faults.append(frame.url))
    began, seen, kept = time.monotonic(), set[str](), list[tuple[int, int]]()
    while (gone := (time.monotonic() - began) / (STANDS * 60)) < 1:
        tenth = int(gone * 10)
        wall.set_offline(tenth == 6)
        (server.stop if tenth in (1, 4) else server.start)()
        seen.add(shown(page))
        kept.append(memory(page))
        page.wait_for_timeout(3_000)
    print(f"\n{len(kept)} looks, bytes and nodes {kept[0]} .. {max(kept)} .. {kept[-1]}")
    assert faults == [] and set(TEXTS) <= seen
    expect(page.locator("[data-away]")).to_be_hidden()
    early, late = kept[: len(kept) // 4], kept[-len(kept) // 4 :]
    for bytes_or_nodes in range(2):
        before, after = (max(each[bytes_or_nodes] for each in part) for part in (early, late))
        assert after < before * 1.1, (before, after)
    page.close()
