"""Sentences with planted identifiers (tests/data/redaction.yaml), and how many are marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from services.publication.domain.redaction import pieces

FILE = Path(__file__).parent / "data" / "redaction.yaml"
_PLANT = re.compile(r"\[\[(\w+):(.+?)\]\]")


@dataclass(frozen=True)
class Planted:
    """A sentence as people would read it, and what of it points to somebody: (kind, from, to)."""

    text: str
    plants: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Score:
    """How many plants are marked whole, and how many marks touch a plant; and which do not."""

    planted: int
    found: int
    marked: int
    right: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def precision(self) -> float:
        return self.right / self.marked


@cache
def sentences() -> tuple[Planted, ...]:
    """Return the sentences of the file."""
    return tuple(_read(each) for each in yaml.safe_load(FILE.read_text(encoding="utf-8")))


def score() -> Score:
    """Mark every sentence and count."""
    planted = found = marked = right = 0
    missed, wrong = [], []
    for each in sentences():
        marks = list(_marks(each.text))
        planted += len(each.plants)
        marked += len(marks)
        for kind, start, end in each.plants:
            # A sign between two marks, or the comma of a degree, gives nobody away.
            left = "".join(
                sign
                for at, sign in enumerate(each.text[start:end], start)
                if sign.isalnum() and not any(a <= at < b for a, b in marks)
            )
            if left:
                missed.append(f"{kind}: {each.text[start:end]} ({left})")
            else:
                found += 1
        for a, b in marks:
            if any(a < end and start < b for _kind, start, end in each.plants):
                right += 1
            else:
                wrong.append(f"{each.text[a:b]} in: {each.text}")
    return Score(planted, found, marked, right, tuple(missed), tuple(wrong))


def _marks(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for piece in pieces(text):
        if piece.what is not None:
            yield at, at + len(piece.text)
        at += len(piece.text)


def _read(line: str) -> Planted:
    text, plants, at = "", [], 0
    for found in _PLANT.finditer(line):
        text += line[at : found.start()]
        plants.append((found[1], len(text), len(text) + len(found[2])))
        text += found[2]
        at = found.end()
    return Planted(text + line[at:], tuple(plants))
