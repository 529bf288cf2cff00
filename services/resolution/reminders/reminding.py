"""At the times of the rules: find what is owed, remind each person of it in one digest."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.access.records import Account
from services.kernel.calendar import WorkCalendar
from services.kernel.district import ReminderRules
from services.kernel.district.rules import LIMIT_NAMES
from services.kernel.errors import NotFound
from services.kernel.store import UnitOfWork
from services.resolution.domain import Case, State
from services.resolution.jobs import REMIND
from services.resolution.pages.lists import Asked, CaseRows, Seen
from services.resolution.reminders import table
from services.resolution.reminders.owing import Owed, People, Reminder, reminder, still
from services.resolution.verdicts import kept_at

if TYPE_CHECKING:
    from services.resolution.application import Resolution

PAGE: Final = 500
AHEAD: Final = timedelta(days=120)
"""So far ahead duties are looked for: further than the earliest stage that a rule may have."""
_LOOK_AGAIN: Final = timedelta(hours=1)


class Owing(Protocol):
    """What reporting knows of cases and duties (`services.main.lists`)."""

    def cases(self, seen: Seen, asked: Asked, *, limit: int, cursor: str | None) -> CaseRows:
        """Return a page of the cases."""

    def duties(self, puskesmas: Collection[str], ahead: timedelta) -> list[dict[str, Any]]:
        """Return what these Puskesmas owe by date and have not done, overdue or due within a time:
        puskesmas, about, due_on, name, page."""


class Accounts(Protocol):
    """Who can be told, and that they were (`services.kernel.access.store`)."""

    def list_accounts(self) -> list[Account]:
        """Return every account."""

    def note_digests(
        self, slot: str, made_at: datetime, found: Iterable[tuple[str, int, int]]
    ) -> None:
        """Note the digests of one time: account id, things, late ones."""


def begin_reminding(resolution: "Resolution", homed: Collection[str]) -> None:
    """Have people reminded at the Puskesmas whose home this is, from the next digest on; one task
    for each time zone."""
    zones = {resolution.district.puskesmas(code).zone for code in homed}
    rows = resolution.select("SELECT argument FROM due WHERE task = ?", (REMIND,))
    new = sorted(zones - {row["argument"] for row in rows})
    if new and resolution.district.reminders:
        at = {zone: next_time(resolution, zone) for zone in new}
        resolution.transact(lambda uow: uow.schedule(REMIND, at)).result()


def next_time(resolution: "Resolution", zone: str) -> datetime:
    """Return when the next digest of a zone is due; where no rules are in force, when to look."""
    local = resolution.clock().astimezone(ZoneInfo(zone))
    rules = resolution.district.reminders_at(local.date())
    return rules.next_slot(local) if rules else local + _LOOK_AGAIN


class Announcing(Protocol):
    """Who is told of a digest elsewhere, too (`services.resolution.reminders.letters`)."""

    def announce(self, accounts: Collection[str], about: str, latest: datetime) -> None:
        """Take in that these accounts have a digest (`<slot>/<zone>`), to be told of until then."""


class Reminding:
    """The task: for one time zone, what its Puskesmas are to be reminded of now.

    `owing` gives what reporting knows, when it is first asked for: facts follow within moments, so
    each case is looked at as it stands before anybody is reminded of it.
    """

    def __init__(
        self,
        resolution: "Resolution",
        owing: Callable[[], Owing],
        accounts: Accounts,
        homed: Collection[str],
        announcing: Announcing,
    ) -> None:
        self._resolution, self._owing, self._accounts = resolution, owing, accounts
        self._homed, self._announcing = homed, announcing

    def __call__(self, zone: str) -> datetime:
        """Remind whom the rules name, and return when to do so next.

        A repeat reminds nobody twice: what was told is known, and digests are counted from that.
        """
        now = self._resolution.clock()
        local = now.astimezone(ZoneInfo(zone))
        rules = self._resolution.district.reminders_at(local.date())
        slot = rules.slot(local) if rules else None
        if rules is not None and slot is not None:
            at_work = self._at_work(zone, local.date())
            if at_work:
                people = People(self._accounts.list_accounts())
                self._remind(rules, slot, at_work, people, now)
                latest = datetime.combine(local.date(), rules.until, local.tzinfo)
                self._announcing.announce(
                    self._told_at(slot, zone, people), f"{slot}/{zone}", latest
                )
        return next_time(self._resolution, zone)

    def _at_work(self, zone: str, today: date) -> dict[str, WorkCalendar]:
        district, promises = self._resolution.district, self._resolution.promises
        here = [code for code in sorted(self._homed) if district.puskesmas(code).zone == zone]
        calendars = {code: promises.calendar(code) for code in here}
        return {code: each for code, each in calendars.items() if each.is_working_day(today)}

    def _remind(
        self,
        rules: ReminderRules,
        slot: str,
        at_work: Mapping[str, WorkCalendar],
        people: People,
        now: datetime,
    ) -> None:
        told = table.told(self._resolution, at_work)

        def decided(owed: Owed) -> Reminder | None:
            before, calendar = told.get(table.key_of(owed)), at_work[owed.puskesmas]
            return reminder(rules, calendar, owed, before, people, now)

        # A portion at a time: what was broken off goes on where it was when it is tried again.
        for portion in chain(self._of_cases(at_work, decided), [self._of_duties(at_work)]):
            found = [each for owed in portion if (each := decided(owed)) is not None]
            self._note(slot, found)
        self._accounts.note_digests(slot, now, self._digests(slot, people))

    def _note(self, slot: str, found: Sequence[Reminder]) -> None:
        def work(uow: UnitOfWork) -> None:
            table.note(uow, slot, found)

        self._resolution.transact(work).result()

    def _of_cases(
        self,
        at_work: Mapping[str, WorkCalendar],
        decided: Callable[[Owed], Reminder | None],
    ) -> Iterator[list[Owed]]:
        """Yield, a page at a time, what is owed on the cases of which, by the facts, somebody is to
        be reminded."""
        owing, seen, cursor = self._owing(), Seen(frozenset(at_work)), None
        while True:
            page = owing.cases(seen, Asked(state="open"), limit=PAGE, cursor=cursor)
            yield [
                owed
                for row in page.items
                if row["state"] == State.PLANNED
                or any(decided(each) for each in _by_the_facts(row))
                if (case := case_of(self._resolution, row["id"])) is not None
                for owed in owed_on(self._resolution, case)
            ]
            if (cursor := page.next) is None:
                return

    def _of_duties(self, at_work: Mapping[str, WorkCalendar]) -> list[Owed]:
        return [
            Owed(
                subject=duty["puskesmas"],
                about=duty["about"],
                due_at=at_work[duty["puskesmas"]].end_of(duty["due_on"]),
                puskesmas=duty["puskesmas"],
                name=duty["name"],
                page=duty["page"],
            )
            for duty in self._owing().duties(sorted(at_work), AHEAD)
        ]

    def _told_at(self, slot: str, zone: str, people: People) -> set[str]:
        """Return the accounts that a digest reaches with something of one time zone."""
        place = self._resolution.district.puskesmas
        found = table.groups(self._resolution, slot)
        here = [each for each in found if place(each.puskesmas).zone == zone]
        return {
            account.id
            for account in people.accounts
            if any(each.reaches(account.id, account.grants) for each in here)
        }

    def _digests(self, slot: str, people: People) -> Iterator[tuple[str, int, int]]:
        groups = table.groups(self._resolution, slot)
        for account in people.accounts:
            its = [each for each in groups if each.reaches(account.id, account.grants)]
            if its:
                yield account.id, sum(each.things for each in its), sum(each.late for each in its)


def case_of(resolution: "Resolution", id: UUID) -> Case | None:
    """Return a case as it stands here; None where it is not here."""
    try:
        return resolution.read(Case, id)
    except NotFound:
        return None


def owed_on(resolution: "Resolution", case: Case) -> list[Owed]:
    """Return what is owed on a case now, by its own steps and what arrived of others'."""
    calendar = resolution.promises.calendar(case.puskesmas)
    return still(case, kept_at(resolution.thread(case.id)), calendar)


def _by_the_facts(row: Mapping[str, Any]) -> Iterator[Owed]:
    done = {"response": row["responded_at"], "settlement": row["settled_at"]}
    for name in LIMIT_NAMES:
        due_at = row[f"{name}_due"]
        if due_at is not None and done[name] is None and not row["paused"]:
            yield Owed(str(row["id"]), name, due_at, row["puskesmas"], row["number"])
