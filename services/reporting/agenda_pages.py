"""The agenda: what a Puskesmas has to do by which day and what of it was done, all Puskesmas beside
each other for the district, and the calendar that anybody may subscribe to."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import PUBLIC, requires
from services.kernel.district import District
from services.kernel.months import Month
from services.kernel.text import _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.reporting.agenda import Agenda, Item
from services.reporting.agenda_api import READ, within
from services.reporting.agenda_feed import MEDIA_TYPE, REFRESH, feed
from services.reporting.application import Reporting
from services.reporting.asked import asked_when
from services.reporting.choices import address_of
from services.reporting.duties import duties
from services.reporting.queries import When
from services.reporting.words import Names

PATH: Final = "/agenda"
NAV: Final = NavItem("agenda", _("Agenda"), PATH, READ)


def router(reporting: Reporting, agenda: Agenda, district: District) -> APIRouter:
    """Return the pages and the feed."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(PATH)
    def show(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: str = "",
        month: str = "",
    ) -> Response:
        """Show a month of one Puskesmas; of all beside each other where somebody sees several."""
        names = Names(district, language_of(request))
        choices = names.choices(principal.scope(READ))["puskesmas"]
        code = puskesmas or (choices[0][0] if len(choices) == 1 else "")
        codes = within(principal, district, code)
        asked = Month.written(month) if month else Month.of(agenda.today(when, code or None))
        items = agenda.items(codes, asked.first, asked.last, when)
        overdue, undone = agenda.overdue(codes, when), agenda.undone(codes, when)
        return render(
            request,
            "reporting/agenda.html" if code else "reporting/agendas.html",
            section="agenda",
            zone=ZoneInfo(district.puskesmas(code).zone) if code else None,
            place=names.puskesmas(code) if code else None,
            code=code,
            names=names,
            choices=choices,
            form=Form({"puskesmas": code, "month": str(asked)} | dict(request.query_params)),
            when=when,
            month=asked,
            before=asked.before,
            following=Month.of(asked.last + timedelta(days=1)),
            items=items,
            overdue=[each for each in overdue if each not in items] if code else overdue,
            duties=duties(),
            rows=_rows(items, overdue, undone),
            undone=undone.get(code, 0),
            address=lambda path, **more: address_of(request, path, more),
        )

    @pages.get("/p/{code}/agenda.ics", dependencies=[PUBLIC])
    def calendar(request: Request, code: str) -> Response:
        """Give the calendar of a Puskesmas: what is due when, and nothing of what was done."""
        here = district.puskesmas(code.lower())
        content = feed(here, agenda.planned(here.code), reporting.clock(), language_of(request))
        headers = {"cache-control": f"public, max-age={int(REFRESH.total_seconds())}"}
        return Response(content, media_type=MEDIA_TYPE, headers=headers)

    return pages


def _rows(
    items: Sequence[Item], overdue: Sequence[Item], undone: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the Puskesmas with what each owes by kind, who has most overdue first."""
    by_place: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for each in items:
        by_place[each.owed.puskesmas][each.owed.kind].append(each)
    late = Counter(each.owed.puskesmas for each in overdue)
    rows: list[dict[str, Any]] = [
        {"code": code, "kinds": kinds, "overdue": late[code], "undone": undone.get(code, 0)}
        for code, kinds in by_place.items()
    ]
    return sorted(rows, key=lambda row: (-row["overdue"], row["code"]))
