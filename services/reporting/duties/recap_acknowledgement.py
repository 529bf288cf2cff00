"""The head takes note of each month's recap, late rather than never. That a correction is to be
noted anew has no day of its own; the list of recaps says so."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterator
from typing import Final

from services.kernel.months import Month
from services.kernel.text import _
from services.reporting.duties.duty import Duty, Owed, Question
from services.reporting.duties.recap_closing import PAGE
from services.reporting.queries.question import at

KIND: Final = "recap_acknowledgement"
_ACKNOWLEDGED: Final = f"""
SELECT puskesmas, month, done_at, source || ':' || id AS at FROM recaps AS r
WHERE {at("r")} AND step = 'RecapAcknowledged' AND list_contains($places, puskesmas)
ORDER BY done_at DESC, source DESC, id DESC
"""


def _owed(question: Question) -> Iterator[Owed]:
    # Of several of one month the first counts, which is read last.
    noted = {(each["puskesmas"], each["month"]): each for each in question.records(_ACKNOWLEDGED)}
    for place, period, due in question.due(KIND):
        done = noted.get((place.code, str(Month.of(period.first))), {})
        noted_at = done.get("done_at")
        yield Owed(
            kind=KIND,
            puskesmas=place.code,
            period=period,
            due_on=due,
            done_at=noted_at,
            done_on=noted_at and place.calendar.local_date(noted_at),
            at=done.get("at"),
        )


DUTY: Final = Duty(KIND, _("Rekap diketahui kepala Puskesmas"), _owed, page=PAGE)
