"""Which positions of a store belong to which incarnation of its origin.

Whoever restores a store from a backup cannot know what was written after it: an id that others may
have seen is never given twice. So a new incarnation begins: positions start anew under a source of
its own, `/<origin>.<n>/<service>`, and what was there keeps its source and ids.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.kernel.store.database import Connection, Row

READ: Final = "SELECT number, after FROM incarnations ORDER BY number"


class Begun(NamedTuple):
    """An incarnation, the position after which it begins, and that at which it ended (None: it
    goes on)."""

    number: int
    after: int
    until: int | None


class Incarnations:
    """The incarnations of one service's store; nearly always it is the first."""

    def __init__(self, origin: str, service: str, rows: Sequence[Row]) -> None:
        starts = [(1, 0), *((row["number"], row["after"]) for row in rows)]
        ends = [after for _number, after in starts[1:]]
        self._begun = {
            source_of(origin, service, number): Begun(number, after, until)
            for (number, after), until in zip(starts, [*ends, None], strict=True)
        }
        self.sources = tuple(self._begun)
        """Every source of this store, the one that is written now last."""
        self.source = self.sources[-1]
        self.number, self._after, _ = self._begun[self.source]

    def placed(self, position: int) -> tuple[str, int]:
        """Return source and id of what stands at a position."""
        if position > self._after or position == 0:
            return self.source, max(position - self._after, 0)
        for source, begun in reversed(self._begun.items()):
            if position > begun.after:
                return source, position - begun.after
        raise ValueError(position)

    def begun(self, source: str) -> Begun:
        """Return where a source of this store begins and ends; raises KeyError for another's."""
        return self._begun[source]

    def last(self, source: str) -> int | None:
        """Return the last id of a source that has ended; None for the one that goes on."""
        begun = self._begun[source]
        return None if begun.until is None else begun.until - begun.after


def source_of(origin: str, service: str, number: int) -> str:
    """Return the source of a service in an incarnation of its origin."""
    return f"/{origin}/{service}" if number == 1 else f"/{origin}.{number}/{service}"


def number_of(source: str) -> int:
    """Return the incarnation that a source names."""
    _origin, _dot, number = source.split("/")[1].partition(".")
    return int(number) if number.isdigit() else 1


def begin(connection: Connection, number: int, after: int) -> None:
    """Let an incarnation begin after a position (within a transaction, while nobody serves)."""
    connection.execute("INSERT INTO incarnations VALUES (?, ?)", (number, after))
