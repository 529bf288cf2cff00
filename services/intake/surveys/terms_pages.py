"""The page of a survey's terms of reference: written, and mended after they came back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.asked import element_sets
from services.intake.domain.satisfaction import SAMPLE_ROUNDINGS
from services.intake.domain.survey import Survey
from services.intake.domain.survey_steps import WAYS
from services.intake.surveys import words
from services.intake.surveys.application import Surveys
from services.intake.surveys.forms import ProposalBody
from services.intake.surveys.pages import (
    ONE,
    PATH,
    PROPOSE,
    PROPOSED,
    Fields,
    Values,
    reachable,
)
from services.intake.surveys.reading import Reading
from services.intake.typed import line, spoken
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, Forbidden, InvalidInput, Problem
from services.kernel.text import Text, _
from services.kernel.web.flash import see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet
from services.kernel.web.validation import field_errors

METHODS: Final = (
    ("", _("Bobot tepat 1/n, hanya hasilnya dibulatkan")),
    ("weight=0.111", _("Bobot 0,111")),
    ("weight=0.11", _("Bobot 0,11")),
    ("weight=0.111,parts=3", _("Bobot 0,111; NRR dan NRR tertimbang tiga desimal")),
    ("weight=0.11,parts=2", _("Bobot 0,11; NRR dan NRR tertimbang dua desimal")),
    ("weight=0.071", _("Bobot 0,071 (empat belas unsur)")),
)
BLANKS: Final = (
    ("per_element", _("Dibagi banyaknya yang menjawab unsur itu")),
    ("drop", _("Kuesioner yang tidak lengkap tidak dihitung")),
    ("all", _("Dibagi semua kuesioner, kosong dihitung nol")),
)


def add(pages: APIRouter, intake: Intake, surveys: Surveys, reading: Reading) -> None:
    """Add the page; `reading` opens the words of a survey by role."""

    def show(
        request: Request,
        here: Puskesmas | None,
        among: Sequence[Puskesmas],
        form: Form,
        survey: Survey | None = None,
        status: int = 200,
    ) -> Response:
        language = language_of(request)
        units = [] if here is None else list(intake.district.units_of(here.code))
        sets = element_sets(intake.district)
        response = render(
            request,
            "intake/survey_terms.html",
            status=status,
            section="surveys",
            wide=False,
            zone=ZoneInfo(here.zone) if here else None,
            place=here and here.name,
            here=here,
            reachable=among,
            survey=survey,
            units=[(each.code, each.name_in(language)) for each in units],
            ways=[(way, words.WAYS[way]) for way in WAYS],
            roundings=[
                (each, _("ke yang terdekat, seperti tabel") if each == "nearest" else _("ke atas"))
                for each in SAMPLE_ROUNDINGS
            ],
            sets=[(code, each.name) for code, each in sets.items()],
            methods=METHODS,
            blanks=BLANKS,
            periods=_periods(intake.clock().date()),
            labels=words.LABELS,
            form=form,
            action=PATH + ("/baru" if survey is None else f"/{survey.id}/kerangka"),
            key=form.value("key") or str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(PATH + "/baru")
    def new(
        request: Request,
        principal: Annotated[Principal, requires(PROPOSE)],
        puskesmas: str | None = None,
    ) -> Response:
        """Show the form of terms of reference."""
        among = reachable(intake, principal, PROPOSE)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        here = None if code is None else intake.at(code)
        if here is not None:
            principal.role_for(PROPOSE, here.code)
        return show(request, here, among, Form())

    @pages.post(PATH + "/baru")
    def propose(
        request: Request, principal: Annotated[Principal, requires(PROPOSE)], values: Fields
    ) -> Response:
        """Put terms of reference before the head (SOP Puring 5.1a-5.1b)."""
        here = intake.at(line(values, "puskesmas"))
        principal.role_for(PROPOSE, here.code)
        try:
            not_shown_yet(values)
            who = intent(principal, PROPOSE, here.code)
            once = once_of_form(principal.account_id, f"POST {PATH}/baru", values)
            answer = surveys.propose(here.code, _body(values).taken(), who, once).result()
        except Forbidden:
            raise
        except Problem as problem:
            return show(request, here, (), _again(values, problem), status=problem.status)
        return see_other(request, f"{PATH}/{answer.ids['id']}", PROPOSED)

    @pages.get(ONE + "/kerangka")
    def again(
        request: Request, id: UUID, principal: Annotated[Principal, requires(PROPOSE)]
    ) -> Response:
        """Show the terms of reference to be mended."""
        survey = surveys.get(id)
        principal.role_for(PROPOSE, survey.puskesmas)
        here = intake.at(survey.puskesmas)
        said = reading.terms(principal, survey)
        return show(request, here, (), Form(_values(survey, said)), survey)

    @pages.post(ONE + "/kerangka")
    def propose_again(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires(PROPOSE)],
        values: Fields,
    ) -> Response:
        """Put them before the head again."""
        survey = surveys.get(id)
        who = intent(principal, PROPOSE, survey.puskesmas)
        try:
            not_shown_yet(values)
            once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
            surveys.propose_again(id, who, _body(values).taken(), once=once).result()
        except Problem as problem:
            here, form = intake.at(survey.puskesmas), _again(values, problem)
            return show(request, here, (), form, survey, problem.status)
        return see_other(request, f"{PATH}/{id}", PROPOSED)


def _periods(today: date) -> list[tuple[str, Text]]:
    """Return the periods that are offered: the quarters and halves about now."""
    codes = [
        f"{year}-{part}"
        for year in (today.year, today.year - 1)
        for part in ("Q4", "Q3", "Q2", "Q1", "H2", "H1")
    ]
    return [(code, words.period_said(code)) for code in (*codes, str(today.year))]


def _body(values: Values) -> ProposalBody:
    """Return what was typed as the call's body; raises InvalidInput with every wrong field."""
    given = line(values, "method")
    parts = [part for part in (given, f"blanks={line(values, 'blanks')}") if part]
    raw: dict[str, Any] = {
        "period": line(values, "period"),
        "opens_on": line(values, "opens_on"),
        "closes_on": line(values, "closes_on"),
        "agenda": spoken(values, "agenda"),
        "target": spoken(values, "target"),
        "units": values.get("units", []),
        "ways": values.get("ways", []),
        "population": line(values, "population"),
        "sample": line(values, "sample") or None,
        "sample_rounding": line(values, "sample_rounding") or "nearest",
        "asked": line(values, "asked") or "permenpanrb-14-2017",
        "method": ",".join(parts) if line(values, "blanks") else given,
    }
    try:
        return ProposalBody.model_validate(raw)
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*field_errors(located)) from None


def _again(values: Values, problem: Problem) -> Form:
    errors = [FieldError(each.field.split("[")[0], each.message) for each in problem.errors]
    return Form.refused(values, problem, tuple(dict.fromkeys(errors)))


def _values(survey: Survey, said: Mapping[str, str | None]) -> dict[str, str | list[str]]:
    """Return standing terms as they are typed."""
    terms = survey.terms
    method, _comma, blanks = terms.method.partition(",blanks=")
    plain = next((code for code, _name in METHODS if code and method.startswith(code)), "")
    return {
        "period": terms.period,
        "opens_on": terms.opens_on.isoformat(),
        "closes_on": terms.closes_on.isoformat(),
        "agenda": said.get("agenda") or "",
        "target": said.get("target") or "",
        "units": terms.units,
        "ways": terms.ways,
        "population": str(terms.population),
        "sample": str(terms.sample),
        "sample_rounding": terms.sample_rounding,
        "asked": terms.asked,
        "method": plain,
        "blanks": blanks,
    }
