"""My work today: what waits for the reader's roles, each figure beside the district's median and
a link to just that list, and the most urgent cases below."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import PUBLIC, current_principal, requires
from services.kernel.district import District
from services.kernel.errors import Forbidden
from services.kernel.keyring import Words
from services.kernel.keyring.reviewing import REVIEW
from services.kernel.text import Text, _
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.problems import SIGN_IN_PAGE
from services.resolution.application import Resolution
from services.resolution.pages.lists import Asked, CaseLists, Seen
from services.resolution.pages.news import tell
from services.resolution.pages.rows import rows
from services.resolution.pages.unusual import reviewing_of

PATH: Final = "/kerja"
READ: Final = "case.read"
NAV: Final = NavItem("work", _("Kerja saya"), PATH, READ)
SHOWN: Final = 12
ELSEWHERE: Final = (("report.read", "/laporan"), ("operations.read", "/operasi"))
"""Where those begin who work on no case, by what they may do."""


class Tile(NamedTuple):
    """A figure: its words, its list, and how it looks when it is not zero."""

    label: Text
    href: str
    tone: str = ""


TILES: Final[Mapping[str, Tile]] = {
    "overdue": Tile(_("Lewat batas"), "/kasus?state=overdue", "late"),
    "soon": Tile(_("Jatuh tempo dalam seminggu"), "/kasus?state=soon", "soon"),
    "received": Tile(_("Baru, belum dinilai"), "/kasus?state=received"),
    "inform": Tile(_("Menunggu kabar ke pelapor"), "/kasus?state=inform"),
    "open": Tile(_("Masih terbuka"), "/kasus?state=open"),
    "documented": Tile(_("Menunggu evaluasi"), "/kasus?state=documented"),
    "reopened": Tile(_("Dibuka kembali"), "/kasus?state=reopened", "soon"),
    "escalated": Tile(_("Dinaikkan ke dinas"), "/kasus?state=escalated", "late"),
    "advised": Tile(_("Dijawab dinas, masih terbuka"), "/kasus?state=advised", "soon"),
    "paused": Tile(_("Jeda: menunggu pelapor"), "/kasus?state=paused"),
    "approve": Tile(_("Menunggu persetujuan terbit"), "/terbitkan?menunggu=approval"),
    "redraft": Tile(_("Dikembalikan, perlu disusun ulang"), "/terbitkan?menunggu=redraft", "soon"),
    "release": Tile(_("Menunggu diterbitkan"), "/terbitkan?menunggu=release"),
}
MINE: Final[Mapping[str, Tile]] = {
    "open": Tile(_("Saya catat, masih terbuka"), "/kasus?mine=1&state=open"),
    "overdue": Tile(_("Saya catat, lewat batas"), "/kasus?mine=1&state=overdue", "late"),
    "inform": Tile(_("Saya catat, menunggu kabar"), "/kasus?mine=1&state=inform"),
}
# By role, in the order of the roles: what each has to do, the most pressing first.
BY_ROLE: Final[Mapping[str, tuple[str, ...]]] = {
    "complaint_team": ("overdue", "soon", "received", "inform", "advised", "paused"),
    "quality_lead": ("documented", "reopened", "overdue"),
    "head": ("approve", "overdue", "soon", "reopened"),
    "publisher": ("redraft", "release", "approve", "inform"),
    "coordinator": ("overdue", "soon", "open"),
    "district": ("escalated", "overdue", "soon", "received", "open"),
}
FIRST_THAT_WAITS: Final = ("quality_lead", "head", "publisher")
"""The roles whose first figure that is not zero stands below as a list; else it is what is open."""
PUBLISHING: Final = ("approve", "redraft", "release", "inform")
"""The lists whose next step is publication's."""


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the first page after signing in to `pages`."""
    reviewing = reviewing_of(resolution)

    @pages.get("/", dependencies=[PUBLIC])
    def front(request: Request) -> Response:
        """Lead to the reader's work, or to signing in."""
        principal = current_principal(request)
        if principal is None:
            return RedirectResponse(SIGN_IN_PAGE, 303)
        if principal.may_somewhere(READ):
            return RedirectResponse(PATH, 303)
        found = (href for may, href in ELSEWHERE if principal.may_somewhere(may))
        if (href := next(found, None)) is None:
            raise Forbidden(_("Akun ini belum diberi peran. Hubungi pengelola sistem."))
        return RedirectResponse(href, 303)

    @pages.get(PATH + "/berita")
    async def news(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        since: Annotated[int, Query(ge=-1)],
    ) -> Response:
        """Tell as it comes how much is new since a place of the lists; once, to whoever does not
        ask for a stream of events."""

        def count(reader: Principal) -> dict[str, int] | None:
            if not reader.may_somewhere(READ):
                return None
            return lists.news(Seen.by(reader, READ, resolution.district), since)

        return await tell(request, principal, count)

    @pages.get(PATH)
    def work(request: Request, principal: Annotated[Principal, requires(READ)]) -> Response:
        """Show what waits for the reader's roles, and the most urgent of it."""
        seen = Seen.by(principal, READ, resolution.district)
        tiles = _tiles(principal, seen, lists)
        below = _below(principal, {each["name"] for each in tiles if each["count"]})
        found = lists.cases(seen, below, limit=SHOWN, cursor=None)
        first = _first_place(principal, resolution.district)
        return render(
            request,
            "resolution/work.html",
            section="work",
            zone=first and ZoneInfo(first.zone),
            tiles=tiles,
            box=_box(principal, resolution, lists),
            several=seen.scope is None or len(seen.scope) > 1,
            list_name=TILES[below.state or "open"].label,
            list_href=_list_href(below),
            more=found.next is not None,
            publications=below.state in PUBLISHING,
            rows=rows(resolution, words, principal, found.items, language_of(request), page="work"),
            live=lists.place(),
            receives=principal.may_somewhere("complaint.receive"),
            unusual=reviewing.waiting(principal) if principal.may_somewhere(REVIEW) else 0,
        )


def _roles(principal: Principal) -> list[str]:
    held = {grant.role for grant in principal.grants}
    return [role for role in ("complaint_team", *BY_ROLE, "officer") if role in held]


def _tiles(principal: Principal, seen: Seen, lists: CaseLists) -> list[dict[str, Any]]:
    roles = _roles(principal)
    names = dict.fromkeys(name for role in roles for name in BY_ROLE.get(role, ()))
    figures = lists.work(seen, [*names]) if names else {}
    tiles = [_tile(name, TILES[name], **figures[name]) for name in names]
    if "officer" in roles:
        mine = lists.work_of(principal.account_id)
        tiles += [_tile(f"mine-{name}", tile, count=mine[name]) for name, tile in MINE.items()]
    return tiles


def _tile(
    name: str,
    tile: Tile,
    count: int,
    median: float | None = None,
    oldest: datetime | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "label": tile.label,
        "href": tile.href,
        "tone": tile.tone if count else "",
        "count": count,
        "median": median,
        "oldest": oldest if count else None,
    }


def _below(principal: Principal, waiting: set[str]) -> Asked:
    """Return which cases stand below: those that the reader's foremost role waits for, of the
    lists in which anything is `waiting`."""
    roles = _roles(principal)
    foremost = roles[0] if roles else ""
    state = "open"
    if foremost in FIRST_THAT_WAITS:
        names = BY_ROLE[foremost]
        state = next((name for name in names if name in waiting), names[0])
    return Asked(state=state, entered_by=principal.account_id if foremost == "officer" else None)


def _list_href(below: Asked) -> str:
    return f"/kasus?{'mine=1&' if below.entered_by else ''}state={below.state}"


def _first_place(principal: Principal, district: District) -> Any:
    scope = principal.scope(READ)
    return next((each for each in district.all_puskesmas if scope and each.code in scope), None)


def _box(principal: Principal, resolution: Resolution, lists: CaseLists) -> dict[str, Any] | None:
    """Return which suggestion box is to be opened next by its schedule, and when (SOP Puring 1.8:
    monthly); the agenda tells of all of them."""
    if not principal.may_somewhere("box.open"):
        return None
    scope, opened = principal.scope("box.open"), lists.boxes()
    now = resolution.clock()
    found: list[dict[str, Any]] = []
    for here in resolution.district.all_puskesmas:
        if scope is None or here.code in scope:
            today = now.astimezone(ZoneInfo(here.zone)).date()
            last = opened.get(here.code)
            last_on = last.astimezone(ZoneInfo(here.zone)).date() if last else None
            calendar = resolution.promises.calendar(here.code)
            for box in here.boxes_in_use:
                due = box.schedule.next_due(calendar, today, last_on)
                place = here.name if len(here.boxes_in_use) == 1 else f"{here.name}, {box.name}"
                found.append(
                    {
                        "place": place,
                        "code": here.code,
                        "due": due,
                        "last": last,
                        "late": due < today,
                    }
                )
    return min(found, key=lambda each: each["due"], default=None)
