"""What stands on a survey's two papers: its terms of reference (SOP Puring 5.1a), and its report
in the outline that Puskesmas use for PermenPANRB 14/2017."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from services.intake.application import Intake
from services.intake.domain.satisfaction import Result
from services.intake.domain.survey import Survey
from services.intake.surveys import words
from services.intake.surveys.application import Surveys
from services.intake.surveys.reading import Reading
from services.kernel.access.principal import Principal
from services.kernel.district import PaperKind, Puskesmas
from services.kernel.paper.document import (
    Block,
    Column,
    Document,
    Pairs,
    Paragraphs,
    Section,
    Signature,
    Table,
    ToFill,
    document,
    number_line,
)
from services.kernel.text import Text, _
from services.kernel.web.formats import number, stamp
from services.kernel.web.language import say

ROOM: Final = 6
"""Ruled lines for what is still to be written in."""
_SIGN: Final = (
    _("Mengetahui, Kepala Puskesmas"),
    _("Tim Penanganan Keluhan dan Kepuasan Masyarakat"),
)
_PAGE: Final = _("Halaman {page} dari {pages}", page="{page}", pages="{pages}")


class Printing:
    """Makes the papers of surveys; their words are opened by role."""

    def __init__(self, intake: Intake, surveys: Surveys, reading: Reading) -> None:
        self._intake = intake
        self._surveys = surveys
        self._reading = reading

    def terms(self, principal: Principal, survey: Survey, language: str) -> bytes:
        """Return the terms of reference as PDF."""
        page = _Page(self._intake, survey, language)
        said = self._reading.terms(principal, survey)
        sections = (
            Section(page.say(_("Pelaksanaan")), (Pairs(self._schedule(page)),)),
            Section(page.say(_("Agenda")), (page.words(said, "agenda"),)),
            Section(page.say(_("Sasaran survei")), (page.words(said, "target"),)),
            Section(page.say(_("Metode")), (Pairs(self._method(page)),)),
            Section(page.say(_("Unsur yang ditanyakan")), (self._elements(page),)),
        )
        title = _("Kerangka acuan survei kepuasan masyarakat")
        return page.written(title, sections, "terms_of_reference")

    def questionnaire(self, survey: Survey, language: str) -> bytes:
        """Return the blank sheet that is filled in by hand."""
        page = _Page(self._intake, survey, language)
        scores = [page.say(name) for _score, name in reversed(words.SCORES)]
        columns = (
            Column(page.say(_("Yang dinilai")), 3),
            *(Column(f"{number} {name}", 1) for number, name in enumerate(scores, start=1)),
        )
        names = self._surveys.asked(survey).names
        rows = tuple(
            (page.say(words.QUESTIONS.get(key, names[key])), "☐", "☐", "☐", "☐")
            for key in survey.terms.elements
        )
        about = ("unit", "gender", "age", "education", "occupation")
        sections = (
            Section(
                "",
                (
                    Paragraphs(
                        (page.say(_("Tanpa nama. Yang tidak Anda ketahui boleh dilewati.")),)
                    ),
                    ToFill(page.say(_("Nomor lembar"))),
                    Table(columns, rows, ""),
                ),
            ),
            Section(page.say(words.LABELS["remark"]), (ToFill("", 4),)),
            Section(
                page.say(_("Tentang Anda")),
                tuple(ToFill(page.say(words.KINDS[kind])) for kind in about),
            ),
        )
        return page.written(_("Lembar survei kepuasan masyarakat"), sections)

    def report(self, principal: Principal, survey: Survey, language: str) -> bytes:
        """Return the report as PDF; what nobody has written yet has room to be written in."""
        page = _Page(self._intake, survey, language)
        said = self._reading.terms(principal, survey)
        result = self._surveys.result_if_any(survey)
        sections = (
            Section(page.say(_("Pelaksana, lokasi, dan waktu")), (Pairs(self._schedule(page)),)),
            Section(page.say(_("Metode dan jumlah responden")), (Pairs(self._method(page)),)),
            Section(page.say(_("Indeks dan nilai per unsur")), self._figures(page, result)),
            Section(page.say(_("Nilai per unit dan kelompok")), self._parts(page, result)),
            Section(
                page.say(_("Analisis kelemahan dan kelebihan unsur")),
                (page.words(said, "analysis"),),
            ),
            Section(page.say(_("Rencana tindak lanjut")), (page.words(said, "follow_up"),)),
            Section(page.say(_("Tren nilai")), (self._trend(page, result),)),
            Section(
                page.say(_("Tindak lanjut survei sebelumnya")), (page.words(said, "followed_up"),)
            ),
            Section(page.say(_("Lampiran: yang ditanyakan")), (self._questions(page),)),
            Section(page.say(_("Lampiran: dokumentasi kegiatan")), (ToFill("", ROOM),)),
        )
        return page.written(_("Laporan survei kepuasan masyarakat"), sections, "survey_report")

    def _schedule(self, page: "_Page") -> tuple[tuple[str, str], ...]:
        terms = page.survey.terms
        return page.pairs(
            (_("Pelaksana"), page.here.name),
            (_("Lokasi"), page.here.contact.address or page.here.kecamatan),
            (_("Masa yang dinilai"), words.period_said(terms.period)),
            (_("Hari pertama"), page.day(terms.opens_on)),
            (_("Hari terakhir"), page.day(terms.closes_on)),
            (_("Unit yang ikut"), ", ".join(page.unit(each) for each in terms.units)),
        )

    def _method(self, page: "_Page") -> tuple[tuple[str, str], ...]:
        terms, asked = page.survey.terms, self._surveys.asked(page.survey)
        survey = page.survey
        described = words.method_said(self._surveys.method(survey), survey.basis)
        heard: tuple[tuple[Text, Text | str], ...] = (
            (_("Kuesioner yang masuk"), page.number(self._surveys.heard(survey))),
        )
        if survey.table is not None:
            heard = (
                (_("Dihitung dari"), words.BASES[survey.basis]),
                (words.LABELS["source"], survey.table.source),
                (_("Responden"), page.number(self._surveys.heard(survey))),
            )
        return page.pairs(
            (_("Dasar"), asked.name),
            (_("Cara mengisi"), ", ".join(page.say(words.WAYS[way]) for way in terms.ways)),
            (_("Populasi"), page.number(terms.population)),
            (_("Sampel"), words.sample_said(terms, page.language)),
            *heard,
            (_("Cara menghitung indeks"), "; ".join(map(page.say, described))),
        )

    def _elements(self, page: "_Page") -> Table:
        asked = self._surveys.asked(page.survey)
        rows = [
            (str(place), page.say(each.name)) for place, each in enumerate(asked.elements, start=1)
        ]
        columns = (Column(page.say(_("No.")), 0, figures=True), Column(page.say(_("Unsur"))))
        return Table(columns, tuple(rows), "")

    def _questions(self, page: "_Page") -> Table:
        names = self._surveys.asked(page.survey).names
        rows = tuple(
            (str(place), page.say(names[key]), page.say(words.QUESTIONS.get(key, names[key])))
            for place, key in enumerate(page.survey.terms.elements, start=1)
        )
        columns = (
            Column(page.say(_("No.")), 0, figures=True),
            Column(page.say(_("Unsur"))),
            Column(page.say(_("Pertanyaan")), 2),
        )
        return Table(columns, rows, "")

    def _figures(self, page: "_Page", result: Result | None) -> tuple[Block, ...]:
        columns = (
            Column(page.say(_("Unsur"))),
            Column(page.say(_("NRR")), 0, figures=True),
            Column(page.say(_("NRR tertimbang")), 0, figures=True),
            Column(page.say(_("Nilai konversi")), 0, figures=True),
            Column(page.say(_("Mutu")), 0),
        )
        none = page.say(_("Belum ada indeks: ada unsur yang belum dijawab seorang pun."))
        if result is None:
            return (Table(columns, (), none),)
        names, index, method = result.asked.names, result.index, result.method
        rows = tuple(
            (
                page.say(names[each.key]),
                page.decimal(method.shown(each.mean)),
                page.decimal(method.shown(each.weighted)),
                page.decimal(str(each.converted)),
                f"{each.quality.quality_class} ({page.say(each.quality.label)})",
            )
            for each in index.lowest_first
        )
        quality = f"{index.quality.quality_class} ({page.say(index.quality.label)})"
        value, converted = method.shown(index.value), str(index.converted)
        total = (
            page.say(_("Indeks")),
            "",
            page.decimal(value),
            page.decimal(converted),
            quality,
        )
        return (Table(columns, rows, none, total),)

    def _parts(self, page: "_Page", result: Result | None) -> tuple[Block, ...]:
        columns = (
            Column(page.say(_("Kelompok"))),
            Column(page.say(_("Nama")), 2),
            Column(page.say(_("Responden")), 0, figures=True),
            Column(page.say(_("Nilai konversi")), 0, figures=True),
            Column(page.say(_("Mutu")), 0),
        )
        rows = tuple(
            (
                page.say(words.KINDS.get(each.kind, Text(each.kind))),
                page.unit(each.name) if each.kind == "unit" else each.name,
                page.number(each.means.respondents or 0),
                page.decimal(str(each.index.converted)) if each.index else "–",
                each.index.quality.quality_class if each.index else "–",
            )
            for each in (result.parts if result else ())
        )
        if page.survey.table is None:
            return (Table(columns, rows, page.say(_("Tidak ada jawaban yang menyebut unit."))),)
        none = _("Tabel ini tidak memuat nilai tiap unit.")
        lacks = _("Kelompok responden dan masukan tertulis tidak ada di dalam tabel.")
        return Table(columns, rows, page.say(none)), Paragraphs((page.say(lacks),))

    def _trend(self, page: "_Page", result: Result | None) -> Table:
        columns = (
            Column(page.say(_("Masa"))),
            Column(page.say(_("Responden")), 0, figures=True),
            Column(page.say(_("Nilai konversi")), 0, figures=True),
            Column(page.say(_("Mutu")), 0),
        )
        rows = [
            (
                page.say(words.period_said(each.terms.period)),
                page.number(each.figures.respondents),
                page.decimal(each.figures.converted or "–"),
                each.figures.quality or "–",
            )
            for each in self._surveys.trend(page.survey)
            if each.figures is not None
        ]
        if result is not None and page.survey.figures is None:
            index, respondents = result.index, result.means.respondents or 0
            rows.append(
                (
                    page.say(words.period_said(page.survey.terms.period)),
                    page.number(respondents),
                    page.decimal(str(index.converted)),
                    index.quality.quality_class,
                )
            )
        return Table(columns, tuple(rows), page.say(_("Belum ada survei yang ditutup.")))


class _Page:
    """How a paper of one survey says things: language, zone, the names of its units."""

    def __init__(self, intake: Intake, survey: Survey, language: str) -> None:
        self.survey = survey
        self.here: Puskesmas = intake.at(survey.puskesmas)
        self.language = language
        self._office = intake.district.office
        self._numbered = intake.district.paper_number
        self._zone = ZoneInfo(self.here.zone)
        units = intake.district.units_of(self.here.code)
        self._units = {each.code: each.name_in(language) for each in units}

    def say(self, text: Text | str) -> str:
        return say(text, self.language) if isinstance(text, Text) else text

    def day(self, value: date) -> str:
        return stamp(value, self.language, self._zone)

    def number(self, value: int) -> str:
        return number(value, self.language)

    def decimal(self, written: str) -> str:
        """Return a figure with the language's own mark; its digits stay as the method has them."""
        return written.replace(".", ",") if self.language == "id" else written

    def unit(self, code: str) -> str:
        return self._units.get(code, code)

    def pairs(self, *rows: tuple[Text, Text | str]) -> tuple[tuple[str, str], ...]:
        return tuple((self.say(name), self.say(value)) for name, value in rows)

    def words(self, said: dict[str, str | None], name: str) -> Block:
        """Return words as paragraphs; room for them where nobody wrote any yet."""
        if name not in said:
            return ToFill(self.say(words.LABELS[name]), ROOM)
        found = said[name]
        texts = (self.say(_("tersegel")),) if found is None else tuple(found.splitlines())
        return Paragraphs(tuple(filter(None, texts)))

    def written(
        self, title: Text, sections: tuple[Section, ...], paper: PaperKind | None = None
    ) -> bytes:
        """Return the document; one that is filed (`paper`) is numbered and signed."""
        number, signatures = "", tuple[Signature, ...]()
        if paper is not None:
            day = self.survey.terms.opens_on
            number = self.say(number_line(self._numbered(self.here.code, paper, day)))
            signatures = tuple(Signature(self.say(each)) for each in _SIGN)
        return document(
            Document(
                language=self.language,
                office=tuple(
                    filter(None, (self._office, self.here.name, self.here.contact.address))
                ),
                number=number,
                title=f"{self.say(title)}\n{self.say(words.period_said(self.survey.terms.period))}",
                page=self.say(_PAGE),
                sections=sections,
                signatures=signatures,
            )
        )
