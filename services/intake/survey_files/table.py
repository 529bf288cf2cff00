"""A file of survey answers as a table: where its names stand, and the rows below them.

District sites put titles above the names, sums and indices below the rows, and the names again at
the top of each printed page; none of that is an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Final

from services.intake.imports.fields import SURPLUS
from services.intake.imports.files import (
    MAX_COLUMNS,
    MAX_ROWS,
    Names,
    open_file,
    too_many_rows,
)
from services.intake.imports.plan import DOUBLED
from services.intake.survey_files.columns import (
    ELEMENT,
    REMARK,
    Known,
    Meaning,
    Unknown,
    folded,
)
from services.kernel.errors import invalid
from services.kernel.text import Text, _

WITHIN: Final = 40
"""The first rows among which the names of the columns are looked for."""
_SUMMARIES: Final = (
    "jumlah", "total", "nrr", "nilai unsur", "rata rata", "rerata", "ikm", "indeks", "bobot",
    "nilai ikm", "nilai skm", "nilai konversi", "mutu", "skm", "kinerja", "kategori",
)  # fmt: skip
Row = tuple[int, tuple[str, ...]]
"""A row's number in the file, and its cells."""

_SCORES: Final = frozenset("1234")
_NO_ANSWER: Final = frozenset(("", "-", "–", "—"))

REPEATED: Final = _("Baris ini mengulang baris sebelumnya. Hapus salah satu.")


@dataclass(frozen=True)
class RowError:
    """What is wrong with one cell: its row in the file, its column's name, and the mend."""

    row: int
    field: str
    message: Text


@dataclass(frozen=True)
class Line:
    """A row below the names: its number in the file, and its cells by what they hold.

    `surplus`: it goes on beyond the last name.
    """

    number: int
    cells: Mapping[str, str]
    surplus: bool = False

    def get(self, meaning: str) -> str:
        """Return a cell's text, "" for none and for a dash."""
        found = self.cells.get(meaning, "")
        return "" if found in _NO_ANSWER else found


@dataclass(frozen=True)
class Table:
    """The names at row `top`, what each means, and the lines below that may hold answers.

    `summaries` are rows that sum others up, `unfilled` those between the lines that hold nothing;
    both are left out.
    """

    known: Known
    top: int
    headings: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    lines: tuple[Line, ...]
    summaries: int
    unfilled: int = 0

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The heading of each thing that a column holds."""
        found = zip(self.meanings, self.headings, strict=True)
        return {each: heading for each, heading in found if isinstance(each, str)}

    def elements(self) -> list[str]:
        """Return the elements that have a column of their own."""
        return [key for key in self.known.asked.keys if key in self.columns]

    def element_of(self, line: Line, errors: list[RowError]) -> str | None:
        """Return the element that a row is about, None for none; an unknown one is added to
        `errors`."""
        written = line.get(ELEMENT)
        meaning = self.known.meaning(written) if written else None
        if not written or meaning in self.known.asked.keys:
            return meaning if isinstance(meaning, str) else None
        unknown = _("Unsur ini tidak dikenal. Tulis nama unsur {name}.", name=self.known.asked.name)
        message = meaning.message if isinstance(meaning, Unknown) else unknown
        errors.append(self.error(line, ELEMENT, message))
        return None

    def error(self, line: Line, meaning: str, message: Text) -> RowError:
        """Return the error of a cell."""
        return RowError(line.number, self.columns.get(meaning, meaning), message)

    def names(self) -> list[str]:
        """Return what is named in it: its headings, and the elements of an element's column."""
        return [*self.headings, *(line.get(ELEMENT) for line in self.lines)]

    def problems(self) -> Iterator[RowError]:
        """Yield what is wrong with its columns: unknown elements, and things named twice."""
        seen: set[str] = set()
        for heading, meaning in zip(self.headings, self.meanings, strict=True):
            if isinstance(meaning, Unknown):
                yield RowError(self.top, heading, meaning.message)
            elif meaning and meaning != REMARK:  # a form may ask for criticism and praise apart
                if meaning in seen:
                    yield RowError(self.top, heading, DOUBLED)
                seen.add(meaning)

    def surplus(self) -> Iterator[RowError]:
        """Yield the rows of answers with more cells than names: of none is it sure whose it is."""
        for line in self.lines:
            # Beside what is no answer there may be anything: who signed it, where and when.
            if line.surplus and any(map(line.get, (ELEMENT, *self.elements()))):
                yield RowError(line.number, "row", SURPLUS)


def open_table(data: bytes, known: Known) -> Table:
    """Return a file's table; raises InvalidInput where it cannot be read or names no element."""
    rows, blank = _filled(data, known)
    at = _where_names_stand(rows, known)
    top, names = rows[at]
    headings = _headings(names, rows[at - 1][1] if at else ())
    meanings = tuple(map(known.meaning, headings))
    below = [each for each in rows[at + 1 :] if not _repeats(known, headings, meanings, each[1])]
    kept = [each for each in below if not _sums_up(known, meanings, each[1])]
    lines = tuple(
        Line(number, _cells(meanings, cells), len(cells) > len(meanings)) for number, cells in kept
    )
    within = range(top, lines[-1].number if lines else top)
    unfilled = sum(number in within for number in blank)
    return Table(known, top, headings, meanings, lines, len(below) - len(kept), unfilled)


def _filled(data: bytes, known: Known) -> tuple[list[Row], list[int]]:
    """Return the rows of a file that hold anything, without what is empty at their ends, and the
    numbers of those whose cells are all empty."""
    records = open_file(data).records(Names(known.names, WITHIN), formulas=False)
    rows: list[Row] = []
    blank: list[int] = []
    for number, each in records:
        if cells := _trimmed(each):
            rows.append((number, cells))
        elif len(each) > 1:  # a line break by itself is no sheet that was handed in
            blank.append(number)
        if len(rows) > MAX_ROWS:
            raise too_many_rows()
    if not rows:
        raise invalid("file", _("Berkas ini kosong."))
    return rows, blank


def _where_names_stand(rows: Sequence[Row], known: Known) -> int:
    # Of equals it is the first, for printed pages repeat it.
    at = max(range(len(rows[:WITHIN])), key=lambda place: known.names(rows[place][1]))
    if not known.names(rows[at][1]):
        raise invalid(
            "file",
            _("Baris judul tidak ditemukan. Beri tiap kolom nama, misalnya nama unsurnya."),
        )
    return at


def _headings(names: Sequence[str], above: Sequence[str]) -> tuple[str, ...]:
    """Return the names, where one is empty what stands above it: names may take two rows."""
    both = zip_longest(names, above, fillvalue="")
    headings = _trimmed([name or higher for name, higher in both])
    if len(headings) > MAX_COLUMNS:
        raise invalid(
            "file",
            _(
                "Berkas ini punya lebih dari {limit} kolom. Hapus kolom yang tidak diperlukan.",
                limit=MAX_COLUMNS,
            ),
        )
    return headings


def _cells(meanings: Sequence[Meaning], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell, meaning in zip(cells, meanings, strict=False):
        if meaning == REMARK:
            found[REMARK] = "\n".join(filter(None, (found.get(REMARK), cell)))
        elif isinstance(meaning, str) and meaning:
            found.setdefault(meaning, cell)
    return found


def _repeats(
    known: Known, headings: Sequence[str], meanings: Sequence[Meaning], cells: Sequence[str]
) -> bool:
    """Say whether a row names the columns again, each the same."""
    if set(headings).isdisjoint(filter(None, cells)) or not known.names(cells):
        return False
    named = [(known.meaning(cell), meanings[at : at + 1]) for at, cell in enumerate(cells) if cell]
    return all(each in column for each, column in named)


def _sums_up(known: Known, meanings: Sequence[Meaning], cells: Sequence[str]) -> bool:
    """Say whether a row sums others up: its first cell that holds anything says so.

    What only begins so may be somebody's words ("Total layanan baik"): with a score for each
    element it is a sheet that was filled in.
    """
    first = folded(next(filter(None, cells)))
    if first in _SUMMARIES:
        return True
    if not first.startswith(tuple(f"{each} " for each in _SUMMARIES)):
        return False
    of_elements = [
        cells[at : at + 1] for at, each in enumerate(meanings) if each in known.asked.keys
    ]
    return not of_elements or not all(each and each[0] in _SCORES for each in of_elements)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return tuple(stripped)
