"""What the holder of a receipt takes home: the code, the way to it, and when an answer is due."""

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.kernel.district import Limit, Puskesmas
from services.kernel.vocabulary import CASE_KINDS, GRADES
from services.kernel.web.pictures import drawn

FRESH: Final = timedelta(hours=1)
"""So long after it was written down a receipt promises; later it tells where the dates stand."""


def address(request: Request, path: str) -> str:
    """Return where people find a page from outside: PUBLIC_URL where it is set."""
    base = getattr(request.app.state, "public_url", None) or str(request.base_url)
    return base.rstrip("/") + path


def receipt_of(
    request: Request, intake: Intake, here: Puskesmas, complaint: Complaint
) -> dict[str, Any]:
    """Return what a receipt shows; its code stands behind the #, which no server is told.

    A slip that is printed again says nothing of dates (`holds`): a grade, a pause or a correction
    may have moved them, and the receipt at its address knows them. Nor does one say a date that was
    over before it was written down.
    """
    code = intake.receipt(complaint.id)
    link = address(request, f"/r#{code}")
    limit, longest = _response_limits(intake, here, complaint)
    hours = limit.hours if limit else None
    answered_by = complaint.received_at + timedelta(hours=hours) if hours else None
    now = intake.clock()
    return {
        "code": code,
        "link": link,
        "picture": drawn(link),
        "limit": limit,
        "holds": now - complaint.recorded_at < FRESH and (answered_by or now) >= now,
        "answered_by": answered_by,
        "at_latest": complaint.received_at + timedelta(hours=longest) if longest else None,
    }


def _response_limits(
    intake: Intake, here: Puskesmas, complaint: Complaint
) -> tuple[Limit | None, int | None]:
    """Return the limit for a response to what is not graded yet, None for praise; and the hours of
    the longest that a grade may bring, None where one is counted in days.

    A grade sets another limit than the one that holds until then, and a receipt on paper cannot be
    put right: it promises what holds whatever the grade.

    Working days are said as a length, not as a day: the days that this Puskesmas declared closed
    are known to the case, whose receipt names the day. Hours run by the clock.
    """
    if complaint.kind not in CASE_KINDS:
        return None, None
    received_on = complaint.received_at.astimezone(ZoneInfo(here.zone)).date()
    rules = intake.district.rules_at(received_on)
    first, *graded = (
        rules.limit("response", kind=complaint.kind, grade=grade, misconduct=False)
        for grade in (None, *GRADES)
    )
    hours = [each.hours for each in graded if each.hours is not None]
    return first, max(hours) if len(hours) == len(graded) else None
