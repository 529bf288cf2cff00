"""Satisfaction surveys: those that were closed within the days asked for, the figures made of them,
and which of them are behind a figure.

A survey is of a whole Puskesmas and of no case: whoever asks about a unit, a channel or the like,
or sees an area only, is told of none. Where none was closed nothing is said: that is not zero.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.figures import FIGURES, Figure
from services.reporting.queries.counted import Cases, Part
from services.reporting.queries.counting import Value
from services.reporting.queries.paging import cursor_of, read_cursor
from services.reporting.queries.question import (
    BOUNDS,
    ENDS,
    STARTS,
    Filters,
    When,
    at,
    bounds,
    records,
    zones,
)
from services.reporting.store import stored

Survey = dict[str, Any]
_OF_SURVEYS: Final = [each for each in FIGURES.values() if each.of == "surveys"]
_JUDGED: Final = ", ".join(
    f"coalesce({condition}, false) AS {code}_{part}"
    for code, part, condition in (
        (each.code, part, condition)
        for each in _OF_SURVEYS
        for part, condition in (("counted", each.counted), ("whole", each.whole))
    )
)
_SAID: Final = (
    "puskesmas, state, period, opens_on, closes_on, population, sample_size, respondents, basis, "
    "method, converted::DOUBLE AS index, quality, element_figures AS elements, closed_at, "
    "published_at"
)


def surveys_of(connection: DuckDBPyConnection, filters: Filters, when: When) -> list[Survey]:
    """Return the surveys that were closed within the days asked for, the newest first.

    Each says whether it is the `newest` of its Puskesmas, and of each figure whether it is
    `<figure>_counted` and of its `<figure>_whole`.
    """
    if _is_of_cases(filters):
        return []
    conditions = [at("s"), f"closed_at >= {STARTS}", f"closed_at < {ENDS}"]
    given: dict[str, Any] = {
        **when.parameters,
        **bounds(zones(connection), filters.since, filters.until),
    }
    if filters.puskesmas is not None:
        conditions.append("s.puskesmas = $puskesmas")
        given["puskesmas"] = filters.puskesmas
    for number, codes in enumerate(_scopes(filters)):
        conditions.append(f"list_contains($scope_{number}, s.puskesmas)")
        given[f"scope_{number}"] = sorted(codes)
    found = connection.execute(
        f"""
        WITH {BOUNDS}, closed AS (
            SELECT complaint AS id, {_SAID},
                row_number() OVER (
                    PARTITION BY puskesmas ORDER BY closed_at DESC, complaint DESC
                ) = 1 AS newest
            FROM surveys AS s LEFT JOIN bounds AS b ON b.code = s.puskesmas
            WHERE {" AND ".join(conditions)}
        )
        SELECT *, {_JUDGED} FROM closed
        ORDER BY closed_at DESC, id DESC
        """,
        given,
    )
    return list(records(found))


def figures_of(surveys: Sequence[Survey]) -> dict[str, Value]:
    """Return what each figure over surveys came to."""
    return {each.code: _value(each, surveys) for each in _OF_SURVEYS}


def behind(
    connection: DuckDBPyConnection,
    figure: Figure,
    filters: Filters,
    when: When,
    _now: datetime,
    *,
    part: Part = "counted",
    limit: int = 50,
    cursor: str | None = None,
) -> Cases:
    """Return a page of the surveys behind a figure, the newest first, as `counted.cases_of` does
    the cases behind another."""
    surveys = surveys_of(connection, filters, when)
    items = [
        each | {"counted": counted}
        for each in surveys
        for counted in (each[f"{figure.code}_counted"],)
        if each[f"{figure.code}_whole"] and part in ("among", "counted" if counted else "missed")
    ]
    if cursor is not None:
        after = read_cursor(cursor)
        items = [each for each in items if (stored(each["closed_at"]), each["id"]) < after]
    more, items = len(items) > limit, items[:limit]
    following = cursor_of(items[-1]["closed_at"], items[-1]["id"]) if more else None
    return Cases(_value(figure, surveys), items, following)


def survey_of(connection: DuckDBPyConnection, id: UUID, when: When) -> Survey | None:
    """Return one survey as it stood, whatever its state; None where none is known."""
    found = connection.execute(
        f"SELECT complaint AS id, {_SAID} FROM surveys AS s WHERE complaint = $id AND {at('s')}",
        {"id": id, **when.parameters},
    )
    return next(iter(records(found)), None)


def _value(figure: Figure, surveys: Sequence[Survey]) -> Value:
    whole = [each for each in surveys if each[f"{figure.code}_whole"]]
    counted = [each for each in whole if each[f"{figure.code}_counted"]]
    if figure.unit == "index":
        value = sum(each["index"] for each in counted) / len(counted) if counted else None
        return Value(len(counted), len(whole), value)
    answered, asked = (
        sum(each[name] for each in counted) for name in ("respondents", "sample_size")
    )
    return Value(answered, asked, answered / asked if asked else None)


def _is_of_cases(filters: Filters) -> bool:
    """Say whether what was asked tells cases apart, which no survey does."""
    narrowing = (filters.unit, filters.channel, filters.category, filters.state, filters.barrier)
    return any(each is not None for each in (*narrowing, filters.units, filters.entered_by))


def _scopes(filters: Filters) -> list[frozenset[str]]:
    """Return the sets of Puskesmas in all of which a survey must be to be seen."""
    found = [] if filters.scope is None else [filters.scope]
    if filters.reach is not None:
        whole = [part.puskesmas for part in filters.reach if part.units is None]
        if None not in whole:
            found.append(frozenset(code for codes in whole for code in codes or ()))
    return found
