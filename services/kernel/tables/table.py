"""A table that leaves the system: typed columns that say what they mean, and rows as they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.kernel.text import Text

Kind = Literal["text", "moment", "flag", "number"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""


@dataclass(frozen=True)
class Column:
    """A column: its name in calls (`code`), its heading, what it means, and the type of its cells.

    A `moment` is an instant in the zone of its row's Puskesmas.
    """

    code: str
    title: Text
    meaning: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table in one language.

    `told` are the facts about the table itself that go on its second sheet (label, value).
    """

    name: str
    title: str
    columns: Sequence[Column]
    headings: Sequence[str]
    meanings: Sequence[str]
    rows: Iterable[Sequence[Any]]
    told: Sequence[tuple[str, str]]
    made_at: datetime


def looks_like_formula(text: str) -> bool:
    """Say whether a spreadsheet might take this text for a formula."""
    return text.startswith(FORMULA)
