"""An uploaded file as a table: its headings and its rows, whatever it was when it came.

A chat becomes a table too, so that what follows (plan, rows, the rows to mend) is one way for all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import chain, islice
from typing import Final

from services.intake.imports import mending
from services.intake.imports.chat import ONLY_MEDIA, is_chat, messages
from services.intake.imports.fields import FIELD_REQUIRED, When, judge
from services.intake.imports.files import MAX_COLUMNS, MAX_ROWS, Record, open_file, too_many_rows
from services.intake.imports.headings import export_of, heading
from services.intake.imports.moments import month_first
from services.intake.imports.plan import Plan, Remembered, nothing, suggest
from services.intake.imports.rows import TIMES, Row, content_of
from services.kernel.errors import invalid
from services.kernel.text import _

CHAT_HEADINGS: Final = ("kanal", "tanggal", "isi", "nama", "telepon", "lampiran")
_CHAT_FIELDS: Final = ("channel", "received_at", "text", "name", "phone", "attachment")
_LOOKED_AT: Final = 20


@dataclass(frozen=True)
class Sheet:
    """The headings, and each row that holds anything with its number (of a chat: the line)."""

    headings: tuple[str, ...]
    records: tuple[Record, ...]
    chat: bool = False

    def suggested(self, remembered: Remembered = nothing) -> Plan:
        """Return what its columns most likely mean."""
        if self.chat:
            return Plan(_CHAT_FIELDS)
        first = chain.from_iterable(cells for _number, cells in self.records[:_LOOKED_AT])
        return suggest(self.headings, export_of(self.headings, first), remembered)

    def rows(self, plan: Plan, zone: tzinfo) -> list[Row]:
        """Return its rows, each judged alone; raises InvalidInput for a plan that misses a field.

        `zone` is the Puskesmas' own, for times stated without one; a column of which the heading
        says UTC is in UTC.
        """
        plan.check()
        fields = {field: place for place, field in enumerate(plan.columns) if field}
        times = {field: self._when(fields[field], zone) for field in TIMES if field in fields}
        no_text = ONLY_MEDIA if self.chat else FIELD_REQUIRED
        rows = []
        for number, cells in self.records:
            found = {field: cells[place] for field, place in fields.items() if place < len(cells)}
            if plan.channel and not found.get("channel", "").strip():
                found["channel"] = plan.channel
            beyond = any(map(str.strip, cells[len(self.headings) :]))
            rows.append(judge(number, found, times, beyond=beyond, no_text=no_text))
        return list(_numbered(rows))

    def cells(self, numbers: Iterable[int]) -> list[Record]:
        """Return the rows of these numbers as they stood in the file."""
        wanted = set(numbers)
        return [record for record in self.records if record[0] in wanted]

    def _when(self, place: int, zone: tzinfo) -> When:
        values = (cells[place] for _number, cells in self.records if place < len(cells))
        own = UTC if "utc" in heading(self.headings[place]).split() else zone
        return When(own, month_first(values))


def open_sheet(data: bytes, filename: str) -> Sheet:
    """Return an uploaded file as a table.

    `filename` only says whose chat an export is: what a file holds is seen from its bytes. Raises
    InvalidInput for a file that cannot be read, is empty, or is larger than MAX_BYTES, MAX_ROWS or
    MAX_COLUMNS.
    """
    content = open_file(data)
    if content.text is not None and is_chat(content.text):
        said = (
            (each.line, [each.cells.get(field, "") for field in _CHAT_FIELDS])
            for each in messages(content.text, filename)
        )
        return Sheet(CHAT_HEADINGS, _limited(said), chat=True)
    filled = ((number, cells) for number, cells in content.records() if _holds(cells))
    header = next(filled, None)
    if header is None:
        raise invalid("file", _("Berkas ini kosong."))
    headings = _trimmed(header[1])
    if len(headings) > MAX_COLUMNS:
        raise invalid(
            "file",
            _(
                "Berkas ini punya lebih dari {limit} kolom. Hapus kolom yang tidak diperlukan.",
                limit=MAX_COLUMNS,
            ),
        )
    if mending.HEADING in headings:  # a file that was given out here, mended and sent again
        filled = ((number, mending.unescaped(cells)) for number, cells in filled)
    return Sheet(headings, _limited(filled))


def _holds(cells: Sequence[str]) -> bool:
    return any(map(str.strip, cells))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    filled = max(place for place, cell in enumerate(cells) if cell.strip())
    return tuple(cell.strip() for cell in cells[: filled + 1])


def _limited(records: Iterable[Record]) -> tuple[Record, ...]:
    found = tuple(islice(records, MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise too_many_rows()
    return found


def _numbered(rows: Iterable[Row]) -> Iterator[Row]:
    """Tell rows of the same content apart: two slips may say the same thing."""
    seen: Counter[str] = Counter()
    for row in rows:
        content = content_of(row)
        yield replace(row, occurrence=seen[content])
        seen[content] += 1
