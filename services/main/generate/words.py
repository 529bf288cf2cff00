"""What the people of a generated history write: sentences put together by chance from one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import msgspec
import yaml


class Subject(msgspec.Struct, frozen=True):
    """One thing that people complain of, with the words of everybody who has to do with it."""

    category: str
    weight: float
    rainy: float
    units: list[str]
    complaints: list[str]
    suggestions: list[str]
    questions: list[str]
    causes: list[str]
    actions: list[str]
    results: list[str]
    answers: list[str]


class Referral(msgspec.Struct, frozen=True):
    """Where a complaint belongs that is not the Puskesmas' own."""

    to: str
    why: str


class Book(msgspec.Struct, frozen=True):
    """All words of `subjects.yaml`."""

    subjects: list[Subject]
    praise: list[str]
    openings: list[str]
    wishes: list[str]
    slots: dict[str, list[str]]
    corrections: list[str]
    withdrawals: list[str]
    pauses: list[str]
    comments: list[str]
    referrals: list[Referral]
    escalations: list[str]
    remarks: list[str]
    reopenings: list[str]
    names: list[str]
    villages: list[str]


@cache
def book() -> Book:
    """Return the words that ship."""
    text = files(__package__).joinpath("subjects.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Book)


@dataclass(frozen=True)
class Writer:
    """Fills sentences in for one history; `unit` is the name of the service unit."""

    chance: Random
    unit: str

    def letter(self, sentences: Sequence[str]) -> str:
        """Return what somebody writes to the Puskesmas."""
        words = book()
        chosen = [self.chance.choice(each) for each in (words.openings, sentences, words.wishes)]
        return self.filled("".join(chosen))

    def one(self, sentences: Sequence[str]) -> str:
        """Return one of the sentences, filled in."""
        return self.filled(self.chance.choice(sentences))

    def filled(self, sentence: str) -> str:
        """Fill the places of a sentence in."""
        return sentence.format_map(_Slots(self.chance, self.unit))


class _Slots(Mapping[str, Any]):
    """The places of one sentence: the same name has the same words throughout it."""

    def __init__(self, chance: Random, unit: str) -> None:
        self._chance = chance
        self._filled = {"unit": unit}

    def __getitem__(self, name: str) -> str:
        place = name.lower()
        if place not in self._filled:
            self._filled[place] = self._chance.choice(book().slots[place])
        words = self._filled[place]
        return words if name == place else words[0].upper() + words[1:]

    def __iter__(self) -> Any:
        return iter(self._filled)

    def __len__(self) -> int:
        return len(self._filled)
