"""What in a text may point to a person: marked beside the original, for whoever redacts it.

It finds what has a shape of its own; whether a text gives somebody away, people judge.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from services.kernel.text import Text, _

_TITLES = (
    r"[Bb]apak|[Ii]bu|[Pp]ak|[Bb]u|[Mm]bak|[Mm]as|[Ss]dri?\.?|[Tt]n\.|[Nn]y\.|[Aa]n\.|"
    r"dr\.|drg\.|[Dd]okter|[Bb]idan|[Ss]uster|[Pp]erawat|[Kk]ader"
)
_SHAPES = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "number": r"\b\d{16}\b",
    "phone": r"(?<!\d)(?:\+62|62|0)[\s-]?8\d(?:[\s-]?\d){6,11}(?!\d)",
    "name": rf"\b(?:{_TITLES})\s+[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)*",
    "address": r"\b(?:RT|RW)[\s.]*\d+|\b(?:Jalan|Jl\.|Gang|Gg\.|Dusun|Desa)\s+[A-Z][\w'’]+",
}
_MONTHS = "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember"
_DATE = rf"\b\d{{1,2}}\s+(?:{_MONTHS})\b(?:\s+\d{{4}})?|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b"
_LEAST = 3
"""Letters: a shorter part of a name is a word of others, too."""
WHAT = {
    "email": _("alamat surel"),
    "number": _("nomor induk atau kartu"),
    "phone": _("nomor telepon"),
    "name": _("nama orang"),
    "address": _("alamat"),
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
    shapes = dict(_SHAPES)
    if secret:
        shapes["date"] = _DATE
        if unit:
            shapes["unit"] = f"(?i:{_whole(unit)})"
    parts = [part for part in person.name.split() if len(part) >= _LEAST]
    if parts:
        shapes["said"] = f"(?i:{'|'.join(map(_whole, (person.name, *parts)))})"
    named = "|".join(f"(?P<{kind}>{shape})" for kind, shape in shapes.items())
    at = 0
    for found in re.finditer(named, text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        yield Piece(found[0], WHAT.get(found.lastgroup or "", WHAT["name"]))
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])


def _whole(words: str) -> str:
    return r"\b" + r"\s+".join(map(re.escape, words.split())) + r"\b"


def _digits(phone: str) -> str:
    """Return a number as it is dialled within the country."""
    return re.sub(r"^(?:62|0)", "", re.sub(r"\D", "", phone))
