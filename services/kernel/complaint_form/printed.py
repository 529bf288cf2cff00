"""The complaint form as a document of its Puskesmas: blank, to be written on by hand, or filled."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.complaint_form.facts import OnForm
from services.kernel.contracts import intake
from services.kernel.district import Choice, District, Puskesmas
from services.kernel.paper.document import (
    UNNUMBERED,
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
)
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.kernel.web.words import WORDS

TITLE: Final = _("Formulir keluhan pengguna layanan")
PERSON: Final[Mapping[str, Text]] = {
    "name": _("Nama"),
    "address": _("Alamat"),
    "phone": _("Nomor telepon"),
    "email": _("Surel"),
}
EVALUATED: Final[Mapping[str, Text]] = {
    "yes": _("Efektif"),
    "no": _("Tidak efektif, kembali ke analisis"),
}
WITHHELD: Final = _("tidak dimuat di berkas ini")
SEALED: Final = _("tersegel")
ERASED: Final = _("dihapus")
NOTE: Final = _(
    "Memuat kata-kata yang tersegel, dibuka menurut peran pencetak; pembukaannya tercatat."
)
BLANK_NOTE: Final = _(
    "Yang ditulis di lembar ini dicatat di Tanggap pada hari yang sama; lembarnya disimpan sesudah "
    "dicocokkan. Identitas boleh dikosongkan bila pelapor tidak ingin disebut."
)
_PLAN_ROWS: Final = 4
_ROOM: Final = 4
"""Ruled lines for words that are still to be written in."""
_BOX: Final = "☐"
_Row = tuple[Text, Text | str | None]
Said = Mapping[str, str | None]
"""The words that opened, by their name in `OnForm.boxes`; None stays sealed."""


class Printer:
    """Prints forms of one Puskesmas in one language."""

    def __init__(self, district: District, here: Puskesmas, language: str) -> None:
        self._district, self._here, self._language = district, here, language
        self._zone = ZoneInfo(here.zone)
        self._say: Callable[[Text | str], str] = partial(say, language=language)

    def blank(self) -> bytes:
        """Return the form with nothing on it (SOP Lamaru 1c, 2b)."""
        person = [*PERSON.values(), _("Hubungan dengan pasien"), _("Ingin dikabari lewat")]
        about = [_("Tanggal dan jam diterima"), _("Tanggal kejadian"), _("Unit layanan")]
        choices = (
            (_("Datang lewat"), [glossary.word("channel", each) for each in self._here.channels]),
            (_("Jenis"), WORDS["kind"].values()),
            (_("Kerahasiaan"), WORDS["confidentiality"].values()),
            (_("Tentang"), self._names(self._district.categories)),
            (_("Hambatan saat menyampaikan"), self._names(self._district.barriers)),
        )
        handled = (
            (_("Tingkat"), WORDS["grade"].values()),
            (_("Kesimpulan"), WORDS["finding"].values()),
        )
        told = (_("Pelapor diberi tahu, lewat"), _("Dipublikasikan pada"))
        return self._document(
            [
                self._section(_("Identitas pengguna layanan"), *map(self._room, person)),
                self._section(_("Keluhan"), *map(self._room, about), self._boxed(choices)),
                self._section(_("Apa yang disampaikan"), ToFill("", 2 * _ROOM)),
                self._section(
                    _("Penanganan"), self._boxed(handled), self._room(_("Akar masalah"), _ROOM)
                ),
                self._section(_("Rencana tindak lanjut"), self._plan_room()),
                self._section(
                    _("Hasil penanganan"), ToFill("", _ROOM), *(self._room(each) for each in told)
                ),
                self._section(
                    _("Evaluasi ketua mutu"),
                    self._boxed(((_("Penanganan"), EVALUATED.values()),)),
                    self._room(_("Catatan"), 2),
                ),
            ],
            UNNUMBERED,
            BLANK_NOTE,
        )

    def filled(
        self, form: OnForm, said: Said, *, erased: bool = False, identity: bool = True
    ) -> bytes:
        """Return the form of a complaint with the words in `said`; what nobody wrote yet has room
        to be written in. Without `identity` who complained is not on it."""
        written = form.written
        assert written is not None, "a complaint begins with its form"
        assert form.received_at is not None
        closed = self._say(ERASED if erased else SEALED)

        def words(name: str, there: object) -> Block:
            if there is None:
                return ToFill("", _ROOM)
            return Paragraphs(tuple((said.get(name) or closed).splitlines()))

        day = form.received_at.astimezone(self._zone).date()
        number = self._district.paper_number(self._here.code, "complaint_form", day, form.number)
        result = "summary" if form.summary is not None else "answer"
        return self._document(
            [
                self._section(
                    _("Identitas pengguna layanan"),
                    self._pairs(self._person(written, said, closed, identity)),
                ),
                self._section(_("Keluhan"), self._pairs(self._about(form, written))),
                self._section(_("Apa yang disampaikan"), words("text", written.text)),
                self._section(_("Penanganan"), self._pairs(self._handled(form, said, closed))),
                self._section(_("Rencana tindak lanjut"), self._plan(form, said, closed)),
                self._section(
                    _("Hasil penanganan"),
                    words(result, form.summary or form.answer),
                    self._pairs(self._told(form)),
                ),
                self._section(
                    _("Evaluasi ketua mutu"), self._pairs(self._evaluated(form, said, closed))
                ),
            ],
            _("Nomor: {number}", number=number or form.number),
            NOTE,
        )

    def _person(
        self,
        written: intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1,
        said: Said,
        closed: str,
        identity: bool,
    ) -> list[_Row]:
        relation = self._name(self._district.relations, written.relation)
        if written.complainant is None:
            found: list[_Row] = [(_("Identitas"), _("tidak disebut"))]
        elif not identity:
            found = [(_("Identitas"), WITHHELD)]
        elif (told := said.get("complainant")) is None:
            found = [(_("Identitas"), closed)]
        else:
            known = json.loads(told)
            found = [(label, known.get(name)) for name, label in PERSON.items()]
        by = written.wants_answer_by
        return [
            *found,
            (_("Hubungan dengan pasien"), relation),
            (_("Ingin dikabari lewat"), by and glossary.word("channel", by)),
        ]

    def _about(
        self, form: OnForm, written: intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1
    ) -> list[_Row]:
        categories = [self._name(self._district.categories, each) for each in written.categories]
        return [
            (_("Nomor keluhan"), form.number),
            (_("Tanggal dan jam diterima"), self._at(form.received_at)),
            (_("Datang lewat"), glossary.word("channel", written.channel)),
            (_("Jenis"), glossary.word("kind", written.kind)),
            (_("Unit layanan"), self._name(self._district.units, written.service_unit)),
            (_("Tentang"), ", ".join(filter(None, categories)) or None),
            (_("Tanggal kejadian"), self._at(written.incident_at)),
            (_("Kerahasiaan"), glossary.word("confidentiality", written.confidentiality)),
            (
                _("Hambatan saat menyampaikan"),
                self._name(self._district.barriers, written.barrier),
            ),
        ]

    def _handled(self, form: OnForm, said: Said, closed: str) -> list[_Row]:
        cause = None if form.cause is None else said.get("cause") or closed
        return [
            (_("Tingkat"), form.grade and glossary.word("grade", form.grade)),
            (_("Tim menemui pelapor"), self._at(form.met_at)),
            (_("Kesimpulan"), form.finding and glossary.word("finding", form.finding)),
            (_("Akar masalah"), cause),
        ]

    def _told(self, form: OnForm) -> list[_Row]:
        informed: str | None = None
        if form.informed_by == "none":
            informed = self._say(_("tidak dapat diberi tahu (anonim)"))
        elif form.informed_by:
            channel = self._say(glossary.word("channel", form.informed_by))
            informed = f"{channel}, {self._at(form.informed_at)}"
        media = ", ".join(self._say(glossary.word("media", each)) for each in form.media)
        return [
            (_("Pelapor diberi tahu, lewat"), informed),
            (
                _("Dipublikasikan pada"),
                f"{media}, {self._at(form.published_at)}" if media else None,
            ),
        ]

    def _evaluated(self, form: OnForm, said: Said, closed: str) -> list[_Row]:
        found = None if form.effective is None else EVALUATED["yes" if form.effective else "no"]
        note = None if form.evaluation is None else said.get("evaluation") or closed
        return [
            (_("Penanganan"), found),
            (_("Tanggal"), self._at(form.evaluated_at)),
            (_("Catatan"), note),
        ]

    def _plan(self, form: OnForm, said: Said, closed: str) -> Table:
        rows = tuple(
            (
                str(each.number),
                said.get(f"action_{each.number}") or closed,
                each.person_responsible,
                self._at(each.due_on) or "",
                self._at(each.done_on) or "–",
                "" if each.note is None else said.get(f"note_{each.number}") or closed,
            )
            for each in form.plan
        )
        return Table(self._plan_columns(), rows, self._say(_("Belum ada rencana tindak lanjut.")))

    def _plan_room(self) -> Table:
        rows = tuple((f"{row}\n\n", "", "", "", "", "") for row in range(1, _PLAN_ROWS + 1))
        return Table(self._plan_columns(), rows, "")

    def _plan_columns(self) -> tuple[Column, ...]:
        named = (
            (_("Tindakan"), 4),
            (_("Penanggung jawab"), 2),
            (_("Batas"), 2),
            (_("Selesai"), 2),
            (_("Keterangan"), 3),
        )
        return (
            Column("No", 0),
            *(Column(self._say(title), share) for title, share in named),
        )

    def _document(self, sections: Sequence[Section], number: Text, note: Text) -> bytes:
        here = self._here
        place = f"{here.kecamatan}, ……………………"
        return document(
            Document(
                language=self._language,
                office=tuple(
                    filter(None, (self._district.office, here.name, here.contact.address))
                ),
                title=self._say(TITLE),
                number=self._say(number),
                page=self._say(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
                sections=tuple(sections),
                signatures=(
                    Signature(self._say(_("Pelapor"))),
                    Signature(self._say(_("Petugas penerima")), place_and_day=place),
                    Signature(self._say(_("Ketua mutu"))),
                ),
                notes=(self._say(note),),
            )
        )

    def _section(self, title: Text, *blocks: Block) -> Section:
        return Section(self._say(title), blocks)

    def _pairs(self, rows: Sequence[_Row]) -> Pairs:
        return Pairs(tuple((self._say(name), self._say(value or "–")) for name, value in rows))

    def _room(self, label: Text, lines: int = 1) -> ToFill:
        return ToFill(self._say(label), lines)

    def _boxed(self, rows: Sequence[tuple[Text, Iterable[Text | str]]]) -> Pairs:
        """Return names, each with what may be ticked."""
        return Pairs(
            tuple(
                (
                    self._say(name),
                    "   ".join(f"{_BOX}\u00a0{self._say(each)}" for each in choices),
                )
                for name, choices in rows
            )
        )

    def _names(self, choices: Sequence[Choice]) -> list[str]:
        return [each.name_in(self._language) for each in choices]

    def _name(self, choices: Sequence[Choice], code: str | None) -> str | None:
        """Return what a code of the district file is called; itself where it is not there now."""
        found = (each.name_in(self._language) for each in choices if each.code == code)
        return next(found, code)

    def _at(self, value: date | None) -> str | None:
        return None if value is None else formats.stamp(value, self._language, self._zone)
