"""Answers with one row a respondent."""

from dataclasses import dataclass

from services.intake.domain.satisfaction import Questionnaire, Questionnaires
from services.intake.survey_files.cells import Wrong, group, score
from services.intake.survey_files.columns import GROUPS, LINE, REMARK, RESPONDENT, UNIT
from services.intake.survey_files.table import RowError, Table
from services.kernel.text import _


@dataclass(frozen=True)
class Respondent(Questionnaire):
    """A row of a file: its number there, what is remarked in it, and by what its maker knows the
    respondent, "" for nothing (a running number is no such thing: the next file has it, too)."""

    row: int = 0
    remark: str = ""
    known_by: str = ""


def numbered_by(table: Table) -> str:
    """Return the column that tells respondents apart, "" where none does."""
    return next((each for each in (RESPONDENT, LINE) if each in table.columns), "")


def questionnaires(table: Table, errors: list[RowError]) -> tuple[Questionnaires, int]:
    """Return what each respondent answered, and how many rows hold no answer.

    What is wrong is added to `errors`. A respondent is known again by the number that the file
    gives them, in their own unit; it may be somebody's telephone number, and is never shown.
    """
    elements, by = table.elements(), numbered_by(table)
    first: dict[tuple[str, str], int] = {}
    found: list[Respondent] = []
    empty = table.unfilled
    for line in table.lines:
        written = {key: line.get(key) for key in elements if line.get(key)}
        if not written:
            empty += 1
            continue
        scores = {}
        for key, cell in written.items():
            try:
                scores[key] = score(cell)
            except Wrong as wrong:
                errors.append(table.error(line, key, wrong.message))
        if number := line.get(by):
            before = first.setdefault((line.get(UNIT), _number(number)), line.number)
            if before != line.number:
                message = _("Responden ini sudah ada di baris {row}. Hapus salah satu.", row=before)
                errors.append(table.error(line, by, message))
        groups = {kind: group(kind, line.get(kind)) for kind in GROUPS if line.get(kind)}
        found.append(
            Respondent(
                scores,
                line.get(UNIT) or None,
                groups,
                line.number,
                line.get(REMARK),
                line.get(RESPONDENT),
            )
        )
    return Questionnaires(found), empty


def _number(written: str) -> str:
    """Return a respondent's number as it is compared: programs drop the noughts before it."""
    return written.lstrip("0") or "0" if written.isdigit() else written
