"""Each kind of meeting is held once in its period (SOP Puring 1.8 to 1.11: quality meeting and
lokmin discuss what came in, forums meet by their own schedule). One that was not is missed for
good: the next month's lokmin is another."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from services.kernel.text import _
from services.kernel.vocabulary import MEETING_KINDS
from services.kernel.web.words import word
from services.reporting.duties.duty import Duty, Owed, Question
from services.reporting.queries.question import at

_MEETINGS: Final = f"""
SELECT puskesmas, kind, state, meets_at, decided, source || ':' || id AS at FROM meetings AS m
WHERE {at("m")} AND state <> 'cancelled' AND list_contains($places, puskesmas)
ORDER BY meets_at, source, id
"""


def _owed(question: Question) -> Iterator[Owed]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in question.records(_MEETINGS):
        found[each["puskesmas"], each["kind"]].append(each)
    for kind in MEETING_KINDS:
        for place, period, due in question.due(kind):
            within = [
                each
                for each in found[place.code, kind]
                if place.calendar.local_date(each["meets_at"]) in period
            ]
            its = [each for each in within if each["state"] == "held"]
            met = its[0]["meets_at"] if its else None
            called = None if its or not within else within[-1]["meets_at"]
            yield Owed(
                kind=DUTY.kind,
                puskesmas=place.code,
                period=period,
                due_on=due,
                about=kind,
                title=word("meeting", kind),
                done_at=met,
                done_on=met and place.calendar.local_date(met),
                counted=sum(each["decided"] for each in its) if its else None,
                lapses=True,
                planned_at=called,
                planned_on=called and place.calendar.local_date(called),
                at=its[0]["at"] if its else None,
            )


DUTY: Final = Duty("meeting", _("Rapat"), _owed, page="/rapat?puskesmas={puskesmas}")
