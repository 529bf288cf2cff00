"""Judges a file of counts or means: what it says of a survey, and what is to be mended in it.

Pure: what a file says comes in as it was read, what a survey asks with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from services.intake.domain.satisfaction import (
    Counts,
    ElementSet,
    Method,
    Result,
    StatedMeans,
    result_of,
)
from services.intake.domain.survey import Survey
from services.intake.domain.survey_table import SurveyTable
from services.intake.survey_files import Read, RowError
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import _

TableAnswers = Counts | StatedMeans
UNNAMED: Final = "?"
"""Stands for the source while a file is judged: who made it is said with the confirmation."""
_TITLE: Final = "Puskesmas "


@dataclass(frozen=True)
class CheckedTable:
    """What a file of counts or means says: the index that comes of it, and what is to be mended.

    `result` None: something is to be mended first. `summaries` rows sum others up and were left
    out. `uncounted`: it does not say how many answered, so that this is asked.
    """

    answers: TableAnswers
    errors: tuple[RowError, ...]
    result: Result | None
    summaries: int
    uncounted: bool

    @property
    def shape(self) -> str:
        """Which of the two it is."""
        return SurveyTable(self.answers, UNNAMED).shape

    def table(self, source: str, sha256: str, respondents: int | None) -> SurveyTable:
        """Return the table to be recorded; `respondents` are of a file that does not say so."""
        return SurveyTable(_counted(self.answers, respondents), source, sha256)


def judge(
    read: Read,
    survey: Survey,
    asked: ElementSet,
    here: Puskesmas,
    units: Mapping[str, str],
    unit: str | None,
) -> CheckedTable:
    """Judge what a file says of a survey; `units` are the codes of its units by all their names,
    `unit` is for what names none."""
    given = read.answers
    assert isinstance(given, TableAnswers)
    errors = list(read.errors)
    whole = {each.casefold() for each in (here.code, here.name, here.name.removeprefix(_TITLE))}
    codes: dict[str | None, str | None] = {}
    for name in given.by_unit:
        code = unit if name is None else units.get(name.casefold())
        if name is not None and code is None and name.casefold() not in whole:
            message = _("Unit ini tidak ikut survei ini.")
            errors.append(RowError(read.units[name], name, message))
            continue
        if code in codes.values():
            message = _("Unit ini sudah ada di baris sebelumnya. Hapus salah satu.")
            errors.append(RowError(read.units.get(name or "", read.top), name or "unit", message))
        codes[name] = code
    answers: TableAnswers
    if isinstance(given, Counts):
        answers = Counts({code: given.by_unit[name] for name, code in codes.items()})
    else:
        answers = StatedMeans({code: given.by_unit[name] for name, code in codes.items()})
    # Of several units the file must say it, for they are put together by it.
    stated = [*answers.by_unit.values()] if isinstance(answers, StatedMeans) else []
    uncounted = len(stated) == 1 and not stated[0].respondents
    if errors:
        return CheckedTable(answers, tuple(errors), None, read.summaries, uncounted)
    counted = _counted(answers, 1) if uncounted else answers
    names = [name or "" for name in codes]
    try:
        SurveyTable(counted, UNNAMED).check(survey.terms)
        result = result_of(answers, asked, Method.parse(survey.terms.method))
    except InvalidInput as problem:
        found = [_placed(read, asked, names, each) for each in problem.errors]
        return CheckedTable(answers, tuple(found), None, read.summaries, uncounted)
    return CheckedTable(answers, (), result, read.summaries, uncounted)


def _placed(read: Read, asked: ElementSet, names: list[str], error: FieldError) -> RowError:
    """Return an error of a table's field (`units[1].time`) at the row of its unit."""
    at, _dot, field = error.field.rpartition(".")
    unit = names[int(at.removeprefix("units[").removesuffix("]"))] if at else ""
    element = str(asked.names[field]) if field in asked.names else ""
    shown = ", ".join(filter(None, (unit, element))) or field
    return RowError(read.units.get(unit, read.top), shown, error.message)


def _counted(answers: TableAnswers, respondents: int | None) -> TableAnswers:
    """Return means with so many respondents where their source does not say how many."""
    if isinstance(answers, Counts):
        return answers
    return StatedMeans(
        {
            unit: replace(each, respondents=respondents) if not each.respondents else each
            for unit, each in answers.by_unit.items()
        }
    )
