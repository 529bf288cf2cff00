"""Words that are longer than their line: a name or an address without a space breaks where the line
ends, rather than stand over the edge of the sheet or over what stands beside it.

Typst can do so by a rule of its own, which gives a document up when it meets too many such words.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Final

_MAY_BREAK: Final = "\u200b"
_AS_IS: Final = frozenset({"squares", "content"})
"""Fields that hold no words: a QR picture, an attached file."""


def broken(value: Any, most: int) -> Any:
    """Return data whose words of more than `most` letters may break before each of their letters
    (never between a letter and what is written above or below it)."""
    if isinstance(value, str):
        return _long(most).sub(_letters, value)
    if isinstance(value, dict):
        return {
            name: each if name in _AS_IS else broken(each, most) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [broken(each, most) for each in value]
    return value


@cache
def _long(most: int) -> re.Pattern[str]:
    return re.compile(rf"[^\s{_MAY_BREAK}]{{{most + 1},}}")


def _letters(word: re.Match[str]) -> str:
    return word[0][0] + "".join(
        _MAY_BREAK + each if unicodedata.category(each)[0] in "LNP" else each
        for each in word[0][1:]
    )
