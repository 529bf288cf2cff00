"""Many rows with one statement.

Every SQLite statement hands the interpreter's lock over and has to win it back, also each row of
an `executemany`; under load that cost more than the writing. So rows are written in portions whose
sizes are powers of two, which leaves few statements to prepare.
"""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

PORTION = 64


class Executes(Protocol):
    """A connection or a cursor."""

    def execute(self, statement: str, values: Sequence[Any], /) -> Any:
        """Run one statement."""


def marks(values: Collection[Any]) -> str:
    """Return the list that a value may be IN, one mark for each; nothing is in an empty one."""
    return f"({', '.join('?' * len(values)) or 'NULL'})"


def insert_rows(
    where: Executes,
    insert: str,
    rows: Sequence[Sequence[Any]],
    on_conflict: str = "",
) -> None:
    """Run `insert` (up to and with its VALUES) for all rows, in their order.

    Raises what a single INSERT raises; the rows of the portions before it then stay, until the
    caller rolls back.
    """
    start, portion = 0, PORTION
    while start < len(rows):
        while portion > len(rows) - start:
            portion //= 2
        some = rows[start : start + portion]
        marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * portion)
        where.execute(f"{insert} {marks} {on_conflict}", [value for row in some for value in row])
        start += portion
