"""What was answered, in whichever shape it is had: questionnaires, counts per score, or means.

Each shape gives the means that an index is reckoned from, and parts itself by unit and, where
it knows them, by groups of respondents.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Protocol

from services.intake.domain.satisfaction.elements import SCORES
from services.intake.domain.satisfaction.method import Blanks
from services.kernel.errors import invalid
from services.kernel.text import _

UNIT: Final = "unit"


@dataclass(frozen=True)
class Means:
    """The mean of each element that anybody answered, and whose they are.

    `respondents` are those that it was reckoned from, `left_out` those dropped for a blank,
    `blanks` the answers that were missing among the rest. None: the source does not say.
    `answered` are those behind single means, where a source says so; else they are all.
    """

    of: Mapping[str, Fraction]
    respondents: int | None
    blanks: int | None = None
    left_out: int | None = None
    answered: Mapping[str, int] = field(default_factory=dict)


class Answers(Protocol):
    """What was answered to the elements of a set."""

    def means(self, keys: Sequence[str], blanks: Blanks) -> Means:
        """Return the mean of each of these elements; one that nobody answered is not in it."""

    def parted(self) -> Iterator[tuple[str, str, "Answers"]]:
        """Yield a kind (`unit`, or a group of respondents), a name of that kind, its answers."""


@dataclass(frozen=True)
class Tally:
    """Of so many filled questionnaires, how many gave each element each of `SCORES`."""

    filled: int
    counts: Mapping[str, Sequence[int]]

    def answered(self, key: str) -> int:
        """Return how many answered an element."""
        return sum(self.counts.get(key, ()))

    def total(self, key: str) -> int:
        """Return the sum of an element's scores."""
        counts = self.counts.get(key, ())
        return sum(score * count for score, count in zip(SCORES, counts, strict=False))

    def means(self, keys: Sequence[str], blanks: Blanks, left_out: int = 0) -> Means:
        """Return the mean of each element; `drop` is the same as `per_element` here."""
        found = {}
        for key in keys:
            if answered := self.answered(key):
                over = self.filled if blanks == "all" else answered
                found[key] = Fraction(self.total(key), over)
        return Means(found, self.filled, self.blanks(keys), left_out)

    def blanks(self, keys: Sequence[str]) -> int:
        """Return how many answers to these elements are missing."""
        return sum(self.filled - self.answered(key) for key in keys)


@dataclass(frozen=True)
class Questionnaire:
    """What one respondent answered; an element that was left blank is not in `scores`."""

    scores: Mapping[str, int]
    unit: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Questionnaires:
    """Filled questionnaires; one without any answer is none and must not be among them."""

    each: Sequence[Questionnaire]

    def means(self, keys: Sequence[str], blanks: Blanks) -> Means:
        """Return the mean of each element; `drop` leaves out who did not answer all of them."""
        counted = self.each
        if blanks == "drop":
            counted = [each for each in self.each if each.scores.keys() >= set(keys)]
        return tallied(counted).means(keys, blanks, len(self.each) - len(counted))

    def parted(self) -> Iterator[tuple[str, str, Answers]]:
        """Yield the questionnaires of each unit, then of each group of each kind."""
        found: dict[str, dict[str, list[Questionnaire]]] = defaultdict(lambda: defaultdict(list))
        for each in self.each:
            if each.unit is not None:
                found[UNIT][each.unit].append(each)
            for kind, name in each.groups.items():
                found[kind][name].append(each)
        for kind in sorted(found, key=lambda kind: (kind != UNIT, kind)):
            for name in sorted(found[kind]):
                yield kind, name, Questionnaires(found[kind][name])


@dataclass(frozen=True)
class Counts:
    """Counts per score, by unit; None is the unit of a source that names none."""

    by_unit: Mapping[str | None, Tally]

    def means(self, keys: Sequence[str], blanks: Blanks) -> Means:
        """Return the mean of each element over all units.

        Raises InvalidInput for `drop` where answers are missing: counts do not say whose.
        """
        tally = added_up(self.by_unit.values())
        if blanks == "drop" and tally.blanks(keys):
            raise invalid(
                "blanks",
                _(
                    "Jumlah per skor tidak menyebut kuesioner mana yang kosong sebagian. Pilih "
                    "blanks=per_element atau blanks=all, atau berkas satu baris per responden."
                ),
            )
        return tally.means(keys, blanks)

    def parted(self) -> Iterator[tuple[str, str, Answers]]:
        """Yield the counts of each unit."""
        for name, tally in sorted((name, tally) for name, tally in self.by_unit.items() if name):
            yield UNIT, name, Counts({name: tally})


@dataclass(frozen=True)
class StatedMeans:
    """Means that somebody else reckoned, by unit; how blanks were treated is theirs to know."""

    by_unit: Mapping[str | None, Means]

    def means(self, keys: Sequence[str], blanks: Blanks) -> Means:
        """Return the means over all units, each by those who gave it.

        Raises InvalidInput where there are several units and one has no number of respondents.
        """
        stated = [*self.by_unit.values()]
        if not stated:
            return Means({}, 0)
        if len(stated) == 1:
            return stated[0]
        respondents = [each.respondents for each in stated]
        numbers = [number for number in respondents if number]
        if len(numbers) < len(stated):
            raise invalid(
                "respondents",
                _(
                    "Sebutkan jumlah responden tiap unit: menurut itulah rata-rata beberapa unit "
                    "digabung."
                ),
            )
        found = {}
        for key in keys:
            if all(key in each.of for each in stated):
                weights = [
                    each.answered.get(key, n) for each, n in zip(stated, numbers, strict=True)
                ]
                total = sum(each.of[key] * n for each, n in zip(stated, weights, strict=True))
                found[key] = Fraction(total, sum(weights))
        return Means(found, sum(numbers))

    def parted(self) -> Iterator[tuple[str, str, Answers]]:
        """Yield the means of each unit."""
        for name in sorted(filter(None, self.by_unit)):
            yield UNIT, name, StatedMeans({name: self.by_unit[name]})


def tallied(questionnaires: Iterable[Questionnaire]) -> Tally:
    """Return the counts of these questionnaires."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    filled = 0
    for each in questionnaires:
        filled += 1
        for key, score in each.scores.items():
            found[key][score] += 1
    counts = {key: [scores[score] for score in SCORES] for key, scores in found.items()}
    return Tally(filled, counts)


def added_up(tallies: Iterable[Tally]) -> Tally:
    """Return the counts of several as one."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(SCORES))
    filled = 0
    for tally in tallies:
        filled += tally.filled
        for key, counts in tally.counts.items():
            found[key] = [a + b for a, b in zip(found[key], counts, strict=True)]
    return Tally(filled, found)
