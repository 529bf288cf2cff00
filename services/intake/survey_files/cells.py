"""What the cells of a survey file may hold: a score, a count, a mean, a group of respondents."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from services.intake.domain.satisfaction import SCORES
from services.kernel.text import Text, _

MAX_WORD: Final = 120

# `4`, `4.0` as programs write it, `4. Sangat baik` and `4 (sangat baik)` as forms do
_SCORE: Final = re.compile(r"(?P<whole>\d+)(?:[.,]0+)?(?:\s*[.):(=–-]\s*\D*)?")
_COUNT: Final = re.compile(r"(\d{1,9})(?:[.,]0)?")
_MEAN: Final = re.compile(r"\d{1,3}(?:[.,]\d{1,30})?")
_DECIMALS: Final = re.compile(r"\d+[.,]\d*[1-9]\d*")
_YEARS: Final = re.compile(r"(\d{1,3})(?: *(?:tahun|thn|th))?", re.IGNORECASE)


class Wrong(ValueError):
    """A cell that cannot be taken, and how to mend it."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def score(written: str) -> int:
    """Return a score of 1 to 4; raises Wrong for anything else."""
    match = _SCORE.fullmatch(written)
    if match is None or int(match["whole"]) not in SCORES:
        raise Wrong(_("Tulis 1, 2, 3, atau 4; kosongkan bila tidak dijawab."))
    return int(match["whole"])


def count(written: str) -> int:
    """Return a number of people; raises Wrong for anything else."""
    match = _COUNT.fullmatch(written)
    if match is None:
        raise Wrong(_("Tulis banyaknya dengan angka bulat, misalnya 27."))
    return int(match[1])


def mean(written: str) -> Fraction:
    """Return a mean of 1 to 4 as it is written; raises Wrong for anything else."""
    if _MEAN.fullmatch(written) is None:
        raise Wrong(_("Tulis rata-rata dengan angka, misalnya 3,25."))
    found = Fraction(Decimal(written.replace(",", ".")))
    if not SCORES[0] <= found <= SCORES[-1]:
        raise Wrong(_("Rata-rata unsur antara 1 dan 4; nilai konversi dibagi 25 dahulu."))
    return found


def has_decimals(written: str) -> bool:
    """Say whether a cell holds a number that is not whole."""
    return _DECIMALS.fullmatch(written) is not None


def group(kind: str, written: str) -> str:
    """Return the group that a cell names; years of age become decades, such as `30–39`."""
    plain = " ".join(written.split())[:MAX_WORD]
    match = _YEARS.fullmatch(plain) if kind == "age" else None
    if match is None:
        return plain
    first = int(match[1]) // 10 * 10
    return f"{first}–{first + 9}"
