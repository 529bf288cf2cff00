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


def pieces(text: str) -> Iterator[Piece]:
    """Yield a text in pieces that give it back when joined."""
    at = 0
    for found in _ANY.finditer(text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        yield Piece(found[0], WHAT[found.lastgroup or "name"])
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])
