"""The figures that say how long it took, in calendar and in working days."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from services.kernel.text import Text, _
from services.reporting.figures.figure import LEAST, OURS, Figure, Group, Measure, Unit


class _Time(NamedTuple):
    code: str
    unit: Unit
    measure: Measure
    name: Text
    meaning: Text


_HALF_ANSWERED = _(
    "Median: separuh kasus ditanggapi dalam sekian hari sejak diterima. "
    "Hari diterima adalah hari 0."
)
_NINE_ANSWERED = _(
    "P90: sembilan dari sepuluh kasus ditanggapi dalam sekian hari sejak diterima. "
    "Hari diterima adalah hari 0."
)
_HALF_SETTLED = _(
    "Median: separuh kasus selesai dalam sekian hari sejak diterima. Hari diterima adalah hari 0."
)
_NINE_SETTLED = _(
    "P90: sembilan dari sepuluh kasus selesai dalam sekian hari sejak diterima. "
    "Hari diterima adalah hari 0."
)
# Working days are those of each Puskesmas' own calendar (kernel/calendar.py).
RESPONSES: Final = (
    _Time(
        "response_days_median",
        "days",
        Measure("responded_at", 0.5),
        _("Median ditanggapi, hari kalender"),
        _HALF_ANSWERED,
    ),
    _Time(
        "response_working_days_median",
        "working_days",
        Measure("responded_at", 0.5),
        _("Median ditanggapi, hari kerja"),
        _HALF_ANSWERED,
    ),
    _Time(
        "response_days_p90",
        "days",
        Measure("responded_at", 0.9),
        _("P90 ditanggapi, hari kalender"),
        _NINE_ANSWERED,
    ),
    _Time(
        "response_working_days_p90",
        "working_days",
        Measure("responded_at", 0.9),
        _("P90 ditanggapi, hari kerja"),
        _NINE_ANSWERED,
    ),
)
SETTLEMENTS: Final = (
    _Time(
        "settlement_days_median",
        "days",
        Measure("settled_at", 0.5),
        _("Median selesai, hari kalender"),
        _HALF_SETTLED,
    ),
    _Time(
        "settlement_working_days_median",
        "working_days",
        Measure("settled_at", 0.5),
        _("Median selesai, hari kerja"),
        _HALF_SETTLED,
    ),
    _Time(
        "settlement_days_p90",
        "days",
        Measure("settled_at", 0.9),
        _("P90 selesai, hari kalender"),
        _NINE_SETTLED,
    ),
    _Time(
        "settlement_working_days_p90",
        "working_days",
        Measure("settled_at", 0.9),
        _("P90 selesai, hari kerja"),
        _NINE_SETTLED,
    ),
)


def times(group: Group, times: Sequence[_Time], numerator: Text, counted: str) -> Iterator[Figure]:
    """Yield the figures of one group of times, over the cases that `counted` picks out."""
    for each in times:
        yield Figure(
            each.code,
            group,
            each.unit,
            each.name,
            each.meaning,
            numerator,
            None,
            OURS,
            counted,
            measure=each.measure,
            least=LEAST,
        )
