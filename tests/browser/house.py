"""The people at their browsers: a context each, signed in by the page, and what went wrong."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from services.main.demo import PASSWORD
from tests.running import RunningNode

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Chromium without a desk's own windows, which take half of its work."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # As few processes as can be: no graphics card is to be kept apart from, and all that is
    # opened is ours. (Without a thread for what is shown, nothing is ever clicked: no frame comes.)
    "--disable-site-isolation-trials",
    "--in-process-gpu",
    "--no-zygote",
    "--num-raster-threads=1",
)
PUBLIC = "orang"
"""Somebody who signs in nowhere."""

_ASKED = 400
_PAUSE = 100
"""Milliseconds between two looks at a list."""


class House:
    """Gives each person of the demo a page of their own; all of them look at one node.

    `faults` are errors of the console, of scripts and dialogs, of every page so far. A browser
    also notes each answer of 400 and above there, which `refusals` says are expected.
    """

    def __init__(self, browser: Browser, node: RunningNode, **context: Any) -> None:
        self.node = node
        self.faults: list[str] = []
        self._browser = browser
        self._options = {"locale": "id-ID", "timezone_id": "Asia/Jakarta"} | context
        self._contexts: dict[str, BrowserContext] = {}
        self._pages: dict[str, Page] = {}

    def page(self, who: str) -> Page:
        """Return the page of `who`, who signs in by the form when first called."""
        if who not in self._pages:
            page = self.context(who).new_page()
            self._pages[who] = page
            if who != PUBLIC:
                sign_in(page, who)
        return self._pages[who]

    def context(self, who: str) -> BrowserContext:
        """Return the browser context of `who`."""
        if who not in self._contexts:
            made = self._browser.new_context(base_url=self.node.address, **self._options)
            made.on("console", self._heard)
            made.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
            made.on("dialog", lambda dialog: self._asked(dialog))
            self._contexts[who] = made
        return self._contexts[who]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def close(self) -> None:
        """Close every context."""
        for context in self._contexts.values():
            context.close()


def sign_in(page: Page, who: str) -> None:
    """Sign in as one of the demo's accounts, by the page and its keys."""
    page.goto("/masuk")
    page.get_by_label("Nama pengguna").fill(who)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_label("Kata sandi").press("Enter")
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()


def until_listed(page: Page, address: str, row: Locator) -> None:
    """Look at a list again and again until it holds `row`; what happens elsewhere comes soon."""
    for _look in range(_ASKED):
        page.goto(address)
        if row.count():
            return
        # Ends on the row or the bound. To open a page takes longer than what is waited for.
        page.wait_for_timeout(_PAUSE)
    raise AssertionError(f"{address} never showed what was waited for")


def form(page: Page, step: str) -> Locator:
    """Return the form that sends to `step`, which `details` may hide."""
    found = page.locator(f'form[action$="/{step}"]')
    if not found.is_visible():
        page.locator("details", has=found).locator("summary").first.click()
    expect(found).to_be_visible()
    return found


def say_why(page: Page) -> None:
    """Give the reason that is asked of who opens what ended long ago, where one is asked."""
    button = page.get_by_role("button", name="Buka isinya", exact=True)
    if button.count():
        with page.expect_navigation():
            button.click()


def said(page: Page, sentence: str) -> None:
    """The page tells in one sentence that a step was stored."""
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()


def body(page: Page) -> str:
    """Return all that a page shows."""
    return page.locator("body").inner_text()
