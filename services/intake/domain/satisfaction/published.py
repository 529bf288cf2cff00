"""Whether a way of reckoning gives a figure that somebody published, and which ways do."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

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

_AS_PUBLISHED: Final = _("Tulis nilai seperti diumumkan, misalnya 82.35.")


def figure(written: str) -> Decimal:
    """Return a published figure as it is written, `82,35` or `82.35`.

    Raises InvalidInput for what is none, or has more decimals than any method gives.
    """
    try:
        published = Decimal(written.strip().replace(",", "."))
    except InvalidOperation as error:
        raise invalid("published", _AS_PUBLISHED) from error
    _places(published)
    return published


def gives(method: Method, published: Decimal, answers: Answers, asked: ElementSet) -> bool:
    """Say whether these answers give that converted index, in the decimals that it has.

    Raises InvalidInput for answers without an index.
    """
    as_published = replace(method, result=_places(published))
    means = answers.means(asked.keys, method.blanks)
    return index_of(means, asked, as_published).converted == published


def methods_giving(published: Decimal, answers: Answers, asked: ElementSet) -> tuple[Method, ...]:
    """Return every method under which these answers give that converted index, simplest first.

    Treatments of blanks that come to the same means are told once.
    """
    places = _places(published)
    weights = (None, *printed_weights(len(asked.elements)))
    return tuple(
        method
        for blanks, means in _treatments(answers, asked)
        for weight in weights
        for parts in PARTS
        for rounding in ROUNDINGS
        if index_of(
            means, asked, method := Method(weight, parts, places, rounding, blanks)
        ).converted
        == published
    )


def _places(published: Decimal) -> int:
    exponent = published.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent not in RESULTS:
        raise invalid("published", _AS_PUBLISHED)
    return -exponent


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
