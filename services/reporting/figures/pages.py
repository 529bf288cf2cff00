"""The pages about figures: the dashboard, what each figure means, and from each number to its
cases, from a case to its events, from an event to its bytes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.web import requires, token_of
from services.kernel.district import CLUSTERS, EFFORTS, District
from services.kernel.web.live import Live
from services.kernel.web.pages import render
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.figures import charts, compared, survey_page
from services.reporting.figures.registry import AGES, FIGURES, GROUPS, figure_of, open_of_age
from services.reporting.queries import Filters, When
from services.reporting.queries.counted import Part
from services.reporting.queries.counting import NO_REPORT
from services.reporting.queries.question import DEFAULT_ZONE
from services.reporting.shown import Reports

READ: Final = "report.read"
AUDIT: Final = "audit.read"
PAGE: Final = 50
FIRST: Final = (
    "received",
    "open",
    "overdue",
    "response_on_time",
    "kwtk",
    "settlement_on_time",
    "follow_up",
    "repeat",
)
"""The figures at the head of the dashboard; all others stand in the table below."""
ON_TIME: Final = "response_on_time"
SATISFACTION: Final = "satisfaction_index"

Question = Annotated[Asked, Depends()]
Reader = Annotated[Principal, requires(READ)]


def router(reporting: Reporting, district: District) -> APIRouter:
    """Return the pages; `district` gives names to codes."""
    pages = APIRouter(include_in_schema=False)
    _add_dashboard(pages, reporting, district)
    _add_figures(pages, reporting, district)
    survey_page.add(pages, reporting, district)
    return pages


def _add_dashboard(pages: APIRouter, reporting: Reporting, district: District) -> None:
    reports = Reports(reporting, district)

    @pages.get("/laporan")
    def overview(request: Request, asked: Question, principal: Reader) -> Response:
        """Show the dashboard, at any instant."""
        filters = asked.filters(principal, READ, district)
        found = reporting.dashboard(filters, asked.when)
        alone = filters.puskesmas is not None
        others = reporting.dashboard(_of_all(filters), asked.when) if alone else found
        places = others["puskesmas"]
        categories = compared.pareto(found["categories"])
        surveys = compared.surveyed(found["surveys"])
        return reports.show(
            request,
            "dashboard",
            asked,
            filters,
            since=filters.since,
            until=filters.until,
            found=found,
            present=reporting.dashboard(filters, When()) if asked.when.past else None,
            registry=FIGURES,
            groups=GROUPS,
            first=[FIGURES[code] for code in FIRST],
            ages=[(first, last, FIGURES[open_of_age(first, last)]) for first, last in AGES],
            medians=compared.medians(places),
            places=len(places),
            alone=alone,
            ranking=[] if alone else compared.ranking(found["puskesmas"]),
            tiles=[] if alone else _tiles(found, district),
            arrivals=charts.arrivals(found["trend"]["points"]),
            control=charts.control(found["trend"]["points"], ON_TIME),
            funnel=None if alone else charts.funnel(places, ON_TIME),
            on_time=FIGURES[ON_TIME],
            surveys=surveys if alone else compared.by_index(surveys),
            satisfaction=FIGURES[SATISFACTION],
            categories=categories,
            vital=compared.vital(categories),
            efforts=_by(found["units"], {unit.code: unit.effort for unit in district.units}),
            clusters=_by(found["units"], {unit.code: unit.cluster for unit in district.units}),
            effort_names=EFFORTS,
            cluster_names=CLUSTERS,
            periods=_periods(reporting.clock().astimezone(ZoneInfo(DEFAULT_ZONE)).date()),
            future=asked.when.instant(reporting.clock()) - timedelta(days=1) > reporting.clock(),
            live=None if asked.when.past else reporting.place(),
        )

    @pages.get("/laporan/berita")
    async def news(
        request: Request,
        asked: Question,
        principal: Reader,
        after_place: Annotated[int, Query(alias="place", ge=-1)],
    ) -> Response:
        """Tell as it comes how much is new since a page was made; once, to whoever does not ask
        for a stream of events."""
        access: AccessStore = request.app.state.access
        token = token_of(request) or ""

        def look() -> dict[str, int] | None:
            # Asked anew each time: a session may have ended, a role may have changed.
            reader = access.principal_of(token)
            if reader is None or not reader.may_somewhere(READ):
                return None
            return reporting.news(asked.filters(reader, READ, district), after_place)

        if "text/event-stream" not in request.headers.get("accept", ""):
            return JSONResponse(await run_in_threadpool(look))
        live: Live = request.app.state.live
        return live.open(principal.account_id, look)


def _add_figures(pages: APIRouter, reporting: Reporting, district: District) -> None:
    reports = Reports(reporting, district)

    @pages.get("/laporan/angka")
    def registry(request: Request, principal: Reader) -> Response:
        """Show what each figure means and how it is made."""
        return render(
            request,
            "reporting/figures.html",
            section="reports",
            registry=FIGURES,
            groups=GROUPS,
        )

    @pages.get("/laporan/angka/{figure}")
    def cases(
        request: Request,
        figure: str,
        asked: Question,
        principal: Reader,
        part: Part = "counted",
        cursor: str | None = None,
    ) -> Response:
        """Show the cases, or surveys, behind a figure, exactly those that were counted."""
        asked_for = figure_of(figure)
        filters = asked.filters(principal, READ, district)
        found = reporting.cases_of(
            asked_for, filters, asked.when, part=part, limit=PAGE, cursor=cursor or None
        )
        return reports.show(
            request,
            "figure",
            asked,
            filters,
            figure=asked_for,
            found=found,
            part=part,
            paged=cursor is not None,
        )

    @pages.get("/laporan/kejadian/{origin}/{service}/{index}")
    def event(
        request: Request,
        origin: str,
        service: str,
        index: int,
        principal: Annotated[Principal, requires(AUDIT)],
    ) -> Response:
        """Show one event as it lies in the log: attributes, hash, and its bytes; what is sealed
        stays sealed."""
        found = reporting.event(f"/{origin}/{service}", index)
        principal.role_for(AUDIT, found["puskesmas"])
        value: bytes = found["value"]
        return render(
            request,
            "reporting/event.html",
            section="reports",
            event=found,
            text=value.decode(errors="backslashreplace"),
            size=len(value),
        )


def _of_all(filters: Filters) -> Filters:
    """Return the same question about every Puskesmas, for the median beside one's own figures."""
    return replace(filters, puskesmas=None, scope=None, reach=None)


def _by(units: list[dict[str, Any]], group_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return how many cases are of each group of units; None: of no unit that is listed."""
    found: dict[str | None, int] = {}
    for each in units:
        group = group_of.get(each["part"] or "")
        found[group] = found.get(group, 0) + each["cases"]
    ordered = sorted(found.items(), key=lambda item: (item[0] is None, -item[1]))
    return [{"part": group, "cases": cases} for group, cases in ordered]


def _tiles(found: Mapping[str, Any], district: District) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the Puskesmas by kecamatan, each with how its share on time stands."""
    rows = {each["part"]: each for each in found["puskesmas"]}
    whole = found["figures"][ON_TIME].value
    tiles = []
    for kecamatan in district.kecamatan:
        places: list[dict[str, Any]] = []
        for each in district.all_puskesmas:
            if each.kecamatan != kecamatan:
                continue
            heard = each.code not in found["unheard"]
            if heard and each.code not in rows:
                continue  # not within what the reader sees, or none of these cases is of it
            value = rows[each.code]["figures"][ON_TIME] if heard else NO_REPORT
            places.append(
                {
                    "code": each.code,
                    "name": each.name,
                    "short_code": each.short_code,
                    "value": value,
                    "tone": "quiet" if whole is None else compared.tone(value, whole),
                    "heard": heard,
                }
            )
        if places:
            tiles.append((kecamatan, places))
    return tiles


def _periods(today: date) -> list[tuple[str, str, str]]:
    """Return the periods that reports are usually about: a key, first and last day."""
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        ("month", month.isoformat(), today.isoformat()),
        ("last_month", last.replace(day=1).isoformat(), last.isoformat()),
        ("quarter", quarter.isoformat(), today.isoformat()),
        ("year", today.replace(month=1, day=1).isoformat(), today.isoformat()),
        ("all", "", ""),
    ]
