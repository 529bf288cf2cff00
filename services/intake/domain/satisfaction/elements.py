"""What a survey asks: the elements of a regulation, each by its key, and the bands of its classes.

An element is never known by its place: sites that follow PermenPANRB 14/2017 differ in the order
of its last two. The same value has another class under the older rule: 74 is B there, C here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from services.kernel.district import SKM_ELEMENTS
from services.kernel.text import Text, _

SCORES: Final = (1, 2, 3, 4)
"""What an element may be given, from bad to very good, under both regulations."""

BAND_PLACES: Final = 2
"""The decimals in which the bands of both regulations are written."""


@dataclass(frozen=True)
class Element:
    """One of the things asked; `key` is how it is stored, `name` how people read it."""

    key: str
    name: Text


@dataclass(frozen=True)
class Band:
    """A class of quality, from its lowest value on; values are converted ones, 25 to 100."""

    quality_class: str
    label: Text
    lowest: Decimal


@dataclass(frozen=True)
class ElementSet:
    """The elements of a regulation or of a district's own questionnaire, and its bands.

    `elements` are in the regulation's order, `bands` from the lowest. `unsettled` are elements that
    sites number differently, so that a number alone does not say which of them is meant.
    """

    code: str
    name: Text
    elements: tuple[Element, ...]
    bands: tuple[Band, ...]
    unsettled: frozenset[str] = frozenset()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of its elements, in order."""
        return tuple(element.key for element in self.elements)

    @cached_property
    def names(self) -> Mapping[str, Text]:
        """The name of each element by its key."""
        return {element.key: element.name for element in self.elements}

    def quality(self, value: Decimal) -> Band:
        """Return the band of a value that was rounded to `BAND_PLACES` or fewer.

        Between two bands of whole hundredths nothing is left then. A value below the first band
        (blank answers counted as nought) is in it.
        """
        reached = [band for band in self.bands if band.lowest <= value]
        return reached[-1] if reached else self.bands[0]


def _bands(*lowest: str) -> tuple[Band, ...]:
    labels = (_("Tidak baik"), _("Kurang baik"), _("Baik"), _("Sangat baik"))
    return tuple(
        Band(quality_class, label, Decimal(value))
        for quality_class, label, value in zip("DCBA", labels, lowest, strict=True)
    )


PERMENPANRB_14_2017: Final = ElementSet(
    code="permenpanrb-14-2017",
    name=_("PermenPANRB 14/2017 (sembilan unsur)"),
    elements=tuple(Element(key, name) for key, name in SKM_ELEMENTS.items()),
    bands=_bands("25.00", "65.00", "76.61", "88.31"),
    unsettled=frozenset(("complaint_handling", "facilities")),
)

KEPMENPAN_25_2004: Final = ElementSet(
    code="kepmenpan-25-2004",
    name=_("Kepmen PAN 25/2004 (empat belas unsur)"),
    elements=(
        Element("procedure", _("Prosedur pelayanan")),
        Element("requirements", _("Persyaratan pelayanan")),
        Element("officer_clarity", _("Kejelasan petugas pelayanan")),
        Element("officer_discipline", _("Kedisiplinan petugas pelayanan")),
        Element("officer_responsibility", _("Tanggung jawab petugas pelayanan")),
        Element("officer_ability", _("Kemampuan petugas pelayanan")),
        Element("speed", _("Kecepatan pelayanan")),
        Element("fairness", _("Keadilan mendapatkan pelayanan")),
        Element("courtesy", _("Kesopanan dan keramahan petugas")),
        Element("cost_fairness", _("Kewajaran biaya pelayanan")),
        Element("cost_certainty", _("Kepastian biaya pelayanan")),
        Element("schedule_certainty", _("Kepastian jadwal pelayanan")),
        Element("comfort", _("Kenyamanan lingkungan")),
        Element("safety", _("Keamanan pelayanan")),
    ),
    bands=_bands("25.00", "43.76", "62.51", "81.26"),
)

REGULATIONS: Final = {each.code: each for each in (PERMENPANRB_14_2017, KEPMENPAN_25_2004)}
"""The element sets that everybody has; a district may add its own."""
