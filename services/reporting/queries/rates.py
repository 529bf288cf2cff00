"""How many cases came for each thousand visits: of whole months whose visits were written down.

A month without visits is no month without visitors: its cases are left out with it.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections import Counter
from typing import Final

from services.reporting.figures import FIGURES
from services.reporting.queries.counting import Value
from services.reporting.queries.standing import Standing

RATE: Final = FIGURES["per_thousand_visits"]
NONE: Final = Value(0, 0, None)
"""Where no visits were written down."""


def rated(cases: Standing) -> tuple[Value, dict[str, Value]]:
    """Return the rate of all cases, and of each Puskesmas of which there is any."""
    visits = cases.visits()
    if not visits:
        return NONE, {}
    rows = cases.ask(
        f"SELECT puskesmas, count(*) AS n FROM {{cases}} WHERE {RATE.counted} GROUP BY puskesmas"
    )
    came = Counter({row["puskesmas"]: row["n"] for row in rows})
    by_place = Counter[str]()
    for (puskesmas, _month), n in visits.items():
        by_place[puskesmas] += n
    return (
        _rate(came.total(), by_place.total()),
        {place: _rate(came[place], n) for place, n in by_place.items()},
    )


def _rate(cases: int, visits: int) -> Value:
    return Value(cases, visits, cases * 1000 / visits)
