"""The promises of the rules in force, for one case at one Puskesmas, by its own calendar."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.kernel.calendar import Override, WorkCalendar
from services.kernel.contracts.resolution import DueV1
from services.kernel.deadlines import Deadline, Pause, deadlines
from services.kernel.district import District

DeclaredDays = Callable[[str], tuple[Override, ...]]


class Promises:
    """Computes deadlines; `declared` gives the days that a Puskesmas' calendar declares."""

    def __init__(self, district: District, declared: DeclaredDays) -> None:
        self._district = district
        self._declared = declared

    def calendar(self, puskesmas: str) -> WorkCalendar:
        """Return the working calendar of a Puskesmas as it stands now."""
        here = self._district.puskesmas(puskesmas)
        declared = self._declared(puskesmas)
        return WorkCalendar(here.zone, here.work_days, declared, version=len(declared))

    def made(
        self,
        puskesmas: str,
        kind: str,
        grade: str | None,
        received_at: datetime,
        pauses: Sequence[Pause] = (),
    ) -> list[DueV1]:
        """Return what is promised, as it is recorded with the step that promises it.

        What is not known before a pause ends is not among them.
        """
        return [
            DueV1(name=each.name, due_at=each.due_at, rules_version=each.rules_version)
            for each in self.explained(puskesmas, kind, grade, received_at, pauses)
            if each.due_at is not None
        ]

    def explained(
        self,
        puskesmas: str,
        kind: str,
        grade: str | None,
        received_at: datetime,
        pauses: Sequence[Pause] = (),
    ) -> tuple[Deadline, ...]:
        """Return the deadlines with their arithmetic, by the rules in force at the receipt."""
        calendar = self.calendar(puskesmas)
        rules = self._district.rules_at(calendar.local_date(received_at))
        return deadlines(
            rules, calendar, kind=kind, received_at=received_at, grade=grade, pauses=pauses
        )

    def escalates_at(self, puskesmas: str, due: DueV1) -> datetime | None:
        """Return from when a case that has not kept this promise is put before the district office,
        by the rules in force on its last day; None: never by itself."""
        calendar = self.calendar(puskesmas)
        rules = self._district.reminders_at(calendar.local_date(due.due_at))
        if rules is None:
            return due.due_at if due.name in self._district.escalate_overdue else None
        rule = rules.escalation(due.name)
        return rule.begins(due.due_at, calendar) if rule else None
