"""When the clock of a case ran, stood and was late, read off its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

from services.reporting.replay.steps import Standing, Step

Kind = Literal["running", "late", "paused", "settled"]
PROMISES: Final = ("response", "settlement")


@dataclass(frozen=True)
class Stretch:
    """From when until when the clock was in one condition.

    `running`: what is promised is still ahead; `late`: its day has passed; `paused`: the case waits
    for its complainant; `settled`: the result is documented, or the case has ended.
    """

    kind: Kind
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Passed:
    """A promise whose day passed without what was promised: no event, yet it happened."""

    name: str
    at: datetime


def stretches(steps: Sequence[Step], now: datetime) -> list[Stretch]:
    """Return the conditions of the clock from the first promise until `now`, without a gap.

    Of a case that has ended it stops at its last step. Empty where nothing was ever promised:
    praise, and a case that came without its rules.
    """
    if steps and steps[-1].after.closed:
        now = min(now, max(each.happened_at for each in steps))
    found: list[Stretch] = []
    promised = False
    for standing, since, until in _periods(steps, now):
        promised = promised or bool(standing.promises)
        if not promised or until <= since:
            continue
        for stretch in _in(standing, since, until):
            if found and found[-1].kind == stretch.kind and found[-1].until == stretch.since:
                stretch = Stretch(stretch.kind, found.pop().since, stretch.until)
            found.append(stretch)
    return found


def passed(steps: Sequence[Step], now: datetime) -> list[Passed]:
    """Return the promises whose day passed by `now`, in their order."""
    found: set[tuple[datetime, str]] = set()
    answered = steps[-1].after.responded_at if steps else None
    for standing, since, until in _periods(steps, now):
        for name in PROMISES:
            due = standing.due(name)
            # A step may have been written down before another that happened earlier.
            kept = answered if name == "response" else standing.settled_at
            if due is None or standing.closed or (kept is not None and kept <= due):
                continue
            if since <= due < until:
                found.add((due, name))
    return [Passed(name, at) for at, name in sorted(found)]


def drawn(found: Sequence[Stretch]) -> list[tuple[Stretch, float, float]]:
    """Return stretches with where they begin and how long they are, in percent of all of them."""
    if not found:
        return []
    start, whole = found[0].since, (found[-1].until - found[0].since).total_seconds()
    return [
        (
            each,
            (each.since - start).total_seconds() / whole * 100,
            (each.until - each.since).total_seconds() / whole * 100,
        )
        for each in found
    ]


def _periods(steps: Sequence[Step], now: datetime) -> Iterable[tuple[Standing, datetime, datetime]]:
    """Yield how the case stood from one step to the next, and from the last until `now`."""
    at = [step.happened_at for step in steps]
    reached = [max(at[: place + 1]) for place in range(len(at))]
    for step, (since, until) in zip(steps, pairwise([*reached, now]), strict=True):
        yield step.after, since, until


def _in(standing: Standing, since: datetime, until: datetime) -> Iterable[Stretch]:
    if standing.closed or standing.settled_at is not None:
        return [Stretch("settled", since, until)]
    if standing.paused:
        return [Stretch("paused", since, until)]
    due = standing.due("settlement")
    if due is None or due >= until:
        return [Stretch("running", since, until)]
    if due <= since:
        return [Stretch("late", since, until)]
    return [Stretch("running", since, due), Stretch("late", due, until)]
