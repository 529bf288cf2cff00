"""The public's form of a survey: one page that needs no script, and its result once published.

A browser is remembered for this one survey by a mark in a cookie, so that it answers once; nothing
tells whose it is. At a desk a link of the day takes that away, for many answer at one tablet.
"""

import hmac
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.satisfaction import Method
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_steps import GROUPS, LINK, SurveyState
from services.intake.surveys import words
from services.intake.surveys.answering import Sheet
from services.intake.surveys.application import Surveys
from services.intake.typed import line, spoken, typed_fields
from services.kernel.access.web import PUBLIC, count_a_form
from services.kernel.aggregate import Intent
from services.kernel.commands import once_of_form
from services.kernel.errors import (
    AlreadyDone,
    FieldError,
    InvalidInput,
    KeyReused,
    NotFound,
    Problem,
    TooMany,
)
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

PATH: Final = "/s/{survey}"
COOKIE: Final = "tanggap_survei"
REMEMBERED: Final = 200 * 24 * 3600
"""Seconds: longer than a quarter's survey is open."""
ANYBODY: Final = "public"
DESK: Final = "desk"
REMARK_MOST: Final = 10_000
GROUP_CHOICES: Final = {
    "gender": words.GENDERS,
    "age": words.AGES,
    "education": words.EDUCATIONS,
    "occupation": words.OCCUPATIONS,
}
_PREFIX: Final = "s_"

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Values = Mapping[str, str | list[str]]


def desk_code(intake: Intake, survey: Survey) -> str:
    """Return what lets a tablet answer for many, today."""
    zone = ZoneInfo(intake.at(survey.puskesmas).zone)
    day = intake.clock().astimezone(zone).date()
    said = f"survey-desk:{survey.id}:{day}".encode()
    return hmac.digest(intake.row_secret, said, "sha256").hex()[:16]


def add(pages: APIRouter, intake: Intake, surveys: Surveys) -> None:
    """Add the form."""

    def show(
        request: Request,
        survey: Survey,
        form: Form,
        *,
        mark: str,
        desk: str,
        status: int = 200,
    ) -> Response:
        here = intake.at(survey.puskesmas)
        language = language_of(request)
        asked = surveys.asked(survey)
        units = [
            (each.code, each.name_in(language))
            for each in intake.district.units_of(here.code)
            if each.code in survey.terms.units
        ]
        response = render(
            request,
            "intake/survey_form.html",
            status=status,
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            elements=[
                (_PREFIX + key, words.QUESTIONS.get(key, asked.names[key])) for key in asked.keys
            ],
            scores=words.SCORES,
            units=units,
            groups=[(kind, words.KINDS[kind], GROUP_CHOICES[kind]) for kind in GROUPS],
            labels=labels_of(surveys, survey),
            form=form,
            mark=mark,
            desk=desk,
            address=address_of(survey, desk, form.value("unit")),
        )
        if not desk:
            response.set_cookie(
                COOKIE,
                mark,
                max_age=REMEMBERED,
                path=f"/s/{survey.id}",
                secure=request.app.state.secure_cookies,
                httponly=True,
                samesite="lax",
            )
        response.headers["cache-control"] = "private, no-cache"
        return response

    def tell(
        request: Request,
        survey: Survey,
        what: str,
        desk: str = "",
        status: int = 200,
        unit: str = "",
    ) -> Response:
        here = intake.at(survey.puskesmas)
        published = survey.published
        asked = surveys.asked(survey)
        response = render(
            request,
            "intake/survey_told.html",
            status=status,
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            survey=survey,
            what=what,
            period=words.period_said(survey.terms.period),
            published=published,
            method=words.method_said(Method.parse(published.method), survey.basis)
            if published
            else (),
            basis=words.BASES[survey.basis],
            bands={each.quality_class: each.label for each in asked.bands},
            names=asked.names,
            desk=desk,
            address=address_of(survey, desk, unit),
        )
        response.headers["cache-control"] = "private, no-cache"
        return response

    @pages.get(PATH, dependencies=[PUBLIC])
    def survey_form(request: Request, survey: str, unit: str = "", meja: str = "") -> Response:
        """Show the form; `unit` is filled in by the picture that hangs there, `meja` is a desk's.

        A survey that is not open says so, one that is published shows its result.
        """
        found = survey_at(surveys, survey)
        desk = _desk(intake, found, meja)
        what = _closed(found, desk)
        if what:
            return tell(request, found, what)
        mark = str(uuid4()) if desk else _mark(request)
        if not desk and surveys.answering.has_answered(found.id, mark):
            return tell(request, found, "answered")
        chosen = {"unit": unit} if unit in found.terms.units else {}
        return show(request, found, Form(chosen), mark=mark, desk=desk)

    @pages.post(PATH, dependencies=[PUBLIC])
    def survey_answer(request: Request, survey: str, values: Fields, meja: str = "") -> Response:
        """Take the answer; a second one from this browser is refused kindly."""
        found = survey_at(surveys, survey)
        desk = _desk(intake, found, meja)
        what = _closed(found, desk)
        if what:
            return tell(request, found, what, status=409)
        sent = line(values, "mark")
        mark = sent if desk else request.cookies.get(COOKIE, "") or sent
        if not _is_mark(mark):
            mark = str(uuid4())
        try:
            filled = read_filled(surveys, found, values)
            if not desk:
                count_a_form(request)
            who, way = Intent(ANYBODY, ANYBODY), DESK if desk else LINK
            once = once_of_form(ANYBODY, f"POST /s/{found.id}", {**values, "key": mark})
            surveys.answering.answer(found.id, who, way, [Sheet(filled, mark)], once).result()
        except (AlreadyDone, KeyReused):
            return tell(request, found, "answered", desk, 409)
        except Problem as problem:
            form = Form(values, placed(problem), problem.detail)
            page = show(request, found, form, mark=mark, desk=desk, status=problem.status)
            if isinstance(problem, TooMany):
                page.headers["retry-after"] = str(problem.extra["retry_after"])
            return page
        return tell(request, found, "thanks", desk, 201, line(values, "unit"))


def survey_at(surveys: Surveys, written: str) -> Survey:
    """Return the survey of an address; raises NotFound."""
    try:
        id = UUID(written)
    except ValueError:
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya.")) from None
    return surveys.get(id)


def labels_of(surveys: Surveys, survey: Survey) -> dict[str, Text]:
    """Return what the fields of a questionnaire are called."""
    names = surveys.asked(survey).names
    questions = {_PREFIX + key: words.QUESTIONS.get(key, name) for key, name in names.items()}
    return {**words.LABELS, **questions, "scores": _("Penilaian")}


def read_filled(surveys: Surveys, survey: Survey, values: Values) -> Filled:
    """Return what was filled in; raises InvalidInput with every wrong field."""
    errors: list[FieldError] = []
    scores = {}
    for key in survey.terms.elements:
        written = line(values, _PREFIX + key)
        if written in {"1", "2", "3", "4"}:
            scores[key] = int(written)
        elif written:
            errors.append(FieldError(_PREFIX + key, _("Pilih salah satu penilaian.")))
    unit = line(values, "unit") or None
    groups = {kind: line(values, kind) for kind in GROUPS if line(values, kind)}
    errors += [
        FieldError(kind, _("Pilih salah satu."))
        for kind, given in groups.items()
        if given not in dict(GROUP_CHOICES[kind])
    ]
    remark = spoken(values, "remark")
    if len(remark) > REMARK_MOST:
        errors.append(FieldError("remark", _("Paling banyak {limit} huruf.", limit=REMARK_MOST)))
    filled = Filled(scores, unit, groups, remark)
    try:
        filled.check(survey.terms.elements, survey.terms.units)
    except InvalidInput as problem:
        errors += placed(problem)
    if errors:
        raise InvalidInput(*errors)
    return filled


def placed(problem: Problem) -> tuple[FieldError, ...]:
    """Return the errors at the fields of a page."""
    found = []
    for each in problem.errors:
        name = each.field.split("].")[-1]
        for start, put in (("scores.", _PREFIX), ("groups.", "")):
            name = put + name.removeprefix(start) if name.startswith(start) else name
        found.append(FieldError(name, each.message))
    return tuple(found)


def address_of(survey: Survey, desk: str, unit: str = "") -> str:
    """Return where a form is, for this unit and this desk."""
    asked = {name: value for name, value in (("unit", unit), ("meja", desk)) if value}
    return f"/s/{survey.id}" + (f"?{urlencode(asked)}" if asked else "")


def _desk(intake: Intake, survey: Survey, code: str) -> str:
    return code if code and hmac.compare_digest(code, desk_code(intake, survey)) else ""


def _closed(survey: Survey, desk: str) -> str:
    """Return why a survey takes no answer here, "" where it does."""
    if survey.state is SurveyState.OPEN and survey.table is not None:
        return "tabulated"
    if survey.state is SurveyState.OPEN:
        return "" if desk or LINK in survey.terms.ways else "elsewhere"
    if survey.state in (SurveyState.CLOSED, SurveyState.PUBLISHED):
        return str(survey.state)
    return "early"


def _mark(request: Request) -> str:
    kept = request.cookies.get(COOKIE, "")
    return kept if _is_mark(kept) else str(uuid4())


def _is_mark(mark: str) -> bool:
    try:
        return str(UUID(mark)) == mark
    except ValueError:
        return False
