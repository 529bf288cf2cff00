"""The page of one satisfaction survey in the reports: its steps, and from each to its bytes."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see
from services.kernel.access.web import requires
from services.kernel.contracts import read
from services.kernel.district import SKM_ELEMENTS, District
from services.kernel.web.language import language_of
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.replay.sentences import Sentences
from services.reporting.shown import Reports

READ: Final = "report.read"


def add(pages: APIRouter, reporting: Reporting, district: District) -> None:
    """Add the page to `pages`."""
    reports = Reports(reporting, district)

    @pages.get("/laporan/survei/{id}")
    def survey(
        request: Request,
        id: UUID,
        asked: Annotated[Asked, Depends()],
        principal: Annotated[Principal, requires(READ)],
    ) -> Response:
        """Show a survey step by step, as it stood at any instant, without its words."""
        found = reporting.survey(id, asked.when)
        must_see(principal, READ, found["puskesmas"], None, district.units_in)
        sentences = Sentences(district, language_of(request))
        said = {
            (each.source, each.id): sentences.told(each.role, read(each), each.name)
            for each in reporting.thread(id)
        }
        steps = [
            (each, said.get((each["source"], each["id"]), each["type"]))
            for each in reporting.history(id, asked.when)
        ]
        filters = asked.filters(principal, READ, district)
        return reports.show(
            request,
            "survey",
            asked,
            filters,
            survey=found,
            steps=steps,
            elements=[
                (SKM_ELEMENTS.get(each["element"], each["element"]), each)
                for each in found["elements"] or ()
            ],
        )
