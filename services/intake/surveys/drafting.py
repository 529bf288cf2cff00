"""Terms of reference as they are written, and what a survey asks by them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.intake.asked import element_sets
from services.intake.domain.satisfaction import (
    PERMENPANRB_14_2017,
    Element,
    ElementSet,
    Method,
    SampleRounding,
    sample_size,
)
from services.intake.domain.survey import Survey
from services.intake.domain.survey_terms import Terms
from services.kernel.district import District, Puskesmas
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _


@dataclass(frozen=True)
class Proposal:
    """Terms of reference as they were written; `sample` None: by Krejcie and Morgan."""

    period: str
    opens_on: date
    closes_on: date
    units: Sequence[str]
    ways: Sequence[str]
    population: int
    agenda: str
    target: str
    asked: str = "permenpanrb-14-2017"
    method: str = ""
    sample: int | None = None
    sample_rounding: SampleRounding = "nearest"


def terms_of(district: District, here: Puskesmas, proposal: Proposal) -> Terms:
    """Return the terms that a proposal makes; raises InvalidInput with every wrong field."""
    errors: list[FieldError] = []
    sets = element_sets(district)
    asked = sets.get(proposal.asked)
    if asked is None:
        message = _("Pilih salah satu: {choices}.", choices=", ".join(sets))
        errors.append(FieldError("asked", message))
    method = _method(proposal.method, asked, errors)
    errors += [
        FieldError(f"units[{place}]", _("Unit ini tidak ada di Puskesmas ini."))
        for place, unit in enumerate(proposal.units)
        if unit not in here.units
    ]
    sample = proposal.sample
    if sample is None:
        population = max(1, proposal.population)
        sample = sample_size(population, proposal.sample_rounding)
    terms = Terms(
        period=proposal.period,
        opens_on=proposal.opens_on,
        closes_on=proposal.closes_on,
        asked=proposal.asked,
        elements=[] if asked is None else list(asked.keys),
        method=str(method),
        units=list(dict.fromkeys(proposal.units)),
        ways=list(dict.fromkeys(proposal.ways)),
        population=proposal.population,
        sample=sample,
        sample_rounding=proposal.sample_rounding,
    )
    if errors := [*errors, *terms.problems()]:
        raise InvalidInput(*errors)
    return terms


def asked_of(district: District, survey: Survey) -> ElementSet:
    """Return what a survey asks (`Surveys.asked`)."""
    known = element_sets(district).get(survey.terms.asked, PERMENPANRB_14_2017)
    elements = [
        Element(key, known.names.get(key, Text("{name}", (("name", key),))))
        for key in survey.terms.elements
    ]
    return replace(known, elements=tuple(elements))


def _method(spec: str, asked: ElementSet | None, errors: list[FieldError]) -> Method:
    try:
        method = Method.parse(spec)
        if asked is not None:
            method.weight_of(len(asked.elements))
    except InvalidInput as problem:
        errors += [FieldError("method", each.message) for each in problem.errors]
        return Method()
    return method
