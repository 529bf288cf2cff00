"""The addresses of the board's sheet, its feed, and the screen in the waiting room."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.district import District, Puskesmas
from services.kernel.paper import MEDIA_TYPE as PDF
from services.kernel.web.addresses import address
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.pictures import drawn
from services.reporting.application import Reporting
from services.reporting.boards import feed as atom
from services.reporting.boards.paper import sheet
from services.reporting.boards.screens import screens
from services.reporting.boards.shown import notes
from services.reporting.words import Names

ON_SHEETS: Final = 40
ON_SCREEN: Final = 20
"""The newest: a round of a screen lasts no longer than people wait."""
IN_FEED: Final = 50


def add(pages: APIRouter, reporting: Reporting, district: District) -> None:
    """Add the addresses to those of the public, which declare that anybody may come."""

    def board(
        request: Request, code: str, medium: str, limit: int
    ) -> tuple[Puskesmas, str, list[dict[str, Any]]]:
        here = district.puskesmas(code.lower())  # as people type it
        language = language_of(request)
        names, zone = Names(district, language), ZoneInfo(here.zone)
        items = [
            each | {"notes": notes(each, names, language, zone)}
            for each in reporting.board(here.code, medium, limit)
        ]
        return here, language, items

    @pages.get("/p/{code}/papan.pdf")
    def board_on_paper(request: Request, code: str) -> Response:
        """Return the board as sheets of A4."""
        here, language, items = board(request, code, "notice_board", ON_SHEETS)
        checkpoint = next(iter(reporting.checkpoints(1)), None)
        receipts = address(request, "/r")
        made = sheet(here, items, checkpoint, receipts, reporting.clock(), language)
        name = f'inline; filename="papan-{here.code}.pdf"'
        return Response(made, media_type=PDF, headers={"content-disposition": name})

    @pages.get("/p/{code}/papan.atom")
    def board_as_feed(request: Request, code: str) -> Response:
        """Return the board as an Atom feed."""
        here, language, items = board(request, code, "notice_board", IN_FEED)
        made = atom.feed(
            language=language,
            title=here.name,
            author=here.name,
            address=address(request, f"/p/{here.code}/papan.atom"),
            page=address(request, f"/p/{here.code}/papan"),
            items=items,
        )
        return Response(made, media_type=atom.MEDIA_TYPE)

    @pages.get("/p/{code}/tv")
    def screen(request: Request, code: str) -> Response:
        """Show the board on a screen that nobody touches."""
        here, _language, items = board(request, code, "clinic_tv", ON_SCREEN)
        form = address(request, f"/p/{here.code}/lapor")
        return render(
            request,
            "reporting/tv.html",
            zone=ZoneInfo(here.zone),
            puskesmas=here,
            items=[each | {"screens": screens(each["text"])} for each in items],
            form=form,
            picture=drawn(form, scale=8),
        )
