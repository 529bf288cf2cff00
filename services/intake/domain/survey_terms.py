"""What the terms of reference of a satisfaction survey say beside their words (SOP Puring 5.1a)."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.domain.satisfaction import SAMPLE_ROUNDINGS, SampleRounding
from services.intake.domain.survey_steps import WAYS
from services.kernel.errors import FieldError
from services.kernel.text import Text, _

PERIOD: Final = re.compile(r"\d{4}(-Q[1-4]|-H[12])?")
POPULATION_MOST: Final = 10_000_000


@dataclass(frozen=True)
class Terms:
    """What the terms of reference say beside their words (`SurveyProposedV1` says what each is)."""

    period: str
    opens_on: date
    closes_on: date
    asked: str
    elements: list[str]
    method: str
    units: list[str]
    ways: list[str]
    population: int
    sample: int
    sample_rounding: SampleRounding

    def problems(self) -> list[FieldError]:
        """Return what cannot stand, field by field."""
        found = []

        def wrong(field: str, message: Text) -> None:
            found.append(FieldError(field, message))

        if PERIOD.fullmatch(self.period) is None:
            wrong("period", _("Tulis masa survei seperti 2026-Q4, 2026-H2, atau 2026."))
        if self.closes_on < self.opens_on:
            wrong("closes_on", _("Hari terakhir sebelum hari pertama. Periksa kedua tanggal."))
        if not self.units:
            wrong("units", _("Pilih sedikitnya satu unit."))
        if not self.ways or not set(self.ways) <= set(WAYS):
            wrong("ways", _("Pilih salah satu: {choices}.", choices=", ".join(WAYS)))
        if self.sample_rounding not in SAMPLE_ROUNDINGS:
            choices = ", ".join(SAMPLE_ROUNDINGS)
            wrong("sample_rounding", _("Pilih salah satu: {choices}.", choices=choices))
        if not 1 <= self.population <= POPULATION_MOST:
            wrong("population", _("Tulis banyaknya pengguna layanan, paling sedikit 1."))
        elif self.sample > self.population:
            wrong(
                "sample",
                _(
                    "Sampel tidak bisa melebihi populasinya, {population} orang.",
                    population=self.population,
                ),
            )
        if self.sample < 1:
            wrong("sample", _("Tulis banyaknya responden, paling sedikit 1."))
        return found
