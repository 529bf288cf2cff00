"""One browser for this folder's tests; whoever looks at the node gets a context of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.house import ARGUMENTS, CHROMIUM, House
from tests.browser.offline import Computer, Server, Window
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A node whose process ends and comes back at the same address."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


@pytest.fixture
def computer(tmp_path: Path, browser: Browser, server: Server) -> Iterator[Computer]:
    """The computer at the desk, with a profile of its own, while that node runs."""
    yield from _at_work(Computer(tmp_path, browser, server))


@pytest.fixture
def window(tmp_path: Path, browser: Browser, server: Server) -> Iterator[Computer]:
    """The same, as a window that is not opened again once it is shut."""
    yield from _at_work(Window(tmp_path, browser, server))


def _at_work(computer: Computer) -> Iterator[Computer]:
    computer.server.start()
    yield computer
    computer.shut()
    assert computer.faults == []
