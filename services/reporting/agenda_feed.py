"""What a Puskesmas has to do by which day, as a calendar that phones and offices subscribe to.

It holds dates and kinds only: what is to be done, never whether or by whom it was. Nothing in it is
secret, so its address needs no secret either (docs/decisions/0032-agenda.md).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from services.kernel.district import Puskesmas
from services.kernel.text import _
from services.kernel.web.language import say
from services.reporting.agenda import Item

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
REFRESH: Final = timedelta(hours=12)


def feed(here: Puskesmas, items: Iterable[Item], made_at: datetime, language: str) -> bytes:
    """Return the calendar (RFC 5545) of what is planned at a Puskesmas, each on its due day.

    An entry keeps its id when its day moves, as a holiday that is declared late makes it.
    """
    # Read when it is first asked for: a node that nobody subscribes to does not hold it.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Tanggap//Agenda//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say(_("Agenda: {name}", name=here.name), language))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for each in items:
        owed, name = each.owed, say(each.duty.name, language)
        event = Event()
        about = f"{owed.kind}.{owed.about}" if owed.about else owed.kind
        event.add("uid", f"{about}.{owed.period.first}@{here.code}.tanggap")
        event.add("dtstamp", made_at)
        event.add("dtstart", owed.due_on)
        event.add("dtend", owed.due_on + timedelta(days=1))
        event.add("summary", f"{name}: {say(owed.title, language)}" if owed.title else name)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found
