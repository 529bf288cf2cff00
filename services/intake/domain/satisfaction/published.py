"""Which ways of reckoning give a figure that somebody published."""

from collections.abc import Iterator
from decimal import Decimal

from services.intake.domain.satisfaction.answers import Answers, Means
from services.intake.domain.satisfaction.elements import ElementSet
from services.intake.domain.satisfaction.index import index_of
from services.intake.domain.satisfaction.method import (
    BLANKS,
    PARTS,
    RESULTS,
    ROUNDINGS,
    Blanks,
    Method,
    printed_weights,
)
from services.kernel.errors import InvalidInput, invalid
from services.kernel.text import _


def methods_giving(published: Decimal, answers: Answers, asked: ElementSet) -> tuple[Method, ...]:
    """Return every method under which these answers give that converted index, simplest first.

    It is compared in the decimals in which it was published. Treatments of blanks that come to
    the same means are told once. Raises InvalidInput for a figure with too many decimals.
    """
    exponent = published.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent not in RESULTS:
        raise invalid("published", _("Tulis nilai seperti diumumkan, misalnya 82.35."))
    weights = (None, *printed_weights(len(asked.elements)))
    return tuple(
        method
        for blanks, means in _treatments(answers, asked)
        for weight in weights
        for parts in PARTS
        for rounding in ROUNDINGS
        if index_of(
            means, asked, method := Method(weight, parts, -exponent, rounding, blanks)
        ).converted
        == published
    )


def _treatments(answers: Answers, asked: ElementSet) -> Iterator[tuple[Blanks, Means]]:
    """Yield each treatment of blanks that these answers allow and that changes their means."""
    seen: list[Means] = []
    for blanks in BLANKS:
        try:
            means = answers.means(asked.keys, blanks)
        except InvalidInput:  # counts do not say which questionnaires had a blank
            continue
        if means.of.keys() >= set(asked.keys) and means.of not in [each.of for each in seen]:
            seen.append(means)
            yield blanks, means
