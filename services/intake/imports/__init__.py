"""Reads a file of complaints that an officer uploads: CSV, XLSX or a WhatsApp chat export.

Pure: bytes in, rows out. Each row is judged alone, so that one bad row keeps no other out; what
is wrong with the whole file is one refusal. Values are text and nothing else: a formula is never
computed, here or later.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import tzinfo
from itertools import islice

from services.intake.imports.chat import is_chat, messages
from services.intake.imports.fields import columns, judge
from services.intake.imports.files import MAX_BYTES, MAX_ROWS, Content, open_file, too_many_rows
from services.intake.imports.rows import Row, content_of, row_key
from services.kernel.errors import invalid
from services.kernel.text import _

__all__ = ["MAX_BYTES", "MAX_ROWS", "Row", "read_rows", "row_key"]


def read_rows(data: bytes, filename: str, *, zone: tzinfo) -> Iterator[Row]:
    """Return the rows of a file; `zone` is the Puskesmas' own, for times stated without one.

    `filename` only says whose chat an export is: what a file holds is seen from its bytes.
    Raises InvalidInput, before any row, for a file that cannot be read, lacks a column that every
    complaint needs, or has more than MAX_BYTES or MAX_ROWS.
    """
    content = open_file(data)
    if content.text is not None and is_chat(content.text):
        found = _chat_rows(content.text, filename, zone)
    else:
        found = _table_rows(content, zone)
    rows = list(islice(found, MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise too_many_rows()
    return _numbered(rows)


def _chat_rows(text: str, filename: str, zone: tzinfo) -> Iterator[Row]:
    for message in messages(text, filename):
        yield judge(message.line, message.cells, zone, no_text=message.no_text)


def _table_rows(content: Content, zone: tzinfo) -> Iterator[Row]:
    records = content.records()
    filled = ((number, cells) for number, cells in records if any(map(str.strip, cells)))
    header = next(filled, None)
    if header is None:
        raise invalid("file", _("Berkas ini kosong."))
    known = columns(header[1])
    for number, cells in filled:
        found = {field: cells[place] for place, field in known.items() if place < len(cells)}
        beyond = any(map(str.strip, cells[len(header[1]) :]))
        yield judge(number, found, zone, beyond=beyond)


def _numbered(rows: Iterable[Row]) -> Iterator[Row]:
    """Tell rows of the same content apart: two slips may say the same thing."""
    seen: Counter[str] = Counter()
    for row in rows:
        content = content_of(row)
        yield replace(row, occurrence=seen[content])
        seen[content] += 1
