"""The queue: which cases there are, what is next on each, and when it is due."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Protocol
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.contracts import SealedBox, intake, read
from services.kernel.errors import NotFound, Problem
from services.kernel.follower import arrived
from services.kernel.keyring import Words
from services.kernel.keyring.words import About
from services.kernel.text import _
from services.kernel.web import words as glossary
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages.labels import STEPS

PATH: Final = "/kasus"
READ: Final = "case.read"
NAV: Final = (NavItem("cases", _("Kasus"), PATH, READ),)
PAGE: Final = 30
SUMMARY: Final = 140
FILTERS: Final = ("puskesmas", "state", "unit", "channel", "category")


class CaseRows(Protocol):
    """A page of the list; `next` is the cursor of the following one."""

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows."""

    @property
    def next(self) -> str | None:
        """The cursor of the following page."""


class CaseLists(Protocol):
    """Which cases there are. Each row has at least id, number, puskesmas, channel, service_unit,
    categories, received_at, state, closed, grade, settlement_due, settled_at and
    overdue."""

    def cases(
        self,
        scope: frozenset[str] | None,
        asked: Mapping[str, str],
        *,
        limit: int,
        cursor: str | None,
    ) -> CaseRows:
        """Return a page of the cases within `scope` (None: all), the most urgent first.

        `asked` holds filters by name: puskesmas, state (also open, closed, overdue), unit,
        channel, category. Raises InvalidInput for a cursor that is none of its own.
        """


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the queue to `pages`."""

    @pages.get(PATH)
    def queue(
        request: Request, principal: Annotated[Principal, requires(READ)], cursor: str | None = None
    ) -> Response:
        """Show the cases that the reader may see, open ones unless asked otherwise."""
        scope = principal.scope(READ)
        typed = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        if "state" not in request.query_params:
            typed["state"] = "open"
        asked = {name: value for name, value in typed.items() if value}
        if "puskesmas" in asked:
            principal.role_for(READ, asked["puskesmas"])
        # "all" is a choice of this page; to the list it is no condition.
        wanted = {name: value for name, value in asked.items() if value != "all"}
        listing = lists.cases(scope, wanted, limit=PAGE, cursor=cursor or None)
        return render(
            request,
            "resolution/queue.html",
            section="cases",
            rows=_rows(resolution, words, principal, listing.items, language_of(request)),
            form=Form(values=asked),
            choices=_choices(resolution, scope, language_of(request)),
            filtered=wanted != {"state": "open"},
            first=_address(asked) if cursor else None,
            next=_address({**asked, "cursor": listing.next}) if listing.next else None,
        )


def _rows(
    resolution: Resolution,
    words: Words,
    principal: Principal,
    items: list[dict[str, Any]],
    language: str,
) -> list[dict[str, Any]]:
    sealed = [_sealed(resolution, item) for item in items]
    opened = words.open(principal, "queue", sealed)
    return [
        _row(resolution, item, said, language) for item, said in zip(items, opened, strict=True)
    ]


def _sealed(resolution: Resolution, item: Mapping[str, Any]) -> tuple[About, SealedBox | None]:
    """Return the words of a complaint as they arrived here, still sealed."""
    for message in arrived(resolution, str(item["id"])):
        event = read(message)
        if isinstance(event, intake.ComplaintReceivedV1):
            area = resolution.district.area_of(event.service_unit)
            about = About(message.puskesmas, event.confidentiality, message.actor, area)
            return about, event.text
    return About(item["puskesmas"], item["confidentiality"], None, None), None


def _row(
    resolution: Resolution, item: dict[str, Any], said: str | None, language: str
) -> dict[str, Any]:
    district = resolution.district
    due, settled, left, expected = item["settlement_due"], item["settled_at"], None, None
    try:
        case = resolution.get(item["id"])
    except NotFound:
        # Praise opens no case, and a complaint whose home is elsewhere has none here.
        case = None
    if case is not None and case.allowed:
        expected = STEPS[case.allowed[0].value]
    if due is not None and settled is None and not item["closed"]:
        calendar = resolution.promises.calendar(item["puskesmas"])
        today = calendar.local_date(resolution.clock())
        left = calendar.working_days_between(today, calendar.local_date(due))
    return item | {
        "place": district.puskesmas(item["puskesmas"]).name,
        "unit": name_of(district.unit, item["service_unit"], language),
        "about": [name_of(district.category, code, language) for code in item["categories"]],
        "summary": said and _one_line(said),
        "has_case": case is not None,
        "expected": expected,
        "left": left,
        "due": due,
        "on_time": settled is not None and due is not None and settled <= due,
    }


def name_of(find: Callable[[str], Any], code: str | None, language: str) -> str | None:
    """Return the name of a unit or category, or its code when the district dropped it."""
    try:
        return find(code).name_in(language) if code else None
    except Problem:
        return code


def _one_line(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rstrip() + "…"


def _choices(
    resolution: Resolution, scope: frozenset[str] | None, language: str
) -> dict[str, list[tuple[str, object]]]:
    district = resolution.district
    return {
        "puskesmas": [
            (each.code, each.name)
            for each in district.all_puskesmas
            if scope is None or each.code in scope
        ],
        "unit": [(each.code, each.name_in(language)) for each in district.units],
        "category": [(each.code, each.name_in(language)) for each in district.categories],
        "channel": list(glossary.WORDS["channel"].items()),
        "state": [
            ("open", _("Masih terbuka")),
            ("overdue", _("Lewat batas")),
            ("closed", _("Selesai")),
            ("all", _("Semua")),
            *glossary.WORDS["state"].items(),
        ],
    }


def _address(asked: Mapping[str, str]) -> str:
    return f"{PATH}?{urlencode(asked)}" if asked else PATH
