"""Which cases repeat another: the same unit and a category in common, at one Puskesmas, received
within 90 days after it.

Of many cases nearly all do, so what is found are those that do not (`alone`). In a span as long as
that, each but the first follows another; and the first does, unless the last of the span before
it is too long ago. So nothing is sorted but the spans (`spans`, which count the cases besides).
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterator
from typing import Final

from services.reporting.figures.conditions import REPEATABLE

WITHIN_DAYS: Final = 90
"""Days within which a like complaint makes a case a repeated one."""
_MICROSECONDS: Final = WITHIN_DAYS * 86_400_000_000
REPEATS: Final = f"({REPEATABLE} AND complaint NOT IN (SELECT complaint FROM alone))"
"""The condition that a case that came within the days asked for repeats another."""
_ONE: Final = "puskesmas, service_unit, category"


def finding(near: str) -> Iterator[str]:
    """Yield the statements, over the `{cases}` of a question, that make `spans` and `alone`;
    `near` is the condition of those that came within the days asked for or as long before."""
    about = f"FROM {{cases}} WHERE kind <> 'praise' AND {near}"
    yield f"""
    CREATE OR REPLACE TEMP TABLE spans AS
    SELECT {_ONE}, epoch_us(received_at) // {_MICROSECONDS} AS span,
        count(*) FILTER (came) AS cases, min(received_at) AS first, max(received_at) AS last
    FROM (
        SELECT puskesmas, service_unit, unnest(categories) AS category, received_at, came {about}
    )
    GROUP BY ALL
    """
    yield f"""
    CREATE OR REPLACE TEMP TABLE firsts AS
    SELECT {_ONE}, first AS received_at FROM spans
    QUALIFY coalesce(
        epoch_us(first) - lag(epoch_us(last)) OVER (PARTITION BY {_ONE} ORDER BY span)
            > {_MICROSECONDS},
        true
    )
    """
    # Of several that came at the same moment, one is the first. Which figures' conditions it meets
    # goes with it: those that it meets by repeating another are to be taken off.
    yield f"""
    CREATE OR REPLACE TEMP TABLE alone AS
    SELECT complaint, any_value(puskesmas) AS puskesmas, any_value(received_at) AS received_at,
        any_value(came) AS came, any_value(meets) AS meets
    FROM (
        SELECT each.* FROM (
            SELECT complaint, puskesmas, service_unit, categories, unnest(categories) AS category,
                received_at, came, meets
            {about} AND received_at IN (SELECT received_at FROM firsts)
        ) AS each JOIN firsts ON firsts.received_at = each.received_at
            AND firsts.puskesmas = each.puskesmas AND firsts.category = each.category
            AND firsts.service_unit IS NOT DISTINCT FROM each.service_unit
        QUALIFY row_number() OVER (
            PARTITION BY each.puskesmas, each.service_unit, each.category, each.received_at
            ORDER BY each.complaint
        ) = 1
    )
    GROUP BY complaint HAVING count(DISTINCT category) = len(list_distinct(any_value(categories)))
    """
