"""The visits and the recap of each month: written, closed, put right, known to the head."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.kernel.months import Month
from services.main.generate.arrivals import QUIET
from services.main.generate.dates.diary import DAY, Diary
from services.main.generate.dates.words import papers
from services.main.generate.lives import Life

_SHARES: Final = {
    "pemeriksaan-umum": 0.36,
    "lansia": 0.13,
    "kia-kb": 0.17,
    "mtbs": 0.12,
    "gigi": 0.08,
    "imunisasi": 0.06,
    "laboratorium": 0.05,
}
"""What part of all visits is a unit's; the rest went to others."""
_SEASON: Final = (1.1, 1.12, 1.05, 0.98, 0.95, 0.96, 1.0, 1.02, 1.0, 0.97, 1.02, 1.08)
_LATE_EVERY: Final = 7
_CLOSED_BY, _CLOSED_LATE = (2, 3, 4), (7, 9)
"""On which working days a recap is closed, and on which when it is late."""


def plan_recaps(diary: Diary) -> None:
    """Plan the recap of each month that ends within the diary."""
    chance = diary.chance
    usual = 320 if diary.place.busy <= QUIET else int(1500 * (0.6 + chance.random()))
    late_first = chance.randrange(_LATE_EVERY - 2)
    noted = {}
    for number, month in enumerate(diary.months()):
        _visits(diary, month, usual)
        among = _CLOSED_LATE if number % _LATE_EVERY == late_first + 1 else _CLOSED_BY
        closed = diary.working_day(month.after, chance.choice(among), 9)
        _written(diary, month, closed)
        diary.step(closed, "close_recap", month=month)
        noted[month] = _acknowledged(diary, month, closed)
    _put_right(diary, noted)


def _put_right(diary: Diary, noted: Mapping[Month, datetime]) -> None:
    """Plan that an entry of one month, the latest that has one to choose, is found to lack a
    category after its recap, and that the recap is corrected."""
    for month, at in reversed([*noted.items()]):
        amended, known = (diary.on(at.date() + days * DAY, 9) for days in (4, 8))
        plain = [
            life
            for life in diary.of_month(month)
            if _is_plain(life) and life.arrival.at < amended - DAY
        ]
        if plain and known < diary.until:
            life = plain[0]
            categories = [*life.form.categories, "informasi"]
            diary.step(amended, "amend_entry", complaint=life.number, categories=categories)
            put_right = diary.on(amended.date() + DAY, 10)
            diary.step(put_right, "correct_recap", month=month)
            diary.step(known, "acknowledge_recap", month=month)
            return


def _is_plain(life: Life) -> bool:
    names = {step.name for step in life.steps}
    about = {*life.form.categories}
    return not names & {"correct", "link", "withdraw"} and not about & {"informasi", "pujian"}


def _visits(diary: Diary, month: Month, usual: int) -> None:
    all_of = int(usual * _SEASON[month.first.month - 1] * diary.chance.uniform(0.93, 1.07))
    units = diary.district.puskesmas(diary.place.code).units
    by_unit = {
        unit: int(all_of * share * diary.chance.uniform(0.9, 1.1))
        for unit, share in _SHARES.items()
        if unit in units
    }
    at = diary.working_day(month.after, 1, 8)
    diary.step(at, "record_visits", month=month, visits=all_of, by_unit=by_unit)


def _written(diary: Diary, month: Month, closed: datetime) -> None:
    words, chance = papers(), diary.chance
    found = chance.choices(("effective", "partly", "not_effective"), (62, 34, 4))[0]
    nothing = all(each.form.kind == "praise" for each in diary.of_month(month))
    diary.step(
        diary.before(closed, 13),
        "complete_recap",
        month=month,
        effectiveness="nothing" if nothing else found,
        note=None if nothing else chance.choice(words.effectiveness),
        barriers=None if nothing or chance.random() < 0.6 else chance.choice(words.barriers),
    )


def _acknowledged(diary: Diary, month: Month, closed: datetime) -> datetime:
    later = diary.chance.choices((1, 2, 3, 8), (40, 35, 15, 10))[0]
    noted = diary.on(closed.date() + later * DAY, 11)
    diary.step(noted, "acknowledge_recap", month=month)
    return noted
