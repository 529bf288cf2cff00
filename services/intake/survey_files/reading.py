"""Reads a file of survey answers: which of its shapes it has, and what it says."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from services.intake.domain.satisfaction import Answers, Counts, ElementSet, StatedMeans
from services.intake.survey_files.cells import Wrong, has_decimals, score
from services.intake.survey_files.columns import (
    COUNT_OF,
    ELEMENT,
    MEAN,
    SCORE,
    UNIT,
    Known,
    folded,
    misstated,
)
from services.intake.survey_files.counts import counts_by_element, counts_by_score
from services.intake.survey_files.means import means_by_element, means_by_unit
from services.intake.survey_files.respondents import numbered_by, questionnaires
from services.intake.survey_files.table import RowError, Table, open_table
from services.kernel.errors import InvalidInput
from services.kernel.text import _

Shape = Literal["respondents", "counts", "means"]
SHAPES: Final = get_args(Shape)


@dataclass(frozen=True)
class Read:
    """What a file says; with `errors` its answers are not whole and must not be used.

    The names of its columns stand in row `top`, each unit first in a row of `units`. `empty` rows
    hold no answer, `summaries` sum others up: both are left out. `numbered` False: respondents have
    no number there, so that one who is in it twice cannot be told.
    """

    shape: Shape
    answers: Answers
    errors: tuple[RowError, ...]
    top: int
    empty: int = 0
    summaries: int = 0
    numbered: bool = True
    units: Mapping[str, int] = field(default_factory=dict)


def read_answers(
    data: bytes,
    asked: ElementSet,
    *,
    shape: Shape | None = None,
    columns: Mapping[str, str] | None = None,
) -> Read:
    """Return what a file of answers to a set says.

    `shape` None: as it looks. `columns` states what headings mean, and what names in an element's
    column do: an element's key, a field of `columns.py`, "" for one to be left out. Raises
    InvalidInput for a file that cannot be read at all, or for columns stated wrongly.
    """
    stated = columns or {}
    known = Known(asked, {folded(name): meaning for name, meaning in stated.items()})
    table = open_table(data, known)
    if wrong := misstated(stated, asked, table.names()):
        raise InvalidInput(*wrong)
    long = ELEMENT in table.columns
    found = shape or _shape(table)
    errors = [*table.problems()] or [*_missing(table, found)] or [*table.surplus()]
    empty, numbered = 0, True
    answers: Answers
    match found:
        case "respondents":
            answers, empty = questionnaires(table, errors)
            numbered = bool(numbered_by(table))
        case "counts":
            answers = (counts_by_element if long else counts_by_score)(table, errors)
        case "means":
            answers = (means_by_element if long else means_by_unit)(table, errors)
    units = {line.get(UNIT): line.number for line in reversed(table.lines)}
    errors = errors or [*_missing_of_units(answers, asked, units)]
    top, summed = table.top, table.summaries
    return Read(found, answers, tuple(errors), top, empty, summed, numbered, units)


def _shape(table: Table) -> Shape:
    """Return the shape that a table most likely has."""
    if ELEMENT in table.columns:
        return "counts" if table.columns.keys() & COUNT_OF.keys() else "means"
    if SCORE in table.columns and _one_line_a_score(table):
        return "counts"
    cells = [line.get(key) for line in table.lines for key in table.elements() if line.get(key)]
    return "means" if 2 * sum(map(has_decimals, cells)) > len(cells) else "respondents"


def _missing(table: Table, shape: Shape) -> Iterator[RowError]:
    """Yield the columns that a shape must have and the elements that are nowhere."""
    if ELEMENT in table.columns and shape != "respondents":
        there = {table.known.meaning(line.get(ELEMENT)) for line in table.lines}
        needed = [*COUNT_OF] if shape == "counts" else [MEAN]
    else:
        there = {*table.elements()}
        needed = [SCORE] if shape == "counts" else []
    for column in needed:
        if column not in table.columns:
            yield RowError(table.top, column, _("Kolom ini belum ada."))
    for element in table.known.asked.elements:
        if element.key not in there:
            message = _("Unsur {name} belum ada di berkas.", name=element.name)
            yield RowError(table.top, element.key, message)


def _missing_of_units(
    answers: Answers, asked: ElementSet, units: Mapping[str, int]
) -> Iterator[RowError]:
    """Yield the elements of which a table says nothing of one unit, though of others."""
    there: dict[str | None, Collection[str]] = {}
    if isinstance(answers, Counts):
        there = {unit: of.counts for unit, of in answers.by_unit.items()}
    elif isinstance(answers, StatedMeans):
        there = {unit: of.of for unit, of in answers.by_unit.items()}
    if None in there:  # the whole beside its units, or no units at all
        return
    for unit, keys in there.items():
        for key in asked.keys:
            if unit and key not in keys:
                shown = f"{unit}, {asked.names[key]}"
                yield RowError(units[unit], shown, _("Unsur ini belum ada untuk unit ini."))


def _one_line_a_score(table: Table) -> bool:
    scores = [(line.get(UNIT), line.get(SCORE)) for line in table.lines if line.get(SCORE)]
    return len(set(scores)) == len(scores) and all(_is_score(each) for _unit, each in scores)


def _is_score(written: str) -> bool:
    try:
        return bool(score(written))
    except Wrong:
        return False
