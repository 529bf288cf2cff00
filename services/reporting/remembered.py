"""Figures that everybody's first page asks for, kept until the next event or the next minute."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """Answers that are the same as long as nothing new is known and no deadline passes.

    `place` says how far the log is. Promises fall due within a minute at the earliest, so that the
    minute is as much of the time as the answers depend on.
    """

    def __init__(self, place: Callable[[], int]) -> None:
        self._place = place
        self._known: object = None
        self._answers: dict[Hashable, Any] = {}

    def answer(self, now: datetime, asked: Hashable, ask: Callable[[], T]) -> T:
        """Return what `ask` answers, or what it answered before."""
        known = (self._place(), now.replace(second=0, microsecond=0))
        if self._known != known:
            self._known, self._answers = known, {}
        answers = self._answers
        if asked not in answers:
            answers[asked] = ask()
        found: T = answers[asked]
        return found
