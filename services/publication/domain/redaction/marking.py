"""A text in pieces, those marked that may point to a person; and whether it gives away somebody who
is known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from services.kernel.text import Text, _
from services.publication.domain.redaction.shapes import DATE, SHAPES

_LEAST = 3
"""Letters: a shorter part of a name is a word of others, too."""
WHAT = {
    "email": _("alamat surel"),
    "number": _("nomor induk atau kartu"),
    "phone": _("nomor telepon"),
    "name": _("nama orang"),
    "address": _("alamat"),
    "birth": _("tanggal lahir"),
    "date": _("tanggal"),
    "unit": _("unit layanan"),
}


class Piece(NamedTuple):
    """A part of a text; `what` says what it may be, None for ordinary words."""

    text: str
    what: Text | None = None


class Complainant(NamedTuple):
    """What is known of whoever complained: looked for in a text, and shown to nobody."""

    name: str = ""
    phone: str = ""
    email: str = ""


NOBODY: Final = Complainant()


def gives_away(text: str, person: Complainant) -> bool:
    """Say whether a text names somebody in full, or tells a way to reach them, however it is spaced
    or capitalised."""
    if person.name.split() and re.search(_whole(person.name), text, re.IGNORECASE):
        return True
    if person.email.strip() and person.email.strip().lower() in text.lower():
        return True
    phone = _digits(person.phone)
    return bool(phone) and any(
        _digits(found[0]) == phone for found in re.finditer(r"\+?\d[\d\s().-]{6,}\d", text)
    )


def pieces(
    text: str, person: Complainant = NOBODY, *, secret: bool = False, unit: str | None = None
) -> Iterator[Piece]:
    """Yield a text in pieces that give it back when joined.

    Each part of `person`'s name is marked wherever it stands; in a text that is to say neither unit
    nor date (`secret`), those are, too.
    """
    known: dict[str, str] = {}
    parts = [part for part in person.name.split() if len(part) >= _LEAST]
    if parts:
        known["name"] = f"(?i:{'|'.join(map(_whole, (person.name, *parts)))})"
    if secret:
        known["date"] = DATE
        if unit:
            known["unit"] = f"(?i:{_whole(unit)})"
    at = 0
    for start, end, kind in _found(text, known):
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], WHAT[kind])
        at = end
    if at < len(text):
        yield Piece(text[at:])


def kinds(found: Iterable[Piece]) -> dict[Text, int]:
    """Return how many pieces of each kind are marked, the kinds as they first come."""
    counted: dict[Text, int] = {}
    for each in found:
        if each.what is not None:
            counted[each.what] = counted.get(each.what, 0) + 1
    return counted


def _found(text: str, known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield where something is found and of what kind, from the first on; where two overlap, the
    one that begins first, and of those the longer."""
    spans = [*_spans(text, _by_rules())]
    if known:
        spans += _spans(text, _joined(known))
    at = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > at:
            yield max(start, at), end, kind
            at = end


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Yield what a pattern finds; a group that ends in `_` is what is meant of its shape."""
    for found in pattern.finditer(text):
        groups = {name: said for name, said in found.groupdict().items() if said}
        kind = next(name for name in groups if name in WHAT)
        meant = next((name for name in groups if name.endswith("_")), kind)
        yield *found.span(meant), kind


@cache
def _by_rules() -> re.Pattern[str]:
    return _joined(SHAPES)


def _joined(shapes: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{shape})" for kind, shape in shapes.items()))


def _whole(words: str) -> str:
    return r"\b" + r"\s+".join(map(re.escape, words.split())) + r"\b"


def _digits(phone: str) -> str:
    """Return a number as it is dialled within the country."""
    return re.sub(r"^(?:62|0)", "", re.sub(r"\D", "", phone))
