"""A meeting's papers: the invitation with its agenda, the minutes with who was there, and what is
decided and not done. Words are opened by role, at the meeting's home only."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District, PaperKind, Puskesmas
from services.kernel.keyring import Words
from services.kernel.paper import MEDIA_TYPE
from services.kernel.paper.document import (
    Block,
    Column,
    Document,
    Numbered,
    Pairs,
    Paragraphs,
    Section,
    Signature,
    Table,
    document,
    number_line,
)
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import language_of
from services.resolution.application import Resolution
from services.resolution.domain import Meeting
from services.resolution.meetings.lists import PAGE, MeetingLists
from services.resolution.meetings.recording import Meetings
from services.resolution.pages.case_file import ERASED, SEALED, Writer
from services.resolution.pages.meeting_words import CaseLine, DecisionLine, Spoken, spoken_of
from services.resolution.pages.meetings import PATH, READ, decisions_of

PAGES_MOST: Final = 10
"""Of decisions that are not done, so many pages of the list go on paper."""
NOTE: Final = _(
    "Berisi kata-kata yang tersegel, dibuka menurut peran Anda; pembukaannya tercatat. Simpan "
    "seperti formulir keluhan itu sendiri."
)


def add(pages: APIRouter, resolution: Resolution, words: Words) -> None:
    """Add the papers to `pages`."""
    meetings, lists = Meetings(resolution), MeetingLists(resolution)

    def opened(request: Request, principal: Principal, id: UUID) -> tuple[Meeting, "Paper", Spoken]:
        meeting = meetings.get(id)
        principal.role_for(READ, meeting.puskesmas)
        here, language = resolution.district.puskesmas(meeting.puskesmas), language_of(request)
        said = spoken_of(resolution, lists, words, principal, meeting, "meeting_paper", language)
        return meeting, Paper(resolution.district, here, language), said

    @pages.get(PATH + "/keputusan.pdf")
    def decided(
        request: Request, principal: Annotated[Principal, requires(READ)], puskesmas: str
    ) -> Response:
        """Return what a Puskesmas' meetings decided and what is not done, as PDF."""
        here = resolution.district.puskesmas(puskesmas)
        principal.role_for(READ, here.code)
        rows = []
        for page in range(PAGES_MOST):
            found = lists.open_decisions({here.code}, page * PAGE)
            rows += found[:PAGE]
            if len(found) <= PAGE:
                break
        lines = decisions_of(resolution, words, principal, rows, "meeting_paper")
        paper = Paper(resolution.district, here, language_of(request))
        return _answer(paper.decisions(lines, resolution.clock()), "keputusan")

    @pages.get(PATH + "/{id}/undangan.pdf")
    def invitation(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Return the invitation with its agenda as PDF."""
        meeting, paper, said = opened(request, principal, id)
        return _answer(paper.invitation(meeting, said), "undangan")

    @pages.get(PATH + "/{id}/notulen.pdf")
    def minutes(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Return the minutes with who was there and what was decided, as PDF."""
        meeting, paper, said = opened(request, principal, id)
        meeting.must_be_held()
        return _answer(paper.minutes(meeting, said), "notulen")


class Paper:
    """Puts meetings of one Puskesmas on paper, in one language."""

    def __init__(self, district: District, here: Puskesmas, language: str) -> None:
        self._district, self._here = district, here
        self._writer = Writer(language, ZoneInfo(here.zone))
        self._say = self._writer.say
        address = here.contact.address
        self._office = (district.office, here.name, *([address] if address else []))

    def invitation(self, meeting: Meeting, said: Spoken) -> bytes:
        """Return the invitation: when, where, what about, whom."""
        plan = meeting.plan
        sections = (
            Section("", (self._when_and_where(meeting),)),
            self._section(_("Susunan acara"), self._listed(said.agenda, there=plan.agenda)),
            # It goes to people of other offices: what was complained of is said in the meeting.
            self._section(_("Kasus yang dibahas"), self._cases(said.cases, words=False)),
            self._section(_("Yang diundang"), self._listed(said.invitees, there=plan.invitees)),
        )
        signed = Signature(self._say(_("Kepala Puskesmas")), place_and_day=self._place_and_day())
        number = self._number("invitation", meeting)
        title = self._title(_("Undangan {kind}"), meeting)
        return self._document(title, sections, (signed,), number)

    def minutes(self, meeting: Meeting, said: Spoken) -> bytes:
        """Return the minutes; they are signed by who led and who wrote."""
        held = meeting.held
        assert held is not None
        outcome = said.outcome if said.has_outcome else self._say(_("Tidak ada."))
        sections = [
            Section("", (self._facts(meeting),)),
            self._section(_("Susunan acara"), self._listed(said.agenda, there=meeting.plan.agenda)),
            self._section(_("Pembahasan"), self._words(said.minutes)),
            self._section(_("Hasil pembahasan untuk rekap"), self._words(outcome)),
            self._section(_("Keputusan"), self._decided(said.decisions)),
        ]
        if said.heard:
            sections.append(self._section(_("Masukan yang disampaikan"), self._cases(said.heard)))
        if said.answered:
            told = self._cases(said.answered)
            sections.append(self._section(_("Jawaban yang disampaikan ke forum"), told))
        sections.append(self._section(_("Daftar hadir"), self._attendance(said)))
        signatures = (
            Signature(self._say(_("Pemimpin rapat")), held.chair),
            Signature(self._say(_("Notulis")), held.note_taker, self._place_and_day()),
        )
        number = self._number("minutes", meeting)
        title = self._title(_("Notulen {kind}"), meeting)
        return self._document(title, sections, signatures, number)

    def decisions(self, lines: Sequence[Mapping[str, Any]], now: datetime) -> bytes:
        """Return what was decided and is not done, what is due first first."""
        columns = (
            Column("No", 0),
            Column(self._say(_("Keputusan")), 4),
            Column(self._say(_("Rapat")), 2),
            Column(self._say(_("Kasus")), 0),
            Column(self._say(_("Penanggung jawab")), 2),
            Column(self._say(_("Batas")), 0),
        )
        rows = tuple(
            (
                str(number),
                each["text"] or self._sealed(),
                f"{self._kind(each['meeting'])}, {self._at(each['meeting'].at)}",
                each["case"].number if each["case"] else "–",
                each["who"],
                self._at(each["due_on"])
                + (f" ({self._say(_('lewat batas'))})" if each["late"] else ""),
            )
            for number, each in enumerate(lines, start=1)
        )
        empty = self._say(_("Tidak ada keputusan yang terbuka."))
        return self._document(
            self._say(_("Keputusan rapat yang belum selesai")),
            (Section("", (Table(columns, rows, empty),)),),
            (Signature(self._say(_("Ketua mutu")), place_and_day=self._place_and_day()),),
            as_of=self._say(_("Keadaan {at}", at=self._at(now))),
            landscape=True,
        )

    def _document(
        self,
        title: str,
        sections: Sequence[Section],
        signatures: tuple[Signature, ...],
        number: str = "",
        as_of: str = "",
        *,
        landscape: bool = False,
    ) -> bytes:
        return document(
            Document(
                language=self._writer.language,
                office=self._office,
                title=title,
                page=self._say(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
                sections=tuple(sections),
                number=self._say(number_line(number)),
                as_of=as_of,
                landscape=landscape,
                signatures=signatures,
                notes=(self._say(NOTE),),
            )
        )

    def _title(self, title: Text, meeting: Meeting) -> str:
        return self._say(Text(title.msgid, (("kind", self._kind(meeting)),)))

    def _number(self, paper: PaperKind, meeting: Meeting) -> str:
        day = meeting.at.astimezone(self._writer.zone).date()
        return self._district.paper_number(self._here.code, paper, day)

    def _kind(self, meeting: Meeting) -> str:
        return self._say(glossary.word("meeting", meeting.kind))

    def _at(self, value: date) -> str:
        return self._writer.at(value)

    def _facts(self, meeting: Meeting) -> Pairs:
        """Return when and where it was, who led it, and how many were there."""
        held, minutes, say = meeting.held, meeting.minutes, self._say
        assert held is not None
        assert minutes is not None
        rows = (
            (_("Pemimpin rapat"), held.chair),
            (_("Notulis"), held.note_taker),
            (_("Hadir"), say(_("{n} orang", n=minutes.attended))),
        )
        told = tuple((say(name), value) for name, value in rows)
        return Pairs((*self._when_and_where(meeting).rows, *told))

    def _when_and_where(self, meeting: Meeting) -> Pairs:
        rows = [(_("Waktu"), self._at(meeting.at)), (_("Tempat"), meeting.plan.venue)]
        if meeting.months:
            reader = self._writer.language, self._writer.zone
            months = (date.fromisoformat(f"{each}-01") for each in meeting.months)
            named = (formats.month(each, *reader) for each in months)
            rows.append((_("Rekap yang dibahas"), ", ".join(named)))
        return Pairs(tuple((self._say(name), value) for name, value in rows))

    def _section(self, title: Text, block: Block) -> Section:
        return Section(self._say(title), (block,))

    def _listed(self, lines: Sequence[str] | None, *, there: object) -> Block:
        """Return numbered lines; where the role does not open them, that they are sealed."""
        if lines:
            return Numbered(tuple(lines))
        return Paragraphs((self._sealed() if there is not None else self._say(_("Tidak ada.")),))

    def _words(self, words: str | None) -> Paragraphs:
        return Paragraphs(tuple(words.splitlines()) if words else (self._sealed(),))

    def _sealed(self) -> str:
        return self._say(SEALED)

    def _cases(self, cases: Sequence[CaseLine], *, words: bool = True) -> Table:
        said = (Column(self._say(_("Ringkas")), 5),) if words else ()
        columns = (
            Column("No", 0),
            Column(self._say(_("Nomor")), 0),
            Column(self._say(_("Unit layanan")), 3),
            *said,
            Column(self._say(_("Keadaan")), 3),
        )
        rows = tuple(
            (
                str(number),
                each.number,
                each.unit or self._say(_("unit tidak disebut")),
                *((each.summary or self._say(ERASED if each.erased else SEALED),) if words else ()),
                self._say(glossary.word("state", each.state)),
            )
            for number, each in enumerate(cases, start=1)
        )
        return Table(columns, rows, self._say(_("Tidak ada kasus yang dipilih.")))

    def _decided(self, decisions: Sequence[DecisionLine]) -> Table:
        columns = (
            Column("No", 0),
            Column(self._say(_("Keputusan")), 5),
            Column(self._say(_("Kasus")), 0),
            Column(self._say(_("Penanggung jawab")), 3),
            Column(self._say(_("Batas")), 0),
            Column(self._say(_("Selesai")), 0),
        )
        rows = tuple(
            (
                str(each.number),
                each.text or self._sealed(),
                each.case or "–",
                each.person_responsible,
                self._at(each.due_on),
                self._at(each.done_on) if each.done_on else "–",
            )
            for each in decisions
        )
        return Table(columns, rows, self._say(_("Tidak ada keputusan.")))

    def _attendance(self, said: Spoken) -> Block:
        if said.attendance is None:
            return Paragraphs((self._sealed(),))
        columns = (
            Column("No", 0),
            Column(self._say(_("Nama")), 4),
            Column(self._say(_("Jabatan atau unsur")), 4),
            Column(self._say(_("Tanda tangan")), 3),
        )
        rows = tuple(
            (str(number), each.name, each.position, f"{number}.\n")
            for number, each in enumerate(said.attendance, start=1)
        )
        return Table(columns, rows, self._say(_("Tidak ada.")))

    def _place_and_day(self) -> str:
        return f"{self._here.kecamatan}, ……………………"


def _answer(content: bytes, name: str) -> Response:
    """Return a document to be shown by the browser, and kept by nobody on the way."""
    headers = {
        "content-disposition": f'inline; filename="{name}.pdf"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
