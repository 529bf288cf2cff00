"""The desk goes on without its server: what is written then is sent once, in order, when it is back.

A real browser with a profile of its own, which is closed and opened again; a real node, whose
process ends and which comes back on the same port.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.house import ARGUMENTS, sign_in
from tests.running import RunningNode, free_port, running_node

DESK = "/catat?puskesmas=puring"
SLIPS = 30


class Place:
    """A desk: a node that can be stopped and started, and a browser that can be closed."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self._browser = browser
        self._port = free_port()
        self._node = ExitStack()
        self._profile = ExitStack()
        self.node: RunningNode | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> RunningNode:
        """Start the node, on the port that it had before."""
        running = running_node(self.folder / "data", port=self._port)
        self.node = self._node.enter_context(running)
        return self.node

    def stop(self) -> None:
        """End the node's process."""
        self._node.close()
        self.node = None

    def open(self) -> BrowserContext:
        """Open the browser with the profile that it had before."""
        context = self._browser.browser_type.launch_persistent_context(
            self.folder / "profile",
            executable_path="/usr/bin/chromium",
            args=list(ARGUMENTS),
            base_url=self.address,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", lambda said: self._heard(said.type, said.text))
        self._profile.callback(context.close)
        return context

    def _heard(self, kind: str, text: str) -> None:
        # A browser notes each answer of 400 and above, and each address that did not answer.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

    def shut(self) -> None:
        """Close the browser."""
        self._profile.close()

    def close(self) -> None:
        self.shut()
        self._node.close()

    def received(self) -> list[tuple[str, str]]:
        """Return number and channel of all complaints that the node has, in their order."""
        assert self.node is not None
        client = self.node.as_("wulan")
        return [(row["number"], row["id"]) for row in _all(client)]


def _all(client: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query: dict[str, Any] = {"puskesmas": "puring"}
    while True:
        answer = client.get("/reports/complaints", params=query).raise_for_status().json()
        rows += answer["items"]
        if not answer.get("next"):
            return rows
        query["cursor"] = answer["next"]


@pytest.fixture
def place(tmp_path: Path, browser: Browser) -> Iterator[Place]:
    place = Place(tmp_path, browser)
    yield place
    place.close()


def ready(page: Page) -> None:
    """Wait until the browser holds all that it needs to open the desk without the server."""
    expect(page.get_by_text("formulir ini tetap terbuka di perangkat ini")).to_be_visible()


def write(page: Page, text: str) -> None:
    """Fill in a slip from the box, and save it."""
    desk = page.locator("form[data-desk]")
    desk.locator("input[name=channel][value=suggestion_box]").check()
    desk.get_by_label("Apa yang disampaikan").fill(text)
    desk.get_by_role("button", name="Simpan").click()


def waiting(page: Page) -> Locator:
    return page.locator("#antrean li").filter(has_text="belum terkirim")


def sent(page: Page) -> Locator:
    return page.locator("#antrean li").filter(has_text="terkirim").filter(has=page.locator("a"))


def test_thirty_slips_written_without_the_server_arrive_once_and_in_order(place: Place) -> None:
    place.start()
    page = place.open().new_page()
    sign_in(page, "rini")
    page.goto(DESK)
    ready(page)
    place.stop()
    place.shut()

    page = place.open().new_page()
    for n in range(SLIPS):
        page.goto(DESK)
        write(page, f"Secarik kertas ke-{n}.")
        expect(waiting(page)).to_have_count(n + 1)
    place.shut()

    page = place.open().new_page()
    page.goto(DESK)
    expect(waiting(page)).to_have_count(SLIPS)
    place.start()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(sent(page)).to_have_count(SLIPS, timeout=60_000)
    numbers = sent(page).locator("a").all_inner_texts()
    assert [number[-6:] for number in numbers] == [f"{n + 1:06}" for n in range(SLIPS)]
    assert place.faults == []
