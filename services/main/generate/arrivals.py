"""When and where complaints come in: by season, weekday and hour, and by how busy a place is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.calendar import WorkCalendar

BOX: Final = "suggestion_box"
BOX_DAY: Final = 25
"""The day of the month from which a box is opened (SPO Puring: once a month)."""

_CHANNELS: Final = {
    "in_person": 30,
    BOX: 22,
    "whatsapp": 20,
    "web": 10,
    "phone": 6,
    "google_review": 3,
    "instagram": 2,
    "facebook": 2,
    "sms": 1,
    "survey": 2,
    "meeting": 2,
}
_BY_OFFICE_HOURS: Final = frozenset({"in_person", "phone", "meeting", "survey", "letter"})
# The rains bring fever and fuller waiting rooms; the holidays empty them.
_MONTHS: Final = (1.2, 1.25, 1.1, 0.9, 0.9, 0.9, 1.0, 1.05, 1.0, 0.95, 1.05, 1.1)
_WEEKDAYS: Final = (1.5, 1.15, 1.0, 1.0, 0.8, 0.7, 0.12)
_CLOSED: Final = 0.12
QUIET: Final = 0.1
"""How busy a quiet Puskesmas is, beside an average one."""


@dataclass(frozen=True)
class Place:
    """A Puskesmas, how busy it is beside the others, and how fast it works (1: as most do)."""

    code: str
    calendar: WorkCalendar
    busy: float
    pace: float

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.calendar.zone)


@dataclass(frozen=True)
class Arrival:
    """One complaint comes in; `heard_at` is before `at` where it was written down late."""

    place: Place
    channel: str
    heard_at: datetime
    at: datetime


def places(calendars: Mapping[str, WorkCalendar], chance: Random) -> list[Place]:
    """Return the Puskesmas with their tempers; about one in twelve is quiet."""
    found = []
    for code, calendar in calendars.items():
        busy = QUIET if chance.random() < 1 / 12 else chance.lognormvariate(0, 0.45)
        found.append(Place(code, calendar, busy, chance.choice((0.6, 0.8, 1.0, 1.0, 1.3, 1.8))))
    return found


def arrivals(
    among: Sequence[Place], count: int, start: date, until: datetime, chance: Random
) -> list[Arrival]:
    """Return `count` arrivals from `start` on, none after `until`, in order."""
    days = [start + timedelta(n) for n in range((until.date() - start).days)]
    busy = list(accumulate(place.busy for place in among))
    tempers = {place.code: list(accumulate(_temper(place, day) for day in days)) for place in among}
    channels, shares = list(_CHANNELS), list(accumulate(_CHANNELS.values()))
    found: list[Arrival] = []
    while len(found) < count:
        (place,) = chance.choices(among, cum_weights=busy)
        (day,) = chance.choices(days, cum_weights=tempers[place.code])
        (channel,) = chance.choices(channels, cum_weights=shares)
        arrival = _arrival(place, channel, day, chance)
        if arrival.at <= until:
            found.append(arrival)
    return sorted(found, key=lambda each: each.at)


def _temper(place: Place, day: date) -> float:
    open_or_not = 1.0 if place.calendar.is_working_day(day) else _CLOSED
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * open_or_not


def _arrival(place: Place, channel: str, day: date, chance: Random) -> Arrival:
    if channel == BOX:
        opened = box_opening(place, day)
        return Arrival(place, channel, opened, opened)
    heard_at = _hour(place, channel, day, chance)
    if channel == "web" or chance.random() < 0.9:
        return Arrival(place, channel, heard_at, heard_at)
    later = heard_at + timedelta(days=chance.uniform(0.5, 5))
    return Arrival(place, channel, heard_at, in_office(place.calendar, later, chance))


def _hour(place: Place, channel: str, day: date, chance: Random) -> datetime:
    if channel in _BY_OFFICE_HOURS:
        while not place.calendar.is_working_day(day):
            day += timedelta(1)
        hour = chance.triangular(7.25, 13.5, 8.75)
    else:
        hour = chance.triangular(6, 22, 11)
    midnight = datetime.combine(day, time(), tzinfo=place.zone)
    return midnight + timedelta(seconds=int(hour * 3600))


def box_opening(place: Place, day: date) -> datetime:
    """Return when the box was opened into which a slip was thrown on `day`."""
    month = day.replace(day=1) if day.day <= BOX_DAY else _next_month(day)
    opened = month.replace(day=BOX_DAY)
    while not place.calendar.is_working_day(opened):
        opened += timedelta(1)
    return datetime.combine(opened, time(9, 5), tzinfo=place.zone)


def box_openings(
    among: Sequence[Place], start: date, until: datetime, chance: Random
) -> list[tuple[str, datetime]]:
    """Return when the boxes were opened, whether or not a slip was in them; a quiet Puskesmas
    forgets to every other time."""
    found = []
    for place in among:
        day = start
        while (opened := box_opening(place, day)) <= until:
            if place.busy > QUIET or chance.random() < 0.5:
                found.append((place.code, opened))
            day = _next_month(opened.date())
    return found


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def in_office(calendar: WorkCalendar, moment: datetime, chance: Random) -> datetime:
    """Return `moment`, or soon after the doors open again where they are closed then."""
    local = calendar.local(moment)
    opens, closes = time(7, 15), time(13, 45)
    if calendar.is_working_day(local.date()) and opens <= local.time() < closes:
        return local
    day = local.date() + timedelta(1 if local.time() >= opens else 0)
    while not calendar.is_working_day(day):
        day += timedelta(1)
    begins = datetime.combine(day, opens, tzinfo=local.tzinfo)
    return begins + timedelta(seconds=chance.randrange(3 * 3600))
