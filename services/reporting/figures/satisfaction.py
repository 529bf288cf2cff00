"""The figures over satisfaction surveys (PermenPANRB 14/2017; SOP Puring 1.7).

A condition speaks of one survey that was closed within the days asked for (`queries/surveys.py`).
"""

from collections.abc import Iterator
from typing import Final

from services.kernel.text import _
from services.reporting.figures.figure import Figure

RESPONDENTS_LEAST: Final = 30
"""An index of fewer respondents says too little to be compared, unless they are the sample."""
ENOUGH: Final = f"index IS NOT NULL AND respondents >= least({RESPONDENTS_LEAST}, sample_size)"


def satisfaction() -> Iterator[Figure]:
    """Yield the figures over surveys."""
    yield Figure(
        "satisfaction_index",
        "satisfaction",
        "index",
        _("Indeks kepuasan masyarakat (IKM)"),
        _(
            "Rata-rata indeks, 25 sampai 100: dari tiap Puskesmas survei yang terakhir ditutup "
            "dalam periode, dan semua Puskesmas sama bobotnya. Yang tanpa survei tidak dihitung; "
            "itu tidak sama dengan nol."
        ),
        _("survei terakhir dengan sedikitnya 30 responden, atau sebanyak sampelnya"),
        _("survei yang terakhir ditutup di tiap Puskesmas"),
        _("PermenPANRB 14/2017 untuk indeks tiap survei; rata-ratanya rumusan sendiri"),
        f"newest AND {ENOUGH}",
        "newest",
        of="surveys",
    )
    yield Figure(
        "survey_respondents",
        "satisfaction",
        "share",
        _("Responden terhadap sampel"),
        _("Berapa responden yang menjawab, terhadap sampel menurut kerangka acuannya."),
        _("responden survei yang ditutup dalam periode"),
        _("responden yang diminta kerangka acuan survei itu"),
        _("PermenPANRB 14/2017 (sampel menurut Krejcie dan Morgan)"),
        "true",
        target=1.0,
        of="surveys",
    )
