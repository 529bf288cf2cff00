"""Recaps of a quarter, a half-year or a year, of one Puskesmas or of all that a reader sees, added
up from what was reported."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.district import District
from services.kernel.months import Month, Stretch
from services.reporting.application import Reporting
from services.reporting.discipline import Standing
from services.reporting.monthly import Monthly
from services.reporting.queries import Filters, When, recap
from services.reporting.queries.effectiveness import effectiveness
from services.reporting.recap_lines import (
    NOTHING,
    Key,
    add,
    added_up,
    adjusted,
    as_lines,
    beside,
    with_areas,
)


@dataclass(frozen=True)
class RolledUp:
    """The recaps of some months together.

    `lines` have what was reported (None: nothing was), and for one Puskesmas how it stands; those
    of group `puskesmas` are of one each. `missing` are the months that are over and not reported:
    the sums are without them. `adjusted`: see `recap_lines.adjusted`. `found` counts by how
    effective the teams found their month.
    """

    puskesmas: str | None
    stretch: Stretch
    reported: int
    missing: Sequence[Standing]
    zero: int
    lines: Sequence[Mapping[str, Any]]
    adjusted: int
    effectiveness: Mapping[str, Any]
    found: Mapping[str, int]


class RollUps:
    """Adds up the recaps of following months."""

    def __init__(self, reporting: Reporting, monthly: Monthly, district: District) -> None:
        self._reporting, self._monthly, self._district = reporting, monthly, district

    def of(
        self, puskesmas: str | None, stretch: Stretch, scope: frozenset[str] | None, when: When
    ) -> RolledUp:
        """Return the recaps of a stretch at one Puskesmas, or at all within `scope`; raises
        NotFound."""
        places = scope
        if puskesmas is not None:
            places = frozenset({self._district.puskesmas(puskesmas).code})
        standing = [each for month in stretch.months for each in self._at(month, places, when)]
        stated = [each for each in standing if each.reported.latest is not None]
        parts = _together(stated)
        whole = parts.get(("all", None), NOTHING)
        reported = as_lines(parts) if stated else None
        filters = Filters(scope, puskesmas=puskesmas, since=stretch.first, until=stretch.last)
        found = effectiveness(self._reporting.store.reader(), filters, when)
        return RolledUp(
            puskesmas=puskesmas,
            stretch=stretch,
            reported=len(stated),
            missing=[each for each in standing if each.over and each.reported.latest is None],
            zero=sum(each.zero for each in stated),
            lines=self._lines(puskesmas, stretch, when, reported),
            adjusted=adjusted(whole),
            effectiveness=found,
            found=Counter(
                each.reported.effectiveness for each in standing if each.reported.effectiveness
            ),
        )

    def last_quarter(self) -> Stretch:
        """Return the last quarter that is over, in the zone of the district's first Puskesmas."""
        month = self._monthly.last_over(self._district.all_puskesmas[0].code)
        while month.first.month % 3:
            month = month.before
        return Stretch.written(f"{month.first.year}-Q{month.first.month // 3}")

    def _at(self, month: Month, places: frozenset[str] | None, when: When) -> list[Standing]:
        return self._monthly.district(month, places, when)

    def _lines(
        self,
        puskesmas: str | None,
        stretch: Stretch,
        when: When,
        reported: list[dict[str, Any]] | None,
    ) -> list[dict[str, Any]]:
        said = None if reported is None else with_areas(reported, self._district)
        if puskesmas is None:
            return [{**each, "as_now": None, "differs": []} for each in beside([], said, None)]
        bounds = stretch.bounds(self._district.puskesmas(puskesmas).zone)
        now = recap.lines(self._reporting.store.reader(), puskesmas, bounds, when)
        return beside(with_areas(now, self._district), said, None)


def _together(stated: Sequence[Standing]) -> dict[Key, dict[str, int]]:
    """Return the figures of all parts, and of each Puskesmas, from what each month states last."""
    by_place: dict[str, list[Standing]] = {}
    for each in stated:
        by_place.setdefault(each.reported.puskesmas, []).append(each)
    parts: dict[Key, dict[str, int]] = {}
    for place, months in by_place.items():
        latest = [each.reported.latest for each in sorted(months, key=lambda each: each.month)]
        of_place = added_up([each.lines for each in latest if each is not None])
        of_place["puskesmas", place] = of_place["all", None]
        for part, figures in of_place.items():
            add(parts.setdefault(part, dict(NOTHING)), figures)
    return dict(sorted(parts.items(), key=_order))


def _order(entry: tuple[Key, Mapping[str, int]]) -> tuple[int, bool, str]:
    group, part = entry[0]
    return (*recap.GROUPS, "puskesmas").index(group), part is None, part or ""
