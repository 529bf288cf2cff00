"""Each month's recap is closed (SOP Puring 2a: once a month), late rather than never. By
when is the district file's rule of recaps, by which the lists of recaps say so, too."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.kernel.district import Period, Schedule
from services.kernel.months import Month
from services.kernel.text import _
from services.reporting.duties.duty import Duty, Owed, Place, Question
from services.reporting.queries.question import at

KIND: Final = "recap_closing"
_MONTHLY: Final = Schedule(months=1, day=1, months_later=1)
PAGE: Final = "/laporan/rekap?puskesmas={puskesmas}&month={month}"
# What it reported stands in the event; of the fold only that, and when, it was closed.
_CLOSED: Final = f"""
SELECT r.puskesmas, r.month, r.done_at, r.source || ':' || r.id AS at,
    list_filter(
        from_json(
            json_extract(decode(l.value), '$.lines'), '[{{"group":"VARCHAR","received":"INTEGER"}}]'
        ),
        lambda line: line."group" = 'all'
    )[1].received AS received
FROM recaps AS r JOIN log AS l ON l.source = r.source AND l.id = r.id
WHERE {at("r")} AND r.step = 'RecapClosed' AND list_contains($places, r.puskesmas)
"""


def _due(question: Question) -> Iterator[tuple[Place, Period, date]]:
    for place in question.places.values():
        for period in question.periods(_MONTHLY):
            due = question.district.recaps.due_on(Month.of(period.first), place.calendar)
            if question.since <= due <= question.until and period.last >= place.recorded_on:
                yield place, period, due


def _owed(question: Question) -> Iterator[Owed]:
    closed = {(each["puskesmas"], each["month"]): each for each in question.records(_CLOSED)}
    for place, period, due in _due(question):
        done = closed.get((place.code, str(Month.of(period.first))), {})
        closed_at = done.get("done_at")
        yield Owed(
            kind=KIND,
            puskesmas=place.code,
            period=period,
            due_on=due,
            done_at=closed_at,
            done_on=closed_at and place.calendar.local_date(closed_at),
            counted=done.get("received"),
            at=done.get("at"),
        )


DUTY: Final = Duty(KIND, _("Penutupan rekap bulanan"), _owed, page=PAGE)
