"""A case's promises as its page shows them, and what each grade would promise."""

from typing import Any
from zoneinfo import ZoneInfo

from services.kernel.deadlines import Verdict, in_words
from services.kernel.district import District
from services.kernel.text import Text
from services.kernel.vocabulary import CASE_KINDS, GRADES
from services.kernel.web import words as glossary
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.verdicts import judged
from services.resolution.words import DEADLINES, GRADES_MEAN


def deadlines_of(resolution: Resolution, case: Case, language: str) -> list[dict[str, Any]]:
    """Return the promises as recorded, whether each was kept, and how it was counted."""
    calendar, now = resolution.promises.calendar(case.puskesmas), resolution.clock()
    today = calendar.local_date(now)
    return [
        {
            "label": DEADLINES.get(each.promise.name, each.promise.name),
            "due_at": each.promise.due_at,
            "rules_version": each.promise.rules_version,
            "how": each.how,
            "source": each.how and resolution.district.source_in(language, each.how.source),
            "done_at": each.done_at,
            "on_time": each.verdict is Verdict.ON_TIME,
            "overdue": each.verdict is Verdict.OVERDUE,
            "ended": each.ended,
            "by_the_hour": each.how is not None and each.how.count is None,
            "left": calendar.working_days_between(today, calendar.local_date(each.promise.due_at)),
        }
        for each in judged(resolution.promises, case, resolution.thread(case.id), now)
    ]


def limits_of(case: Case, district: District) -> list[tuple[Text | str, Text, Text]]:
    """Return what each grade means, and how long it leaves for the first answer by the rules of
    the case."""
    zone = ZoneInfo(district.puskesmas(case.puskesmas).zone)
    rules = district.rules_at(case.received_at.astimezone(zone).date())
    found = []
    for grade in GRADES if case.kind in CASE_KINDS else ():
        limit = rules.limit("response", kind=case.kind, grade=grade, misconduct=False)
        words = in_words(limit.hours or limit.working_days or 0, hours=limit.hours is not None)
        found.append((glossary.word("grade", grade), GRADES_MEAN[grade], words))
    return found
