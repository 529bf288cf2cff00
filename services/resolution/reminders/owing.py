"""What is owed, and whom the rules remind of it at a moment. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.kernel.access.records import Account
from services.kernel.calendar import WorkCalendar
from services.kernel.contracts.resolution import DueV1
from services.kernel.district import ReminderRules
from services.kernel.district.reminders import RESPONSIBLE
from services.resolution.domain import Case

NOBODY: Final = ""
TEAM: Final = "complaint_team"
ACTION: Final = "action"


@dataclass(frozen=True)
class Owed:
    """One thing that is owed by a moment. `about` is what the rules call it, with what tells it
    from others of its kind after a slash; `subject` the case, else the Puskesmas.

    `name` is the case's number, or what the agenda calls a duty, which is done on `page`.
    """

    subject: str
    about: str
    due_at: datetime
    puskesmas: str
    name: str
    page: str = ""
    person: str = NOBODY

    @property
    def kind(self) -> str:
        """What the rules call it."""
        return self.about.partition("/")[0]


@dataclass(frozen=True)
class Reminder:
    """One thing of which these roles of its Puskesmas, and an account where one is named, are
    reminded; `stage` is the rank of the last stage that has come."""

    owed: Owed
    stage: int
    roles: tuple[str, ...]
    person: str
    late: bool


class People:
    """Whose account bears a name: the display name or the username, whatever its case."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts = tuple(each for each in accounts if each.disabled_at is None)
        self._named: dict[str, list[Account]] = {}
        for account in self.accounts:
            for name in {account.username.casefold(), account.display_name.casefold()}:
                self._named.setdefault(name, []).append(account)

    def named(self, name: str, puskesmas: str) -> str:
        """Return the account id of who bears a name at a Puskesmas; NOBODY where none does, or
        where two do: a reminder goes to nobody by chance."""
        found = [
            each.id
            for each in self._named.get(name.strip().casefold(), ())
            if any(grant.covers(puskesmas) for grant in each.grants)
        ]
        return found[0] if len(found) == 1 else NOBODY


def reminder(
    rules: ReminderRules,
    calendar: WorkCalendar,
    owed: Owed,
    told: int | None,
    people: People,
    now: datetime,
) -> Reminder | None:
    """Return whom to remind of a thing now; None for nobody. `told` is the rank of the stage of
    which somebody was told last: that one and those before it are not told again.

    Who was to be told at several stages that have come since, is told once, of the last. Where the
    rules name only who is responsible, and nobody here bears that name, the team is told.
    """
    come = [
        rule
        for rule in rules.of(owed.kind)
        if (told is None or rule.rank > told) and rule.begins(owed.due_at, calendar) <= now
    ]
    if not come:
        return None
    to = {recipient for rule in come for recipient in rule.to}
    person = people.named(owed.person, owed.puskesmas) if RESPONSIBLE in to else NOBODY
    roles = tuple(sorted(to - {RESPONSIBLE})) or (() if person else (TEAM,))
    return Reminder(owed, come[-1].rank, roles, person, owed.due_at < now)


def promised(case: Case, due: DueV1) -> Owed:
    """Return a promise on a case as what is owed."""
    return _of(case, due.name, due.due_at, case.assignee or "")


def actions(case: Case, calendar: WorkCalendar) -> list[Owed]:
    """Return the actions of a case's plan that are not done, each due at the end of its day."""
    return [
        _of(
            case,
            f"{ACTION}/{each.number}",
            calendar.end_of(each.due_on),
            each.person_responsible,
        )
        for each in case.actions
        if each.number not in case.done
    ]


def still(case: Case, kept: Mapping[str, datetime], calendar: WorkCalendar) -> list[Owed]:
    """Return what is owed on a case as it stands; `kept` are the promises that were kept. While it
    waits for its complainant, or when it is over, nothing is."""
    if case.closed or case.paused:
        return []
    due = [promised(case, each) for each in case.deadlines if each.name not in kept]
    return [*due, *actions(case, calendar)]


def _of(case: Case, about: str, due_at: datetime, person: str) -> Owed:
    return Owed(str(case.id), about, due_at, case.puskesmas, case.number, person=person)
