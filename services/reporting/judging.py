"""History judged under two versions of the deadline rules: whose verdict flips.

Pure: cases, rules and calendars come in. Both versions judge all cases, whichever was in force
when a case came; the calendar is the one that stands now.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.kernel.calendar import WorkCalendar
from services.kernel.deadlines import Deadline, Verdict, deadlines, verdict
from services.kernel.district import Rules
from services.reporting.queries.cases import JudgedCase

ENDED: Literal["ended"] = "ended"
"""The case had ended before the promise fell due: it owes it no more."""


@dataclass(frozen=True)
class Answered:
    """What one version of the rules says of a promise."""

    due_at: datetime | None
    verdict: str


@dataclass(frozen=True)
class Flip:
    """A promise of a case on which two versions differ, with both answers."""

    case: JudgedCase
    promise: str
    done_at: datetime | None
    a: Answered
    b: Answered

    @property
    def place(self) -> str:
        """Where it stands among the flips: they are in this order."""
        return f"{self.case.number} {self.promise}"


@dataclass(frozen=True)
class Comparison:
    """All flips in order, how many promises were judged, and the answers counted: how often `a`
    and `b` said what of which promise."""

    flips: tuple[Flip, ...]
    judged: int
    counts: Counter[tuple[str, str, str]]


def compare(
    cases: Iterable[JudgedCase],
    a: Rules,
    b: Rules,
    calendar_of: Callable[[str], WorkCalendar],
    now: datetime,
) -> Comparison:
    """Judge every promise of these cases under both versions, at `now`."""
    flips: list[Flip] = []
    counts: Counter[tuple[str, str, str]] = Counter()
    for case in cases:
        calendar = calendar_of(case.puskesmas)
        for each in _both(case, a, b, calendar, now):
            counts[each.promise, each.a.verdict, each.b.verdict] += 1
            if each.a.verdict != each.b.verdict:
                flips.append(each)
    flips.sort(key=lambda flip: flip.place)
    return Comparison(tuple(flips), counts.total(), counts)


def _both(
    case: JudgedCase, a: Rules, b: Rules, calendar: WorkCalendar, now: datetime
) -> Iterator[Flip]:
    for one, other in zip(
        _deadlines(a, calendar, case), _deadlines(b, calendar, case), strict=True
    ):
        done_at = case.done_at(one.name)
        answers = [_answered(case, each, done_at, now) for each in (one, other)]
        yield Flip(case, one.name, done_at, *answers)


def _deadlines(rules: Rules, calendar: WorkCalendar, case: JudgedCase) -> tuple[Deadline, ...]:
    facts: dict[str, Any] = {"kind": case.kind, "grade": case.grade, "pauses": case.pauses}
    return deadlines(rules, calendar, received_at=case.received_at, **facts)


def _answered(
    case: JudgedCase, deadline: Deadline, done_at: datetime | None, now: datetime
) -> Answered:
    found = verdict(deadline, done_at, now)
    ended = case.ended_at is not None and (
        deadline.due_at is None or case.ended_at <= deadline.due_at
    )
    if ended and found in (Verdict.OVERDUE, Verdict.NOT_YET_DUE):
        return Answered(deadline.due_at, ENDED)
    return Answered(deadline.due_at, found.value)
