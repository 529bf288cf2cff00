"""Puskesmas beside each other: medians, limits of chance, and who needs help first. Pure.

More complaints are not worse, so nothing is compared by counts; and of few cases nothing is said.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.reporting.figures.figure import LEAST
from services.reporting.figures.registry import FIGURES
from services.reporting.figures.satisfaction import RESPONDENTS_LEAST
from services.reporting.queries.counting import Value

Place = Mapping[str, Any]
"""A row of the dashboard's `puskesmas`."""
Tone = Literal["well", "soon", "late", "quiet"]
_WARNED: Final = 2.0
"""Standard errors from the whole's share beyond which chance is an unlikely reason (1 in 20)."""
_CERTAIN: Final = 3.0
"""… and beyond which it is none worth thinking of (3 in 1,000), as in control charts."""


def medians(places: Sequence[Place]) -> dict[str, float]:
    """Return the median of each figure over the Puskesmas that have cases enough for it."""
    found = {}
    for code, figure in FIGURES.items():
        values = [
            each["figures"][code].value
            for each in places
            if code in each["figures"] and each["figures"][code].enough(figure)
        ]
        if values:
            found[code] = statistics.median(values)
    return found


def limits(share: float, n: int, errors: float = _CERTAIN) -> tuple[float, float]:
    """Return between what a share of `n` cases lies by chance where the whole's is `share`."""
    spread = errors * math.sqrt(share * (1 - share) / n)
    return max(0.0, share - spread), min(1.0, share + spread)


def tone(value: Value, whole: float) -> Tone:
    """Return how a share stands beside the whole's: below by more than chance explains (late, or
    soon where chance still might), no different or above (well), or too few cases (quiet)."""
    if value.value is None or value.size < LEAST:
        return "quiet"
    if value.value < limits(whole, value.size)[0]:
        return "late"
    if value.value < limits(whole, value.size, _WARNED)[0]:
        return "soon"
    return "well"


@dataclass(frozen=True)
class Ranked:
    """A Puskesmas in the order of its need: how many of a hundred open cases are overdue; None
    where there are too few to say, and it is not ranked."""

    row: Place
    per_hundred: float | None


def ranking(places: Sequence[Place]) -> list[Ranked]:
    """Return the Puskesmas, who needs help first; those with too few open cases come last."""
    ranked = [
        Ranked(each, each["overdue"] / each["open"] * 100 if each["open"] >= LEAST else None)
        for each in places
    ]
    return sorted(
        ranked,
        key=lambda each: (
            each.per_hundred is None,
            -(each.per_hundred or 0),
            -each.row["overdue"],
            each.row["part"],
        ),
    )


@dataclass(frozen=True)
class Surveyed:
    """A survey beside others: how its index `changed` since the one before (None: there is none
    within the days, or it was reckoned by another method), and whether it has respondents
    `enough` to be compared."""

    row: Mapping[str, Any]
    changed: float | None
    enough: bool


def surveyed(closed: Sequence[Mapping[str, Any]]) -> list[Surveyed]:
    """Return surveys, that come the newest first, each beside the one before at its Puskesmas."""
    found = []
    for place, each in enumerate(closed):
        rest = closed[place + 1 :]
        before = next((one for one in rest if one["puskesmas"] == each["puskesmas"]), None)
        same = before is not None and before["method"] == each["method"]
        known = same and None not in (before and before["index"], each["index"])
        changed = each["index"] - before["index"] if before and known else None
        least = min(RESPONDENTS_LEAST, each["sample_size"])
        enough = each["index"] is not None and each["respondents"] >= least
        found.append(Surveyed(each, changed, enough))
    return found


def by_index(surveys: Sequence[Surveyed]) -> list[Surveyed]:
    """Return the newest survey of each Puskesmas, the lowest index first; those of too few
    respondents come last and are not ranked."""
    newest = [each for each in surveys if each.row["newest"]]
    return sorted(
        newest,
        key=lambda each: (not each.enough, each.row["index"] or 0, each.row["puskesmas"]),
    )


def pareto(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts, the largest first, with the share of all mentions up to each."""
    total = sum(each["cases"] for each in parts)
    found, so_far = [], 0
    for each in parts:
        so_far += each["cases"]
        found.append({**each, "up_to": so_far / total})
    return found


def vital(parts: Sequence[Mapping[str, Any]], share: float = 0.8) -> int:
    """Return how many of the largest parts make up a share of all (Pareto's vital few)."""
    return next((n for n, each in enumerate(parts, 1) if each["up_to"] >= share), len(parts))
