"""A desk that loses its server: a node that stops and comes back, a browser closed and opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.house import ARGUMENTS, CHROMIUM, sign_in
from tests.running import RunningNode, free_port, running_node
from tests.servers.line import Line

DESK = "/catat?puskesmas=puring"
READY = "formulir ini tetap terbuka di perangkat ini"


class Server:
    """A node with one folder, at one address; its process can end and come back, and so can the
    line to it. To who is at the other end both are the same: nobody lets them in.
    """

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        near, self._port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{near}"
        self._line = Line(f"127.0.0.1:{near}", f"127.0.0.1:{self._port}")
        self._joined = False
        self._running = ExitStack()
        self.node: RunningNode | None = None

    def start(self) -> None:
        """Have the node run, and the line lead to it."""
        if self.node is None:
            running = running_node(self._data, port=self._port)
            self.node = self._running.enter_context(running)
        if not self._joined:
            self._line.join()
            self._joined = True

    def away(self) -> None:
        """Cut the line: for who waits for the node it is gone, and sooner back than a process."""
        self._line.cut()
        self._joined = False

    def stop(self) -> None:
        """End the node's process."""
        self.away()
        self._running.close()
        self.node = None

    def close(self) -> None:
        """End the node's process for good."""
        self.stop()
        self._line.close()

    def numbers(self) -> list[str]:
        """Return the numbers of all complaints at Puring that intake has told of, in order."""
        assert self.node is not None
        client, query = self.node.as_("wulan"), {"puskesmas": "puring", "limit": "500"}
        found: list[str] = []
        while True:
            answer = client.get("/reports/complaints", params=query).raise_for_status().json()
            found += [row["number"] for row in answer["items"]]
            if not answer.get("next"):
                return sorted(found)
            query["cursor"] = answer["next"]

    def settle(self) -> None:
        """Wait until lists hold all that was sent so far: one more, which comes after it."""
        assert self.node is not None
        body = {"channel": "phone", "text": "Yang terakhir sejauh ini."}
        sent = self.node.as_("rini").post("/puskesmas/puring/complaints", json=body)
        self.node.settle(sent.raise_for_status().json()["position"])

    def until_told(self, number: str) -> None:
        """Wait until lists hold a complaint."""
        assert self.node is not None
        self.node.until(
            "wulan",
            "/reports/complaints",
            lambda answer: any(row["number"] == number for row in answer["items"]),
            puskesmas="puring",
            limit="500",
        )

    def until_count(self, count: int) -> None:
        """Wait until lists hold so many complaints."""
        assert self.node is not None
        self.node.until(
            "wulan",
            "/reports/complaints",
            lambda answer: len(answer["items"]) == count,
            puskesmas="puring",
            limit="500",
        )

    def form(self, id: str) -> str:
        """Return the page of one complaint's form, with its words."""
        assert self.node is not None
        answer = self.node.as_("rini").get(f"{self.address}/catat/{id}")
        return answer.raise_for_status().text


class Computer:
    """The computer at the desk: its browser keeps one profile, closed or open."""

    def __init__(self, folder: Path, browser: Browser, server: Server) -> None:
        self.profile = folder / "profile"
        self.server = server
        self.faults: list[str] = []
        self._browser = browser
        self._open = ExitStack()

    def open(self, *arguments: str) -> BrowserContext:
        """Open the browser, with further arguments if given."""
        return self._watched(
            self._browser.browser_type.launch_persistent_context(
                self.profile,
                executable_path=CHROMIUM,
                args=[*ARGUMENTS, *arguments],
                base_url=self.server.address,
                locale="id-ID",
                timezone_id="Asia/Jakarta",
            )
        )

    def _watched(self, context: BrowserContext) -> BrowserContext:
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", lambda said: self._heard(said.type, said.text))
        self._open.callback(context.close)
        return context

    def _heard(self, kind: str, text: str) -> None:
        # A browser notes each answer of 400 and above, and each address that did not answer.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.faults.append(text)

    def shut(self) -> None:
        """Close the browser."""
        self._open.close()

    def at_desk(self, who: str = "rini") -> Page:
        """Open the browser, sign in and wait until the desk can do without the server."""
        page = self.open().new_page()
        sign_in(page, who)
        page.goto(DESK)
        ready(page)
        return page


class Window(Computer):
    """A window of the browser that all tests share: what it keeps goes when it is shut, and it
    opens in no time."""

    def open(self, *arguments: str) -> BrowserContext:
        """Open the window."""
        assert not arguments, "only a browser of one's own takes arguments"
        return self._watched(
            self._browser.new_context(
                base_url=self.server.address, locale="id-ID", timezone_id="Asia/Jakarta"
            )
        )


def ready(page: Page) -> None:
    expect(page.get_by_text(READY)).to_be_visible()


def write(page: Page, text: str, **fields: str) -> None:
    """Fill in a slip from the box, and save it."""
    desk = page.locator("form[data-desk]")
    desk.locator("input[name=channel][value=suggestion_box]").check()
    desk.get_by_label("Apa yang disampaikan").fill(text)
    for name, value in fields.items():
        desk.locator(f"[name={name}]").fill(value)
    desk.get_by_role("button", name="Simpan").click()


def entries(page: Page, state: str) -> Locator:
    """Return the lines of what this device keeps: waiting, refused or sent."""
    return page.locator(f"#antrean li.{state}")


def kept(page: Page, count: int) -> None:
    """So many entries wait, and the page says so."""
    expect(entries(page, "waiting")).to_have_count(count)
    if count:
        expect(page.locator("#antrean [role=status]")).to_contain_text(f"{count} belum terkirim")


@contextmanager
def posts(context: BrowserContext) -> Iterator[Callable[[], int]]:
    """Count what pages send of the entries kept."""
    seen: list[Any] = []
    context.on(
        "request",
        lambda each: seen.append(each) if "/catat/luring" in each.url else None,
    )
    yield lambda: sum(each.method == "POST" for each in seen)
