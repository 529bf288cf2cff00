"""Only the means: a row for each element, or a row for each unit with a column for each element."""

from collections import defaultdict
from fractions import Fraction

from services.intake.domain.satisfaction import Means, StatedMeans
from services.intake.survey_files.cells import Wrong, count, mean
from services.intake.survey_files.columns import ELEMENT, MEAN, RESPONDENTS, UNIT
from services.intake.survey_files.table import REPEATED, Line, RowError, Table
from services.kernel.text import _


def means_by_element(table: Table, errors: list[RowError]) -> StatedMeans:
    """Return the means of a file with a row for each element, in each unit.

    What is wrong is added to `errors`.
    """
    found: dict[str | None, dict[str, Fraction]] = defaultdict(dict)
    answered: dict[str | None, dict[str, int]] = defaultdict(dict)
    for line in table.lines:
        key = table.element_of(line, errors)
        if key is None:
            continue
        unit = line.get(UNIT) or None
        if key in found[unit]:
            errors.append(table.error(line, ELEMENT, REPEATED))
        _take(table, line, MEAN, found[unit], key, errors)
        if number := _respondents(table, line, errors):
            answered[unit][key] = number
    return StatedMeans(
        {
            unit: Means(of, max(answered[unit].values(), default=None), answered=answered[unit])
            for unit, of in found.items()
        }
    )


def means_by_unit(table: Table, errors: list[RowError]) -> StatedMeans:
    """Return the means of a file with a row for each unit and a column for each element.

    What is wrong is added to `errors`.
    """
    found: dict[str | None, Means] = {}
    for line in table.lines:
        if not any(line.get(key) for key in table.elements()):
            continue
        unit = line.get(UNIT) or None
        if unit in found:
            message = _("Unit ini sudah ada di baris sebelumnya. Beri tiap baris unitnya sendiri.")
            errors.append(table.error(line, UNIT, message))
        of: dict[str, Fraction] = {}
        for key in table.elements():
            _take(table, line, key, of, key, errors)
        found[unit] = Means(of, _respondents(table, line, errors))
    return StatedMeans(found)


def _take(
    table: Table, line: Line, column: str, of: dict[str, Fraction], key: str, errors: list[RowError]
) -> None:
    """Take an element's mean out of a column; what is wrong with it is added to `errors`."""
    try:
        of[key] = mean(line.get(column))
    except Wrong as wrong:
        errors.append(table.error(line, column, wrong.message))


def _respondents(table: Table, line: Line, errors: list[RowError]) -> int | None:
    written = line.get(RESPONDENTS)
    if not written:
        return None
    try:
        return count(written)
    except Wrong as wrong:
        errors.append(table.error(line, RESPONDENTS, wrong.message))
        return None
