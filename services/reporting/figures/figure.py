"""What a figure is: what it counts, out of what, and what people must know to read it."""

from dataclasses import dataclass
from typing import Final, Literal

from services.kernel.text import Text, _

Unit = Literal["cases", "share", "days", "working_days", "per_thousand", "index"]
Group = Literal["arrivals", "answering", "settling", "backlog", "satisfaction"]
Subject = Literal["cases", "surveys"]
Until = Literal["responded_at", "settled_at"]
LEAST: Final = 5
"""Fewer cases than this say too little for a share, a median or a comparison."""
OURS: Final = _("Rumusan sendiri; tidak ditemukan rumusan resmi")
"""The source of a figure that is named in no rule of law or of the SOPs."""


@dataclass(frozen=True)
class Measure:
    """How long something took: from when a case was received until an instant of it (`until`, a
    column of `queries/standing.py`), in days of which a `rank` (0.5: half) took no longer."""

    until: Until
    rank: float


@dataclass(frozen=True)
class Figure:
    """One figure.

    `counted` is the condition on a case (`queries/standing.py: Standing.ask`) that makes it count;
    `among` the condition of those out of which it does (None: a plain count). With a `measure` the
    figure is of the days that the counted cases took. One `per_thousand` is out of visits, not of
    cases (`queries/rates.py`); one `of` surveys has
    surveys behind it (`queries/surveys.py`). A figure of fewer than `least` cases is not
    compared, and a share of so few not shown. `target` is what is aimed at.
    """

    code: str
    group: Group
    unit: Unit
    name: Text
    meaning: Text
    numerator: Text
    denominator: Text | None
    source: Text
    counted: str
    among: str | None = None
    measure: Measure | None = None
    least: int = 0
    target: float | None = None
    of: Subject = "cases"

    @property
    def plain(self) -> bool:
        """Whether it is a count of cases, or a share of them, and nothing else is asked."""
        return self.of == "cases" and self.measure is None and self.unit != "per_thousand"

    @property
    def whole(self) -> str:
        """The condition of every case that the figure is made of, counted or not."""
        return self.counted if self.among is None else self.among
