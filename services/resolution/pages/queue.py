"""The queue: which cases there are, what is next on each, and when it is due."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import CLUSTERS, EFFORTS, District
from services.kernel.keyring import Words
from services.kernel.text import _
from services.kernel.web import words as glossary
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages.lists import Asked, CaseLists, Seen
from services.resolution.pages.rows import name_of, rows

__all__ = ["NAV", "PATH", "READ", "CaseLists", "add", "name_of"]

UNSAID: Final = "-"
"""In place of a unit's code: where none was named, as reporting's lists have it."""
PATH: Final = "/kasus"
READ: Final = "case.read"
NAV: Final = NavItem("cases", _("Kasus"), PATH, READ)
PAGE: Final = 30
FILTERS: Final = (
    "puskesmas",
    "state",
    "unit",
    "channel",
    "category",
    "area",
    "cluster",
    "mine",
)
TABS: Final = (
    ("open", _("Masih terbuka")),
    ("overdue", _("Lewat batas")),
    ("soon", _("Jatuh tempo dalam seminggu")),
    ("received", _("Baru, belum dinilai")),
    ("inform", _("Menunggu kabar ke pelapor")),
    ("praise", _("Pujian")),
    ("all", _("Semua")),
)


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the queue to `pages`."""

    @pages.get(PATH)
    def queue(
        request: Request, principal: Annotated[Principal, requires(READ)], cursor: str | None = None
    ) -> Response:
        """Show the cases that the reader may see, open ones unless asked otherwise."""
        typed = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        if "state" not in request.query_params:
            typed["state"] = "open"
        asked = {name: value for name, value in typed.items() if value}
        if "puskesmas" in asked:
            principal.role_for(READ, asked["puskesmas"])
        seen = Seen.by(principal, READ, resolution.district)
        listing = lists.cases(
            seen,
            asked_of(asked, principal, resolution.district),
            limit=PAGE,
            cursor=cursor or None,
        )
        language = language_of(request)
        return render(
            request,
            "resolution/queue.html",
            section="cases",
            rows=rows(resolution, words, principal, listing.items, language, page="queue"),
            form=Form(values=asked),
            choices=_choices(resolution, seen.scope, language),
            tabs=[(state, label, address({**asked, "state": state})) for state, label in TABS],
            state=asked.get("state", "all"),
            narrowed=bool(asked.keys() - {"state"}),
            filtered=asked != {"state": "open"},
            live=lists.place(),
            first=address(asked) if cursor else None,
            next=address({**asked, "cursor": listing.next}) if listing.next else None,
        )


def asked_of(asked: Mapping[str, str], principal: Principal, district: District) -> Asked:
    """Return what an address asks for; `all` states is a choice of the page, no condition."""
    state = asked.get("state")
    return Asked(
        puskesmas=asked.get("puskesmas"),
        state=None if state == "all" else state,
        unit=asked.get("unit"),
        channel=asked.get("channel"),
        category=asked.get("category"),
        units=_units(district, asked.get("area"), asked.get("cluster")),
        entered_by=principal.account_id if "mine" in asked else None,
    )


def _units(district: District, area: str | None, cluster: str | None) -> frozenset[str] | None:
    if area is None and cluster is None:
        return None
    return frozenset(
        unit.code
        for unit in district.units
        if area in (None, unit.effort) and cluster in (None, unit.cluster)
    )


def _choices(
    resolution: Resolution, scope: frozenset[str] | None, language: str
) -> dict[str, list[tuple[str, Any]]]:
    district = resolution.district
    return {
        "puskesmas": [
            (each.code, each.name)
            for each in district.all_puskesmas
            if scope is None or each.code in scope
        ],
        "unit": [
            *((each.code, each.name_in(language)) for each in district.units),
            (UNSAID, _("unit tidak disebut")),
        ],
        "category": [(each.code, each.name_in(language)) for each in district.categories],
        "channel": list(glossary.WORDS["channel"].items()),
        "area": list(EFFORTS.items()),
        "cluster": list(CLUSTERS.items()),
        "state": [
            ("open", _("Masih terbuka")),
            ("overdue", _("Lewat batas")),
            ("soon", _("Jatuh tempo dalam seminggu")),
            ("inform", _("Menunggu kabar ke pelapor")),
            ("approve", _("Menunggu persetujuan terbit")),
            ("redraft", _("Dikembalikan, perlu disusun ulang")),
            ("release", _("Menunggu diterbitkan")),
            ("paused", _("Jeda: menunggu pelapor")),
            ("escalated", _("Dinaikkan ke dinas")),
            ("advised", _("Dijawab dinas, masih terbuka")),
            ("closed", _("Selesai")),
            ("praise", _("Pujian")),
            ("all", _("Semua")),
            *glossary.WORDS["state"].items(),
        ],
    }


def address(asked: Mapping[str, str]) -> str:
    """Return the queue's address with these filters."""
    return f"{PATH}?{urlencode(asked)}" if asked else PATH
