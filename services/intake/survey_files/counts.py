"""Answers as counts per score: a row for each element, or a row for each score."""

from collections import defaultdict
from collections.abc import Mapping

from services.intake.domain.satisfaction import SCORES, Counts, Tally
from services.intake.survey_files.cells import Wrong, count, score
from services.intake.survey_files.columns import (
    BLANK,
    COUNT_OF,
    ELEMENT,
    RESPONDENTS,
    SCORE,
    UNIT,
)
from services.intake.survey_files.table import REPEATED, Line, RowError, Table
from services.kernel.text import _

_BLANKS = 0

Found = dict[str | None, dict[str, dict[int, int]]]
"""By unit and element, how many gave each score; blanks stand under score 0."""


def counts_by_element(table: Table, errors: list[RowError]) -> Counts:
    """Return the counts of a file with a row for each element, in each unit.

    What is wrong is added to `errors`.
    """
    found: Found = defaultdict(lambda: defaultdict(dict))
    filled: dict[str | None, int] = defaultdict(int)
    given = {**COUNT_OF, BLANK: _BLANKS}
    columns = [each for each in given if each in table.columns]
    for line in table.lines:
        key = table.element_of(line, errors)
        if key is None:
            continue
        unit = line.get(UNIT) or None
        if key in found[unit]:
            errors.append(table.error(line, ELEMENT, REPEATED))
        counts = {given[each]: _number(table, line, each, errors) for each in columns}
        found[unit][key] = counts
        filled[unit] = max(filled[unit], sum(counts.values()))
        if line.get(RESPONDENTS):
            stated, answered = _number(table, line, RESPONDENTS, errors), sum(counts.values())
            if stated < answered:
                message = _("Lebih sedikit daripada banyaknya jawaban. Periksa keduanya.")
                errors.append(table.error(line, RESPONDENTS, message))
            elif stated > answered and BLANK in table.columns:
                message = _("Tidak sama dengan jumlah jawaban dan yang kosong. Periksa keduanya.")
                errors.append(table.error(line, RESPONDENTS, message))
            filled[unit] = max(filled[unit], stated)
    return _counts(found, filled)


def counts_by_score(table: Table, errors: list[RowError]) -> Counts:
    """Return the counts of a file with a row for each score and a column for each element.

    What is wrong is added to `errors`.
    """
    found: Found = defaultdict(lambda: defaultdict(dict))
    for line in table.lines:
        if not line.get(SCORE):
            continue
        try:
            given = score(line.get(SCORE))
        except Wrong as wrong:
            errors.append(table.error(line, SCORE, wrong.message))
            continue
        counts = found[line.get(UNIT) or None]
        if any(given in counts[key] for key in table.elements()):
            errors.append(table.error(line, SCORE, REPEATED))
        for key in table.elements():
            counts[key][given] = _number(table, line, key, errors)
    filled = {
        unit: max((sum(counts.values()) for counts in keys.values()), default=0)
        for unit, keys in found.items()
    }
    return _counts(found, filled)


def _number(table: Table, line: Line, meaning: str, errors: list[RowError]) -> int:
    """Return a cell's count; 0 for one that is wrong, which is added to `errors`."""
    written = line.get(meaning)
    try:
        if not written:
            raise Wrong(_("Tulis 0 bila tidak seorang pun."))
        return count(written)
    except Wrong as wrong:
        errors.append(table.error(line, meaning, wrong.message))
        return 0


def _counts(found: Found, filled: Mapping[str | None, int]) -> Counts:
    return Counts(
        {
            unit: Tally(
                filled[unit],
                {key: [counts.get(each, 0) for each in SCORES] for key, counts in keys.items()},
            )
            for unit, keys in found.items()
        }
    )
