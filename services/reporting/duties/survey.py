"""Each quarter a satisfaction survey is carried out and its result published (SOP Puring 1.7 and
5.1; a district may ask for a half-year or a year), late rather than never."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterator
from typing import Final

from services.kernel.district import Period
from services.kernel.text import _
from services.reporting.duties.duty import Duty, Owed, Question
from services.reporting.queries.question import at

KIND: Final = "survey"
_PUBLISHED: Final = f"""
SELECT puskesmas, period, published_at, respondents, source || ':' || id AS at FROM surveys AS s
WHERE {at("s")} AND state = 'published' AND list_contains($places, puskesmas)
ORDER BY published_at DESC, source DESC, id DESC
"""


def name_of(period: Period) -> str:
    """Return a period as surveys name it: 2026, 2026-H1 or 2026-Q4."""
    year, month = period.first.year, period.first.month
    months = period.last.month - month + 1
    return {6: f"{year}-H{month // 6 + 1}", 12: f"{year}"}.get(months, f"{year}-Q{month // 3 + 1}")


def _owed(question: Question) -> Iterator[Owed]:
    # Of several of one period the first published counts, which is read last.
    published = {(each["puskesmas"], each["period"]): each for each in question.records(_PUBLISHED)}
    for place, period, due in question.due(KIND):
        done = published.get((place.code, name_of(period)), {})
        published_at = done.get("published_at")
        yield Owed(
            kind=KIND,
            puskesmas=place.code,
            period=period,
            due_on=due,
            done_at=published_at,
            done_on=published_at and place.calendar.local_date(published_at),
            counted=done.get("respondents"),
            at=done.get("at"),
        )


DUTY: Final = Duty(
    KIND, _("Survei kepuasan masyarakat"), _owed, page="/survei?puskesmas={puskesmas}"
)
