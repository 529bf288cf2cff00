"""Documents of an office on paper: letterhead, sections of tables and text, who signs.

One template for all that a Puskesmas files (recap, minutes, terms of reference, survey report), so
that they look alike and each service says only what stands on its own.
"""

from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from services.kernel.paper.compiled import compiled
from services.kernel.text import Text, _

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
    return compiled("document.typ", asdict(data))
