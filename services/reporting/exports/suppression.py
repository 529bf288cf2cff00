"""Small counts stay closed: the rule by which open data is made. Pure.

A count below `LEAST` could point at a person, so it is not published; nor is what would give it
away, the difference between a total and the other parts. Both go into one remainder, which says
neither which parts nor how many are in it:

- a part that is below `LEAST` goes into the remainder;
- as long as the remainder itself is below `LEAST`, the smallest published part goes there, too.

So a remainder is of at least two parts and at least `LEAST`, totals add up, and whoever subtracts
gets the remainder only. A total below `LEAST` is not published, and nothing under it. Parts are
those of one tree (month, Puskesmas, then channel or category): no part is under two totals that
are both published, so that no second difference can be taken.
"""

from collections.abc import Mapping
from typing import Final

LEAST: Final = 5


def published(
    parts: Mapping[str | None, int], least: int = LEAST
) -> tuple[dict[str | None, int], int]:
    """Return the parts that are published, in their order, and the remainder (0: there is none).

    `parts` add up to a published total: at least `least`.
    """
    counted = {part: count for part, count in parts.items() if count > 0}
    shown = {part: count for part, count in counted.items() if count >= least}
    remainder = sum(counted.values()) - sum(shown.values())
    while 0 < remainder < least and shown:
        smallest = min(shown, key=lambda part: (shown[part], part or ""))
        remainder += shown.pop(smallest)
    return shown, remainder
