"""Reporting's pages: lists, totals and operations for those who work here. The dashboard is in
`figures/pages.py`, the public's pages in `public_pages.py`."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.text import _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.pages import NavItem, render
from services.reporting import public_pages
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.exports import routes as exports
from services.reporting.exports.exporting import Exporting
from services.reporting.figures import pages as figure_pages
from services.reporting.open311 import routes as open311
from services.reporting.queries.totals import By
from services.reporting.replay import pages as replayed
from services.reporting.shown import Reports

READ: Final = "report.read"
OPERATE: Final = "operations.read"
MEND: Final = "operations.mend"
DRAINED: Final = flash("queue.drained", _("Antrean itu sudah habis."))
LEFT: Final = flash("queue.left", _("Antrean itu belum habis; sebabnya ada di bawah."), "late")
NAV: Final = (
    NavItem("reports", _("Laporan"), "/laporan", READ),
    NavItem("operations", _("Operasi"), "/operasi", OPERATE, rare=True),
)
PAGE: Final = 50

Question = Annotated[Asked, Depends()]
Reader = Annotated[Principal, requires(READ)]


def router(reporting: Reporting, district: District) -> APIRouter:
    """Return reporting's pages; `district` gives names to codes."""
    pages = APIRouter(include_in_schema=False)
    # As they are: `include_router` would make each of them a second time (kernel/web/app.py).
    for more in (public_pages, open311, figure_pages):
        pages.routes.extend(more.router(reporting, district).routes)
    _add_reports(pages, reporting, district)
    replayed.add(pages, reporting, district)
    exports.add_files(pages, reporting, district, Exporting(reporting, district))
    _add_operations(pages, reporting)
    return pages


def _add_reports(pages: APIRouter, reporting: Reporting, district: District) -> None:
    show = Reports(reporting, district).show

    @pages.get("/laporan/keluhan")
    def complaints(
        request: Request, asked: Question, principal: Reader, cursor: str | None = None
    ) -> Response:
        """Show the list of complaints, by what is due first while a case is open."""
        filters = asked.filters(principal, READ, district)
        open_first = filters.state in ("open", "overdue")
        listing = reporting.complaints(
            filters,
            asked.when,
            order="deadline" if open_first else "received",
            limit=PAGE,
            cursor=cursor or None,
        )
        return show(
            request, "complaints", asked, filters, listing=listing, paged=cursor is not None
        )

    @pages.get("/laporan/kendali")
    def totals(
        request: Request, asked: Question, principal: Reader, by: By = "puskesmas"
    ) -> Response:
        """Show the control totals."""
        filters = asked.filters(principal, READ, district)
        return show(
            request,
            "totals",
            asked,
            filters,
            by=by,
            rows=reporting.totals(filters, asked.when, by),
            whole=reporting.totals(filters, asked.when)[0],
        )


def _add_operations(pages: APIRouter, reporting: Reporting) -> None:
    @pages.get("/operasi", dependencies=[requires(OPERATE)])
    def operations(request: Request) -> Response:
        """Show how far the log copy and the followers are, what waits, and what is late."""
        principal: Principal = request.state.principal
        return render(
            request,
            "reporting/operations.html",
            section="operations",
            status_of=reporting.operations(),
            mends=principal.may_somewhere(MEND),
        )

    @pages.post("/operasi/antrean/{subject}", dependencies=[requires(MEND)])
    def replay_queue(request: Request, subject: str) -> Response:
        """Try a subject's set-aside events again, in order."""
        try:
            left = sum(each["left"] for each in reporting.replay_queue(subject))
        except NotFound:
            left = 0  # it was drained since the page was shown
        return see_other(request, "/operasi", LEFT if left else DRAINED)
