"""Reading that differs from the usual: plain rules over the access log, each with its figures.

A finding is a question, no verdict: on duty at night, preparing a review, standing in for somebody
are ordinary reasons. Counted are complaints whose words somebody opened one by one, on a page of
their own; what a list shows in passing is nobody's choice. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, Literal

from services.kernel.calendar import WorkCalendar
from services.kernel.keyring.words import ORDINARY, SINGLE

Rule = Literal["many", "outside_hours", "long_past", "confidential"]
USUAL_DAYS: Final = 60
"""So far back is what is usual for a person."""
KNOWN_DAYS: Final = 5
"""On fewer days of reading nothing is usual yet."""
TIMES_USUAL: Final = 3
MANY: Final = 15
MANY_UNKNOWN: Final = 40
"""Of somebody of whom no usual is known: a newcomer who reads themself in is no finding."""
BEGINS, ENDS = 6, 20
"""Hours between which work at a Puskesmas is ordinary, on a working day of its calendar."""
OUTSIDE: Final = 3
LONG_PAST: Final = 5
CONFIDENTIAL: Final = 3


@dataclass(frozen=True)
class Reading:
    """Somebody opened words of one complaint on a page of its own."""

    at: datetime
    account: str
    role: str
    complaint: str
    puskesmas: str
    page: str
    identity: str | None
    settled_at: datetime | None


@dataclass(frozen=True)
class Finding:
    """What somebody read at one Puskesmas on one of its days that differs from the usual.

    `count` is how many complaints, `usual` the median of the person's own days (None: not known
    yet, or not compared), `days` how many earlier days had the like.
    """

    rule: Rule
    puskesmas: str
    account: str
    role: str
    day: date
    count: int
    usual: float | None
    days: int
    complaints: tuple[str, ...]


def findings(
    readings: Iterable[Reading], calendar: Callable[[str], WorkCalendar], since: date
) -> list[Finding]:
    """Return what differs, of the days from `since` on, the newest first.

    `readings` reach `USUAL_DAYS` further back.
    """
    by_person: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for each in readings:
        if each.page in SINGLE:
            by_person[each.puskesmas, each.account].append(each)
    found: list[Finding] = []
    for (puskesmas, _account), own in by_person.items():
        found += _of_person(own, calendar(puskesmas), since)
    return sorted(found, key=lambda each: (each.day, each.puskesmas, each.account), reverse=True)


def _of_person(own: Sequence[Reading], calendar: WorkCalendar, since: date) -> Iterable[Finding]:
    for rule, counts in _RULES.items():
        days: dict[date, dict[str, Reading]] = defaultdict(dict)
        for each in own:
            if counts(each, calendar):
                days[calendar.local_date(each.at)][each.complaint] = each
        for day, read in days.items():
            earlier = [
                len(other)
                for before, other in days.items()
                if timedelta(0) < day - before <= timedelta(days=USUAL_DAYS)
            ]
            if day >= since and len(read) >= _least(rule, earlier):
                usual = median(earlier) if rule == "many" and _is_known(earlier) else None
                last = max(read.values(), key=lambda each: each.at)
                facts = last.puskesmas, last.account, last.role, day, len(read)
                yield Finding(rule, *facts, usual, len(earlier), tuple(sorted(read)))


def _least(rule: Rule, earlier: Sequence[int]) -> float:
    """Return from how many complaints a day on is a finding."""
    if rule != "many":
        return _LEAST[rule]
    if not _is_known(earlier):
        return MANY_UNKNOWN
    return max(MANY, TIMES_USUAL * median(earlier))


def _is_known(earlier: Sequence[int]) -> bool:
    return len(earlier) >= KNOWN_DAYS


def _outside(each: Reading, calendar: WorkCalendar) -> bool:
    at = calendar.local(each.at)
    return not (calendar.is_working_day(at.date()) and BEGINS <= at.hour < ENDS)


def _long_past(each: Reading, _calendar: WorkCalendar) -> bool:
    return each.settled_at is not None and each.at - each.settled_at > ORDINARY


_RULES: Final[Mapping[Rule, Callable[[Reading, WorkCalendar], bool]]] = {
    "many": lambda _each, _calendar: True,
    "outside_hours": _outside,
    "long_past": _long_past,
    "confidential": lambda each, _calendar: each.identity == "confidential",
}
_LEAST: Final[Mapping[Rule, int]] = {
    "outside_hours": OUTSIDE,
    "long_past": LONG_PAST,
    "confidential": CONFIDENTIAL,
}
