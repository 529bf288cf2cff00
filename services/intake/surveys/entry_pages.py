"""Pages by which staff put answers in: sheets of paper in a row, and files of answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_steps import SurveyStep
from services.intake.surveys import words
from services.intake.surveys.answering import Sheet
from services.intake.surveys.application import Surveys
from services.intake.surveys.importing import WAITING, SurveyImports
from services.intake.surveys.tabulating import CheckedTable
from services.intake.typed import line, spoken, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.errors import (
    AlreadyDone,
    FieldError,
    Forbidden,
    InvalidInput,
    Problem,
    invalid,
)
from services.kernel.files.content import REQUEST_BYTES, SENT_MOST
from services.kernel.text import Text, _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

ANSWER: Final = "survey.answer"
ONE: Final = "/survei/{id}"
ROWS, ROWS_MOST = 10, 40
LISTED: Final = 20
SOURCE_MOST: Final = 200
PAPER: Final = "paper"
TAKEN: Final = flash("survey.sheets", _("Lembar disimpan. Silakan lanjutkan."))
TABULATED: Final = flash("survey.tabulated", _("Tabel dicatat sebagai pengganti jawaban."))

Values = Mapping[str, str | list[str]]
Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Enters = Annotated[Principal, requires(ANSWER)]


class Sent(NamedTuple):
    """A file that was sent, and the unit for rows that name none."""

    data: bytes
    unit: str


async def sent(request: Request) -> Sent:
    """Return what the form sent; a form without a file sends an empty one."""
    form = await request.form()
    file = form.get("file")
    data = await file.read(REQUEST_BYTES) if isinstance(file, UploadFile) else b""
    return Sent(data, str(form.get("unit", "")))


def add(pages: APIRouter, intake: Intake, surveys: Surveys, imports: SurveyImports) -> None:
    """Add the pages."""
    _add_paper(pages, intake, surveys)
    _add_files(pages, intake, surveys, imports)


def units_of(intake: Intake, survey: Survey, language: str) -> list[tuple[str, str]]:
    """Return the units of a survey with their names."""
    known = intake.district.units_of(survey.puskesmas)
    return [
        (each.code, each.name_in(language)) for each in known if each.code in survey.terms.units
    ]


def _add_paper(pages: APIRouter, intake: Intake, surveys: Surveys) -> None:
    def show(
        request: Request, survey: Survey, form: Form, rows: int = ROWS, status: int = 200
    ) -> Response:
        here = intake.at(survey.puskesmas)
        asked = surveys.asked(survey)
        return render(
            request,
            "intake/survey_sheets.html",
            status=status,
            section="surveys",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            elements=[(key, asked.names[key]) for key in asked.keys],
            units=units_of(intake, survey, language_of(request)),
            count=surveys.answering.count(survey.id),
            labels=_labels(surveys, survey, rows),
            form=form,
            rows=rows,
            key=form.value("key") or str(uuid4()),
        )

    @pages.get(ONE + "/kertas")
    def sheets(request: Request, id: UUID, principal: Enters, unit: str = "") -> Response:
        """Show the rows; `unit` stays chosen from one batch to the next."""
        survey = surveys.get(id)
        principal.role_for(ANSWER, survey.puskesmas)
        survey.must_allow(SurveyStep.ANSWERS)
        return show(request, survey, Form({"unit": unit} if unit else {}))

    @pages.post(ONE + "/kertas")
    def taken(request: Request, id: UUID, principal: Enters, values: Fields) -> Response:
        """Take the sheets that were filled in, all or none; no number comes twice."""
        survey = surveys.get(id)
        who = intent(principal, ANSWER, survey.puskesmas)
        rows = min(max(sum(f"no_{row}" in values for row in range(ROWS_MOST)), ROWS), ROWS_MOST)
        filled: list[int] = []
        try:
            not_shown_yet(values)
            filled, read = _read(survey, values, rows)
            once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
            surveys.answering.answer(id, who, PAPER, read, once).result()
        except Forbidden:
            raise
        except Problem as problem:
            errors = tuple(
                FieldError(_at(each.field, filled), each.message) for each in problem.errors
            )
            form = Form.refused(values, problem, errors)
            return show(request, survey, form, rows, problem.status)
        unit = line(values, "unit")
        again = f"/survei/{id}/kertas" + (f"?unit={unit}" if unit in survey.terms.units else "")
        return see_other(request, again, TAKEN)


def _labels(surveys: Surveys, survey: Survey, rows: int) -> dict[str, Text]:
    names = surveys.asked(survey).names
    found: dict[str, Text] = dict(words.LABELS)
    for row in range(rows):
        found[f"no_{row}"] = _("Lembar {n}", n=row + 1)
        found[f"remark_{row}"] = _("Lembar {n}, masukan", n=row + 1)
        for key, name in names.items():
            found[f"{key}_{row}"] = _("Lembar {n}, {what}", n=row + 1, what=name)
    return found


def _read(survey: Survey, values: Values, rows: int) -> tuple[list[int], list[Sheet]]:
    """Return the rows that hold anything, and their sheets; raises InvalidInput."""
    errors: list[FieldError] = []
    filled: list[int] = []
    found: list[Sheet] = []
    unit = line(values, "unit") or None
    for row in range(rows):
        cells = {key: line(values, f"{key}_{row}") for key in survey.terms.elements}
        number, remark = line(values, f"no_{row}"), spoken(values, f"remark_{row}")
        if not any((*cells.values(), remark)):
            continue
        filled.append(row)
        errors += [
            FieldError(f"{key}_{row}", _("Tulis 1, 2, 3, atau 4; kosongkan bila tidak dijawab."))
            for key, cell in cells.items()
            if cell not in ("", "1", "2", "3", "4")
        ]
        if not any(cells.values()):
            first = survey.terms.elements[0]
            errors.append(FieldError(f"{first}_{row}", _("Jawab sedikitnya satu unsur.")))
        scores = {key: int(cell) for key, cell in cells.items() if cell in ("1", "2", "3", "4")}
        link = f"sheet:{unit or ''}:{number}" if number else None
        found.append(Sheet(Filled(scores, unit, {}, remark[:10_000]), link))
    if not found and not errors:
        first = f"{survey.terms.elements[0]}_0"
        errors.append(FieldError(first, _("Isi sedikitnya satu lembar.")))
    if errors:
        raise InvalidInput(*errors)
    return filled, found


def _at(field: str, filled: Sequence[int]) -> str:
    """Return the field of the page that an error of an answer is about."""
    start, bracket, rest = field.partition("].")
    if not bracket or not start.startswith("answers["):
        return field
    row = filled[int(start.removeprefix("answers["))]
    name = rest.removeprefix("scores.")
    return {"link": f"no_{row}", "unit": "unit"}.get(name, f"{name}_{row}")


def _add_files(pages: APIRouter, intake: Intake, surveys: Surveys, imports: SurveyImports) -> None:
    def choosing(request: Request, survey: Survey, form: Form, status: int = 200) -> Response:
        here = intake.at(survey.puskesmas)
        return render(
            request,
            "intake/survey_import.html",
            status=status,
            section="surveys",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            units=units_of(intake, survey, language_of(request)),
            answered=surveys.answering.count(survey.id),
            labels=words.LABELS,
            form=form,
        )

    @pages.get(ONE + "/impor")
    def choose(request: Request, id: UUID, principal: Enters) -> Response:
        """Show the form that sends a file, of answers or with a table in their place."""
        survey = surveys.get(id)
        principal.role_for(ANSWER, survey.puskesmas)
        survey.must_allow(SurveyStep.TABLE)
        return choosing(request, survey, Form())

    @pages.post(ONE + "/impor", max_body_size=SENT_MOST)
    def begin(
        request: Request, id: UUID, principal: Enters, given: Annotated[Sent, Depends(sent)]
    ) -> Response:
        """Keep the file, sealed, and lead to the page that says what is in it."""
        survey = surveys.get(id)
        who = intent(principal, ANSWER, survey.puskesmas)
        try:
            if not given.data:
                raise invalid("file", _("Pilih berkas yang akan diimpor."))
            file = imports.begin(id, who, given.data, given.unit or None)
        except Problem as problem:
            form = Form.refused({"unit": given.unit}, problem)
            return choosing(request, survey, form, problem.status)
        return see_other(request, f"/survei/{id}/impor/{file}")

    def following(
        request: Request, survey: Survey, file: UUID, form: Form, status: int = 200
    ) -> Response:
        here = intake.at(survey.puskesmas)
        found = imports.progress(survey.id, str(file))
        checked = imports.checked(survey, str(file)) if found.state == WAITING else None
        table = checked if isinstance(checked, CheckedTable) else None
        response = render(
            request,
            "intake/survey_imported.html",
            status=status,
            section="surveys",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            found=found,
            checked=None if table else checked,
            table=table,
            units=dict(units_of(intake, survey, language_of(request))),
            names=surveys.asked(survey).names,
            shown=surveys.method(survey).shown,
            listed=checked.errors[:LISTED] if checked else (),
            labels=words.LABELS,
            form=form,
            key=form.value("key") or str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(ONE + "/impor/{file}")
    def follow(request: Request, id: UUID, file: UUID, principal: Enters) -> Response:
        """Show what a waiting file says, and how far one is that is taken."""
        survey = surveys.get(id)
        principal.role_for(ANSWER, survey.puskesmas)
        return following(request, survey, file, Form())

    @pages.post(ONE + "/impor/{file}")
    def confirm(request: Request, id: UUID, file: UUID, principal: Enters) -> Response:
        """Have the rows taken."""
        principal.role_for(ANSWER, surveys.get(id).puskesmas)
        imports.confirm(id, str(file))
        return see_other(request, f"/survei/{id}/impor/{file}")

    @pages.post(ONE + "/impor/{file}/tabel")
    def record(
        request: Request, id: UUID, file: UUID, principal: Enters, values: Fields
    ) -> Response:
        """Have the table recorded that stands for answers."""
        survey = surveys.get(id)
        who = intent(principal, ANSWER, survey.puskesmas)
        try:
            not_shown_yet(values)
            once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
            said = (_source(values), _respondents(values), bool(line(values, "replaces")))
            recorded = imports.record(id, who, str(file), *said, once)
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values, problem, _of_form(problem))
            return following(request, surveys.get(id), file, form, problem.status)
        if not recorded:
            return see_other(request, f"/survei/{id}/impor/{file}")
        return see_other(request, f"/survei/{id}", TABULATED)

    @pages.post(ONE + "/impor/{file}/henti")
    def stop(request: Request, id: UUID, file: UUID, principal: Enters) -> Response:
        """Take no further rows; those that were taken stay."""
        principal.role_for(ANSWER, surveys.get(id).puskesmas)
        imports.stop(id, str(file))
        return see_other(request, f"/survei/{id}/impor/{file}")


def _source(values: Values) -> str:
    """Return who made a table, as it was typed; raises InvalidInput."""
    typed = line(values, "source")
    if len(typed) > SOURCE_MOST:
        raise invalid("source", _("Paling banyak {limit} huruf.", limit=SOURCE_MOST))
    return typed


def _respondents(values: Values) -> int | None:
    """Return how many answered, as it was typed; raises InvalidInput."""
    typed = line(values, "respondents")
    if typed and re.fullmatch(r"[0-9]{1,9}", typed) is None:
        raise invalid("respondents", _("Tulis banyaknya dengan angka bulat, misalnya 27."))
    return int(typed) if typed else None


def _of_form(problem: Problem) -> tuple[FieldError, ...]:
    """Return the errors of a table at the fields of its form; that it replaces one is ticked."""
    if isinstance(problem, AlreadyDone):
        return (FieldError("replaces", problem.detail),)
    return tuple(FieldError(each.field.rpartition(".")[2], each.message) for each in problem.errors)
