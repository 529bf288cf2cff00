"""Whether a note takes over sealed words: it stays in clear when what it is about is erased."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec

IN_A_ROW: Final = 4
"""So many words in the same order are a quotation; three are found in any two sentences."""
DIGITS: Final = 6
"""A telephone number that was cut short still tells whose it is."""
_TITLES: Final = frozenset({"bapak", "ibu", "pak", "bu", "sdr", "sdri", "tuan", "nyonya", "anak"})
_WORD: Final = re.compile(r"[^\W_]+")


def quotes(note: str, said: str) -> bool:
    """Say whether a note repeats some of what was said: several words in a row, or a number."""
    return bool(_runs(note, IN_A_ROW) & _runs(said, IN_A_ROW)) or _shares_number(note, [said])


def names(note: str, complainant: str) -> bool:
    """Say whether a note tells who the complainant is: part of the name, or of the contact or
    address. `complainant` is the sealed identity as it was opened (JSON)."""
    facts = msgspec.json.decode(complainant, type=dict[str, object])
    name = set(_words(str(facts.pop("name", None) or ""))) - _TITLES
    values = [str(each) for each in facts.values() if each]
    if any(len(word) > 2 and word in name for word in _words(note)):
        return True
    others = set[tuple[str, ...]]().union(*(_runs(each, 2) for each in values))
    return bool(_runs(note, 2) & others) or _shares_number(note, values)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    if length == 2:
        return set(pairwise(_words(text)))
    found = _words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def _shares_number(note: str, values: Iterable[str]) -> bool:
    """Say whether a long run of digits stands in both, however it is spaced or begun."""
    within = [number for value in values for number in _numbers(value)]
    return any(number[-DIGITS:] in other for number in _numbers(note) for other in within)


def _numbers(text: str) -> Sequence[str]:
    joined = re.sub(r"(?<=\d)[\s.()-]+(?=\d)", "", text)
    return [each for each in re.findall(r"\d+", joined) if len(each) >= DIGITS]
