"""Which months a Puskesmas has closed, and which Puskesmas have closed a month."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.asked import asked_when
from services.reporting.discipline import Standing
from services.reporting.monthly import Monthly
from services.reporting.queries import When
from services.reporting.recap_api import READ
from services.reporting.recap_words import EFFECTIVENESS, STATES
from services.reporting.words import Names

MONTHS: Final = "/laporan/rekap/daftar"
PLACES: Final = "/laporan/rekap/puskesmas"


def add(pages: APIRouter, monthly: Monthly, district: District) -> None:
    """Add both lists."""

    @pages.get(MONTHS)
    def months(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        puskesmas: str = "",
        year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
    ) -> Response:
        """Show how each month of a year stands at a Puskesmas; first the present year."""
        names = Names(district, language_of(request))
        choices = names.choices(principal.scope(READ))
        code = puskesmas or choices["puskesmas"][0][0]
        principal.role_for(READ, code)
        asked = year or monthly.today(code).year
        return render(
            request,
            "reporting/recap_months.html",
            section="reports",
            zone=ZoneInfo(district.puskesmas(code).zone),
            names=names,
            choices=choices,
            form=Form(values={"puskesmas": code, "year": str(asked)}),
            code=code,
            year=asked,
            years=[(str(each), str(each)) for each in monthly.years(code)],
            rows=monthly.standing(code, asked),
            states=STATES,
            effectiveness=EFFECTIVENESS,
        )

    @pages.get(PLACES)
    def places(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        month: str = "",
    ) -> Response:
        """Show how a month stands at each Puskesmas; first the last month that is over."""
        names = Names(district, language_of(request))
        choices = names.choices(principal.scope(READ))
        asked = Month.written(month) if month else monthly.last_over(choices["puskesmas"][0][0])
        rows = monthly.district(asked, principal.scope(READ), when)
        return render(
            request,
            "reporting/recap_places.html",
            section="reports",
            names=names,
            form=Form(values={"month": str(asked)}),
            when=when,
            month=asked,
            first_day=asked.first,
            rows=sorted(rows, key=_urgent),
            count={name: sum(each.state == name for each in rows) for name in STATES},
            zero=sum(each.zero for each in rows),
            known=sum(each.reported.known_to_head for each in rows),
            states=STATES,
            effectiveness=EFFECTIVENESS,
        )


def _urgent(standing: Standing) -> tuple[int, str]:
    order = ("overdue", "open", "running", "closed_late", "closed")
    return order.index(standing.state), standing.reported.puskesmas
