"""The lines of recaps: beside each other, by area and cluster, and added up over months. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.kernel.district import CLUSTERS, EFFORTS, District
from services.reporting.queries.recap import FIGURES

Line = Mapping[str, Any]
Key = tuple[str, str | None]
Figures = Mapping[str, int]
NOTHING: Final[Figures] = dict.fromkeys(FIGURES, 0)
OTHER: Final = "-"
"""The area and cluster of a unit that the district file does not name (any more)."""
STOCKS: Final = ("brought_forward", "carried_forward")
"""What stands at one moment, and cannot be added over months."""


def key(line: Line) -> Key:
    """Return which part a line is of."""
    return line["group"], line["part"]


def figures(line: Line) -> dict[str, int]:
    """Return the figures of a line alone."""
    return {name: line[name] for name in FIGURES}


def by_part(lines: Iterable[Line]) -> dict[Key, dict[str, int]]:
    """Return the figures of each part."""
    return {key(each): figures(each) for each in lines}


def same(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Say whether two statements give every part the same figures."""
    return by_part(one) == by_part(other)


def with_areas(lines: Sequence[Line], district: District) -> list[dict[str, Any]]:
    """Return lines with those of each area (KMP, UKM, UKPP) and each cluster of 2024 behind them,
    which are the sums of their units (the accreditation standard and PMK 19/2024 live side by
    side)."""
    of_unit = {unit.code: (unit.effort, unit.cluster) for unit in district.units}
    sums: dict[Key, dict[str, int]] = {}
    for line in lines:
        if line["group"] != "unit":
            continue
        unit = line["part"]
        area, cluster = (None, None) if unit is None else of_unit.get(unit, (OTHER, OTHER))
        for part in (("area", area), ("cluster", cluster)):
            add(sums.setdefault(part, dict(NOTHING)), figures(line))
    return [*map(dict, lines), *as_lines(dict(sorted(sums.items(), key=_order)))]


def as_lines(parts: Mapping[Key, Figures]) -> list[dict[str, Any]]:
    """Return the figures of parts as lines."""
    return [{"group": group, "part": part, **each} for (group, part), each in parts.items()]


def add(to: dict[str, int], more: Figures) -> None:
    """Add figures to others."""
    for name in FIGURES:
        to[name] += more[name]


def added_up(months: Sequence[Sequence[Line]]) -> dict[Key, dict[str, int]]:
    """Return the figures of following months together, by part: what moved is added, what was
    brought forward is that of the first month, what is carried forward that of the last."""
    parts: dict[Key, dict[str, int]] = {}
    for number, lines in enumerate(months):
        for part, each in by_part(lines).items():
            whole = parts.setdefault(part, dict(NOTHING))
            first, last = number == 0, number == len(months) - 1
            counted = {"brought_forward": first, "carried_forward": last}
            add(whole, {name: each[name] * counted.get(name, True) for name in FIGURES})
    return parts


def adjusted(each: Figures) -> int:
    """Return by how much the balance of added-up months was put right between one month's closing
    and the next (late events): 0 where all of it is of one moment."""
    moved = each["received"] + each["brought_back"] - each["closed"]
    return each["carried_forward"] - each["brought_forward"] - moved


def on_time(each: Figures) -> dict[str, float | None]:
    """Return the shares of promises that were kept; None where none fell due."""
    return {
        f"{name}s": each[f"{name}s_on_time"] / each[f"{name}s_due"]
        if each[f"{name}s_due"]
        else None
        for name in ("response", "settlement")
    }


def beside(
    now: Sequence[Line], reported: Sequence[Line] | None, corrected: Sequence[Line] | None
) -> list[dict[str, Any]]:
    """Return lines with all sides: as they are, as they were reported, as they were corrected last
    (None: not); a part that only one side has is nothing at the others."""
    after = by_part(now)
    before = None if reported is None else by_part(reported)
    put_right = None if corrected is None else by_part(corrected)
    lines = []
    for group, part in dict.fromkeys((*after, *(before or ()), *(put_right or ()))):
        new = after.get((group, part), NOTHING)
        old = None if before is None else before.get((group, part), NOTHING)
        right = None if put_right is None else put_right.get((group, part), NOTHING)
        lines.append(
            {
                "group": group,
                "part": part,
                "as_reported": old and dict(old),
                "as_corrected": right and dict(right),
                "as_now": dict(new),
                "differs": [] if old is None else [n for n in FIGURES if old[n] != new[n]],
            }
        )
    return lines


def _order(entry: tuple[Key, Figures]) -> tuple[str, int]:
    group, part = entry[0]
    names = [*(EFFORTS if group == "area" else CLUSTERS), OTHER, None]
    return group, names.index(part)
