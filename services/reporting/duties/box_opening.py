"""Each suggestion box is opened by its own schedule (SOP Puring 1.8: monthly); that it was empty is
a result. A period in which it was not opened is missed for good."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from services.kernel.district import Period, Schedule
from services.kernel.text import _
from services.reporting.duties.duty import Duty, Owed, Place, Question
from services.reporting.queries.question import at

_BOXES: Final = f"""
SELECT puskesmas, box, title, schedule, since, recorded_at FROM boxes AS b
WHERE {at("b")} AND in_use AND list_contains($places, puskesmas)
ORDER BY puskesmas, box
"""
_OPENINGS: Final = f"""
SELECT puskesmas, box, slips, opened_at, source || ':' || id AS at FROM openings AS o
WHERE {at("o")} AND list_contains($places, puskesmas) ORDER BY opened_at, source, id
"""


def _owed(question: Question) -> Iterator[Owed]:
    openings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in question.records(_OPENINGS):
        openings[each["puskesmas"]].append(each)
    for box in question.records(_BOXES):
        place = question.places[box["puskesmas"]]
        schedule = Schedule(**{name: value for name, value in box["schedule"].items() if value})
        first = box["since"] or place.calendar.local_date(box["recorded_at"])
        for period in question.periods(schedule):
            due = schedule.due_on(period, place.calendar)
            if due < first:
                # One that hangs since the 28th is not owed by the 25th, but within its month.
                due = place.calendar.working_day_until(period.last)
            if question.since <= due <= question.until and due >= first:
                yield _for(box, place, period, due, openings[place.code])


def _for(
    box: dict[str, Any], place: Place, period: Period, due: date, openings: list[dict[str, Any]]
) -> Owed:
    its = [
        each
        for each in openings
        # One that names no box stands for any.
        if each["box"] in (None, box["box"])
        and place.calendar.local_date(each["opened_at"]) in period
    ]
    opened = its[0]["opened_at"] if its else None
    return Owed(
        kind=DUTY.kind,
        puskesmas=place.code,
        period=period,
        due_on=due,
        about=box["box"],
        title=box["title"],
        done_at=opened,
        done_on=opened and place.calendar.local_date(opened),
        counted=sum(each["slips"] for each in its) if its else None,
        lapses=True,
        at=its[0]["at"] if its else None,
    )


DUTY: Final = Duty(
    "box_opening",
    _("Pembukaan kotak saran"),
    _owed,
    page="/catat/kotak?puskesmas={puskesmas}&kotak={about}",
)
