"""What people choose from: units under their areas and clusters, categories, what a survey asks."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from services.kernel.district.parts import ElementKey, Name, Part, Slug
from services.kernel.text import Text, _

Effort = Literal["KMP", "UKM", "UKPP"]
Cluster = Literal["management", "mother-child", "adult-elderly", "disease-control", "cross-cluster"]
SkmElement = Literal[
    "requirements",
    "procedure",
    "time",
    "cost",
    "product",
    "competence",
    "behaviour",
    "complaint_handling",
    "facilities",
]
Regulation = Literal["permenpanrb-14-2017", "kepmenpan-25-2004"]
EFFORTS: Final[Mapping[str, Text]] = {
    "KMP": _("Kepemimpinan dan manajemen Puskesmas"),
    "UKM": _("Upaya kesehatan masyarakat"),
    "UKPP": _("Upaya kesehatan perseorangan dan penunjang"),
}
"""The areas of work in the 2023 accreditation standard (HK.01.07/MENKES/165/2023)."""

CLUSTERS: Final[Mapping[str, Text]] = {
    "management": _("Klaster manajemen"),
    "mother-child": _("Klaster ibu dan anak"),
    "adult-elderly": _("Klaster usia dewasa dan lanjut usia"),
    "disease-control": _("Klaster penanggulangan penyakit"),
    "cross-cluster": _("Lintas klaster"),
}
"""The clusters of PMK 19/2024, which live beside the areas of the accreditation standard."""

SKM_ELEMENTS: Final[Mapping[str, Text]] = {
    "requirements": _("Persyaratan"),
    "procedure": _("Sistem, mekanisme, dan prosedur"),
    "time": _("Waktu penyelesaian"),
    "cost": _("Biaya/tarif"),
    "product": _("Produk spesifikasi jenis pelayanan"),
    "competence": _("Kompetensi pelaksana"),
    "behaviour": _("Perilaku pelaksana"),
    "complaint_handling": _("Penanganan pengaduan, saran, dan masukan"),
    "facilities": _("Sarana dan prasarana"),
}
"""The survey elements of PermenPANRB 14/2017, by key: sites differ in the order of the last two."""


class Choice(Part):
    """An entry of a list that people choose from, in both languages."""

    code: Slug
    name: Name
    name_en: Name

    def name_in(self, language: str) -> str:
        """Return the name in `id` or `en`."""
        return self.name_en if language == "en" else self.name


class Unit(Choice):
    """A service unit, under the area and the cluster that answer for it."""

    effort: Effort
    cluster: Cluster


class Category(Choice):
    """What a complaint is about, with the survey element it speaks of (None: none of them), and
    words with which a text for the public about it may begin (None: there are none)."""

    skm_element: SkmElement | None = None
    publication: str | None = Field(None, min_length=1, max_length=500)


class Asked(Part):
    """One element of a questionnaire of the district's own; `code` is the key it is stored by."""

    code: ElementKey
    name: Name


class SurveyElements(Part):
    """What a survey may ask beside the elements of the regulations, and by whose bands its value
    is classed."""

    code: Slug
    name: Name
    bands: Regulation = "permenpanrb-14-2017"
    elements: tuple[Asked, ...] = Field(min_length=2)
