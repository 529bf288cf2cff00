"""The index: from each element's mean to one converted value, its class and its label."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from services.intake.domain.satisfaction.answers import Means
from services.intake.domain.satisfaction.elements import Band, ElementSet
from services.intake.domain.satisfaction.method import Method
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import _

CONVERSION: Final = 25
"""What turns a mean of 1 to 4 into a value of 25 to 100."""


@dataclass(frozen=True)
class ElementIndex:
    """An element's mean (NRR), its weighted mean, both as the method has them, and its value."""

    key: str
    mean: Fraction
    weighted: Fraction
    converted: Decimal
    quality: Band


@dataclass(frozen=True)
class Index:
    """What a survey says in total: `value` from 1 to 4, `converted` from 25 to 100, its class."""

    elements: tuple[ElementIndex, ...]
    value: Fraction
    converted: Decimal
    quality: Band

    @property
    def lowest_first(self) -> tuple[ElementIndex, ...]:
        """The elements from the lowest mean on: what to mend first; equal ones in their order."""
        return tuple(sorted(self.elements, key=lambda each: each.mean))

    @property
    def by_key(self) -> Mapping[str, ElementIndex]:
        """Each element by its key."""
        return {each.key: each for each in self.elements}


def index_of(means: Means, asked: ElementSet, method: Method) -> Index:
    """Return the index of these means.

    Raises InvalidInput naming each element without a mean, or a weight that is not this set's.
    """
    weight = method.weight_of(len(asked.elements))
    if missing := [element for element in asked.elements if element.key not in means.of]:
        message = _("Unsur ini belum punya satu jawaban pun.")
        raise InvalidInput(*(FieldError(element.key, message) for element in missing))
    elements = []
    for key in asked.keys:
        mean = method.part(means.of[key])
        value = mean * CONVERSION
        elements.append(
            ElementIndex(
                key=key,
                mean=mean,
                weighted=method.part(mean * weight),
                converted=method.converted(value),
                quality=asked.quality(method.classed(value)),
            )
        )
    total = sum((each.weighted for each in elements), Fraction())
    converted = total * CONVERSION
    return Index(
        elements=tuple(elements),
        value=total,
        converted=method.converted(converted),
        quality=asked.quality(method.classed(converted)),
    )
