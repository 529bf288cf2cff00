"""Documents of an office on paper: letterhead, sections of tables and text, who signs.

One template for all that a Puskesmas files (recap, minutes, terms of reference, survey report), so
that they look alike and each service says only what stands on its own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

from services.kernel.paper.breaking import broken
from services.kernel.paper.compiled import compiled
from services.kernel.text import Text, _

_UPRIGHT, _ACROSS = 92, 148
"""Letters of a table's size that stand on a line of the sheet, upright and across."""
_OWN, _OF_OWN, _LEAST = 12, 23, 5
"""What a column that is as wide as its content takes of them; a longer word of it breaks."""
_SIGNED: Final = 60
"""Letters of a name, bold, across the sheet."""
UNNUMBERED: Final = _("Nomor: ……………………………")
"""What stands for a number that is taken from the office's register of letters by hand."""


def number_line(number: str) -> Text:
    """Return how a document's number stands on it, or room for one that there is no pattern for."""
    return _("Nomor: {number}", number=number) if number else UNNUMBERED


@dataclass(frozen=True)
class Column:
    """A column of a table: `share` of the free width (0: as wide as what stands in it), and
    whether it holds figures, which stand at the right."""

    title: str
    share: int = 1
    figures: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns, on as many pages as they need, the heads on each.

    `empty` stands where there are no rows; `total` is the last row, in bold.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    total: tuple[str, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Pairs:
    """Names, each with what stands for it."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True)
class Paragraphs:
    """Running text."""

    texts: tuple[str, ...]
    kind: Literal["paragraphs"] = "paragraphs"


@dataclass(frozen=True)
class Numbered:
    """Points, counted from 1."""

    items: tuple[str, ...]
    kind: Literal["numbered"] = "numbered"


@dataclass(frozen=True)
class ToFill:
    """Room for words that are written in by hand: a name and as many ruled lines."""

    label: str
    lines: int = 1
    kind: Literal["to_fill"] = "to_fill"


Block = Table | Pairs | Paragraphs | Numbered | ToFill


@dataclass(frozen=True)
class Section:
    """A part of a document, with its heading (none where it is empty)."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Signature:
    """Room to sign: in which capacity, who (a dotted line for nobody), where and when."""

    capacity: str
    name: str = ""
    place_and_day: str = ""


@dataclass(frozen=True)
class Document:
    """A document: everything on it is in the reader's language, and written as it shall stand.

    `office` are the lines of its head, the widest first (district, Puskesmas, address); `number` is
    the document's number with its name ("Nomor: 440/12/2026"), empty where it has none; `page` is
    `Halaman {page} dari {pages}`; `as_of` says which state of knowledge it shows, and with `past`
    that this is not the newest.
    """

    language: str
    office: tuple[str, ...]
    title: str
    page: str
    sections: tuple[Section, ...]
    number: str = ""
    as_of: str = ""
    past: bool = False
    landscape: bool = False
    signatures: tuple[Signature, ...] = ()
    notes: tuple[str, ...] = field(default=())


def document(data: Document) -> bytes:
    """Return a document as PDF (PDF/UA-1: tagged, so that a screen reader finds its way)."""
    beside = min(len(data.signatures), 3)
    fitted = replace(
        data,
        sections=tuple(
            replace(each, blocks=tuple(_fitted(block, data.landscape) for block in each.blocks))
            for each in data.sections
        ),
        signatures=tuple(
            replace(each, name=broken(each.name, _SIGNED // beside)) for each in data.signatures
        ),
    )
    return compiled("document.typ", asdict(fitted))


def _fitted(block: Block, landscape: bool) -> Block:
    """Return a table whose words break where they are longer than their column, and not before."""
    if not isinstance(block, Table):
        return block
    most = _letters(block.columns, landscape)
    rows = tuple(
        tuple(broken(cell, letters) for cell, letters in zip(row, most, strict=True))
        for row in block.rows
    )
    return replace(block, rows=rows)


def _letters(columns: Sequence[Column], landscape: bool) -> list[int]:
    """Return about how many letters stand on a line of each column."""
    own = sum(each.share == 0 for each in columns)
    free = (_ACROSS if landscape else _UPRIGHT) - own * _OWN
    shares = sum(each.share for each in columns) or 1
    return [
        _OF_OWN if each.share == 0 else max(free * each.share // shares, _LEAST) for each in columns
    ]
