"""What the Puskesmas of `tests/year_played.py` owed by date in its year, and how each of it stood
at the end, reckoned by hand from the district file's rules and what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tests.by_hand import ZONE
from tests.year_played import END, MONTHS, SLIPS, Year
from tests.year_recounted import after_working, columns, month_of, stood, working, works

MEETINGS: Final = {
    "quality_meeting": 1,
    "monthly_lokmin": 1,
    "quarterly_lokmin": 3,
    "linsek": 3,
    "smd": 12,
    "mmd": 6,
    "management_review": 12,
}
"""Once in how many months each is owed by the district file that ships."""


@dataclass(frozen=True)
class Due:
    """One thing that was owed, as the agenda is to tell of it."""

    kind: str
    about: str | None
    due_on: date
    state: str
    days_late: int
    done_on: date | None
    counted: int | None


def owed(year: Year) -> list[Due]:
    """All that fell due in the year and until its end."""
    found = [*_boxes(year), *_recaps(year), *_surveys(year), *_meetings(year)]
    return sorted(found, key=lambda each: (each.due_on, each.kind, each.about or ""))


def _boxes(year: Year) -> Iterator[Due]:
    opened = {at.month: (at, slips) for at, slips in year.openings}
    for number, month in enumerate(MONTHS, 1):
        last = _last(month)
        at, slips = opened.get(number, (None, None))
        assert slips == SLIPS.get(number)
        due = _worked(date.fromisoformat(f"{month}-25"), last)
        yield _due("box_opening", "utama", due, at, slips, last)
    yield _due("box_opening", "utama", date(2027, 1, 25), None, None, None)


def _recaps(year: Year) -> Iterator[Due]:
    for month in MONTHS:
        last = _last(month)
        closed = year.stated[month][0]
        due = last
        for _number in range(5):
            due = after_working(due + timedelta(days=1), 0)
        cases, praise = stood(year, closed)
        received = columns(cases, praise, month_of(month))["received"]
        yield _due("recap_closing", None, due, closed, received, None)
        tenth = (last + timedelta(days=1)).replace(day=10)
        noted = _worked(tenth, date.max)
        yield _due("recap_acknowledgement", None, noted, year.known[month], None, None)


def _surveys(year: Year) -> Iterator[Due]:
    for each in year.surveys:
        quarter = MONTHS[int(each.period[-1]) * 3 - 1]
        day = (_last(quarter) + timedelta(days=1)).replace(day=15)
        due = _worked(day, date.max)
        yield _due("survey", None, due, each.published, len(each.answers), None)


def _meetings(year: Year) -> Iterator[Due]:
    for kind, months in MEETINGS.items():
        for first in range(0, 12, months):
            of_period = MONTHS[first : first + months]
            last = _last(of_period[-1])
            day = min(last, last.replace(day=30)) if kind == "mmd" else last
            held = [
                each
                for each in year.meetings
                if each.kind == kind and f"{each.at:%Y-%m}" in of_period
            ]
            at, decided = (held[0].at, len(held)) if held else (None, None)
            yield _due("meeting", kind, _worked(day, last), at, decided, last)


def _due(
    kind: str,
    about: str | None,
    due: date,
    done: datetime | None,
    counted: int | None,
    lapses: date | None,
) -> Due:
    today = END.date()
    done_on = None if done is None else done.astimezone(ZONE).date()
    if done_on is not None:
        state = "done" if done_on <= due else "done_late"
    elif today <= due:
        state = "ahead"
    else:
        state = "missed" if lapses and lapses < today else "overdue"
    ended = done_on or (lapses if state == "missed" else today)
    late = working(due, ended) if state in ("done_late", "missed", "overdue") and ended else 0
    return Due(kind, about, due, state, late, done_on, counted)


def _last(month: str) -> date:
    return (month_of(month)[1] - timedelta(days=1)).date()


def _worked(day: date, last: date) -> date:
    """That day, or the next that is worked; the one before where the period would be over."""
    after = day
    while not works(after):
        after += timedelta(days=1)
    while after > last:
        after = day if works(day) else after - timedelta(days=1)
        while not works(after):
            after -= timedelta(days=1)
        day = after
    return after
