"""One complaint goes through the pages, from the desk to the evaluation, as people do it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from services.kernel.web.words import WORDS
from tests.browser.house import House, form, said, until_listed
from tests.real import Real

STORED = "Langkah ini sudah tercatat."
ZONES = {"puring": ZoneInfo("Asia/Jakarta"), "lamaru": ZoneInfo("Asia/Makassar")}
MEDIA = ("Papan informasi", "Media sosial")


def word(kind: str, code: str) -> str:
    """Return what a page calls a code."""
    return str(WORDS[kind][code])


class Walk:
    """Takes one complaint along the path that its real outcome took.

    `steps` grows by what the thread must say: what, who, and when it happened (None: just now).
    """

    def __init__(self, house: House, real: Real) -> None:
        self.house, self.real = house, real
        self.zone = ZONES[real.puskesmas]
        self.number = self.receipt = self.case = ""
        self.began = datetime.now(UTC)
        self.ended = self.began
        self.steps: list[tuple[str, str, datetime | None]] = []

    def go(self) -> "Walk":
        """Walk all of it."""
        outcome = self.real.outcome
        self.write_down()
        self.find_in_the_queue()
        self.grade(outcome["grade"])
        if outcome["path"] != "never_answered":
            if outcome["path"] == "direct":
                self.meet_and_answer(outcome["answer"])
            else:
                self.analyse(outcome["analysis"], outcome["finding"])
                if outcome.get("plan"):
                    self.plan_and_act(outcome["plan"])
            self.document(outcome["documentation"])
            self.publish(outcome)
            self.evaluate(outcome["evaluation"])
        self.ended = datetime.now(UTC)
        return self

    def local(self, at: Any) -> str:
        """Return an instant as it is typed into a form of this Puskesmas."""
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def write_down(self) -> None:
        """The officer fills in the form and gets the slip."""
        row, page = self.real.row, self.house.page("rini")
        page.goto("/")
        page.get_by_role("link", name="Catat", exact=True).click()
        page.locator(f'main a[href="/catat?puskesmas={self.real.puskesmas}"]').click()
        desk = page.locator("form[data-desk]")
        choose(desk, "channel", row["channel"])
        choose(desk, "kind", row["kind"])
        desk.get_by_label("Apa yang disampaikan").fill(row["text"])
        desk.get_by_label("Unit layanan").select_option(row["service_unit"])
        if row["occurred_at"]:
            day, _t, clock = self.local(row["occurred_at"]).partition("T")
            desk.get_by_label("Tanggal kejadian").fill(day)
            desk.get_by_label("Pukul").fill(clock)
        for category in row["categories"].split(";"):
            choose(desk, "categories", category)
        desk.get_by_label("Kapan disampaikan").fill(self.local(row["received_at"]))
        for label, column in (
            ("Nama", "name"),
            ("Nomor telepon", "phone"),
            ("Surel", "email"),
            ("Alamat", "address"),
        ):
            desk.get_by_role("textbox", name=label).fill(row[column])
        desk.get_by_label("Hubungan dengan pasien").select_option(row["relation"])
        wanted = row["wants_answer_by"] if row["wants_answer_by"] != "meeting" else "in_person"
        desk.get_by_label("Ingin dikabari lewat").select_option(wanted)
        choose(desk, "confidentiality", row["confidentiality"])
        desk.get_by_label("Hambatan saat menyampaikan").select_option(row["barrier"])
        desk.get_by_role("button", name="Simpan dan buka slip").click()
        said(page, "Sudah tersimpan.")
        self.receipt = page.locator(".code").inner_text().strip()
        self.number = page.title().partition(" ")[0]
        expect(page.get_by_text(self.number)).to_be_visible()
        expect(page.locator("main svg")).to_be_visible()
        expect(page.get_by_text(row["text"][:30])).to_have_count(0)
        self.note("Keluhan diterima", "Rini", datetime.fromisoformat(row["received_at"]))

    def find_in_the_queue(self) -> None:
        """The team finds it among its cases, with its first line, and opens it."""
        page = self.house.page("sari")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=self.number))
        until_listed(page, f"/kasus?puskesmas={self.real.puskesmas}", row)
        expect(row).to_contain_text(self.real.row["text"][:60])
        expect(row).to_contain_text("Nilai keluhan")
        row.get_by_role("link", name=self.number).click()
        expect(page.get_by_role("heading", name=self.number)).to_be_visible()
        self.case = page.url

    def note(self, title: str, who: str, at: datetime | None) -> None:
        self.steps.append((title, who, at))

    def grade(self, grade: dict[str, Any]) -> None:
        page = self.house.page("sari")
        step = form(page, "grade")
        step.get_by_role("radio", name=word("grade", grade["grade"])).check()
        step.get_by_label("Alasan").fill(grade["reason"] or "")
        step.get_by_label("Kapan").fill(self.local(grade["at"]))
        self.send(page, step, "Simpan penilaian")
        self.note("Tingkat keluhan dinilai", "Sari", grade["at"])

    def meet_and_answer(self, answer: dict[str, Any]) -> None:
        page = self.house.page("sari")
        meeting = form(page, "meeting-with-complainant")
        meeting.get_by_label("Siapa yang menemui").fill("Tim keluhan, Kepala Tata Usaha")
        meeting.get_by_label("Kapan").fill(self.local(answer["at"]))
        self.send(page, meeting, "Simpan pertemuan")
        self.note("Tim menemui pelapor", "Sari", answer["at"])
        step = form(page, "immediate-answer")
        step.get_by_label("Solusi yang diberikan").fill(answer["text"])
        step.get_by_label("Kapan").fill(self.local(answer["at"]))
        self.send(page, step, "Simpan solusi")
        self.note("Solusi langsung diberikan", "Sari", answer["at"])

    def analyse(self, analysis: dict[str, Any], finding: str) -> None:
        page = self.house.page("sari")
        step = form(page, "analysis")
        step.get_by_label("Akar masalah").fill(analysis["root_cause"])
        step.get_by_role("radio", name=word("finding", finding), exact=True).check()
        step.get_by_label("Kapan").fill(self.local(analysis["at"]))
        self.send(page, step, "Simpan analisis")
        self.note("Keluhan dianalisis", "Sari", analysis["at"])

    def plan_and_act(self, plan: dict[str, Any]) -> None:
        page = self.house.page("sari")
        step = form(page, "plan")
        for n, action in enumerate(plan["actions"], start=1):
            line = step.get_by_role("group", name=f"Tindakan {n}")
            line.get_by_label("Apa yang akan dilakukan").fill(action["action"])
            line.get_by_label("Penanggung jawab").fill(action["person_responsible"])
            line.get_by_label("Batas").fill(str(action["due_on"]))
        step.get_by_label("Kapan").fill(self.local(plan["at"]))
        self.send(page, step, "Simpan rencana")
        self.note("Rencana tindak lanjut disusun", "Sari", plan["at"])
        for n, action in enumerate(plan["actions"], start=1):
            step = form(page, f"actions/{n}")
            expect(step).to_contain_text(action["action"])
            step.get_by_label("Dilakukan pada").fill(str(action["done_on"]))
            step.get_by_label("Apa yang dilakukan").fill(action["note"])
            self.send(page, step, f"Simpan tindakan {n}")

    def document(self, documentation: dict[str, Any]) -> None:
        page = self.house.page("sari")
        step = form(page, "documentation")
        step.get_by_label("Hasil penanganan").fill(documentation["summary"])
        step.get_by_label("Kapan").fill(self.local(documentation["at"]))
        self.send(page, step, "Simpan hasil")
        self.note("Hasil didokumentasikan", "Sari", documentation["at"])

    def publish(self, outcome: dict[str, Any]) -> None:
        """The publisher words the text, the head approves it, the publisher releases it, and the
        person is told."""
        publisher = self.publication("dewi")
        draft = form(publisher, "draft")
        draft.get_by_label("Teks untuk umum").fill(outcome["publication"])
        self.send(publisher, draft, "Simpan rancangan")
        self.note("Rancangan publikasi disimpan", "Dewi", None)
        page = self.publication("kukuh")
        expect(page.get_by_text(self.real.row["text"][:40])).to_be_visible()
        expect(page.get_by_text(outcome["publication"]).first).to_be_visible()
        expect(page.get_by_text("Disusun oleh Dewi.")).to_be_visible()
        self.approve(page)
        if self.real.row["confidentiality"] == "confidential":
            publisher = self.publication("dewi")
            expect(publisher.get_by_text("Persetujuan kedua kepala Puskesmas")).to_be_visible()
            expect(publisher.locator('form[action$="/release"]')).to_have_count(0)
            self.approve(page, "Sudah saya periksa sekali lagi")
        publisher = self.publication("dewi")
        self.send(publisher, form(publisher, "release"), "Terbitkan sekarang")
        self.note("Hasil dipublikasikan", "Dewi", None)
        self.inform(outcome["informed"])

    def publication(self, who: str) -> Page:
        page = self.house.page(who)
        row = page.get_by_role("link", name=self.number)
        until_listed(page, "/terbitkan", row)
        row.click()
        expect(page.get_by_role("heading", name=self.number)).to_be_visible()
        return page

    def approve(self, page: Page, confirm: str | None = None) -> None:
        step = form(page, "approval")
        # Who approves words nothing: the form has no text.
        expect(step.get_by_role("textbox")).to_have_count(0)
        for name in map(str, WORDS["media"].values()):
            step.get_by_role("checkbox", name=name).set_checked(name in MEDIA)
        if confirm:
            step.get_by_label(confirm).check()
        self.send(page, step, "Setujui untuk kedua kalinya" if confirm else "Setujui teks ini")
        self.note("Publikasi disetujui", "dr. Kukuh", None)

    def inform(self, informed: dict[str, Any] | None) -> None:
        page = self.house.page("sari")
        if informed is None:
            page.goto(self.case)
            page.get_by_role("link", name="Publikasi").click()
            expect(page.locator('form[action$="/informed"]')).to_have_count(0)
            return
        page = self.publication("sari")
        step = form(page, "informed")
        choose(step, "informed_channel", informed["channel"])
        step.get_by_label("Kapan").fill(self.local(informed["at"]))
        self.send(page, step, "Catat: pelapor sudah dikabari")
        self.note("Pelapor diberi tahu", "Sari", informed["at"])

    def evaluate(self, evaluation: dict[str, Any]) -> None:
        page = self.house.page("bayu")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=self.number))
        until_listed(page, "/kasus", row.filter(has_text="Evaluasi penanganan"))
        row.get_by_role("link", name=self.number).click()
        expect(page.get_by_role("heading", name=self.number)).to_be_visible()
        step = form(page, "evaluation")
        choose(step, "effective", "true" if evaluation["effective"] else "false")
        step.get_by_label("Catatan").fill(evaluation["note"])
        step.get_by_label("Kapan").fill(self.local(evaluation["at"]))
        self.send(page, step, "Simpan evaluasi")
        self.note("Penanganan dievaluasi", "Bayu", evaluation["at"])

    def send(self, page: Page, step: Locator, button: str) -> None:
        # The page before may tell of its own step: what counts is said on the one after.
        with page.expect_navigation():
            step.get_by_role("button", name=button, exact=True).click()
        said(page, STORED)


def choose(within: Locator, name: str, code: str) -> None:
    """Tick a choice by its code, for words of units and categories are the district's."""
    within.locator(f'input[name="{name}"][value="{code}"]').check()
