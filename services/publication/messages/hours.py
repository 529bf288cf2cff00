"""When people may be written to: on working days of their Puskesmas, in waking hours."""

from datetime import datetime, time, timedelta

from services.kernel.calendar import WorkCalendar
from services.kernel.district.model import Messages

MOST_DAYS = 60
"""A calendar that knows no working day within so many is not waited for."""


def next_allowed(moment: datetime, calendar: WorkCalendar, rules: Messages) -> datetime:
    """Return the first instant from `moment` on at which a message may go out."""
    local = calendar.local(moment)
    for number in range(MOST_DAYS):
        day = local.date() + timedelta(days=number)
        if rules.working_days_only and not calendar.is_working_day(day):
            continue
        opens = datetime.combine(day, time(rules.from_hour), local.tzinfo)
        closes = opens + timedelta(hours=rules.until_hour - rules.from_hour)
        if local < closes:
            return max(local, opens)
    return moment
