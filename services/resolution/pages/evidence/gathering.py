"""Which papers a bundle holds, and what is missing: found without opening a word. Each paper is
made only when its turn comes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.access.principal import Principal
from services.kernel.complaint_form import Printer
from services.kernel.district import PaperAbout
from services.kernel.errors import NotServedHere
from services.kernel.keyring import Page, Words
from services.kernel.months import Month
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.resolution.application import Resolution
from services.resolution.domain import Meeting
from services.resolution.meetings.lists import MeetingLists
from services.resolution.pages.evidence.contents import FOLDERS, Bundle, Item, Paper
from services.resolution.pages.evidence.index import index
from services.resolution.pages.evidence.papers import Lists
from services.resolution.pages.evidence.period import Span
from services.resolution.pages.evidence.spoken import SpokenCases
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.meeting_papers import Paper as MeetingPaper
from services.resolution.pages.meeting_words import spoken_of
from services.resolution.pages.recap import Sheet, on_paper
from services.resolution.recap_forms import RecapForms

BUNDLE: Final = "evidence.bundle"
PAGE: Final[Page] = "bundle"
_REGULATED: Final[Mapping[int, PaperAbout]] = {
    1: "decree",
    2: "guideline",
    3: "capturing",
    5: "discussing",
    7: "conveying",
}
_UNMET: Final = {"box_opening": 4, "recap_acknowledgement": 4, "meeting": 6, "survey": 9}
"""Of which item each kind of duty is evidence; a recap that was not closed is missing there."""
_OWED: Final[Mapping[str, Text]] = {
    "recap_acknowledgement": _("rekap diketahui kepala Puskesmas"),
    "survey": _("survei kepuasan yang diterbitkan"),
}
_APPROVED: Final = ("approved", "coordinated", "open", "closed", "published")
_CLOSED: Final = ("closed", "published")


class SurveyPapers(Protocol):
    """What makes the papers of surveys, which are intake's (`services.main` joins it in)."""

    def terms(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's terms of reference as PDF, with the words that the role opens."""

    def report(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's report as PDF, with the words that the role opens."""


class Evidence:
    """Gathers the bundle of a period of one Puskesmas that is at home here, for one reader.

    `reason` (a code of `kernel/keyring/words.py: REASONS`) is why the words of complaints that
    ended long ago are opened; without one they stay sealed.
    """

    def __init__(
        self,
        resolution: Resolution,
        lists: CaseLists,
        surveys: SurveyPapers,
        words: Words,
        principal: Principal,
        code: str,
        span: Span,
        language: str,
        reason: str | None = None,
    ) -> None:
        principal.role_for(BUNDLE, code)
        self._here = resolution.district.puskesmas(code)
        if not RecapForms(resolution).is_home(code):
            raise NotServedHere(
                _("Berkas akreditasi dengan isi keluhan dibuat di sistem Puskesmas itu sendiri.")
            )
        self._resolution, self._all, self._survey_papers = resolution, lists, surveys
        self._words, self._principal, self._language = words, principal, language
        self._span, self._zone = span, ZoneInfo(self._here.zone)
        self._meetings = MeetingLists(resolution)
        starts, ends = span.bounds(self._zone)
        self._facts = lists.evidence(code, starts, ends, [str(each) for each in span.months])
        self._held = self._meetings.held_between(code, starts, ends)
        self._cases = SpokenCases(resolution, words, principal, self._facts["cases"], reason)
        self._printed = Lists(resolution.district, self._here, span, language, self._cases)
        self.bundle = self._gathered()

    def files(self) -> list[tuple[str, Callable[[], bytes]]]:
        """Return the files of the bundle, the index first: each its path, and what makes it."""
        made = partial(
            index,
            self.bundle,
            self._here,
            self._resolution.district,
            self._span,
            self._language,
            self._resolution.clock(),
        )
        papers = [
            (item.path(paper), paper.make) for item in self.bundle.items for paper in item.papers
        ]
        return [("00-daftar-isi.pdf", made), *papers]

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"akreditasi-{self._here.code}-{self._span.first}-{self._span.last}.zip"

    def _gathered(self) -> Bundle:
        items = {number: Item(number) for number in range(1, len(FOLDERS) + 1)}
        for number, about in _REGULATED.items():
            self._regulated(items[number], about)
        items[3].papers.append(
            Paper("formulir-keluhan-kosong.pdf", _("Formulir keluhan, kosong"), self._printer.blank)
        )
        self._terms(items[2])
        self._recapped(items[4])
        self._discussed(items[6])
        self._conveyed(items[8])
        self._reported(items[9])
        self._carried_out(items[10])
        for kind, number in _UNMET.items():
            items[number].unmet += self._unmet(kind)
        return Bundle(tuple(items.values()), self._cases.past)

    @property
    def _printer(self) -> Printer:
        return Printer(self._resolution.district, self._here, self._language)

    def _regulated(self, item: Item, about: PaperAbout) -> None:
        found = [each for each in self._here.regulations if about in each.about]
        if found:
            make = partial(self._printed.regulations, item.title, found)
            item.papers.append(Paper("daftar-regulasi.pdf", _("Daftar regulasi"), make))
        elif item.number != 2:
            item.missing.append(
                _(
                    "naskahnya. Tulis nomor dan judulnya di berkas kabupaten (regulations, about: "
                    "{about}) dan lampirkan salinannya.",
                    about=about,
                )
            )

    def _terms(self, item: Item) -> None:
        for each in self._facts["surveys"]:
            if each["state"] in _APPROVED:
                make = partial(self._survey_papers.terms, *self._of(each))
                title = _("Kerangka acuan survei {period}", period=each["period"])
                item.papers.append(Paper(f"kak-survei-{_short(each)}.pdf", title, make))
        if not item.papers:
            item.missing.append(
                _(
                    "pedoman atau kerangka acuan. Susun kerangka acuan survei dan mintakan "
                    "persetujuan kepala, atau sebut pedomannya di berkas kabupaten (regulations, "
                    "about: guideline)."
                )
            )

    def _recapped(self, item: Item) -> None:
        register = partial(self._printed.register, self._facts["cases"])
        item.papers.append(Paper("register-keluhan.pdf", _("Register keluhan"), register))
        recaps = {each["month"]: each for each in self._facts["recaps"]}
        for month in self._span.months:
            recap = recaps.get(str(month))
            if recap and recap["closed_at"]:
                title = _("Rekap bulanan {month}", month=self._month(month))
                make = partial(self._recap, str(month))
                item.papers.append(Paper(f"rekap-{month}.pdf", title, make))
            elif month.last <= self._span.last:
                item.missing.append(
                    _("rekap {month}. Tutup rekap bulan itu.", month=self._month(month))
                )
        opened = partial(self._printed.openings, self._facts["openings"])
        item.papers.append(Paper("pembukaan-kotak-saran.pdf", _("Pembukaan kotak saran"), opened))
        if not self._facts["openings"]:
            item.missing.append(
                _("pembukaan kotak saran. Buka kotak sesuai jadwal dan catat, juga bila kosong.")
            )
        for case in self._facts["cases"]:
            make = partial(self._form, case)
            title = _("Formulir keluhan {number}", number=case["number"])
            item.papers.append(Paper(f"formulir/{case['number']}.pdf", title, make))

    def _discussed(self, item: Item) -> None:
        for meeting in self._held:
            day = meeting.at.astimezone(self._zone).date()
            kind = say(glossary.word("meeting", meeting.kind), self._language)
            title = _("Notulen {kind}, {day}", kind=kind, day=self._day(meeting))
            name = f"notulen-{day}-{meeting.kind}-{str(meeting.id)[-4:]}.pdf"
            item.papers.append(Paper(name, title, partial(self._minutes, meeting)))
        if not self._held:
            item.missing.append(
                _("notulen. Adakan rapat tim mutu atau lokmin, dan catat notulen dan daftar hadir.")
            )

    def _conveyed(self, item: Item) -> None:
        told = [each for each in self._facts["cases"] if each["informed_at"]]
        published = self._facts["published"]
        if not told and not published:
            item.missing.append(
                _(
                    "penyampaian hasil. Beri tahu pelapor dan catat caranya, atau terbitkan "
                    "hasilnya di papan informasi, TV, atau media sosial."
                )
            )
            return
        make = partial(self._printed.told, told, published)
        title = _("Penyampaian hasil kepada pelapor dan masyarakat")
        item.papers.append(Paper("penyampaian-hasil.pdf", title, make))

    def _reported(self, item: Item) -> None:
        closed = [each for each in self._facts["surveys"] if each["state"] in _CLOSED]
        for each in closed:
            make = partial(self._survey_papers.report, *self._of(each))
            title = _("Laporan survei {period}", period=each["period"])
            item.papers.append(Paper(f"laporan-survei-{_short(each)}.pdf", title, make))
        if not closed:
            item.missing.append(_("laporan survei kepuasan. Laksanakan dan tutup survei."))
        planned = [each for each in self._facts["cases"] if each["planned"]]
        if planned:
            make = partial(self._printed.planned, planned)
            item.papers.append(
                Paper("rencana-tindak-lanjut.pdf", _("Rencana tindak lanjut (RTL)"), make)
            )
        else:
            item.missing.append(_("rencana tindak lanjut. Susun pada kasus yang sudah dianalisis."))

    def _carried_out(self, item: Item) -> None:
        acted = [each for each in self._facts["cases"] if each["acted"]]
        if acted:
            make = partial(self._printed.carried_out, acted)
            title = _("Tindak lanjut yang dilaksanakan")
            item.papers.append(Paper("tindak-lanjut.pdf", title, make))
        else:
            item.missing.append(
                _("pelaksanaan rencana. Catat pada kasus tindakan yang sudah dilakukan, dan kapan.")
            )
        evaluated = [each for each in self._facts["cases"] if each["effective"] is not None]
        if evaluated:
            make = partial(self._printed.evaluated, evaluated)
            item.papers.append(Paper("evaluasi-mutu.pdf", _("Evaluasi ketua mutu"), make))
        else:
            item.missing.append(
                _("evaluasi ketua mutu. Nilai di halaman Evaluasi apakah penanganannya efektif.")
            )

    def _unmet(self, kind: str) -> Iterator[Text]:
        """Yield what of a kind of duty was not done, each thing once with all its days."""
        due: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for each in self._facts["unmet"]:
            if each["kind"] == kind:
                what = say(self._duty(kind, each["about"]), self._language)
                day = formats.stamp(each["due_on"], self._language, self._zone)
                due[what, each["missed"]].append(day)
        for (what, missed), days in due.items():
            until = ", ".join(days)
            if missed:
                yield _("Terlewat: {what}, batasnya {days}.", what=what, days=until)
            else:
                yield _("Lewat batas: {what}, batasnya {days}.", what=what, days=until)

    def _duty(self, kind: str, about: str | None) -> Text | str:
        if kind == "meeting" and about:
            return glossary.word("meeting", about)
        if kind == "box_opening":
            names = {box.code: box.name for box in self._here.boxes}
            return _("pembukaan {box}", box=names.get(about or "", about))
        return _OWED[kind]

    def _recap(self, month: str) -> bytes:
        sheet = Sheet(self._resolution, self._all, self._principal, self._here.code, month, BUNDLE)
        return on_paper(self._resolution, self._words, self._principal, sheet, self._language, PAGE)

    def _minutes(self, meeting: Meeting) -> bytes:
        said = spoken_of(
            self._resolution,
            self._meetings,
            self._words,
            self._principal,
            meeting,
            PAGE,
            self._language,
        )
        return MeetingPaper(self._resolution.district, self._here, self._language).minutes(
            meeting, said
        )

    def _form(self, case: dict[str, Any]) -> bytes:
        (opened,) = self._cases.opened([case])
        return self._printer.filled(opened.form, opened.said, erased=opened.erased, identity=False)

    def _of(self, survey: Mapping[str, Any]) -> tuple[Principal, UUID, str]:
        return self._principal, survey["id"], self._language

    def _month(self, month: Month) -> str:
        return formats.month(month.first, self._language, self._zone)

    def _day(self, meeting: Meeting) -> str:
        day = meeting.at.astimezone(self._zone).date()
        return formats.stamp(day, self._language, self._zone)


def _short(survey: Mapping[str, Any]) -> str:
    """Return how a survey's file is told from others of the same period."""
    return f"{survey['period']}-{str(survey['id'])[-4:]}"
