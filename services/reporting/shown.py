"""What every page of the reports is given: names, filters, the instant, and addresses that keep
what was asked."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from services.kernel.district import District
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.choices import address_of, choices
from services.reporting.queries import Filters
from services.reporting.words import Names


@dataclass(frozen=True)
class Reports:
    """Shows the pages of the reports; `district` gives names to codes."""

    reporting: Reporting
    district: District

    def show(
        self, request: Request, name: str, asked: Asked, filters: Filters, **context: Any
    ) -> Response:
        """Return a page; `name` is that of its template."""
        zone = None
        if filters.puskesmas is not None:
            zone = ZoneInfo(self.district.puskesmas(filters.puskesmas).zone)
        names = Names(self.district, language_of(request))
        return render(
            request,
            f"reporting/{name}.html",
            section="reports",
            zone=zone,
            names=names,
            choices=names.choices(filters.scope) | choices(),
            form=Form(values=dict(request.query_params)),
            when=asked.when,
            incomplete=self.reporting.incomplete(self.district, filters, asked.when),
            address=lambda path, **more: address_of(request, path, more),
            **context,
        )
