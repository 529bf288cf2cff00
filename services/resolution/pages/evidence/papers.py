"""The lists of a bundle as documents of their Puskesmas: what came in, how boxes were opened, what
was planned, done, told and found. Those with words open them when they are made."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.kernel.district import District, OfficePaper, Puskesmas
from services.kernel.paper.document import (
    Column,
    Document,
    Section,
    Signature,
    Table,
    document,
    number_line,
)
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.resolution.pages.case_file import ERASED, SEALED
from services.resolution.pages.evidence.period import Span
from services.resolution.pages.evidence.spoken import Opened, SpokenCases
from services.resolution.pages.meeting_papers import NOTE
from services.resolution.pages.rows import name_of
from services.resolution.words import EFFECTIVE

Item = Mapping[str, Any]
WITHOUT: Final = _("Tanpa isi keluhan dan tanpa identitas pelapor.")
ORIGINALS: Final = _(
    "Disebut menurut berkas kabupaten. Naskah aslinya yang ditandatangani ada di arsip Puskesmas; "
    "letakkan salinannya di map butir ini."
)


class Lists:
    """Makes the lists of one period of one Puskesmas, in one language."""

    def __init__(
        self,
        district: District,
        here: Puskesmas,
        span: Span,
        language: str,
        cases: SpokenCases,
    ) -> None:
        self._district, self._here, self._span = district, here, span
        self._language, self._zone, self._cases = language, ZoneInfo(here.zone), cases
        self._say = partial(say, language=language)

    def regulations(self, title: Text, found: Sequence[OfficePaper]) -> bytes:
        """Return which decrees or procedures there are."""
        columns = self._columns((_("Nomor"), 2), (_("Tentang"), 4), (_("Tanggal terbit"), 2))
        rows = [
            (each.number, each.title, self._at(each.issued_on) if each.issued_on else "–")
            for each in found
        ]
        return self._document(title, columns, rows, Text(""), ORIGINALS)

    def register(self, cases: Sequence[Item]) -> bytes:
        """Return the complaints of the period, as the recap counts them, without their words."""
        columns = self._columns(
            (_("Nomor"), 0),
            (_("Diterima"), 2),
            (_("Datang lewat"), 2),
            (_("Unit layanan"), 3),
            (_("Tentang"), 4),
            (_("Tingkat"), 1),
            (_("Keadaan"), 3),
        )
        rows = [
            (
                each["number"],
                self._at(each["received_at"]),
                self._word("channel", each["channel"]),
                self._unit(each),
                ", ".join(self._category(code) for code in each["categories"]) or "–",
                self._word("grade", each["grade"]),
                self._word("state", each["state"]) if each["state"] else self._kind(each),
            )
            for each in cases
        ]
        empty = _("Tidak ada keluhan, saran, permintaan informasi, atau pujian pada masa ini.")
        return self._document(_("Register keluhan"), columns, rows, empty, WITHOUT, landscape=True)

    def openings(self, openings: Sequence[Item]) -> bytes:
        """Return when which box was opened, by whom, with which witnesses, and what was in it."""
        names = {box.code: box.name for box in self._here.boxes}
        columns = self._columns(
            (_("Dibuka"), 3), (_("Kotak"), 3), (_("Petugas"), 4), (_("Saksi"), 4), (_("Surat"), 0)
        )
        rows = [
            (
                self._at(each["opened_at"]),
                names.get(each["box"] or "", each["box"] or "–"),
                ", ".join(each["officers"]) or "–",
                ", ".join(each["witnesses"]) or "–",
                formats.number(each["slips"], self._language),
            )
            for each in openings
        ]
        empty = _("Tidak ada pembukaan kotak saran yang dicatat pada masa ini.")
        return self._document(_("Pembukaan kotak saran"), columns, rows, empty, WITHOUT)

    def told(self, told: Sequence[Item], published: Sequence[Item]) -> bytes:
        """Return who of the complainants was told when, and what was published where: the texts are
        those that the public reads."""
        columns = self._columns((_("Nomor"), 0), (_("Unit layanan"), 4), (_("Diberi tahu"), 3))
        rows = [(each["number"], self._unit(each), self._at(each["informed_at"])) for each in told]
        texts = self._columns(
            (_("Nomor"), 0), (_("Terbit sejak"), 2), (_("Media"), 2), (_("Yang diterbitkan"), 6)
        )
        shown = [
            (
                each["number"],
                self._at(each["since"]),
                ", ".join(self._word("media", code) for code in each["media"]),
                each["text"],
            )
            for each in published
        ]
        return self._documents(
            _("Penyampaian hasil kepada pelapor dan masyarakat"),
            [
                (
                    _("Pelapor yang diberi tahu"),
                    Table(columns, _counted(rows), self._say(_("Belum ada."))),
                ),
                (_("Yang diterbitkan"), Table(texts, _counted(shown), self._say(_("Belum ada.")))),
            ],
            WITHOUT,
        )

    def planned(self, cases: Sequence[Item]) -> bytes:
        """Return the follow-up plans: cause, action, who, by when."""
        columns = self._columns(
            (_("Nomor"), 0),
            (_("Akar masalah"), 5),
            (_("Tindakan"), 5),
            (_("Penanggung jawab"), 3),
            (_("Batas"), 2),
        )
        rows = [
            (
                each.item["number"],
                self._spoken(each, "cause"),
                self._spoken(each, f"action_{line.number}"),
                line.person_responsible,
                self._at(line.due_on),
            )
            for each in self._cases.opened(cases)
            for line in each.form.plan
        ]
        title = _("Rencana tindak lanjut (RTL)")
        return self._document(title, columns, rows, _NOTHING, NOTE, landscape=True)

    def carried_out(self, cases: Sequence[Item]) -> bytes:
        """Return what of the plans was done: the action, when, with which result."""
        columns = self._columns(
            (_("Nomor"), 0),
            (_("Tindakan"), 4),
            (_("Batas"), 2),
            (_("Selesai"), 2),
            (_("Keterangan"), 4),
            (_("Hasil penanganan"), 5),
        )
        rows = [
            (
                each.item["number"],
                self._spoken(each, f"action_{line.number}"),
                self._at(line.due_on),
                self._at(line.done_on) if line.done_on else self._say(_("belum")),
                self._spoken(each, f"note_{line.number}"),
                self._spoken(each, "summary"),
            )
            for each in self._cases.opened(cases)
            for line in each.form.plan
        ]
        title = _("Tindak lanjut yang dilaksanakan")
        return self._document(title, columns, rows, _NOTHING, NOTE, landscape=True)

    def evaluated(self, cases: Sequence[Item]) -> bytes:
        """Return how the quality chair found the handling."""
        columns = self._columns(
            (_("Nomor"), 0), (_("Dievaluasi"), 3), (_("Penanganan"), 3), (_("Catatan"), 6)
        )
        rows = [
            (
                each.item["number"],
                self._at(each.form.evaluated_at) if each.form.evaluated_at else "–",
                self._say(EFFECTIVE[bool(each.form.effective)]),
                self._spoken(each, "evaluation"),
            )
            for each in self._cases.opened(cases)
        ]
        return self._document(_("Evaluasi ketua mutu"), columns, rows, _NOTHING, NOTE)

    def _spoken(self, case: Opened, name: str) -> str:
        if name not in case.said:
            return "–"
        return case.said[name] or self._say(ERASED if case.erased else SEALED)

    def _document(
        self,
        title: Text,
        columns: tuple[Column, ...],
        rows: Sequence[tuple[str, ...]],
        empty: Text,
        note: Text,
        *,
        landscape: bool = False,
    ) -> bytes:
        table = Table(columns, _counted(rows), self._say(empty))
        return self._documents(title, [(None, table)], note, landscape=landscape)

    def _documents(
        self,
        title: Text,
        tables: Sequence[tuple[Text | None, Table]],
        note: Text,
        *,
        landscape: bool = False,
    ) -> bytes:
        days = (self._at(self._span.first), self._at(self._span.last))
        here = self._here
        return document(
            Document(
                language=self._language,
                office=tuple(
                    filter(None, (self._district.office, here.name, here.contact.address))
                ),
                title=self._say(title),
                number=self._say(number_line("")),
                as_of=self._say(_("Masa {first} sampai {last}", first=days[0], last=days[1])),
                page=self._say(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
                sections=tuple(
                    Section(self._say(name) if name else "", (table,)) for name, table in tables
                ),
                landscape=landscape,
                signatures=(
                    Signature(self._say(_("Ketua mutu"))),
                    Signature(self._say(_("Mengetahui, Kepala {name}", name=here.name))),
                ),
                notes=(self._say(note),),
            )
        )

    def _columns(self, *named: tuple[Text, int]) -> tuple[Column, ...]:
        titled = (Column(self._say(title), share) for title, share in named)
        return (Column("No", 0), *titled)

    def _at(self, value: date) -> str:
        return formats.stamp(value, self._language, self._zone)

    def _word(self, kind: str, code: str | None) -> str:
        return self._say(glossary.word(kind, code)) if code else "–"

    def _kind(self, case: Item) -> str:
        return self._word("kind", case["kind"])

    def _unit(self, case: Item) -> str:
        found = name_of(self._district.unit, case["service_unit"], self._language)
        return found or self._say(_("unit tidak disebut"))

    def _category(self, code: str) -> str:
        return name_of(self._district.category, code, self._language) or code


_NOTHING: Final = _("Belum ada.")


def _counted(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(number), *row) for number, row in enumerate(rows, start=1))
