"""A table that stands for a survey's answers: counts per score, or only the means per element.

What a Puskesmas gets back of a survey that it ran on its district's site. The index is reckoned
from it as from answers; who answered, in which groups, and what they remarked is not in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, Literal, Self

from services.intake.domain.satisfaction import SCORES, Counts, Means, Method, StatedMeans, Tally
from services.intake.domain.survey_terms import POPULATION_MOST, Terms
from services.kernel.contracts.surveys import (
    SurveyCountV1,
    SurveyMeanV1,
    SurveyTableUnitV1,
)
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _

TableShape = Literal["counts", "means"]
COUNTS: Final = "counts"
MEANS: Final = "means"


@dataclass(frozen=True)
class SurveyTable:
    """A table as it was given, by unit, and whose it is.

    `source` names who made it, `sha256` is the hash of its file (None: it did not come as one).
    """

    answers: Counts | StatedMeans
    source: str
    sha256: str | None = None

    @classmethod
    def of(cls, units: list[SurveyTableUnitV1], source: str, sha256: str | None) -> Self:
        """Return the table that was recorded."""
        if any(each.means for each in units):
            return cls(StatedMeans({each.unit: _means(each) for each in units}), source, sha256)
        return cls(Counts({each.unit: _tally(each) for each in units}), source, sha256)

    @property
    def shape(self) -> TableShape:
        """Which of the two it is."""
        return COUNTS if isinstance(self.answers, Counts) else MEANS

    def check(self, terms: Terms) -> None:
        """Raise InvalidInput with every wrong field (`units[1].time`), for a survey of these terms.

        What passes gives an index by the method of the terms.
        """
        errors = [] if self.source else [FieldError("source", _("Tulis dari mana tabel ini."))]
        by_unit: Mapping[str | None, Tally | Means] = self.answers.by_unit
        for place, (unit, given) in enumerate(by_unit.items()):
            at = f"units[{place}]"
            if unit is None and len(by_unit) > 1:
                errors.append(FieldError(f"{at}.unit", _WHOLE_AND_PARTS))
            elif unit is not None and unit not in terms.units:
                errors.append(FieldError(f"{at}.unit", _("Unit ini tidak ikut survei ini.")))
            wrong = _wrong_counts(given) if isinstance(given, Tally) else _wrong_means(given)
            errors += [FieldError(f"{at}.{field}", message) for field, message in wrong]
            there = given.counts if isinstance(given, Tally) else given.of
            errors += [
                FieldError(f"{at}.{key}", _("Unsur ini bukan bagian dari survei ini."))
                for key in there
                if key not in terms.elements
            ]
            errors += [
                FieldError(f"{at}.{key}", _("Unsur ini belum ada untuk unit ini."))
                for key in terms.elements
                if key not in there
            ]
        if not errors:
            errors += self._without_index(terms)
        if errors:
            raise InvalidInput(*errors)

    def stated(self) -> dict[str, Any]:
        """Return the table as its event holds it."""
        if isinstance(self.answers, Counts):
            units = [_counted(unit, each) for unit, each in self.answers.by_unit.items()]
        else:
            units = [_stated(unit, each) for unit, each in self.answers.by_unit.items()]
        return {"shape": self.shape, "source": self.source, "sha256": self.sha256, "units": units}

    def _without_index(self, terms: Terms) -> Iterator[FieldError]:
        """Yield why no index comes of it."""
        method = Method.parse(terms.method)
        if isinstance(self.answers, Counts) and method.blanks == "drop":
            try:
                self.answers.means(terms.elements, method.blanks)
            except InvalidInput:
                yield FieldError("units", _DROPPED)
                method = replace(method, blanks="per_element")
        found = self.answers.means(terms.elements, method.blanks)
        for key in terms.elements:
            if key not in found.of:
                yield FieldError(key, _("Unsur ini belum punya satu jawaban pun."))


def _wrong_counts(given: Tally) -> Iterator[tuple[str, Text]]:
    """Yield the fields of a unit's counts that cannot be, each with its mend."""
    if not 0 <= given.filled <= POPULATION_MOST:
        yield "respondents", _RESPONDENTS
    for key, counts in given.counts.items():
        if len(counts) != len(SCORES) or min(counts, default=-1) < 0:
            yield key, _("Tulis empat banyaknya: yang memberi 1, 2, 3, dan 4.")
        elif sum(counts) > given.filled:
            yield key, _("Jawabannya lebih banyak daripada respondennya. Periksa keduanya.")


def _wrong_means(given: Means) -> Iterator[tuple[str, Text]]:
    """Yield the fields of a unit's means that cannot be, each with its mend."""
    respondents = given.respondents or 0
    if not 1 <= respondents <= POPULATION_MOST:
        yield "respondents", _RESPONDENTS
        return
    for key, mean in given.of.items():
        if not SCORES[0] <= mean <= SCORES[-1]:
            yield key, _("Rata-rata unsur antara 1 dan 4; nilai konversi dibagi 25 dahulu.")
        if not 1 <= given.answered.get(key, respondents) <= respondents:
            yield key, _("Jawabannya lebih banyak daripada respondennya. Periksa keduanya.")


def _counted(unit: str | None, tally: Tally) -> SurveyTableUnitV1:
    counts = [
        SurveyCountV1(element=key, score=score, count=count)
        for key, each in tally.counts.items()
        for score, count in zip(SCORES, each, strict=True)
    ]
    return SurveyTableUnitV1(unit=unit, respondents=tally.filled, counts=counts, means=[])


def _stated(unit: str | None, given: Means) -> SurveyTableUnitV1:
    respondents = given.respondents or 0
    means = [
        SurveyMeanV1(
            element=key, mean=written(mean), respondents=given.answered.get(key, respondents)
        )
        for key, mean in given.of.items()
    ]
    return SurveyTableUnitV1(unit=unit, respondents=respondents, counts=[], means=means)


def _tally(unit: SurveyTableUnitV1) -> Tally:
    counts: dict[str, list[int]] = {}
    for each in unit.counts:
        counts.setdefault(each.element, [0] * len(SCORES))[each.score - SCORES[0]] = each.count
    return Tally(unit.respondents, counts)


def _means(unit: SurveyTableUnitV1) -> Means:
    return Means(
        {each.element: Fraction(each.mean) for each in unit.means},
        unit.respondents,
        answered={each.element: each.respondents for each in unit.means},
    )


def written(mean: Fraction) -> str:
    """Return a mean as it was written, `3.25`: every digit, for it came as a decimal number."""
    places = 0
    while (mean * 10**places).denominator != 1:
        places += 1
    whole, rest = divmod(mean.numerator * 10**places // mean.denominator, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


_RESPONDENTS: Final = _("Tulis banyaknya responden, paling sedikit 1.")
_WHOLE_AND_PARTS: Final = _(
    "Tabel ini memuat seluruh Puskesmas dan unitnya sekaligus. Hapus salah satu, supaya tidak ada "
    "yang terhitung dua kali."
)
_DROPPED: Final = _(
    "Menurut cara hitung survei ini, kuesioner yang kosong sebagian tidak dihitung, dan jumlah per "
    "skor tidak menyebut kuesioner mana. Kirim jawaban satu baris per responden."
)
