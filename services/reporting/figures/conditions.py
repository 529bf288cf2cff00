"""The conditions of all plain figures, each once; and which of them a case meets that is at rest.

What is open changes as time goes by. Any other case meets the same conditions from its last event
on, whatever is asked: the fold `latest` keeps them, a bit each, so that a question adds up what is
known instead of judging every case again.
"""

import re
from collections.abc import Iterator
from typing import Final

from services.reporting.figures.registry import FIGURES

CONDITIONS: Final = tuple(
    dict.fromkeys(
        condition
        for each in FIGURES.values()
        if each.plain
        for condition in (each.counted, each.whole)
    )
)
assert len(CONDITIONS) < 64, "a bit each, in one number"
REPEATABLE: Final = "kind <> 'praise' AND len(categories) > 0"
"""What may repeat another; whether it does, no case says by itself."""
REPEATED: Final = sum(
    1 << n for n, condition in enumerate(CONDITIONS) if re.search(r"\brepeats\b", condition)
)
"""The bits that a case loses which repeats no other."""
_AT_REST: Final = {
    r"\bcame\b": "true",
    r"\brepeats\b": f"({REPEATABLE})",
    # Against these only what is open is held.
    r"\$now\b": "NULL::TIMESTAMP",
    r"\btoday\b": "NULL::DATE",
}


def bits() -> str:
    """Return the expression of the conditions that a case meets which is not open, if it came
    within the days asked for and repeats another."""
    return " | ".join(_bits())


def _bits() -> Iterator[str]:
    for n, condition in enumerate(CONDITIONS):
        for was, becomes in _AT_REST.items():
            condition = re.sub(was, becomes, condition)
        yield f"CASE WHEN {condition} THEN {1 << n}::BIGINT ELSE 0 END"
