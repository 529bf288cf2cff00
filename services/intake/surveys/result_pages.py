"""The result of a survey as staff read it, so far or as it closed, and its two papers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.satisfaction import Index, Part, Result
from services.intake.domain.survey import Survey
from services.intake.surveys import words
from services.intake.surveys.application import Surveys
from services.intake.surveys.paper import Printing
from services.intake.surveys.reading import Reading
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.paper import MEDIA_TYPE
from services.kernel.text import Text
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

READ: Final = "survey.read"
ONE: Final = "/survei/{id}"

Reader = Annotated[Principal, requires(READ)]


@dataclass(frozen=True)
class Line:
    """An element's figures as they are shown, and its change since the survey before."""

    name: Text
    mean: str
    weighted: str
    converted: str
    quality: str
    label: Text
    change: str


def lines(surveys: Surveys, survey: Survey, result: Result) -> list[Line]:
    """Return the elements from the lowest on."""
    before = surveys.before(survey)
    was = (
        {each.element: each.converted for each in before.figures.elements}
        if before and before.figures
        else {}
    )
    method, names = result.method, surveys.asked(survey).names
    return [
        Line(
            names[each.key],
            method.shown(each.mean),
            method.shown(each.weighted),
            str(each.converted),
            each.quality.quality_class,
            each.quality.label,
            changed(str(each.converted), was.get(each.key)),
        )
        for each in result.index.lowest_first
    ]


def changed(now: str, before: str | None) -> str:
    """Return how a value moved, with its sign; "" where there is nothing to compare with."""
    if before is None:
        return ""
    moved = Decimal(now) - Decimal(before)
    return f"{moved:+f}".replace("-", "−")


def add(pages: APIRouter, intake: Intake, surveys: Surveys, reading: Reading) -> None:
    """Add the page and the papers."""
    printing = Printing(intake, surveys, reading)

    @pages.get(ONE + "/hasil")
    def result(request: Request, id: UUID, principal: Reader) -> Response:
        """Show the result: the lowest element first, by unit and by group."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        here, language = intake.at(survey.puskesmas), language_of(request)
        found = surveys.result_if_any(survey)
        before = surveys.before(survey)
        names = {each.code: each.name_in(language) for each in intake.district.units_of(here.code)}
        response = render(
            request,
            "intake/survey_result.html",
            section="surveys",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            result=found,
            lines=lines(surveys, survey, found) if found else [],
            method=words.method_said(surveys.method(survey), survey.basis),
            basis=words.BASES[survey.basis],
            before=before,
            before_period=before and words.period_said(before.terms.period),
            moved=changed(str(found.index.converted), _value(before)) if found and before else "",
            groups=[(words.KINDS.get(kind, kind), of) for kind, of in _by_kind(found, names)],
            asked=surveys.asked(survey),
            said=reading.terms(principal, survey),
            shown=surveys.method(survey).shown,
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(ONE + "/kerangka.pdf")
    def terms_on_paper(request: Request, id: UUID, principal: Reader) -> Response:
        """Give out the terms of reference."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        return _pdf(printing.terms(principal, survey, language_of(request)), f"kerangka-{id}")

    @pages.get(ONE + "/lembar.pdf")
    def sheet_on_paper(request: Request, id: UUID, principal: Reader) -> Response:
        """Give out the blank sheet."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        return _pdf(printing.questionnaire(survey, language_of(request)), f"lembar-{id}")

    @pages.get(ONE + "/laporan.pdf")
    def report_on_paper(request: Request, id: UUID, principal: Reader) -> Response:
        """Give out the survey's report."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        return _pdf(printing.report(principal, survey, language_of(request)), f"laporan-{id}")


def _value(before: Survey | None) -> str | None:
    return before.figures.converted if before and before.figures else None


def _by_kind(
    result: Result | None, units: dict[str, str]
) -> list[tuple[str, list[tuple[str, int | None, Index | None]]]]:
    """Return the parts of a result by their kind, units under their names."""
    found: dict[str, list[tuple[str, int | None, Index | None]]] = {}
    each: Part
    for each in result.parts if result else ():
        name = units.get(each.name, each.name) if each.kind == "unit" else each.name
        found.setdefault(each.kind, []).append((name, each.means.respondents, each.index))
    return list(found.items())


def _pdf(data: bytes, name: str) -> Response:
    return Response(
        data,
        media_type=MEDIA_TYPE,
        headers={
            "content-disposition": f'attachment; filename="{name}.pdf"',
            "cache-control": "no-store",
        },
    )
