"""A result on a screen across a waiting room: in parts that people have the time to read. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

WORDS: Final = 28
"""So many words people read from afar before the next part."""
LETTERS: Final = 200
LEAST_SECONDS: Final = 12
SECONDS_A_WORD: Final = 0.5
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Screen:
    """A part of a text, how long it stands (seconds), and which of how many it is."""

    text: str
    seconds: int
    part: int
    parts: int


def screens(text: str) -> list[Screen]:
    """Return a text in parts of at most WORDS words and LETTERS letters, each ending with a
    sentence where one does; a longer sentence ends where the part is full."""
    parts = [" ".join(part) for part in _parts(text)]
    return [
        Screen(part, max(LEAST_SECONDS, round(len(part.split()) * SECONDS_A_WORD)), n, len(parts))
        for n, part in enumerate(parts, 1)
    ]


def _parts(text: str) -> Iterator[list[str]]:
    part: list[str] = []
    for sentence in _SENTENCE.split(text.strip()):
        words = [piece for word in sentence.split() for piece in _broken(word)]
        if part and not _fits([*part, *words]):
            yield part
            part = []
        for word in words:
            if part and not _fits([*part, word]):
                yield part
                part = []
            part.append(word)
    if part:
        yield part


def _broken(word: str) -> Iterator[str]:
    """Yield a word in pieces that fit on a screen."""
    for at in range(0, len(word), LETTERS):
        yield word[at : at + LETTERS]


def _fits(words: list[str]) -> bool:
    return len(words) <= WORDS and sum(map(len, words)) + len(words) - 1 <= LETTERS
