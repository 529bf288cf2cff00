"""Whether a month's recap is closed, and was in time. Pure.

A Puskesmas that reported no complaint has reported; one that closed nothing has not. The two are
never the same (domain: "no report" is not zero).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.kernel.calendar import WorkCalendar
from services.kernel.district import Recaps
from services.kernel.months import Month
from services.reporting.queries.statements import Reported

State = Literal["running", "open", "overdue", "closed", "closed_late"]


@dataclass(frozen=True)
class Standing:
    """How the recap of one month stands at one Puskesmas."""

    month: Month
    due_on: date
    state: State
    reported: Reported

    @property
    def over(self) -> bool:
        """Whether the month has ended."""
        return self.state != "running"

    @property
    def late(self) -> bool:
        """Whether it was closed late, or is not closed and should be."""
        return self.state in ("overdue", "closed_late")

    @property
    def zero(self) -> bool:
        """Whether it was reported that nothing came in."""
        latest = self.reported.latest
        return latest is not None and latest.whole["received"] == 0


def standing_of(
    reported: Reported, month: Month, rule: Recaps, calendar: WorkCalendar, now: datetime
) -> Standing:
    """Return how a month stands; `now` is in the zone of its Puskesmas."""
    due_on = rule.due_on(month, calendar)
    return Standing(month, due_on, _state(reported, month, due_on, calendar, now), reported)


def _state(
    reported: Reported, month: Month, due_on: date, calendar: WorkCalendar, now: datetime
) -> State:
    if reported.closing is not None:
        in_time = calendar.local_date(reported.closing.stated_at) <= due_on
        return "closed" if in_time else "closed_late"
    if now.date() <= month.last:
        return "running"
    return "open" if now.date() <= due_on else "overdue"
