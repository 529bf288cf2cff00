"""The page of a month: as it was reported, as it is by now, what explains each difference; closing
it, putting right what it reports, and the head's taking note."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import District
from services.kernel.errors import Problem
from services.kernel.months import Month
from services.kernel.text import _
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet
from services.reporting import recap_lists, rollup_pages
from services.reporting.asked import asked_when
from services.reporting.monthly import Monthly
from services.reporting.queries import When
from services.reporting.recap_api import ACKNOWLEDGE, CLOSE, CORRECT, READ, seen
from services.reporting.recap_lines import on_time
from services.reporting.recap_words import (
    ATTRIBUTES,
    EFFECTIVENESS,
    FIGURES,
    GROUPS,
    REASONS,
    SHARES,
    Parts,
)
from services.reporting.rollup import RollUps
from services.reporting.words import STEPS, Names

PATH: Final = "/laporan/rekap"
EXPORT: Final = "report.export"
CASES: Final = "case.read"
CLOSED: Final = flash("recap.closed", _("Rekap bulan ini ditutup dan dilaporkan."))
CORRECTED: Final = flash("recap.corrected", _("Koreksi dilaporkan; angka semula tetap tersimpan."))
ACKNOWLEDGED: Final = flash("recap.acknowledged", _("Tercatat: rekap ini Anda ketahui."))
LABELS: Final = {"reason": _("Mengapa dikoreksi")}
NOW: Final = When()


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_fields)]


def router(monthly: Monthly, rollups: RollUps, district: District) -> APIRouter:
    """Return the pages; `district` gives names to codes."""
    pages = APIRouter(include_in_schema=False)
    show = Shown(monthly, district)
    _add_month(pages, monthly, district, show)
    _add_steps(pages, monthly, show)
    recap_lists.add(pages, monthly, district)
    rollup_pages.add(pages, rollups, district)
    return pages


class Shown:
    """Shows the page of a month."""

    def __init__(self, monthly: Monthly, district: District) -> None:
        self._monthly, self._district = monthly, district

    def __call__(
        self,
        request: Request,
        principal: Principal,
        code: str,
        month: Month,
        when: When = NOW,
        refused: Problem | None = None,
        values: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the page; `refused` is what was not done, of the form with these `values`."""
        names = Names(self._district, language_of(request))
        report = seen(principal, self._monthly, self._district, code, month, when)
        kept = {"puskesmas": code, "month": str(month)}
        return render(
            request,
            "reporting/recap.html",
            status=refused.status if refused else 200,
            section="reports",
            zone=ZoneInfo(self._district.puskesmas(code).zone),
            names=names,
            parts_of=Parts(self._district, language_of(request)),
            choices=names.choices(principal.scope(READ)),
            form=Form(values=kept | dict(request.query_params)),
            act=Form.refused(values or {}, refused) if refused else Form(),
            when=when,
            first_day=month.first,
            report=report,
            whole=report["lines"][0],
            groups=groups_of(report["lines"]),
            shares=on_time,
            share_names=SHARES,
            figure_names=FIGURES,
            attribute_names=ATTRIBUTES,
            group_names=GROUPS,
            reasons=REASONS,
            labels=LABELS,
            effectiveness=EFFECTIVENESS,
            steps=STEPS,
            may={each: principal.may(each, code) for each in (CLOSE, CORRECT, ACKNOWLEDGE)},
            exports=principal.may(EXPORT, code),
            reads_cases=principal.may(CASES, code),
            key=str(uuid4()),
        )


def _add_month(pages: APIRouter, monthly: Monthly, district: District, show: Shown) -> None:
    @pages.get(PATH)
    def recap(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: str = "",
        month: str = "",
    ) -> Response:
        """Show the recap of a month; first the last month that is over."""
        choices = Names(district, language_of(request)).choices(principal.scope(READ))
        code = puskesmas or choices["puskesmas"][0][0]
        asked = Month.written(month) if month else monthly.last_over(code)
        return show(request, principal, code, asked, when)


def _add_steps(pages: APIRouter, monthly: Monthly, show: Shown) -> None:
    def take(
        request: Request, permission: str, code: str, month: str, values: dict[str, str]
    ) -> Response:
        principal: Principal = request.state.principal
        asked = Month.written(month)
        who = intent(principal, permission, code)
        once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
        try:
            not_shown_yet(values)
            said: Flash
            if permission == CLOSE:
                answer, said = monthly.close(code, asked, who, once).result(), CLOSED
            elif permission == CORRECT:
                reason = values.get("reason", "")
                answer = monthly.correct(code, asked, who, reason, once).result()
                said = CORRECTED
            else:
                read = _number(values.get("statement", ""))
                answer = monthly.acknowledge(code, asked, who, read, once).result()
                said = ACKNOWLEDGED
        except Problem as problem:
            principal.role_for(READ, code)
            return show(request, principal, code, asked, refused=problem, values=values)
        monthly.arrived(answer)
        return see_other(request, f"{PATH}?puskesmas={code}&month={asked}", said)

    @pages.post(PATH + "/{code}/{month}/tutup", dependencies=[requires(CLOSE)])
    def close(request: Request, code: str, month: str, values: Fields) -> Response:
        """Close a month."""
        return take(request, CLOSE, code, month, values)

    @pages.post(PATH + "/{code}/{month}/koreksi", dependencies=[requires(CORRECT)])
    def correct(request: Request, code: str, month: str, values: Fields) -> Response:
        """Let a closed month report its figures as they are now."""
        return take(request, CORRECT, code, month, values)

    @pages.post(PATH + "/{code}/{month}/diketahui", dependencies=[requires(ACKNOWLEDGE)])
    def acknowledge(request: Request, code: str, month: str, values: Fields) -> Response:
        """Note that the head knows what is reported."""
        return take(request, ACKNOWLEDGE, code, month, values)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def groups_of(lines: list[Any]) -> dict[str, list[Any]]:
    """Return the lines that are not of all, by group, in the order of pages."""
    return {name: [line for line in lines if line["group"] == name] for name in GROUPS}
