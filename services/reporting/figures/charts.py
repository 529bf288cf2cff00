"""Where the lines, bars and dots of a chart lie, in a square of 100 by 100 that the page stretches.

The page draws the shapes and writes the words; its colours come from the stylesheet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.reporting.figures.compared import Place, Tone, limits, tone
from services.reporting.figures.figure import LEAST
from services.reporting.queries.counting import Value

SIZE: Final = 100.0
_STEPS: Final = 24
_GAP: Final = 0.2


@dataclass(frozen=True)
class Bar:
    """An upright bar."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Dot:
    """One Puskesmas in a funnel: where it lies, and what it says."""

    x: float
    y: float
    tone: Tone
    part: str
    value: Value


@dataclass(frozen=True)
class Arrivals:
    """What came in (bars), and what was open at the end of each part (a line)."""

    top: int
    bars: tuple[Bar, ...]
    line: str


@dataclass(frozen=True)
class Control:
    """A share through time, with the limits of chance around that of all (a p chart)."""

    mean: float
    line: str
    lower: str
    upper: str
    outside: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Funnel:
    """Puskesmas by how many cases they have and their share, within the limits of chance."""

    mean: float
    most: int
    lower: str
    upper: str
    dots: tuple[Dot, ...]


def arrivals(points: Sequence[Mapping[str, Any]]) -> Arrivals:
    """Return the chart of what came in and what was open."""
    top = max((max(each["received"], each["open"]) for each in points), default=0) or 1
    width = SIZE / max(len(points), 1)
    bars = tuple(
        Bar(
            n * width + width * _GAP / 2,
            _y(each["received"] / top),
            width * (1 - _GAP),
            each["received"] / top * SIZE,
        )
        for n, each in enumerate(points)
    )
    line = _line((n * width + width / 2, _y(each["open"] / top)) for n, each in enumerate(points))
    return Arrivals(top, bars, line)


def control(points: Sequence[Mapping[str, Any]], code: str) -> Control | None:
    """Return the chart of a share through time; None where there is too little of it to say."""
    values = [each["figures"][code] for each in points]
    judged = sum(each.denominator or 0 for each in values)
    if judged < LEAST:
        return None
    mean = sum(each.numerator or 0 for each in values) / judged
    width = SIZE / len(values)
    shown = [
        ((n + 0.5) * width, each.value, limits(mean, each.denominator))
        for n, each in enumerate(values)
        if each.denominator
    ]
    return Control(
        mean,
        _line((x, _y(share)) for x, share, _limits in shown),
        _line((x, _y(low)) for x, _share, (low, _high) in shown),
        _line((x, _y(high)) for x, _share, (_low, high) in shown),
        tuple((x, _y(share)) for x, share, (low, high) in shown if not low <= share <= high),
    )


def funnel(places: Sequence[Place], code: str) -> Funnel | None:
    """Return the funnel of a share by Puskesmas; None where there is too little to compare."""
    values = {each["part"]: each["figures"][code] for each in places}
    enough = {part: each for part, each in values.items() if each.size >= LEAST}
    if len(enough) < 2:
        return None
    judged = sum(each.size for each in values.values())
    mean = sum(each.numerator or 0 for each in values.values()) / judged
    most = max(each.size for each in enough.values())
    curve = [LEAST + (most - LEAST) * n / _STEPS for n in range(_STEPS + 1)] if most > LEAST else []
    dots = tuple(
        Dot(each.size / most * SIZE, _y(each.value), tone(each, mean), part, each)
        for part, each in sorted(enough.items(), key=lambda item: item[1].value)
    )
    bounds = [(n / most * SIZE, limits(mean, max(1, round(n)))) for n in curve]
    return Funnel(
        mean,
        most,
        _line((x, _y(low)) for x, (low, _high) in bounds),
        _line((x, _y(high)) for x, (_low, high) in bounds),
        dots,
    )


def _y(share: float) -> float:
    return SIZE - share * SIZE


def _line(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
