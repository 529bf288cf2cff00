"""Who opened the sealed words of one case, all that is looked at: also for the auditor, who sees
neither the words nor the case's own page."""

from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.errors import NotFound
from services.kernel.handover.told import Told
from services.kernel.keyring import Words
from services.kernel.keyring.words import LATEST
from services.kernel.web.opened import opened
from services.kernel.web.others import namer
from services.kernel.web.pages import render
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.pages.elsewhere import told_of
from services.resolution.pages.lists import CaseLists

READ: Final = "openings.read"


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the page to `pages`."""

    @pages.get("/kasus/{id}/pembukaan")
    def openings(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Show who opened the words of a case, what for and when, the newest first."""
        case = _case(resolution, lists, id)
        principal.role_for(READ, case.puskesmas)
        here = resolution.district.puskesmas(case.puskesmas)
        zone = ZoneInfo(here.zone)
        found = words.openings(principal, case.puskesmas, str(id))
        return render(
            request,
            "resolution/openings.html",
            section="cases",
            wide=False,
            zone=zone,
            place=here.name,
            id=id,
            number=case.number,
            reads=principal.may("case.read", case.puskesmas),
            rows=opened(found, str(id), zone, namer(request.app.state.access), most=None),
            most=LATEST,
            searches=principal.may("openings.search", case.puskesmas),
        )


def _case(resolution: Resolution, lists: CaseLists, id: UUID) -> Case | Told:
    """Return the case, or what the log tells of one whose home is elsewhere; raises NotFound."""
    try:
        return resolution.get(id)
    except NotFound:
        return told_of(resolution, lists.thread(id))
