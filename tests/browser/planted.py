"""Complaints whose every word is planted, so that it can be found again on the pages."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, form
from tests.browser.walk import Walk
from tests.real import Real, real_complaints

Word = Callable[[str], str]
REAL = {each.reference: each for each in real_complaints()}
ANALYSED, DIRECT = "K-02", "K-19"
SPOKEN = ("text", "reason", "meeting", "summary", "evaluation", "withdrawal")
BY_PATH = {ANALYSED: ("root", "action", "note"), DIRECT: ("answer",)}
PERSON = ("name", "address")
PHONE, EMAIL = "0812-0000-7777", "zq@burung.example"
RELEASED = "released"


def planted(reference: str, word: Word) -> Real:
    """Return the real complaint with `word(field)` in every field that takes words."""
    real = REAL[reference]
    row = real.row | {
        "text": word("text"),
        "name": word("name"),
        "address": word("address"),
        "phone": PHONE,
        "email": EMAIL,
        "confidentiality": "open",
    }
    outcome: dict[str, Any] = dict(real.outcome)
    outcome["grade"] = outcome["grade"] | {"reason": word("reason")}
    outcome["documentation"] = outcome["documentation"] | {"summary": word("summary")}
    outcome["publication"] = word(RELEASED)
    outcome["evaluation"] = outcome["evaluation"] | {"effective": True, "note": word("evaluation")}
    if outcome["path"] == "direct":
        outcome["answer"] = outcome["answer"] | {"text": word("answer")}
    else:
        outcome["analysis"] = outcome["analysis"] | {"root_cause": word("root")}
        actions = [
            each
            | {
                "action": word("action"),
                "person_responsible": word("responsible"),
                "note": word("note"),
            }
            for each in outcome["plan"]["actions"]
        ]
        outcome["plan"] = outcome["plan"] | {"actions": actions}
    return replace(real, row=row, outcome=outcome)


class PlantedWalk(Walk):
    """The same way through the pages, and a note at the meeting; `look` sees every page after."""

    def __init__(
        self, house: House, reference: str, word: Word, look: Callable[[Page], None] | None = None
    ) -> None:
        super().__init__(house, planted(reference, word))
        self._word = word
        self._look = look or (lambda page: None)
        self.publication_url = ""

    def write_down(self) -> None:
        """Also look at the slip."""
        super().write_down()
        self._look(self.house.page("rini"))

    def find_in_the_queue(self) -> None:
        """Also look at the case, and note what was said when the complainant was met."""
        super().find_in_the_queue()
        page = self.house.page("sari")
        self._look(page)
        meeting = form(page, "meeting-with-complainant")
        meeting.get_by_label("Siapa yang menemui").fill(self._word("people"))
        meeting.get_by_label("Catatan pertemuan").fill(self._word("meeting"))
        meeting.get_by_label("Kapan").fill(self.local(self.real.outcome["grade"]["at"]))
        self.send(page, meeting, "Simpan pertemuan")

    def publication(self, who: str) -> Page:
        """Also look at the publication before anything is done there."""
        page = super().publication(who)
        self.publication_url = page.url
        self._look(page)
        return page

    def send(self, page: Page, step: Locator, button: str) -> None:
        """Also look at what the page says after a step."""
        super().send(page, step, button)
        self._look(page)

    def withdraw(self) -> None:
        """The publisher takes the result off the board again."""
        page = self.house.page("dewi")
        page.goto(self.publication_url)
        page.locator("summary").filter(has_text="Tarik dari umum").click()
        step = page.locator('form[action$="/withdrawal"]')
        step.get_by_label("Mengapa ditarik").fill(self._word("withdrawal"))
        self.send(page, step, "Ya, tarik")


def ask_receipt(page: Page, walk: Walk) -> None:
    """Look at a complaint's receipt, as the complainant does."""
    page.goto("/r")
    page.get_by_label("Kode tanda terima").fill(walk.receipt)
    page.get_by_role("button", name="Lihat").click()
    expect(page.get_by_role("heading", name=walk.number)).to_be_visible()
