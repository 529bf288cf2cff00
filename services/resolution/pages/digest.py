"""A digest of reminders: all of what a reader was reminded of at once, the most urgent first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district.reminders import time_of
from services.kernel.web.language import language_of, translator
from services.kernel.web.pages import Pages, render
from services.resolution.application import Resolution
from services.resolution.pages.lists import CaseLists
from services.resolution.reminders.api import MOST, READ, Slot
from services.resolution.reminders.digests import LINES, PATH, Digests, Standing
from services.resolution.words import STEPS

BELL: Final = "/pemberitahuan"
CASE: Final = "/kasus"


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists) -> None:
    """Add the page of a digest to `pages`."""
    digests = Digests(resolution, lists)

    @pages.get(PATH + "/{slot}")
    def digest(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        slot: Slot,
        after: Annotated[int, Query(ge=0, le=MOST)] = 0,
    ) -> Response:
        """Show a page of a digest, and which of its lines are done by now."""
        among = digests.of(principal, slot)
        things = sum(each.things for each in among)
        found = digests.lines(among, slot, after)
        following = after + LINES
        return render(
            request,
            "resolution/digest.html",
            section="notices",
            wide=False,
            back=BELL,
            at=moment_of(request, slot),
            things=things,
            late=sum(each.late for each in among),
            rows=_rows(resolution, found, language_of(request)),
            first=f"{PATH}/{slot}" if after else None,
            next=f"{PATH}/{slot}?after={following}" if following < things else None,
        )


def moment_of(request: Request, slot: str) -> datetime:
    """Return the time of a digest as its pages show it: that of the Puskesmas' own clock."""
    pages: Pages = request.app.state.pages
    return time_of(slot).replace(tzinfo=pages.zone)


def _rows(resolution: Resolution, found: Sequence[Standing], language: str) -> list[dict[str, Any]]:
    translate = translator(language)
    several = len({each.owed.puskesmas for each in found}) > 1
    return [
        {
            "late": each.late,
            "open": each.open,
            # A duty's name is a sentence of reporting's, or a box's own.
            "name": translate(each.owed.name) if each.owed.page else each.owed.name,
            "href": each.owed.page or f"{CASE}/{each.owed.subject}",
            "what": each.what,
            "step": STEPS[each.step] if each.step else None,
            "due_at": each.owed.due_at,
            "place": resolution.district.puskesmas(each.owed.puskesmas).name if several else None,
        }
        for each in found
    ]
