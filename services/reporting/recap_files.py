"""The addresses under which recaps are had as files, with the lines of the pages: for programs
under `/api/v1/exports`, for people under `/laporan/unduh`."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.months import Month, Stretch
from services.kernel.tables import FORMATS, Format
from services.kernel.web.language import language_of
from services.kernel.web.refusals import refusals
from services.reporting.application import Reporting
from services.reporting.asked import asked_when
from services.reporting.exports.exporting import Exporting
from services.reporting.exports.recap import SIDES, recap_table
from services.reporting.exports.routes import EXPORT, sent
from services.reporting.monthly import Monthly
from services.reporting.queries import Filters, When
from services.reporting.rollup import RollUps

CALLS: Final = "/api/v1/exports"
ROOM: Final = "/laporan/unduh"
ROLLED_UP: Final = ("as_reported", "as_now")
Exporter = Annotated[Principal, requires(EXPORT)]
Asked = Annotated[When, Depends(asked_when)]


class RecapFiles:
    """Makes files of recaps."""

    def __init__(self, reporting: Reporting, district: District) -> None:
        self._reporting, self._district = reporting, district
        self._exporting = Exporting(reporting, district)

    def made(
        self,
        lines: Sequence[Any],
        puskesmas: str | None,
        period: Month | Stretch,
        sides: Sequence[str],
        scope: frozenset[str] | None,
        when: When,
        language: str,
        kind: Format,
    ) -> StreamingResponse:
        """Return lines of a recap as a file."""
        filters = Filters(scope, puskesmas=puskesmas, since=period.first, until=period.last)
        now = self._reporting.clock()
        table = recap_table(
            lines, puskesmas, period, sides, filters, when, now, self._district, language
        )
        return sent(self._exporting.tabled(table, language, kind))


def router(
    reporting: Reporting, monthly: Monthly, rollups: RollUps, district: District
) -> APIRouter:
    """Return the addresses."""
    files = RecapFiles(reporting, district)
    api = APIRouter(tags=["reporting"])
    for kind in FORMATS:
        for room, described in ((CALLS, True), (ROOM, False)):
            names = ("recap", "recap-rollup") if described else ("rekap", "rekap-gabungan")
            _add_month(api, f"{room}/{names[0]}.{kind}", files, monthly, kind, described)
            _add_stretch(api, f"{room}/{names[1]}.{kind}", files, rollups, kind, described)
    return api


def _add_month(
    api: APIRouter, path: str, files: RecapFiles, monthly: Monthly, kind: Format, described: bool
) -> None:
    @api.get(
        path,
        response_class=StreamingResponse,
        include_in_schema=described,
        responses=refusals(404),
    )
    def of_month(
        request: Request,
        principal: Exporter,
        when: Asked,
        puskesmas: Annotated[str, Query(description="a Puskesmas' code")],
        month: Annotated[
            str | None, Query(description="2026-03; the last that is over, when left out")
        ] = None,
    ) -> StreamingResponse:
        """Return a month's recap as a file: as reported, as corrected, and as it is."""
        principal.role_for(EXPORT, puskesmas)
        asked = Month.written(month) if month else monthly.last_over(puskesmas)
        lines = monthly.report(puskesmas, asked, when)["lines"]
        scope = principal.scope(EXPORT)
        language = language_of(request)
        return files.made(lines, puskesmas, asked, tuple(SIDES), scope, when, language, kind)


def _add_stretch(
    api: APIRouter, path: str, files: RecapFiles, rollups: RollUps, kind: Format, described: bool
) -> None:
    @api.get(
        path,
        response_class=StreamingResponse,
        include_in_schema=described,
        responses=refusals(404),
    )
    def of_stretch(
        request: Request,
        principal: Exporter,
        when: Asked,
        period: Annotated[str, Query(description="2026-Q1, 2026-S1 or 2026")],
        puskesmas: str = "",
    ) -> StreamingResponse:
        """Return recaps added up as a file: as reported and, of one Puskesmas, as they are."""
        if puskesmas:
            principal.role_for(EXPORT, puskesmas)
        asked, scope = Stretch.written(period), principal.scope(EXPORT)
        lines = rollups.of(puskesmas or None, asked, scope, when).lines
        language = language_of(request)
        place = puskesmas or None
        return files.made(lines, place, asked, ROLLED_UP, scope, when, language, kind)
