"""What in a text may point to a person: marked beside the original, for whoever redacts it.

It finds what has a shape of its own; whether a text gives somebody away, people judge.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.kernel.text import Text, _

_TITLES = (
    r"[Bb]apak|[Ii]bu|[Pp]ak|[Bb]u|[Mm]bak|[Mm]as|[Ss]dri?\.?|[Tt]n\.|[Nn]y\.|[Aa]n\.|"
    r"dr\.|drg\.|[Bb]idan|[Ss]uster"
)
_SHAPES = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "number": r"\b\d{16}\b",
    "phone": r"(?<!\d)(?:\+62|62|0)[\s-]?8\d(?:[\s-]?\d){6,11}(?!\d)",
    "name": rf"\b(?:{_TITLES})\s+[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)*",
    "address": r"\b(?:RT|RW)[\s.]*\d+|\b(?:Jalan|Jl\.|Gang|Gg\.|Dusun|Desa)\s+[A-Z][\w'’]+",
}
_ANY = re.compile("|".join(f"(?P<{kind}>{shape})" for kind, shape in _SHAPES.items()))
WHAT = {
    "email": _("alamat surel"),
    "number": _("nomor induk atau kartu"),
    "phone": _("nomor telepon"),
    "name": _("nama orang"),
    "address": _("alamat"),
}


class Piece(NamedTuple):
    """A part of a text; `what` says what it may be, None for ordinary words."""

    text: str
    what: Text | None = None


def names_person(text: str, name: str | None) -> bool:
    """Say whether a text names somebody in full, however it is spaced or capitalised."""
    return bool(name) and re.search(_whole(name or ""), text, re.IGNORECASE) is not None


def _whole(name: str) -> str:
    return r"\b" + r"\s+".join(map(re.escape, name.split())) + r"\b"


def pieces(text: str, name: str | None = None) -> Iterator[Piece]:
    """Yield a text in pieces that give it back when joined; `name` is marked wherever it stands."""
    at = 0
    shapes = _ANY
    if name and name.strip():
        shapes = re.compile(f"(?P<said>(?i:{_whole(name)}))|{_ANY.pattern}")
    for found in shapes.finditer(text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        yield Piece(found[0], WHAT.get(found.lastgroup or "", WHAT["name"]))
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])
