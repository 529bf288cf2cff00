"""Real complaints of every outcome go through both SOPs by the pages alone, seen by each role."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import PUBLIC, House, body, say_why, until_listed
from tests.browser.walk import Walk
from tests.real import Real, real_complaints
from tests.running import RunningNode

REAL = {each.reference: each for each in real_complaints()}
OUTCOMES = {
    "K-02": "upheld",
    "K-04": "upheld, confidential: approved twice",
    "K-07": "upheld, found not effective: opened again",
    "K-14": "not upheld: clarified",
    "K-17": "by rule",
    "K-20": "outside jurisdiction, anonymous",
    "K-16": "never answered",
    "K-19": "met and answered at once",
}
ESCALATED = "Dinaikkan ke dinas"
SPOKEN = ("text", "name", "phone", "email", "address")
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def walked(house: House) -> Iterator[dict[str, Walk]]:
    """Each outcome's complaint, taken through the pages."""
    yield {reference: Walk(house, REAL[reference]).go() for reference in OUTCOMES}


each_outcome = pytest.mark.parametrize("reference", OUTCOMES)


def ends(real: Real) -> tuple[str, str]:
    """Return the state in which the case ends, and what the receipt says of it."""
    if real.outcome["path"] == "never_answered":
        return "Dinilai", "Kami sedang mempelajari keluhan Anda."
    if real.outcome["evaluation"]["effective"]:
        return "Dievaluasi", "Keluhan Anda selesai, dan hasilnya sudah kami nilai."
    return "Dibuka kembali", "Kami sedang mempelajari keluhan Anda."


def done(page: Page, title: str) -> Locator:
    """Return the latest entry of a page's thread with this title."""
    entries = page.locator(".thread li:not(.ahead)")
    return entries.filter(has=page.locator("b", has_text=title)).last


def moments(entry: Locator) -> list[datetime]:
    """Return the times of an entry of a thread: when it happened, and when it was recorded."""
    written = entry.locator(".times time").evaluate_all("all => all.map(each => each.dateTime)")
    return [datetime.fromisoformat(each) for each in written]


@each_outcome
def test_the_thread_says_who_when_it_happened_and_when_it_was_recorded(
    house: House, walked: dict[str, Walk], reference: str
) -> None:
    walk, page = walked[reference], house.page("sari")
    page.goto(walk.case)
    say_why(page)
    expect(page.locator(".head .tag").filter(has_text=ends(walk.real)[0])).to_be_visible()
    for title, who, at in walk.steps:
        entry = done(page, title)
        expect(entry).to_contain_text(f"oleh {who}")
        happened, *recorded = moments(entry)
        if at is None:
            assert walk.began - MINUTE <= happened <= walk.ended, (title, happened)
        else:
            assert happened == at.replace(second=0, microsecond=0), (title, happened)
            assert walk.began - MINUTE <= recorded[0] <= walk.ended, (title, recorded)
            expect(entry).to_contain_text("dicatat belakangan")
    for number, action in enumerate(walk.real.outcome.get("plan", {}).get("actions", ()), start=1):
        entry = page.locator(".thread li").filter(has_text=f"Tindakan {number}")
        written = entry.locator(".times time").first.get_attribute("datetime") or ""
        assert date.fromisoformat(written) == action["done_on"]
        expect(entry).to_contain_text(action["note"])
    expect(page.locator(".thread")).to_contain_text(walk.real.row["text"][:80])


@each_outcome
def test_the_receipt_tells_the_complainant_how_far_it_is(
    house: House, walked: dict[str, Walk], reference: str
) -> None:
    walk, page = walked[reference], house.page(PUBLIC)
    page.goto("/r")
    page.get_by_label("Kode tanda terima").fill(walk.receipt.lower())
    page.get_by_role("button", name="Lihat").click()
    expect(page.get_by_role("heading", name=walk.number)).to_be_visible()
    expect(page.locator(".lead")).to_have_text(ends(walk.real)[1])
    assert walk.receipt not in page.url
    received = datetime.fromisoformat(walk.real.row["received_at"])
    assert moments(page.locator(".thread li").filter(has_text="Kami terima")) == [received]
    informed = page.locator(".thread li").filter(has_text="Kami kabari Anda")
    expect(informed).to_have_count(1 if walk.real.outcome.get("informed") else 0)
    text = walk.real.outcome.get("publication")
    if text:
        expect(page.get_by_text(text)).to_be_visible()
    shown = body(page)
    for column in SPOKEN:
        assert not walk.real.row[column] or walk.real.row[column] not in shown


@pytest.mark.parametrize("place", ["puring", "lamaru"])
def test_the_board_shows_what_was_released_and_nothing_else(
    house: House, walked: dict[str, Walk], place: str
) -> None:
    page = house.page(PUBLIC)
    page.goto(f"/p/{place}")
    page.get_by_role("link", name="Papan informasi").click()
    here = [each.real for each in walked.values() if each.real.puskesmas == place]
    released = [each for each in here if each.outcome.get("publication")]
    expect(page.locator("article")).to_have_count(len(released))
    for real in released:
        item = page.locator("article").filter(has_text=real.outcome["publication"])
        expect(item.locator("time")).to_have_count(
            0 if real.row["confidentiality"] == "confidential" else 1
        )
    shown = body(page)
    for real in here:
        for column in SPOKEN:
            assert not real.row[column] or real.row[column] not in shown


@pytest.mark.parametrize("place", ["puring", "lamaru"])
def test_the_reports_count_what_became_of_them(
    house: House, walked: dict[str, Walk], place: str
) -> None:
    page = house.page("wulan")
    here = [each.real for each in walked.values() if each.real.puskesmas == place]
    # What was found not effective was never closed, so it is not brought back either.
    closed = [ends(each)[0] for each in here].count("Dievaluasi")
    page.goto("/")
    page.get_by_role("link", name="Laporan", exact=True).click()
    page.get_by_role("row").get_by_role("link", name=PLACES[place], exact=True).click()
    figures = page.locator(".figure")
    for label, count in (("Keluhan masuk", len(here)), ("Masih terbuka", len(here) - closed)):
        expect(figures.filter(has_text=label).locator("b")).to_have_text(str(count))
    page.get_by_role("link", name="Angka kendali").click()
    cells = page.locator("tfoot td")
    expect(cells).to_have_text([str(n) for n in (0, len(here), 0, closed, len(here) - closed, 0)])
    page.get_by_role("link", name="Daftar", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(len(here))


PLACES = {"puring": "Puskesmas Puring", "lamaru": "UPTD Puskesmas Lamaru"}


@each_outcome
def test_the_history_shows_the_steps_without_the_words(
    house: House, walked: dict[str, Walk], reference: str
) -> None:
    walk = walked[reference]
    for who in ("wulan", "agus"):
        page = house.page(who)
        page.goto(f"/laporan/keluhan?puskesmas={walk.real.puskesmas}")
        page.get_by_role("link", name=walk.number).click()
        page.wait_for_url("**/laporan/keluhan/*")
        lines = page.locator(".thread li.done")
        happened = Counter(moments(each)[0] for each in lines.all())
        wanted = (at.replace(second=0, microsecond=0) for _title, _who, at in walk.steps if at)
        assert not Counter(wanted) - happened
        shown = body(page)
        for column in SPOKEN:
            assert not walk.real.row[column] or walk.real.row[column] not in shown
        analysis = walk.real.outcome.get("analysis")
        assert not analysis or analysis["root_cause"] not in shown
        expect(page.locator(".sealed")).to_be_visible()


def test_words_and_names_are_opened_by_role(house: House, walked: dict[str, Walk]) -> None:
    """Source: who opens words and identity, in the table of rights."""
    opened, confidential = walked["K-14"], walked["K-04"]
    for who, words, name, hidden in (
        ("sari", True, True, True),
        ("rini", True, True, True),
        ("bayu", True, True, False),
        ("kukuh", True, True, False),
        ("dewi", True, False, False),
        ("wulan", None, False, False),
    ):
        page = house.page(who)
        for walk, may_name in ((opened, name), (confidential, hidden)):
            page.goto(walk.case)
            say_why(page)
            shown = body(page)
            row = walk.real.row
            # The district reads what was brought before it, as what is long past due is by itself.
            may = ESCALATED in shown if words is None else words
            assert (row["text"][:60] in shown) is may, (who, walk.number)
            assert (row["name"] in shown) is may_name, (who, walk.number)
            if not may_name:
                expect(page.locator(".sealed").first).to_be_visible()
    for who in ("agus", "admin"):
        page = house.page(who)
        answer = page.goto(opened.case)
        assert answer is not None and answer.status == 403, who
        assert opened.real.row["text"][:60] not in body(page)


def test_the_queue_shows_words_only_to_those_who_may(house: House, walked: dict[str, Walk]) -> None:
    walk = walked["K-16"]
    for who in ("sari", "bayu", "dewi", "wulan"):
        page = house.page(who)
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=walk.number))
        until_listed(page, "/kasus?puskesmas=puring&state=open", row)
        shown = row.inner_text()
        may = who != "wulan" or ESCALATED in shown
        assert (walk.real.row["text"][:60] in shown) is may, who


def test_nothing_went_wrong_in_any_browser(
    house: House, node: RunningNode, walked: dict[str, Walk]
) -> None:
    assert house.faults == []
    node.process_must_live()
