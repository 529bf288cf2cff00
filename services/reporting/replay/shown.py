"""A history as it is shown: its steps and what passed between them, as sentences with times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.reporting.replay.clock import Passed, passed
from services.reporting.replay.sentences import PASSED, Sentences, Written
from services.reporting.replay.steps import Step

APART = timedelta(minutes=1)
"""Times closer than this are the same to people."""


@dataclass(frozen=True)
class Shown:
    """One line of a replay. A time is given where it differs from the one before it: `stated`
    from `happened`, `recorded` from what was stated, `arrived` from `recorded`."""

    sentence: str
    happened: datetime
    stated: datetime | None = None
    recorded: datetime | None = None
    arrived: datetime | None = None
    changes: tuple[str, ...] = ()
    step: Step | None = None

    @property
    def passed(self) -> bool:
        """Whether this is no event but a day that passed."""
        return self.step is None


def shown(
    steps: Sequence[Step],
    now: datetime,
    sentences: Sentences,
    written: Written,
) -> list[Shown]:
    """Return the lines of a replay: each step in the order of the history, and each promise whose
    day passed by `now` before the first step that happened later."""
    waiting = passed(steps, now)
    found: list[Shown] = []
    for step in steps:
        while waiting and waiting[0].at < step.happened_at:
            found.append(_of_passed(waiting.pop(0), sentences))
        found.append(_of_step(step, sentences, written))
    return [*found, *_of_all(waiting, sentences)]


def _of_all(waiting: Iterable[Passed], sentences: Sentences) -> Iterable[Shown]:
    return (_of_passed(each, sentences) for each in waiting)


def _of_passed(each: Passed, sentences: Sentences) -> Shown:
    return Shown(sentences.say(PASSED[each.name]), each.at)


def _of_step(step: Step, sentences: Sentences, written: Written) -> Shown:
    def apart(later: datetime, earlier: datetime) -> datetime | None:
        return later if abs(later - earlier) >= APART else None

    return Shown(
        sentences.of(step),
        step.happened_at,
        stated=apart(step.occurred_at, step.happened_at),
        recorded=apart(step.recorded_at, step.happened_at),
        arrived=apart(step.arrived_at, step.recorded_at),
        changes=tuple(sentences.changes(step, written)),
        step=step,
    )
