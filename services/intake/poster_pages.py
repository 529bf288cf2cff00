"""Posters for each unit: a picture that leads to the public's form with the unit filled in."""

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import Puskesmas
from services.kernel.web.addresses import address
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.pictures import drawn

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat/poster"
SCALE: Final = 7

Reachable = Callable[[Intake, Principal], list[Puskesmas]]


def add(pages: APIRouter, intake: Intake, reachable: Reachable) -> None:
    """Add the page; `reachable` says for which Puskesmas somebody may print."""

    @pages.get(PATH)
    def posters(
        request: Request,
        principal: Annotated[Principal, requires(RECEIVE)],
        puskesmas: str | None = None,
        unit: str = "",
    ) -> Response:
        """Show the posters of a Puskesmas, or of one of its units, as they are printed."""
        places = reachable(intake, principal)
        code = puskesmas or (places[0].code if len(places) == 1 else None)
        here = None if code is None else intake.at(code)
        if here is not None:
            principal.role_for(RECEIVE, here.code)
        language = language_of(request)
        units = [] if here is None else list(intake.district.units_of(here.code))
        names = [(each.code, each.name_in(language)) for each in units]
        sheets = [] if here is None else _sheets(request, here, names, unit)
        return render(
            request,
            "intake/poster.html",
            section="desk",
            wide=False,
            here=here,
            place=here and here.name,
            reachable=places,
            units=names,
            chosen=unit,
            sheets=sheets,
        )


def _sheets(
    request: Request, here: Puskesmas, units: list[tuple[str, str]], chosen: str
) -> list[dict[str, object]]:
    """Return what each sheet shows: one for the whole Puskesmas, then one for each unit."""
    form = address(request, f"/p/{here.code}/lapor")
    sheets: list[dict[str, object]] = []
    for code, name in [("", ""), *units]:
        if chosen and code != chosen:
            continue
        link = form + (f"?{urlencode({'unit': code})}" if code else "")
        sheets.append({"unit": name, "picture": drawn(link, scale=SCALE), "address": form})
    return sheets
