"""Words planted in every sealed field are read on the pages of those who may, and on no other.

Source: the last paragraph of the table of roles: who opens words, and who opens identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.main.demo import PASSWORD
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
def flown(house: House, node: RunningNode) -> Iterator[dict[str, Flown]]:
    """A complaint of each path, released and withdrawn again, and more staff than the demo's."""
    for name, role in STAFF:
        add_user(node, name, role)
    found = {}
    for reference in (ANALYSED, DIRECT):
        walk = PlantedWalk(house, reference, lambda field, case=reference: canary(case, field))  # type: ignore[misc]
        walk.go()
        walk.withdraw()
        words = tuple(canary(reference, field) for field in (*SPOKEN, *BY_PATH[reference]))
        person = (*(canary(reference, field) for field in PERSON), PHONE, EMAIL)
        found[reference] = Flown(walk, words, person)
    yield found


def add_user(node: RunningNode, name: str, role: str) -> None:
    """Add an account as the command line does, for both Puskesmas of the walks."""
    places = ("--puskesmas", "puring", "--puskesmas", "lamaru")
    done = node.tanggap("user", "add", name, "--role", role, *places, given=f"{PASSWORD}\n")
    done.check_returncode()


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
def test_no_public_page_shows_any(house: House, flown: dict[str, Flown], reference: str) -> None:
    it = flown[reference]
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


def test_nothing_went_wrong_in_any_browser(house: House, flown: dict[str, Flown]) -> None:
    assert house.faults == []
