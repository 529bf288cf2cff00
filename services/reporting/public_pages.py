"""The public's pages: a Puskesmas, its board, and a receipt. Printed on paper, so for ever."""

import json
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi import Form as FormField
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.web import PUBLIC, trying_a_code
from services.kernel.district import District
from services.kernel.errors import NotFound, Problem, TooMany, invalid
from services.kernel.text import _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.pictures import drawn
from services.reporting.application import Reporting
from services.reporting.boards import pages as boards
from services.reporting.words import Names, said_of, stages, unpublished

_MOST: Final = 60
_NEWEST: Final = 3
_FEWEST: Final = 5
"""Below so many complaints a figure would point at single people."""


def router(reporting: Reporting, district: District) -> APIRouter:
    """Return the public's pages."""
    pages = APIRouter(include_in_schema=False, dependencies=[PUBLIC])

    def board_page(request: Request, code: str, name: str, limit: int) -> Response:
        place = district.puskesmas(code.lower())  # as people type it
        return render(
            request,
            f"reporting/{name}.html",
            wide=False,
            home=f"/p/{place.code}",
            zone=ZoneInfo(place.zone),
            puskesmas=place,
            names=Names(district, language_of(request)),
            items=reporting.board(place.code, "notice_board", limit),
            handled=reporting.handled(place.code),
            fewest=_FEWEST,
            checkpoint=next(iter(reporting.checkpoints(1)), None),
            drawn=drawn,
        )

    boards.add(pages, reporting, district)

    @pages.get("/p/{code}")
    def puskesmas(request: Request, code: str) -> Response:
        """Show a Puskesmas: how to complain, how to ask, and what came of complaints."""
        return board_page(request, code, "puskesmas", _NEWEST)

    @pages.get("/p/{code}/papan")
    def board(request: Request, code: str) -> Response:
        """Show the board of a Puskesmas."""
        return board_page(request, code, "board", 100)

    @pages.get("/r")
    def ask_receipt(request: Request) -> Response:
        """Ask for the code of a receipt."""
        return _receipt_form(request, Form())

    @pages.post("/r")
    def receipt(request: Request, receipt: Annotated[str, FormField()] = "") -> Response:
        """Show how far a complaint is. The code comes by form: it is in no address and no log."""
        try:
            if not receipt.strip():
                raise invalid("receipt", _("Tulis kode yang ada pada tanda terima Anda."))
            if len(receipt) > _MOST:
                raise invalid("receipt", _("Paling banyak {limit} huruf.", limit=_MOST))
            with trying_a_code(request):
                found = reporting.receipt(receipt)
        except Problem as problem:
            page = _receipt_form(request, Form.refused({}, problem), problem.status)
            if isinstance(problem, TooMany):
                page.headers["retry-after"] = str(problem.extra["retry_after"])
            return page
        place = district.puskesmas(found["puskesmas"])
        response = render(
            request,
            "reporting/receipt.html",
            wide=False,
            home=f"/p/{place.code}",
            zone=ZoneInfo(place.zone),
            puskesmas=place,
            receipt=found,
            said=said_of(found),
            unpublished=unpublished(found),
            entries=stages(found),
            proof=_proof(reporting, receipt),
        )
        response.headers["cache-control"] = "no-store"
        return response

    return pages


def _proof(reporting: Reporting, code: str) -> dict[str, Any] | None:
    """Return the proof that the entry of a receipt is recorded; None until a checkpoint covers it,
    or where its history is at another origin."""
    try:
        found = reporting.proof_of(*reporting.entry_of(code))
    except NotFound:
        return None
    return found | {"plain": json.dumps(found)}


def _receipt_form(request: Request, form: Form, status: int = 200) -> Response:
    return render(request, "reporting/receipt_form.html", status=status, wide=False, form=form)
