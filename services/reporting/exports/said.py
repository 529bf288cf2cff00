"""How an export speaks: headings, meanings, filters and instants in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.kernel.district import District
from services.kernel.tables.table import Column, Table
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.reporting.completeness import missing_of
from services.reporting.queries import Filters, When
from services.reporting.queries.question import DEFAULT_ZONE
from services.reporting.words import Names

WHOLE: Final = (
    Column(
        "complete",
        _("Lengkap"),
        _("Tidak: Puskesmas ini masih mempunyai data yang belum tiba. Itu tidak sama dengan nol."),
        "flag",
    ),
    Column(
        "complete_until",
        _("Lengkap sampai"),
        _("Sampai kapan datanya sudah tiba; kosong: lengkap, atau belum ada yang tiba."),
        "moment",
    ),
)
"""Stand in each row, for it may be copied elsewhere without the sheet that says so."""


class Said:
    """Says the parts of a table in one language, with the names of one district."""

    def __init__(
        self, district: District, language: str, incomplete: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.language = language
        self.names = Names(district, language)
        self._incomplete = incomplete

    def say(self, text: Text | str) -> str:
        """Return a sentence in this language."""
        return say(text, self.language)

    def word(self, kind: str, code: str) -> str:
        """Return the glossary's word for a code."""
        return self.say(glossary.word(kind, code))

    def stamps(self, when: When, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return of which instant a table is, and by when it was known."""
        return when.instant(now).astimezone(zone), (when.known_at or now).astimezone(zone)

    def whole(self, puskesmas: str | None, zone: ZoneInfo) -> tuple[bool, datetime | None]:
        """Return whether the data of a row's Puskesmas (None: of all) is whole, and if not, until
        when it is (None: nothing has come)."""
        whole, until = missing_of(self._incomplete, puskesmas)
        return whole, until and until.astimezone(zone)

    def table(
        self,
        name: str,
        title: Text,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        filters: Filters,
        when: When,
        now: datetime,
        notes: Sequence[tuple[Text, Text]] = (),
    ) -> Table:
        """Return a table; its second sheet tells of when it is, and of what."""
        zone = ZoneInfo(DEFAULT_ZONE)
        as_of, known_at = self.stamps(when, now, zone)
        made = formats.stamp(now, self.language, zone)
        told: list[tuple[Text, str]] = [
            (_("Keadaan per"), self._written(as_of)),
            (_("Sebagaimana diketahui"), self._written(known_at)),
            (_("Dibuat"), f"{made} {formats.zone_name(zone)}"),
            *self._filters(filters),
            *self._missing(),
            *((label, self.say(text)) for label, text in notes),
        ]
        return Table(
            name=f"{name}_{as_of:%Y-%m-%d}" + (f"_{known_at:%Y-%m-%d}" if when.known_at else ""),
            title=self.say(title),
            columns=columns,
            headings=[self.say(each.title) for each in columns],
            meanings=[self.say(each.meaning) for each in columns],
            rows=rows,
            told=[(self.say(label), value) for label, value in told],
            made_at=now,
        )

    def _missing(self) -> Iterable[tuple[Text, str]]:
        for each in self._incomplete:
            until = each["until"]
            said = self._written(until) if until else self.say(_("belum ada data yang tiba"))
            for code in each["puskesmas"]:
                yield _("Belum lengkap, data baru sampai"), f"{self.names.puskesmas(code)}: {said}"

    def _written(self, at: datetime) -> str:
        zone = ZoneInfo(DEFAULT_ZONE)
        return f"{formats.stamp(at, self.language, zone)} {formats.zone_name(zone)}"

    def _filters(self, filters: Filters) -> Iterable[tuple[Text, str]]:
        """Yield what was asked for; nothing for what was left open."""
        if filters.puskesmas:
            yield _("Puskesmas"), self.names.puskesmas(filters.puskesmas)
        elif filters.scope is not None:
            listed = ", ".join(self.names.puskesmas(code) for code in sorted(filters.scope))
            yield _("Puskesmas"), listed
        if filters.unit:
            yield _("Unit layanan"), self.names.unit(filters.unit) or filters.unit
        if filters.units is not None:
            units = (self.names.unit(code) or code for code in sorted(filters.units))
            yield _("Unit layanan"), ", ".join(units)
        if filters.channel:
            yield _("Kanal"), self.word("channel", filters.channel)
        if filters.category:
            yield _("Kategori"), self.names.category(filters.category) or filters.category
        if filters.state:
            yield _("Keadaan"), self.word("state", filters.state)
        if filters.total:
            yield _("Angka kendali"), self.word("total", filters.total)
        if filters.since:
            yield _("Dari tanggal"), filters.since.isoformat()
        if filters.until:
            yield _("Sampai tanggal"), filters.until.isoformat()
