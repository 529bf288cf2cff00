"""Making the facts anew from the log: beside the live ones, compared with them, then swapped."""

# ruff: noqa: S608 (statements are put together from parts of ours)

from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from services.reporting import folds

SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """How one fact differs: how many rows only one side has, and about whom the first are."""

    fact: str
    only_live: int
    only_rebuilt: int
    subjects: tuple[str, ...]


def differences(connection: DuckDBPyConnection, suffix: str) -> list[Difference]:
    """Compare the live facts row by row with those beside them."""
    found = (_difference(connection, fold, suffix) for fold in folds.folds())
    return [each for each in found if each is not None]


def _difference(connection: DuckDBPyConnection, fold: folds.Fold, suffix: str) -> Difference | None:
    rows: list[tuple[str, Any, int]] = []
    for side, ours, theirs in (
        ("live", fold.name, fold.name + suffix),
        ("rebuilt", fold.name + suffix, fold.name),
    ):
        found = connection.execute(
            f"SELECT {fold.key}::VARCHAR, count(*) "
            f"FROM (FROM {ours} EXCEPT ALL FROM {theirs}) GROUP BY 1 ORDER BY 1"
        )
        rows.extend((side, subject, count) for subject, count in found.fetchall())
    if not rows:
        return None
    return Difference(
        fold.name,
        sum(count for side, _subject, count in rows if side == "live"),
        sum(count for side, _subject, count in rows if side == "rebuilt"),
        tuple(sorted({subject for _side, subject, _count in rows})[:SHOWN]),
    )
