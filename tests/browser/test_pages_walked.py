"""Two complaints go all the way through the pages without a script, each page read in English too:
no Indonesian sentence is left behind the switch. Words planted in every sealed field are read on
the pages of those who may, and on no other.

Source: the last paragraph of the table of roles: who opens words, and who opens identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from services.main.demo import PASSWORD
from tests.browser.english import TEXTS, EnglishReader, indonesian, look_around
from tests.browser.house import PUBLIC, House, say_why
from tests.browser.planted import (
    ANALYSED,
    BY_PATH,
    DIRECT,
    EMAIL,
    PERSON,
    PHONE,
    SPOKEN,
    PlantedWalk,
    ask_receipt,
)
from tests.running import RunningNode

STAFF = (
    ("tono", "officer"),  # has entered neither complaint
    ("seno", "complaint_team"),
    ("kmp", "coordinator:KMP"),
    ("ukm", "coordinator:UKM"),
    ("ukpp", "coordinator:UKPP"),
)
WORDS = frozenset({"rini", "sari", "seno", "bayu", "kukuh", "dewi"})
IDENTITY = frozenset({"rini", "sari", "seno", "bayu", "kukuh"})
NEITHER = frozenset({"tono", "wulan", "agus", "admin"})
LISTS = (
    "/kasus?state=all",
    "/terbitkan",
    "/laporan",
    "/laporan/keluhan",
    "/laporan/kendali",
    "/laporan/rekap?puskesmas=puring",
    "/laporan/aturan?a=1&b=1",
    "/operasi",
    "/catat",
)
PUBLIC_PAGES = ("", "/papan", "/lapor")


def canary(reference: str, field: str) -> str:
    return f"kenari-{reference}-{field}-terbang"


@dataclass(frozen=True)
class Flown:
    """A walked complaint with the canaries in its words and of its person."""

    walk: PlantedWalk
    words: tuple[str, ...]
    person: tuple[str, ...]


@pytest.fixture(scope="module")
def house(browser: Browser, node: RunningNode) -> Iterator[House]:
    """The people of the demo, at browsers that run no script."""
    house = House(browser, node, java_script_enabled=False)
    yield house
    house.close()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[EnglishReader]:
    """Whoever reads in English what the others see, with scripts."""
    reader = EnglishReader(browser)
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def walked(house: House, reader: EnglishReader) -> dict[str, PlantedWalk]:
    """A complaint of each path with the canaries in its words, every page read in English at each
    step."""
    found = {}
    for reference in (ANALYSED, DIRECT):
        walk = PlantedWalk(house, reference, partial(canary, reference), reader.look)
        walk.go()
        look_around(house, reader, walk)
        found[reference] = walk
    return found


@pytest.fixture(scope="module")
def flown(walked: dict[str, PlantedWalk], node: RunningNode) -> dict[str, Flown]:
    """The same, withdrawn from the public again, and more staff than the demo's to ask for them."""
    for name, role in STAFF:
        add_user(node, name, role)
    found = {}
    for reference, walk in walked.items():
        walk.withdraw()
        words = tuple(canary(reference, field) for field in (*SPOKEN, *BY_PATH[reference]))
        person = (*(canary(reference, field) for field in PERSON), PHONE, EMAIL)
        found[reference] = Flown(walk, words, person)
    return found


def add_user(node: RunningNode, name: str, role: str) -> None:
    """Add an account as the command line does, for both Puskesmas of the walks."""
    places = ("--puskesmas", "puring", "--puskesmas", "lamaru")
    done = node.tanggap("user", "add", name, "--role", role, *places, given=f"{PASSWORD}\n")
    done.check_returncode()


@pytest.mark.parametrize("reference", [ANALYSED, DIRECT])
def test_the_whole_path_works_without_a_script(
    house: House, walked: dict[str, PlantedWalk], reference: str
) -> None:
    """Before it is withdrawn: the tests further down look at what is left then."""
    walk = walked[reference]
    page = house.page("sari")
    page.goto(walk.case)
    expect(page.locator(".head .tag").filter(has_text="Dievaluasi")).to_be_visible()
    page = house.page(PUBLIC)
    page.goto(f"/p/{walk.real.puskesmas}")
    page.get_by_role("link", name="Papan informasi").click()
    expect(page.get_by_text(walk.real.outcome["publication"])).to_be_visible()
    ask_receipt(page, walk)
    expect(page.get_by_text(walk.real.outcome["publication"])).to_be_visible()
    expect(page.locator(".lead")).to_have_text(
        "Keluhan Anda selesai, dan hasilnya sudah kami nilai."
    )
    assert house.faults == []


def test_no_indonesian_sentence_is_left_behind_the_switch(
    reader: EnglishReader, walked: dict[str, PlantedWalk]
) -> None:
    # The whole list, for it is what is to be translated.
    assert not reader.left, "\n".join(sorted({f"{text}: {bad}" for _url, text, bad in reader.left}))


def test_the_search_finds_what_is_indonesian(
    reader: EnglishReader, house: House, walked: dict[str, PlantedWalk]
) -> None:
    """The same pages before the switch are full of what the search looks for."""
    page = house.page("sari")
    page.goto("/kasus?state=all")
    texts: list[str] = page.evaluate(TEXTS)
    assert len([text for text in texts if indonesian(text)]) > 10
    assert len(reader.read) > 20


def read_all(house: House, who: str, flown: Flown) -> str:
    """Return the whole markup of every page about a complaint that `who` can ask for, as the
    server gives it: scripts ask for no words of their own."""
    page = house.page(who)
    walk = flown.walk
    addresses = (
        walk.case,
        walk.publication_url,
        f"/catat/{walk.case.rpartition('/')[2]}/slip",
        f"/laporan/keluhan/{walk.number}",
        *LISTS,
    )
    page.goto(walk.case)
    say_why(page)
    return "\n".join(page.request.get(address).text() for address in addresses)


@pytest.mark.parametrize("reference", [ANALYSED, DIRECT])
@pytest.mark.parametrize("who", sorted(WORDS | NEITHER))
def test_who_reads_the_words_and_who_the_person(
    house: House, flown: dict[str, Flown], who: str, reference: str
) -> None:
    it = flown[reference]
    shown = read_all(house, who, it)
    assert [word for word in it.words if (word in shown) is not (who in WORDS)] == []
    assert [fact for fact in it.person if (fact in shown) is not (who in IDENTITY)] == []


@pytest.mark.parametrize("reference", [ANALYSED, DIRECT])
def test_a_coordinator_reads_the_words_of_the_own_area_only(
    house: House, flown: dict[str, Flown], reference: str
) -> None:
    it = flown[reference]
    readers = []
    for who in ("kmp", "ukm", "ukpp"):
        shown = read_all(house, who, it)
        assert it.walk.number in shown, who
        assert [fact for fact in it.person if fact in shown] == [], who
        read = [word for word in it.words if word in shown]
        assert read in ([], list(it.words)), who
        readers += [who] * bool(read)
    assert len(readers) == 1, readers


@pytest.mark.parametrize("reference", [ANALYSED, DIRECT])
def test_no_public_page_shows_any(
    browser: Browser, node: RunningNode, flown: dict[str, Flown], reference: str
) -> None:
    it = flown[reference]
    # With scripts: they are asked for nothing, and may not bring it.
    house = House(browser, node)
    page = house.page(PUBLIC)
    read = []
    for path in PUBLIC_PAGES:
        page.goto(f"/p/{it.walk.real.puskesmas}{path}")
        read.append(page.content())
    ask_receipt(page, it.walk)
    read.append(page.content())
    for address in (it.walk.case, it.walk.publication_url):
        page.goto(address)
        read.append(page.content())
    shown = "\n".join(read)
    assert it.walk.number in shown
    assert [each for each in (*it.words, *it.person) if each in shown] == []
    # It was released, and withdrawn again.
    assert canary(reference, "released") not in shown
    assert house.faults == []
    house.close()


def test_nothing_went_wrong_in_any_browser(
    reader: EnglishReader, house: House, flown: dict[str, Flown]
) -> None:
    assert house.faults == []
    # A browser notes each refused address; two were asked for on purpose.
    assert [each for each in reader.faults if "status of 4" not in each] == []
