"""One browser for this folder's tests; whoever looks at the node gets a context of their own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.house import ARGUMENTS, CHROMIUM, House
from tests.running import RunningNode


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, as the machine has it. It ends with this folder: while Playwright runs, no other
    test of this process can have an event loop."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house(browser: Browser, node: RunningNode) -> Iterator[House]:
    """The people of the demo, each at a browser."""
    house = House(browser, node)
    yield house
    house.close()
