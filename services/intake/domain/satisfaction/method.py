"""How an index is reckoned: what published figures do differently, as one recorded choice.

The regulations leave it open, and sites differ: if every answer is 4, nine elements give 100.00
under the exact weight, 99.90 under 0.111 and 99.00 under 0.11.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final, Literal, Self, get_args

from services.intake.domain.satisfaction.elements import BAND_PLACES
from services.kernel.errors import FieldError, InvalidInput, invalid
from services.kernel.text import Text, _

Rounding = Literal["half_up", "truncated"]
ROUNDINGS: Final = get_args(Rounding)

Blanks = Literal["per_element", "drop", "all"]
BLANKS: Final = get_args(Blanks)
"""What an element without an answer does: the mean is of those who answered it; a questionnaire
with a blank is left out whole; or the mean is over all questionnaires, so that a blank counts 0."""

PARTS: Final = (None, 2, 3)
RESULTS: Final = (0, 1, 2, 3, 4)
WEIGHT_PLACES: Final = range(2, 5)
SHOWN_PLACES: Final = 4
_EXACT, _NONE = "exact", "none"
_WEIGHT: Final = re.compile(r"0\.[0-9]{2,4}")


@dataclass(frozen=True)
class Method:
    """The choice under which an index is reckoned.

    `weight` None is exactly 1/n, else 1/n as it is printed (0.111). `parts` are the decimals to
    which each element's mean and then its weighted mean are rounded before the next step reads
    them, None: not at all. `result` are those of the converted values. `rounding` is of both.
    """

    weight: Decimal | None = None
    parts: int | None = None
    result: int = 2
    rounding: Rounding = "half_up"
    blanks: Blanks = "per_element"

    @classmethod
    def parse(cls, spec: str) -> Self:
        """Return the method of `weight=0.111,parts=3,rounding=truncated`; what is left out is as
        by default, so that "" is the exact one. Raises InvalidInput naming each wrong part."""
        given: dict[str, str] = {}
        for each in filter(None, map(str.strip, spec.split(","))):
            name, _sign, value = each.partition("=")
            if name.strip() not in _READ or name.strip() in given:
                raise invalid("method", _SPELLED)
            given[name.strip()] = value.strip()
        read: dict[str, Any] = {}
        errors: list[FieldError] = []
        for name, value in given.items():
            try:
                read[name] = _READ[name](value)
            except InvalidInput as problem:
                errors += problem.errors
        if errors:
            raise InvalidInput(*errors)
        return cls(**read)

    def __str__(self) -> str:
        """Return the method as `parse` reads it, whole: it is stored and printed so."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["weight"] = _EXACT if self.weight is None else self.weight
        values["parts"] = _NONE if self.parts is None else self.parts
        return ",".join(f"{name}={value}" for name, value in values.items())

    def weight_of(self, elements: int) -> Fraction:
        """Return the weight of each of so many elements.

        Raises InvalidInput for a printed weight that is not theirs: 0.071 is a fourteenth.
        """
        if self.weight is None:
            return Fraction(1, elements)
        fitting = printed_weights(elements)
        if self.weight not in fitting:
            raise invalid(
                "weight",
                _(
                    "Bobot {weight} bukan bobot {elements} unsur. Pilih salah satu: {choices}.",
                    weight=self.weight,
                    elements=elements,
                    choices=", ".join([_EXACT, *map(str, fitting)]),
                ),
            )
        return Fraction(self.weight)

    def part(self, value: Fraction) -> Fraction:
        """Return a mean or weighted mean as the next step reads it."""
        if self.parts is None:
            return value
        return Fraction(rounded(value, self.parts, self.rounding))

    def converted(self, value: Fraction) -> Decimal:
        """Return a converted value as it is published."""
        return rounded(value, self.result, self.rounding)

    def shown(self, value: Fraction) -> str:
        """Return a mean, weighted mean or index from 1 to 4 as it is shown: what the method does
        not round is exact, and shown with `SHOWN_PLACES` decimals."""
        places = SHOWN_PLACES if self.parts is None else self.parts
        return str(rounded(value, places, self.rounding))

    def classed(self, value: Fraction) -> Decimal:
        """Return a converted value as it is classed: rounded as published, but never finer than
        the bands are written, or 76.605 would lie between two of them."""
        return rounded(value, min(self.result, BAND_PLACES), self.rounding)

    def described(self) -> tuple[Text, ...]:
        """Return the method in words, as it is printed with a result."""
        weight = (
            _("Bobot tepat 1/n")
            if self.weight is None
            else _("Bobot {weight} per unsur", weight=self.weight)
        )
        parts = (
            _("NRR dan NRR tertimbang tidak dibulatkan")
            if self.parts is None
            else _("NRR dan NRR tertimbang {places} angka desimal", places=self.parts)
        )
        result = _("nilai konversi {places} angka desimal", places=self.result)
        return (weight, parts, result, _ROUNDINGS[self.rounding], _BLANKS[self.blanks])


def rounded(value: Fraction, places: int, rounding: Rounding) -> Decimal:
    """Return a value that is not negative with so many decimals, exactly."""
    scaled = value * 10**places
    whole = floor(scaled + Fraction(1, 2)) if rounding == "half_up" else floor(scaled)
    return Decimal(whole).scaleb(-places)


def printed_weights(elements: int) -> tuple[Decimal, ...]:
    """Return 1/n as it is printed: with two to four decimals, rounded or cut off."""
    exact = Fraction(1, elements)
    found = [rounded(exact, places, each) for places in WEIGHT_PLACES for each in ROUNDINGS]
    return tuple(dict.fromkeys(filter(None, found)))


def _weight(value: str) -> Decimal | None:
    if value == _EXACT:
        return None
    if not _WEIGHT.fullmatch(value):
        raise invalid("weight", _("Tulis bobot sebagai exact atau angka seperti 0.111."))
    return Decimal(value)


def _parts(value: str) -> int | None:
    return None if value == _NONE else int(_one_of("parts", value, (_NONE, "2", "3")))


def _result(value: str) -> int:
    return int(_one_of("result", value, tuple(map(str, RESULTS))))


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise invalid(name, _("Pilih salah satu: {choices}.", choices=", ".join(choices)))
    return value


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "weight": _weight,
    "parts": _parts,
    "result": _result,
    "rounding": lambda value: _one_of("rounding", value, ROUNDINGS),
    "blanks": lambda value: _one_of("blanks", value, BLANKS),
}
_SPELLED: Final = _(
    "Tulis cara hitung seperti weight=0.111,parts=3,result=2,rounding=half_up,blanks=per_element; "
    "tiap bagian paling banyak sekali."
)
_ROUNDINGS: Final = {
    "half_up": _("setengah dibulatkan ke atas"),
    "truncated": _("angka selebihnya dipotong"),
}
_BLANKS: Final = {
    "per_element": _("unsur kosong: dibagi banyaknya yang menjawab unsur itu"),
    "drop": _("unsur kosong: kuesionernya tidak dihitung"),
    "all": _("unsur kosong: dibagi banyaknya semua kuesioner"),
}
