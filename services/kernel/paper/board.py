"""What hangs on a wall: the board of a Puskesmas as sheets of A4."""

from dataclasses import asdict, dataclass

from services.kernel.paper.compiled import compiled


@dataclass(frozen=True)
class Posted:
    """One result: its words, and small below them what else is shown of it."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Code:
    """A QR picture (`squares`, an SVG document) beside what it is for; `alt` says what it leads to
    for whoever does not see it."""

    squares: str
    alt: str
    title: str
    said: str


@dataclass(frozen=True)
class BoardSheet:
    """A board: everything on it is in the reader's language, and written as it shall stand.

    `empty` stands where nothing is posted; `codes` stand at the end, `page` is
    `Halaman {page} dari {pages}`.
    """

    language: str
    place: str
    title: str
    lead: str
    as_of: str
    page: str
    empty: str
    posted: tuple[Posted, ...]
    codes: tuple[Code, ...]


def board_sheet(data: BoardSheet) -> bytes:
    """Return a board as PDF (PDF/UA-1: tagged, so that a screen reader finds its way)."""
    return compiled("board.typ", asdict(data))
