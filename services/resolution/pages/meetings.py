"""The meetings: which are called, which were held, what was decided and is not done; and the form
by which one is called (SOP Puring 1.8, 2c, 3c)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.district import Puskesmas
from services.kernel.errors import Forbidden, Problem
from services.kernel.keyring import Page, Words
from services.kernel.text import Text, _
from services.kernel.vocabulary import MEETING_KINDS
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.resumed import not_shown_yet
from services.resolution.application import Resolution
from services.resolution.domain import Meeting
from services.resolution.meetings.lists import PAGE, MeetingLists, OpenDecision
from services.resolution.meetings.recording import Meetings
from services.resolution.pages.lists import Asked, CaseLists, Seen
from services.resolution.pages.meeting_forms import PLAN, Fields, Sheet
from services.resolution.pages.meeting_words import case_of, decision_boxes
from services.resolution.pages.queue import READ as READ_CASES
from services.resolution.pages.queue import name_of

PATH: Final = "/rapat"
READ, RECORD = "meeting.read", "meeting.record"
NAV: Final = NavItem("meetings", _("Rapat"), PATH, READ)
CALLED: Final = flash("meeting.called", _("Rapat direncanakan."))
OPEN_CASES: Final = 100
"""So many open cases are proposed, the most urgent ones."""
MONTHS: Final = 4
TABS: Final[Mapping[str, Text]] = {
    "akan": _("Akan datang"),
    "lalu": _("Sudah lewat"),
    "keputusan": _("Keputusan terbuka"),
}


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the lists of meetings and the form that calls one."""
    meetings, found = Meetings(resolution), MeetingLists(resolution)

    @pages.get(PATH)
    def listed(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        lihat: str = "akan",
        puskesmas: str = "",
        cursor: UUID | None = None,
        dari: Annotated[int, Query(ge=0, le=100_000)] = 0,
    ) -> Response:
        """Show the meetings to come, those that are over, or what is left to be done of them."""
        tab = lihat if lihat in TABS else "akan"
        scope = principal.scope(READ)
        if puskesmas:
            resolution.district.puskesmas(puskesmas)
            principal.role_for(READ, puskesmas)
            scope = frozenset({puskesmas})
        asked = {"puskesmas": puskesmas} if puskesmas else {}
        here: dict[str, Any] = {"rows": [], "decisions": [], "next": None}
        following: dict[str, object]
        if tab == "keputusan":
            rows = found.open_decisions(scope, dari)
            here["decisions"] = decisions_of(resolution, words, principal, rows[:PAGE], "meetings")
            following = {"dari": dari + PAGE} if len(rows) > PAGE else {}
        else:
            shown = found.upcoming(scope) if tab == "akan" else found.past(scope, cursor)
            here["rows"] = [_row(resolution, each) for each in shown[:PAGE]]
            more = tab == "lalu" and len(shown) > PAGE
            following = {"cursor": shown[PAGE - 1].id} if more else {}
        if following:
            here["next"] = _address({**asked, "lihat": tab, **following})
        first = _address({**asked, "lihat": tab}) if cursor or dari else None
        return render(
            request,
            "resolution/meetings.html",
            section="meetings",
            tab=tab,
            tabs=[(name, text, _address({**asked, "lihat": name})) for name, text in TABS.items()],
            late=_overdue(resolution, found, scope),
            several=scope is None or len(scope) > 1,
            chosen=puskesmas,
            places=_places(resolution, principal, READ),
            records=bool(_places(resolution, principal, RECORD)),
            first=first,
            **here,
        )

    def show(
        request: Request,
        principal: Principal,
        here: Puskesmas | None,
        form: Form,
        status: int = 200,
    ) -> Response:
        zone = ZoneInfo(here.zone) if here else None
        return render(
            request,
            "resolution/meeting_plan.html",
            status=status,
            section="meetings",
            zone=zone,
            place=here and here.name,
            here=here,
            reachable=_places(resolution, principal, RECORD),
            labels=PLAN,
            form=form,
            key=form.value("key") or str(uuid4()),
            action=PATH + "/baru",
            **(choices(resolution, lists, principal, here, request) if here else {}),
        )

    @pages.get(PATH + "/baru")
    def new(
        request: Request,
        principal: Annotated[Principal, requires(RECORD)],
        puskesmas: str | None = None,
    ) -> Response:
        """Show the form that calls a meeting, after asking for which Puskesmas."""
        among = _places(resolution, principal, RECORD)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        if code is None:
            return show(request, principal, None, Form())
        here = resolution.district.puskesmas(code)
        principal.role_for(RECORD, code)
        return show(request, principal, here, Form())

    @pages.post(PATH + "/baru")
    def call(
        request: Request, principal: Annotated[Principal, requires(RECORD)], values: Fields
    ) -> Response:
        """Call a meeting, once however often it is sent, and lead to its page."""
        here = resolution.district.puskesmas(str(values.get("puskesmas", "")))
        principal.role_for(RECORD, here.code)
        sheet = Sheet(values, ZoneInfo(here.zone))
        try:
            not_shown_yet(sheet.typed.values)
            plan = sheet.plan()
            who = intent(principal, RECORD, here.code)
            once = once_of_form(principal.account_id, f"POST {PATH}/baru", values)
            answer = meetings.call(here.code, who, plan, id=meetings.new_id(), once=once).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values, problem, sheet.at_fields(problem))
            return show(request, principal, here, form, problem.status)
        return see_other(request, f"{PATH}/{answer.ids['id']}", CALLED)


def choices(
    resolution: Resolution,
    lists: CaseLists,
    principal: Principal,
    here: Puskesmas,
    request: Request,
) -> dict[str, Any]:
    """Return what a plan may be made of: kinds, months whose recaps may be discussed, and the open
    cases of the place, all of which are proposed."""
    seen = Seen.by(principal, READ_CASES, resolution.district)
    asked = Asked(puskesmas=here.code, state="open")
    page = lists.cases(seen, asked, limit=OPEN_CASES, cursor=None)
    language, district = language_of(request), resolution.district
    months = last_months(_today(resolution, here.code))
    return {
        "kinds": [(code, glossary.word("meeting", code)) for code in MEETING_KINDS],
        "months": months,
        "last_month": months[1][0],
        "open_cases": [
            (
                str(item["id"]),
                " · ".join(
                    filter(
                        None,
                        (
                            item["number"],
                            name_of(district.unit, item["service_unit"], language),
                            *(name_of(district.category, c, language) for c in item["categories"]),
                        ),
                    )
                ),
            )
            for item in page.items
        ],
        "more_cases": page.next is not None,
    }


def last_months(today: date) -> list[tuple[str, date]]:
    """Return this month and those before it, as codes and first days."""
    first = today.replace(day=1)
    found = []
    for _n in range(MONTHS):
        found.append((first.strftime("%Y-%m"), first))
        first = first.replace(
            year=first.year - (first.month == 1), month=12 if first.month == 1 else first.month - 1
        )
    return found


def _row(resolution: Resolution, each: Any) -> dict[str, Any]:
    here = resolution.district.puskesmas(each.puskesmas)
    return {
        "id": each.id,
        "kind": each.kind,
        "state": each.state,
        "at": each.at,
        "place": here.name,
        "zone": ZoneInfo(here.zone),
        "decisions": each.decisions,
        "done": each.done,
        "unwritten": each.state == "planned" and each.at < resolution.clock(),
    }


def decisions_of(
    resolution: Resolution,
    words: Words,
    principal: Principal,
    rows: list[OpenDecision],
    page: Page,
) -> list[dict[str, Any]]:
    """Return decisions that are not done, their words opened with one entry in the access log."""
    read = {each.meeting: resolution.read(Meeting, each.meeting) for each in rows}
    decided: list[tuple[Meeting, DecisionV1]] = [
        (
            read[each.meeting],
            next(one for one in read[each.meeting].decisions if one.number == each.number),
        )
        for each in rows
    ]
    opened = words.open(principal, page, decision_boxes(resolution, decided))
    return [
        {
            "meeting": meeting,
            "number": decision.number,
            "text": text,
            "who": decision.person_responsible,
            "due_on": decision.due_on,
            "late": decision.due_on < _today(resolution, meeting.puskesmas),
            "case": case_of(resolution, UUID(decision.complaint)) if decision.complaint else None,
            "place": resolution.district.puskesmas(meeting.puskesmas).name,
        }
        for (meeting, decision), text in zip(decided, opened, strict=True)
    ]


def _today(resolution: Resolution, code: str) -> date:
    zone = ZoneInfo(resolution.district.puskesmas(code).zone)
    now: datetime = resolution.clock()
    return now.astimezone(zone).date()


def _overdue(resolution: Resolution, found: MeetingLists, scope: frozenset[str] | None) -> int:
    """Return how many decisions are overdue; each Puskesmas has the day of its zone."""
    by_day: dict[date, set[str]] = {}
    for each in resolution.district.all_puskesmas:
        if scope is None or each.code in scope:
            by_day.setdefault(_today(resolution, each.code), set()).add(each.code)
    return sum(found.overdue(codes, today) for today, codes in by_day.items())


def _places(resolution: Resolution, principal: Principal, permission: str) -> list[Puskesmas]:
    scope = principal.scope(permission)
    return [
        each for each in resolution.district.all_puskesmas if scope is None or each.code in scope
    ]


def _address(asked: Mapping[str, object]) -> str:
    return f"{PATH}?{urlencode(asked)}"
