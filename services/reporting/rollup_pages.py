"""The page of recaps that were added up: a quarter, half-year or year."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.months import Stretch
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.asked import asked_when
from services.reporting.queries import When
from services.reporting.queries.question import DEFAULT_ZONE
from services.reporting.recap_api import READ
from services.reporting.recap_lines import on_time
from services.reporting.recap_words import EFFECTIVENESS, FIGURES, GROUPS, SHARES, Parts
from services.reporting.rollup import RollUps
from services.reporting.words import Names

PATH: Final = "/laporan/rekap/gabungan"
EXPORT: Final = "report.export"


def add(pages: APIRouter, rollups: RollUps, district: District) -> None:
    """Add the page."""

    @pages.get(PATH)
    def rolled_up(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: str = "",
        period: str = "",
    ) -> Response:
        """Show recaps added up; first the last quarter that is over."""
        if puskesmas:
            principal.role_for(READ, puskesmas)
        language = language_of(request)
        names = Names(district, language)
        stretch = Stretch.written(period) if period else rollups.last_quarter()
        found = rollups.of(puskesmas or None, stretch, principal.scope(READ), when)
        zone = district.puskesmas(puskesmas).zone if puskesmas else DEFAULT_ZONE
        return render(
            request,
            "reporting/recap_rollup.html",
            section="reports",
            zone=ZoneInfo(zone),
            names=names,
            parts_of=Parts(district, language),
            choices=names.choices(principal.scope(READ)) | {"period": periods(stretch)},
            form=Form(values={"puskesmas": puskesmas, "period": str(stretch)}),
            when=when,
            title=said(stretch),
            it=found,
            whole=next((each for each in found.lines if each["group"] == "all"), None),
            groups={
                name: [each for each in found.lines if each["group"] == name] for name in GROUPS
            },
            shares=on_time,
            share_names=SHARES,
            figure_names=FIGURES,
            group_names=GROUPS,
            effectiveness=EFFECTIVENESS,
            exports=principal.may_somewhere(EXPORT),
        )


def said(stretch: Stretch) -> Text:
    """Return what people call a stretch of months."""
    year = stretch.first.year
    if len(stretch.months) == 3:
        return _("Triwulan {n} {year}", n=stretch.number, year=year)
    if len(stretch.months) == 6:
        return _("Semester {n} {year}", n=stretch.number, year=year)
    return _("Tahun {year}", year=year)


def periods(around: Stretch) -> list[tuple[str, Text]]:
    """Return the stretches of a year and the one before it, as (code, name)."""
    years = (around.first.year, around.first.year - 1, around.first.year + 1)
    kinds = ("", "-S1", "-S2", "-Q1", "-Q2", "-Q3", "-Q4")
    found = (Stretch.written(f"{year}{kind}") for year in years for kind in kinds)
    return [(str(each), said(each)) for each in found]
