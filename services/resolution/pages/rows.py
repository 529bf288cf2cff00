"""The rows of a list of cases: order and figures come from the lists, words are opened here, by
role, with one entry in the access log a page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.kernel.access.principal import Principal
from services.kernel.calendar import WorkCalendar
from services.kernel.contracts import SealedBox, in_order, intake, read
from services.kernel.contracts import resolution as told
from services.kernel.errors import NotFound, Problem
from services.kernel.follower import arrived
from services.kernel.keyring import Page, Words
from services.kernel.keyring.words import About
from services.kernel.vocabulary import CASE_KINDS
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.words import PROMISED, STEPS

SUMMARY: Final = 140


def rows(
    resolution: Resolution,
    words: Words,
    principal: Principal,
    items: list[dict[str, Any]],
    language: str,
    *,
    page: Page,
    results: bool = False,
) -> list[dict[str, Any]]:
    """Return what the page shows of each case; with `results` also what was documented last."""
    sealed = []
    cases = [_case(resolution, item["id"]) for item in items]
    for item, case in zip(items, cases, strict=True):
        about, text = _said(resolution, item, case)
        sealed.append((about, text))
        if results:
            sealed.append((about, _documented(resolution, item)))
    opened = words.open(principal, page, sealed)
    step = 2 if results else 1
    calendars = {
        code: resolution.promises.calendar(code) for code in {each["puskesmas"] for each in items}
    }
    erased = words.erased([str(item["id"]) for item in items])
    found = []
    for place, (item, case) in enumerate(zip(items, cases, strict=True)):
        calendar = calendars[item["puskesmas"]]
        row = _row(resolution, calendar, item, case, opened[place * step], language)
        row["erased"] = str(item["id"]) in erased
        if results:
            row["result"] = opened[place * step + 1]
        found.append(row)
    return found


def _case(resolution: Resolution, id: UUID) -> Case | None:
    """Return a case; None for praise, which opens none, and for one whose home is elsewhere."""
    try:
        return resolution.get(id)
    except NotFound:
        return None


def _settled_at(
    item: Mapping[str, Any], case: Case | None, recorded_at: datetime | None
) -> datetime | None:
    """Return since when it is on record that nothing is left to do; `recorded_at` is when the
    complaint was written down."""
    if case is not None:
        return case.end_recorded_at
    if item["kind"] not in CASE_KINDS:
        return recorded_at
    ended: datetime | None = item["end_known_at"]
    return ended


def _said(
    resolution: Resolution, item: Mapping[str, Any], case: Case | None
) -> tuple[About, SealedBox | None]:
    """Return the words of a complaint as its form stands here, still sealed."""
    here, secret = item["puskesmas"], item["confidentiality"]
    entered_by, text, recorded_at = None, None, None
    for message in sorted(arrived(resolution, str(item["id"])), key=in_order):
        event = read(message)
        if isinstance(event, intake.ComplaintReceivedV1):
            entered_by, text, recorded_at = message.actor, event.text, message.time
        elif isinstance(event, intake.ComplaintCorrectedV1):
            text = event.text
    area = resolution.district.area_of(item["service_unit"])
    about = About(
        str(item["id"]),
        here,
        secret,
        entered_by,
        area,
        escalated=item["escalated"],
        settled_at=_settled_at(item, case, recorded_at),
    )
    return about, text


def _documented(resolution: Resolution, item: Mapping[str, Any]) -> SealedBox | None:
    for message in reversed(resolution.history(item["id"])):
        if message.name == "ResolutionDocumented":
            event = read(message)
            assert isinstance(event, told.ResolutionDocumentedV1)
            return event.summary
    return None


def _row(
    resolution: Resolution,
    calendar: WorkCalendar,
    item: dict[str, Any],
    case: Case | None,
    said: str | None,
    language: str,
) -> dict[str, Any]:
    district = resolution.district
    due, settled, left, expected = item["next_due"], item["settled_at"], None, None
    if case is not None and not case.closed:
        expected = STEPS.get(case.allowed[0].value)
    if due is not None:
        today = calendar.local_date(resolution.clock())
        left = calendar.working_days_between(today, calendar.local_date(due))
    return item | {
        "place": district.puskesmas(item["puskesmas"]).name,
        "unit": name_of(district.unit, item["service_unit"], language),
        "about": [name_of(district.category, code, language) for code in item["categories"]],
        "summary": said and _one_line(said),
        "has_case": case is not None or _is_elsewhere(resolution, item),
        "expected": expected,
        "left": left,
        "due": due,
        "to_answer": _to_answer(item),
        "promised": PROMISED["response" if _to_answer(item) else "settlement"],
        "on_time": settled is not None
        and item["settlement_due"] is not None
        and settled <= item["settlement_due"],
    }


def _to_answer(item: Mapping[str, Any]) -> bool:
    """Say whether the next promise is the first answer: its last moment is a time of day."""
    return item["responded_at"] is None and item["next_due"] == item["response_due"]


def _is_elsewhere(resolution: Resolution, item: Mapping[str, Any]) -> bool:
    """Say whether the case is at home elsewhere: then its page shows what the log tells."""
    home = resolution.district.puskesmas(item["puskesmas"]).home
    return home not in (None, resolution.origin) and item["kind"] in CASE_KINDS


def name_of(find: Callable[[str], Any], code: str | None, language: str) -> str | None:
    """Return the name of a unit or category, or its code when the district dropped it."""
    try:
        return find(code).name_in(language) if code else None
    except Problem:
        return code


def _one_line(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rstrip() + "…"
