"""The pages read again in English, and each Indonesian sentence that is left on them."""

import re
from collections import defaultdict
from functools import cache
from urllib.parse import urljoin

import yaml
from playwright.sync_api import Browser, BrowserContext, Page

from services.kernel.district import SHIPPED
from services.kernel.web import catalogue
from services.kernel.web.language import HOUSE, LANGUAGES
from services.main.demo import ACCOUNTS
from tests.browser.house import PUBLIC, House
from tests.browser.planted import PlantedWalk, ask_receipt

PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TEXTS = """() => {
    const found = [document.title]
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) found.push(walk.currentNode.textContent)
    for (const each of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder'])
            found.push(each.getAttribute(name) || '')
    return found.map(each => each.trim().replace(/\\s+/g, ' ')).filter(each => each)
}"""
DISTRICT = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
OWN = (
    *(name for _user, name, _grants in ACCOUNTS),
    *LANGUAGES.values(),
    *(source["text"] for rules in DISTRICT["rules"] for source in rules["sources"]),
    *(box["name"] for box in DISTRICT["defaults"]["boxes"]),
    "Tim keluhan, Kepala Tata Usaha",
)
"""Names, what sources are quoted for, and what a person typed: they stay as they are."""


def sentences() -> list[tuple[str, re.Pattern[str]]]:
    """Return every Indonesian sentence that has other English, as what finds it in a text."""
    found = {}
    for room in catalogue.rooms(HOUSE):
        for message in catalogue.read(HOUSE / room):
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for id in ids:
                if id and id not in strings and len(PLACE.sub("", id).strip()) >= 2:
                    parts = [re.escape(part) for part in PLACE.split(id.replace("%%", "%"))]
                    found[id] = re.compile(rf"(?<!\w){'.+?'.join(parts)}(?!\w)")
    return list(found.items())


def by_word() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Return the sentences by their longest whole word, so that a text is compared with few of
    them; those without one stand under no word."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
    for id, pattern in sentences():
        words = WHOLE.findall(PLACE.sub("_", id.replace("%%", "%")))
        found[max(words, key=len, default="")].append((id, pattern))
    return found


WHOLE = re.compile(r"\b[^\W_]+\b")
SENTENCES = by_word()


@cache
def indonesian(text: str) -> list[str]:
    """Return the Indonesian sentences that a text holds, besides names and what was typed."""
    for own in OWN:
        text = text.replace(own, "~")
    words = sorted({"", *re.findall(r"[^\W_]+", text)})
    return [id for word in words for id, pattern in SENTENCES.get(word, ()) if pattern.search(text)]


class EnglishReader:
    """Reads each page again in English, as the same person at another browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: dict[BrowserContext, Page] = {}
        self.read: dict[str, list[str]] = {}
        self.left: list[tuple[str, str, list[str]]] = []
        self.faults: list[str] = []

    def look(self, page: Page, address: str = "") -> None:
        """Open the address of `page`, or another, in English and note what is Indonesian there."""
        english = self.of(page)
        english.goto(urljoin(page.url, address))
        self.note(english)

    def note(self, page: Page) -> None:
        """Note what is Indonesian on an English page."""
        texts: list[str] = page.evaluate(TEXTS)
        assert page.locator("html").get_attribute("lang") == "en", page.url
        self.read[page.url] = texts
        self.left += [(page.url, text, bad) for text in texts if (bad := indonesian(text))]

    def of(self, page: Page) -> Page:
        """Return the English page of whoever is at `page`, switched by its link."""
        if page.context not in self._pages:
            context = self._browser.new_context(
                storage_state=page.context.storage_state(), locale="id-ID"
            )
            context.on("console", lambda said: self.faults.append(f"{said.type}: {said.text}"))
            english = context.new_page()
            english.goto(page.url)
            with english.expect_navigation():
                english.get_by_role("link", name="English").click()
            self._pages[page.context] = english
        return self._pages[page.context]

    def close(self) -> None:
        """Close every English browser."""
        for page in self._pages.values():
            page.context.close()


def look_around(house: House, reader: EnglishReader, walk: PlantedWalk) -> None:
    """Read the pages that are not steps: lists, reports, desk, board and receipt."""
    place = walk.real.puskesmas
    house.page(PUBLIC).goto("/r")
    for who, addresses in (
        ("rini", ("/catat", f"/catat?puskesmas={place}", f"/catat/impor?puskesmas={place}")),
        ("rini", (f"/catat/kotak?puskesmas={place}", f"/kunjungan?puskesmas={place}")),
        ("sari", ("/kasus", "/kasus?state=all", "/terbitkan", walk.case, "/tidak-ada")),
        ("wulan", ("/laporan", "/laporan/keluhan", "/laporan/kendali", walk.case, "/operasi")),
        ("wulan", (f"/laporan/keluhan/{walk.number}", "/laporan?as_of=2026-01-01")),
        ("wulan", (f"/laporan/rekap?puskesmas={place}", "/laporan/aturan?a=1&b=1")),
        ("wulan", ("/agenda", f"/agenda?puskesmas={place}")),
        ("bayu", (walk.case,)),
        ("admin", ("/operasi", "/kasus")),
        (PUBLIC, (f"/p/{place}", f"/p/{place}/papan", f"/p/{place}/lapor", "/r", "/masuk")),
    ):
        page = house.page(who)
        for address in addresses:
            reader.look(page, address)
    page = house.page(PUBLIC)
    ask_receipt(page, walk)
    english = reader.of(page)
    english.goto(f"{house.node.address}/r")
    english.get_by_label("Receipt code").fill(walk.receipt)
    with english.expect_navigation():
        english.locator("main form button").click()
    reader.note(english)
