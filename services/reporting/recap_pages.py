"""The page of a month: as it was reported, as it is by now, and what explains each difference."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.words import WORDS
from services.reporting.asked import asked_when
from services.reporting.monthly import Monthly
from services.reporting.queries import When
from services.reporting.recap_api import READ, seen
from services.reporting.words import STEPS, Names

FIGURES: Final[Mapping[str, Text]] = {
    **WORDS["total"],
    "praise": _("Pujian"),
    "responses_due": _("Tanggapan jatuh tempo"),
    "responses_on_time": _("Tanggapan tepat waktu"),
    "settlements_due": _("Penyelesaian jatuh tempo"),
    "settlements_on_time": _("Penyelesaian tepat waktu"),
}
ATTRIBUTES: Final[Mapping[str, Text]] = {
    "unit": _("Unit layanan"),
    "channel": _("Kanal"),
    "categories": _("Kategori"),
}
GROUPS: Final[Mapping[str, Text]] = {
    "unit": _("Unit layanan"),
    "channel": _("Kanal"),
    "category": _("Kategori"),
}


def router(monthly: Monthly, district: District) -> APIRouter:
    """Return the page; `district` gives names to codes."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/laporan/rekap")
    def recap(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: str = "",
        month: str = "",
    ) -> Response:
        """Show the recap of a month; first the last month that is over."""
        names = Names(district, language_of(request))
        choices = names.choices(principal.scope(READ))
        code = puskesmas or choices["puskesmas"][0][0]
        asked = Month.written(month) if month else monthly.last_over(code)
        report = seen(principal, monthly, district, code, asked, when)
        return render(
            request,
            "reporting/recap.html",
            section="reports",
            zone=ZoneInfo(district.puskesmas(code).zone),
            names=names,
            choices=choices,
            form=Form(values={"puskesmas": code, "month": str(asked)} | dict(request.query_params)),
            when=when,
            first_day=asked.first,
            report=report,
            whole=report["lines"][0],
            groups=_groups(report["lines"]),
            closed_months=monthly.months(code),
            figure_names=FIGURES,
            attribute_names=ATTRIBUTES,
            group_names=GROUPS,
            steps=STEPS,
        )

    return pages


def _groups(lines: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the lines that are not of all, by group."""
    return {name: [line for line in lines if line["group"] == name] for name in GROUPS}
