"""How many respondents a survey needs: the formula of Krejcie and Morgan (1970)."""

from fractions import Fraction
from math import ceil, floor
from typing import Final, Literal, get_args

from services.kernel.errors import invalid
from services.kernel.text import _

SampleRounding = Literal["nearest", "up"]
SAMPLE_ROUNDINGS: Final = get_args(SampleRounding)
"""`nearest` gives the numbers of the printed table; under `up` a sample is never too small."""

_CHI_SQUARE: Final = Fraction("3.841")  # of one degree of freedom, at 95 %
_PROPORTION: Final = Fraction(1, 2)
_MARGIN: Final = Fraction("0.05")


def sample_size(population: int, rounding: SampleRounding) -> int:
    """Return how many of a population are asked; raises InvalidInput for nobody."""
    if population < 1:
        raise invalid("population", _("Tulis banyaknya pengguna layanan, paling sedikit 1."))
    spread = _CHI_SQUARE * _PROPORTION * (1 - _PROPORTION)
    needed = spread * population / (_MARGIN**2 * (population - 1) + spread)
    return ceil(needed) if rounding == "up" else floor(needed + Fraction(1, 2))
