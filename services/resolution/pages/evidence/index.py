"""The index of a bundle: its ten items, what lies in each, and what is missing with what would fill
it."""

from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.district import District, Puskesmas
from services.kernel.paper.document import (
    Block,
    Column,
    Document,
    Paragraphs,
    Section,
    Signature,
    Table,
    document,
    number_line,
)
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web.language import say
from services.resolution.pages.evidence.contents import FOLDERS, Bundle, Item
from services.resolution.pages.evidence.period import Span

NOTE: Final = _(
    "Bukti untuk kriteria akreditasi 1.1.2, disusun dari catatan Tanggap. Identitas pelapor tidak "
    "dimuat; isi keluhan dibuka menurut peran penyusun dan pembukaannya tercatat. Simpan seperti "
    "formulir keluhan itu sendiri."
)


def summary(bundle: Bundle) -> list[Text]:
    """Return in sentences how whole a bundle is."""
    found = [_("{n} dari {all} butir lengkap.", n=bundle.complete, all=len(FOLDERS))]
    if bundle.past:
        found.append(
            _(
                "{n} keluhan sudah lama selesai: isinya terbuka hanya bila alasan pembukaannya "
                "disebut.",
                n=bundle.past,
            )
        )
    return found


def index(
    bundle: Bundle,
    here: Puskesmas,
    district: District,
    span: Span,
    language: str,
    now: datetime,
) -> bytes:
    """Return the index as PDF."""
    say_, zone = partial(say, language=language), ZoneInfo(here.zone)
    first, last = (formats.stamp(day, language, zone) for day in (span.first, span.last))
    lead = summary(bundle)
    sections = [Section("", (Paragraphs(tuple(map(say_, lead))),))]
    sections += [
        Section(f"{item.number}. {say_(item.title)}", tuple(_of(item, language)))
        for item in bundle.items
    ]
    made = formats.stamp(now, language, zone)
    return document(
        Document(
            language=language,
            office=tuple(filter(None, (district.office, here.name, here.contact.address))),
            title=say_(_("Berkas akreditasi: umpan balik pengguna layanan")),
            number=say_(number_line("")),
            page=say_(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
            as_of=say_(
                _(
                    "Masa {first} sampai {last}, disusun {made}",
                    first=first,
                    last=last,
                    made=made,
                )
            ),
            sections=tuple(sections),
            signatures=(
                Signature(say_(_("Ketua mutu"))),
                Signature(say_(_("Mengetahui, Kepala {name}", name=here.name))),
            ),
            notes=(say_(NOTE),),
        )
    )


def _of(item: Item, language: str) -> list[Block]:
    say_ = partial(say, language=language)
    columns = (
        Column("No", 0),
        Column(say_(_("Dokumen")), 4),
        Column(say_(_("Berkas")), 4),
    )
    rows = tuple(
        (str(number), say_(paper.title), item.path(paper))
        for number, paper in enumerate(item.papers, start=1)
    )
    found: list[Block] = [Table(columns, rows, "")] if rows else []
    if item.missing:
        told = (say_(_("Belum ada: {what}", what=say_(each))) for each in item.missing)
        found.append(Paragraphs(tuple(told)))
    if item.unmet:
        found.append(Paragraphs(tuple(map(say_, item.unmet))))
    return found
