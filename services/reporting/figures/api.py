"""The calls about figures: the registry, the dashboard, and what is behind a figure."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.web.language import language_of, translator
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.figures.answers import AuditedFigure, Dashboard, FigureItems
from services.reporting.figures.figure import Figure
from services.reporting.figures.registry import FIGURES, figure_of
from services.reporting.queries.counted import Part

READ = "report.read"
AUDIT = "audit.read"
Question = Annotated[Asked, Depends()]


def add(api: APIRouter, reporting: Reporting, district: District) -> None:
    """Add the calls; `district` says which units are of an area."""

    @api.get("/reports/figures", dependencies=[requires(READ)], response_model=FigureItems)
    def registry(request: Request) -> Any:
        """Return what each figure means and how it is made, in the language asked for."""
        return {"items": [described(each, request) for each in FIGURES.values()]}

    @api.get("/reports/dashboard", response_model=Dashboard)
    def dashboard(asked: Question, principal: Annotated[Principal, requires(READ)]) -> Any:
        """Return the figures of the days asked for, at any instant."""
        filters = asked.filters(principal, READ, district)
        _wait(reporting, asked)
        missing = reporting.incomplete(district, filters, asked.when)
        return reporting.dashboard(filters, asked.when) | {"incomplete": missing}

    @api.get("/audit/figures/{figure}", response_model=AuditedFigure, responses=refusals(404))
    def audit(
        request: Request,
        figure: str,
        asked: Question,
        principal: Annotated[Principal, requires(AUDIT)],
        part: Annotated[
            Part,
            Query(description="counted: the numerator; missed: the rest of the denominator"),
        ] = "among",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: str | None = None,
    ) -> Any:
        """Return the cases or surveys behind a figure, and the events behind each, by pages."""
        chosen = figure_of(figure)
        filters = asked.filters(principal, AUDIT, district)
        _wait(reporting, asked)
        found = reporting.cases_of(
            chosen, filters, asked.when, part=part, limit=limit, cursor=cursor
        )
        now = reporting.clock()
        return {
            "figure": described(chosen, request),
            "as_of": asked.when.instant(now),
            "known_at": asked.when.known_at or now,
            "value": found.value,
            "items": [
                {**item, "items": reporting.history(item["id"], asked.when)} for item in found.items
            ],
            "next": found.next,
        }


def described(each: Figure, request: Request) -> dict[str, Any]:
    """Return the definition of a figure as its reader sees it."""
    translate = translator(language_of(request))
    texts = {
        name: text and text.render(translate)
        for name in ("name", "meaning", "numerator", "denominator", "source")
        for text in (getattr(each, name),)
    }
    plain = {
        name: getattr(each, name) for name in ("code", "group", "unit", "of", "least", "target")
    }
    return plain | texts


def _wait(reporting: Reporting, asked: Asked) -> None:
    if asked.after is not None:
        reporting.wait_for(asked.after)
