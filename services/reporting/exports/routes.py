"""The addresses under which files are had: for programs under `/api/v1/exports`, for people under
`/laporan/unduh`, the same files, and a page that says what is in them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.tables import FORMATS, Format
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.choices import address_of, choices
from services.reporting.exports.complaints import AS_OF, COLUMNS
from services.reporting.exports.exporting import Exporting, Made
from services.reporting.exports.open_data import COUNTED, RULE
from services.reporting.exports.said import WHOLE
from services.reporting.exports.spool import pieces
from services.reporting.replay.pages import pdf
from services.reporting.words import Names

EXPORT: Final = "report.export"
EVENTS: Final = "events.read"
ROOM: Final = "/laporan/unduh"

Question = Annotated[Asked, Depends()]
Exporter = Annotated[Principal, requires(EXPORT)]
EventReader = Annotated[Principal, requires(EVENTS)]


def add_calls(
    api: APIRouter, reporting: Reporting, district: District, exporting: Exporting
) -> None:
    """Add the calls for programs."""
    _add_tables(api, "/exports/complaints", "/exports/open-data", reporting, district, exporting)
    _add_log(api, "/exports/log.tar", reporting, district, exporting)

    @api.get("/exports/cases/{number}", response_class=Response)
    def case_file(request: Request, number: str, asked: Question, principal: Exporter) -> Response:
        """Return the case file of a complaint as PDF, without its words."""
        _wait(reporting, asked)
        return pdf(reporting, district, principal, number, asked.when, language_of(request))


def add_files(
    pages: APIRouter, reporting: Reporting, district: District, exporting: Exporting
) -> None:
    """Add the addresses for people."""
    _add_tables(pages, f"{ROOM}/keluhan", f"{ROOM}/data-terbuka", reporting, district, exporting)
    _add_log(pages, f"{ROOM}/log.tar", reporting, district, exporting)

    @pages.get(ROOM)
    def downloads(request: Request, asked: Question, principal: Exporter) -> Response:
        """Show what may be downloaded of what was asked for, and what its columns mean."""
        filters = asked.filters(principal, EXPORT, district)
        listing = reporting.complaints(filters, asked.when, limit=1)
        names = Names(district, language_of(request))
        return render(
            request,
            "reporting/downloads.html",
            section="reports",
            when=asked.when,
            some=bool(listing.items),
            choices=names.choices(filters.scope) | choices(),
            form=Form(values=dict(request.query_params)),
            address=lambda path, **more: address_of(request, path, more),
            columns=[column for column, _value in COLUMNS] + [*AS_OF, *WHOLE],
            counted=COUNTED,
            rule=RULE,
            reads_events=principal.may_somewhere(EVENTS),
        )


def _add_tables(
    router: APIRouter,
    complaints: str,
    open_data: str,
    reporting: Reporting,
    district: District,
    exporting: Exporting,
) -> None:
    def add(kind: Format) -> None:
        @router.get(f"{complaints}.{kind}", response_class=StreamingResponse)
        def list_of_complaints(
            request: Request, asked: Question, principal: Exporter
        ) -> StreamingResponse:
            """Return the list of complaints as a file: the same rows, without words."""
            filters = asked.filters(principal, EXPORT, district)
            _wait(reporting, asked)
            return sent(exporting.complaints(filters, asked.when, language_of(request), kind))

        @router.get(f"{open_data}.{kind}", response_class=StreamingResponse)
        def counts(request: Request, asked: Question, principal: Exporter) -> StreamingResponse:
            """Return how much came in, as it may be published: small counts are put together."""
            filters = asked.filters(principal, EXPORT, district)
            _wait(reporting, asked)
            return sent(exporting.open_data(filters, asked.when, language_of(request), kind))

    for kind in FORMATS:
        add(kind)


def _add_log(
    router: APIRouter, path: str, reporting: Reporting, district: District, exporting: Exporting
) -> None:
    @router.get(path, response_class=StreamingResponse)
    def log(asked: Question, principal: EventReader) -> StreamingResponse:
        """Return the log copy as Parquet, a file a month of recording, with a manifest."""
        filters = asked.filters(principal, EVENTS, district)
        _wait(reporting, asked)
        return sent(exporting.log(filters, asked.when))


def sent(made: Made) -> StreamingResponse:
    """Return a file as an answer, to be saved."""
    return StreamingResponse(
        pieces(made.file),
        media_type=made.media_type,
        headers={"content-disposition": f'attachment; filename="{made.name}"'},
    )


def _wait(reporting: Reporting, asked: Asked) -> None:
    if asked.after is not None:
        reporting.wait_for(asked.after)
