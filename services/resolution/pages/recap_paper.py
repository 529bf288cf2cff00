"""A month's recap as a document of its Puskesmas: A4 across, with who signs it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.kernel.district import District, Puskesmas
from services.kernel.months import Month
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
)
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.kernel.web.words import WORDS
from services.resolution.pages.recap_rows import Discussed, Row
from services.resolution.pages.rows import name_of

COLUMNS: Final = (
    (_("No."), 0),
    (_("Keluhan"), 5),
    (_("Unit dan kategori"), 4),
    (_("Isi ringkas"), 5),
    (_("Analisis"), 4),
    (_("Rencana tindak lanjut"), 5),
    (_("Tindak lanjut dan hasil"), 5),
    (_("Keadaan"), 4),
    (_("Evaluasi mutu"), 2),
)
"""The columns that both SOPs ask for, some of them put together to fit the sheet."""
EMPTY: Final = _(
    "Tidak ada keluhan, saran, permintaan informasi, atau pujian pada bulan ini (nihil)."
)
EVALUATED: Final[Mapping[bool | None, Text | str]] = {
    True: _("efektif"),
    False: _("tidak efektif"),
    None: "–",
}
ROOM: Final = 3
"""So many lines are left to write on by hand."""


@dataclass(frozen=True)
class Told:
    """What a recap says beside its cases: whose it is, and what the team wrote of it."""

    here: Puskesmas
    month: Month
    number: str
    facts: Mapping[str, Any]
    found: Text | None
    notes: Mapping[str, str | None]
    discussed: Sequence[Discussed]
    now: datetime


class _Writer:
    def __init__(self, district: District, told: Told, language: str) -> None:
        self.district, self.language = district, language
        self.zone = ZoneInfo(told.here.zone)
        self.say = partial(say, language=language)

    def day(self, at: datetime | None) -> str:
        return (
            "–"
            if at is None
            else formats.stamp(at.astimezone(self.zone).date(), self.language, self.zone)
        )

    def word(self, kind: str, code: str | None) -> str:
        return self.say(glossary.word(kind, code)) if code else "–"


def printed(district: District, told: Told, rows: Sequence[Row], language: str) -> bytes:
    """Return the recap as PDF; it is in the reader's language."""
    writer = _Writer(district, told, language)
    say_ = writer.say
    stated = told.facts["stated_at"]
    month = formats.month(told.month.first, language, writer.zone)
    as_of = (
        _("Seperti dilaporkan {day}", day=writer.day(stated))
        if stated
        else _("Rancangan, keadaan {day}: bulan ini belum ditutup", day=writer.day(told.now))
    )
    closed = told.facts["closed_at"]
    place = f"{told.here.kecamatan}, {writer.day(closed)}" if closed else ""
    known = told.facts["acknowledged_at"]
    return document(
        Document(
            language=language,
            office=tuple(
                each
                for each in (district.office, told.here.name, told.here.contact.address)
                if each
            ),
            title=say_(_("Rekap umpan balik dan keluhan {month}", month=month)),
            number=say_(_("Nomor: {number}", number=told.number)),
            page=say_(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
            as_of=say_(as_of),
            landscape=True,
            sections=(
                Section(say_(_("Angka bulan ini")), (_figures(told, writer),)),
                Section(say_(_("Kasus satu per satu")), (_table(rows, writer),)),
                Section(say_(_("Pembukaan kotak saran")), (_openings(told, writer),)),
                *_notes(told, writer),
            ),
            signatures=(
                Signature(say_(_("Ketua tim penanganan keluhan")), place_and_day=place),
                Signature(
                    say_(_("Mengetahui, Kepala {name}", name=told.here.name)),
                    place_and_day=writer.day(known) if known else "",
                ),
            ),
            notes=(say_(NOTE),),
        )
    )


NOTE: Final = _(
    "Memuat kata-kata yang tersegel, dibuka menurut peran pencetak; pembukaannya tercatat. "
    "Identitas pelapor tidak dimuat. Simpan seperti formulir keluhan itu sendiri."
)
SEALED: Final = _("tersegel")
ERASED: Final = _("dihapus")


def _figures(told: Told, writer: _Writer) -> Table:
    names: dict[str, Text] = {**WORDS["total"], "praise": _("Pujian")}
    columns = tuple(Column(writer.say(label), 1, figures=True) for label in names.values())
    row = tuple(formats.number(told.facts["whole"][name], writer.language) for name in names)
    return Table(columns, (row,), "")


def _table(rows: Sequence[Row], writer: _Writer) -> Table:
    columns = tuple(Column(writer.say(title), share) for title, share in COLUMNS)
    return Table(columns, tuple(_line(row, writer) for row in rows), writer.say(EMPTY))


def _line(row: Row, writer: _Writer) -> tuple[str, ...]:
    item, say_ = row.item, writer.say
    closed = say_(ERASED if row.erased else SEALED)

    def words(said: str | None, kept: object) -> str:
        return said or (closed if kept is not None else "–")

    unit = name_of(writer.district.unit, item["service_unit"], writer.language)
    about = [
        name_of(writer.district.category, code, writer.language) for code in item["categories"]
    ]
    plan = [
        say_(
            _(
                "{action} ({who}, batas {day})",
                action=action or closed,
                who=who,
                day=formats.stamp(due, writer.language, writer.zone),
            )
        )
        for action, who, due in row.said.actions
    ]
    state = (
        writer.word("state", item["state"]) if item["state"] else writer.word("kind", item["kind"])
    )
    media = [writer.word("media", each) for each in dict.fromkeys(item["media"] or ())]
    after = [
        state,
        say_(_("umpan balik {day}", day=writer.day(item["informed_at"]))),
        say_(_("dipublikasikan {day}", day=writer.day(item["published_at"]))),
        *media,
    ]
    result = words(row.said.result, row.has.result)
    if item["settled_at"]:
        result += f" ({writer.day(item['settled_at'])})"
    return (
        str(row.number),
        "\n".join(
            (
                item["number"],
                writer.day(item["received_at"]),
                writer.word("channel", item["channel"]),
            )
        ),
        "\n".join(
            (
                unit or say_(_("unit tidak disebut")),
                ", ".join(each for each in about if each) or "–",
                writer.word("grade", item["grade"]),
            )
        ),
        words(row.said.text, row.has.text),
        words(row.said.cause, row.has.cause),
        "\n".join(plan) or "–",
        result,
        "\n".join(after),
        say_(EVALUATED[item["effective"]]),
    )


def _openings(told: Told, writer: _Writer) -> Table:
    """Return the openings of boxes that were due in the month; that one was empty is a result."""
    named = (
        (_("Kotak"), 4),
        (_("Paling lambat"), 3),
        (_("Keadaan"), 3),
        (_("Dibuka"), 3),
    )
    columns = [Column(writer.say(title), share) for title, share in named]
    rows = tuple(
        (
            each["title"],
            formats.stamp(each["due_on"], writer.language, writer.zone),
            writer.word("duty", each["state"]),
            writer.day(each["opened_at"]),
            "–" if each["slips"] is None else formats.number(each["slips"], writer.language),
        )
        for each in told.facts["openings"]
    )
    empty = writer.say(_("Tidak ada kotak saran yang harus dibuka bulan ini."))
    return Table((*columns, Column(writer.say(_("Surat")), 1, figures=True)), rows, empty)


def _notes(told: Told, writer: _Writer) -> tuple[Section, ...]:
    """Return what the team wrote, or room to write it by hand."""
    labels = (
        ("effectiveness_note", _("Penjelasan efektivitas")),
        ("barriers_note", _("Hambatan budaya, bahasa, kebiasaan, dan lainnya")),
        ("meeting_note", _("Hasil pembahasan dalam rapat")),
    )
    found = Pairs(((writer.say(_("Penilaian tim")), writer.say(told.found or _("belum ditulis"))),))
    sections = [Section(writer.say(_("Efektivitas penanganan")), (found,))]
    for name, label in labels:
        said = (told.notes.get(name) or "").splitlines()
        if name == "meeting_note":
            said = [*_discussed(told, writer), *said]
        block: Block = Paragraphs(tuple(said)) if said else ToFill("", ROOM)
        sections.append(Section(writer.say(label), (block,)))
    return tuple(sections)


def _discussed(told: Told, writer: _Writer) -> Iterator[str]:
    """Yield what each meeting made of the month."""
    for each in told.discussed:
        outcome = each.outcome or ("–" if each.kept is None else writer.say(SEALED))
        held = (writer.word("meeting", each.meeting.kind), writer.day(each.meeting.at))
        yield from f"{', '.join(held)}: {outcome}".splitlines()
