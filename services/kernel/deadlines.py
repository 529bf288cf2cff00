"""What is due on a case, when, and by which rule; and whether it was kept.

Pure: the rules, the calendar, the pauses and the present moment come in. The limits themselves
are in the district file, in versions; none is written here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from services.kernel.calendar import Count, WorkCalendar
from services.kernel.district import Limit, Rules, Source
from services.kernel.district.rules import LIMIT_NAMES, LimitName
from services.kernel.text import Text, _
from services.kernel.vocabulary import CASE_KINDS


@dataclass(frozen=True)
class Pause:
    """A stretch in which the case waited for the complainant; until None: it still waits."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Deadline:
    """A promise of the rules. `due_at` is the last moment that is on time.

    It is None while the case is paused before it fell due: it will be known on resuming.
    `count` shows the counting of working days; a limit in hours runs by the clock and has none.
    """

    name: LimitName
    due_at: datetime | None
    basis: Literal["hours", "working_days"]
    amount: int
    rules_version: int
    source: Source
    count: Count | None = None

    @property
    def limit(self) -> Text:
        """Return the limit as people say it."""
        return in_words(self.amount, hours=self.basis == "hours")


def in_words(amount: int, *, hours: bool) -> Text:
    """Return a limit as people say it."""
    return _("{n} jam", n=amount) if hours else _("{n} hari kerja", n=amount)


class Verdict(StrEnum):
    """How a deadline stands."""

    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    NOT_YET_DUE = "not_yet_due"


def deadlines(
    rules: Rules,
    calendar: WorkCalendar,
    *,
    kind: str,
    received_at: datetime,
    grade: str | None = None,
    misconduct: bool = False,
    pauses: Sequence[Pause] = (),
) -> tuple[Deadline, ...]:
    """Return the deadlines of a case, response first; praise has none.

    All run from when the complaint was received, so a grade given late gives no time back.
    Raises ValueError for an unknown grade, a moment without zone, or a pause that ends before it
    began.
    """
    if kind not in CASE_KINDS:
        return ()
    limits = [
        rules.limit(name, kind=kind, grade=grade, misconduct=misconduct) for name in LIMIT_NAMES
    ]
    stretches = _merged(pauses)
    return tuple(_deadline(rules, calendar, limit, received_at, stretches) for limit in limits)


class Promised(Protocol):
    """Whatever falls due: a deadline with its arithmetic, or a promise as it was recorded."""

    @property
    def due_at(self) -> datetime | None:
        """The last moment that is on time; None while the clock stands."""


def verdict(deadline: Promised, done_at: datetime | None, now: datetime) -> Verdict:
    """Say whether a deadline was kept; what is done while its clock stands is on time."""
    if deadline.due_at is None:
        return Verdict.NOT_YET_DUE if done_at is None else Verdict.ON_TIME
    if done_at is not None:
        return Verdict.ON_TIME if done_at <= deadline.due_at else Verdict.LATE
    return Verdict.OVERDUE if now > deadline.due_at else Verdict.NOT_YET_DUE


def _deadline(
    rules: Rules,
    calendar: WorkCalendar,
    limit: Limit,
    received_at: datetime,
    pauses: Sequence[Pause],
) -> Deadline:
    source = rules.source(limit)
    if limit.hours is not None:
        due_at = _after_hours(calendar, received_at, limit.hours, pauses)
        return Deadline(limit.name, due_at, "hours", limit.hours, rules.version, source)
    n = limit.working_days or 0
    count = _counted(calendar, received_at, n, pauses)
    due_at = None if _waits(calendar, count, pauses) else count.due_at
    return Deadline(limit.name, due_at, "working_days", n, rules.version, source, count)


def _after_hours(
    calendar: WorkCalendar, start: datetime, hours: int, pauses: Sequence[Pause]
) -> datetime | None:
    start = calendar.local(start).astimezone(UTC)  # hours by the clock, whatever a zone's summer
    due = start + timedelta(hours=hours)
    for pause in pauses:
        since = max(pause.since.astimezone(UTC), start)
        if since >= due:
            break
        if pause.until is None:
            return None
        due += max(pause.until - since, timedelta())
    return calendar.local(due)


def _counted(calendar: WorkCalendar, start: datetime, n: int, pauses: Sequence[Pause]) -> Count:
    ended = [
        (calendar.local_date(pause.since), calendar.local_date(pause.until))
        for pause in pauses
        if pause.until is not None
    ]
    return calendar.explain(start, n, ended)


def _waits(calendar: WorkCalendar, count: Count, pauses: Sequence[Pause]) -> bool:
    """Say whether a pause that still runs began before the last day was over."""
    return any(pause.until is None and pause.since <= count.due_at for pause in pauses)


def _merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Return the pauses in order, those that overlap made one, so that no hour counts twice."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.since):
        if pause.until is not None and pause.until < pause.since:
            raise ValueError("a pause ends after it began")
        last = merged[-1] if merged else None
        if last is None or (last.until is not None and pause.since > last.until):
            merged.append(pause)
        elif last.until is not None:
            until = None if pause.until is None else max(last.until, pause.until)
            merged[-1] = Pause(last.since, until)
    return tuple(merged)
