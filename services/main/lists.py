"""Reporting's lists and figures, as resolution's pages ask for them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.access.reach import Reach
from services.kernel.contracts import Message
from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.months import Month
from services.kernel.paper.proven import Proven
from services.kernel.text import Text
from services.kernel.vocabulary import MEETING_KINDS
from services.reporting.agenda import Agenda, Item
from services.reporting.application import Reporting
from services.reporting.evidence import evidence
from services.reporting.queries.complaints import Listing
from services.reporting.queries.question import Filters, When
from services.reporting.recap_cases import recap_cases
from services.resolution.pages.lists import Asked, Seen

ENDED_PAGE: Final = 200
_ONE_DAY: Final = timedelta(days=1)
Duties = Callable[[Collection[str]], list[dict[str, Any]]]
"""What is owed by some Puskesmas that reporting has no facts of."""


def no_more(_puskesmas: Collection[str]) -> list[dict[str, Any]]:
    """Return that nothing is owed beyond reporting's facts."""
    return []


class CasesOf:
    """Answers which cases there are, out of reporting's facts as of now; `more` are duties that
    others know of."""

    def __init__(self, reporting: Reporting, district: District, more: Duties = no_more) -> None:
        self._reporting, self._district, self._more = reporting, district, more
        self._agenda = Agenda(reporting, district)

    def cases(self, seen: Seen, asked: Asked, *, limit: int, cursor: str | None) -> Listing:
        """Return a page of the cases within `seen`, the most urgent first."""
        return self._reporting.complaints(
            _filters(seen, asked), When(), order="deadline", limit=limit, cursor=cursor
        )

    def work(self, seen: Seen, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return how many cases wait for what is named, beside the district's median."""
        return self._reporting.work(_filters(seen, Asked()), names)

    def work_of(self, account: str) -> Mapping[str, int]:
        """Return how many of the cases that an account wrote down wait for what."""
        return self._reporting.work_of(account)

    def similar(self, complaint: UUID) -> tuple[int, list[dict[str, Any]]]:
        """Return how many cases are about the same as this one, and the newest of them."""
        return self._reporting.similar(complaint)

    def numbers_of(self, complaints: Sequence[UUID]) -> dict[UUID, str]:
        """Return the number of each of these complaints that is known."""
        return self._reporting.numbers_of(complaints)

    def find(self, number: str) -> UUID | None:
        """Return the complaint of a number or id; None where none is known."""
        try:
            return self._reporting.find(number)
        except NotFound:
            return None

    def joined(self, complaint: UUID) -> list[dict[str, Any]]:
        """Return the duplicates that are answered with this case."""
        return self._reporting.joined(complaint)

    def standing_of(self, complaint: UUID) -> tuple[str, bool, datetime | None] | None:
        """Return the state of a complaint's case, whether the last withdrawal came too late for it,
        and when its end was recorded (None: it is open); None where no case is known."""
        return self._reporting.standing_of(complaint)

    def proven(self, complaint: UUID) -> Proven:
        """Return the proofs of what was written of a complaint."""
        thread = self._reporting.thread(complaint)
        return self._reporting.proofs_of((each.source, each.id) for each in thread)

    def ended(self, scope: frozenset[str] | None, until: date, cursor: str | None) -> Listing:
        """Return a page of the cases of these Puskesmas (None: all) that ended on a day or before
        it."""
        filters = Filters(scope, total="closed", until=until)
        return self._reporting.complaints(filters, When(), limit=ENDED_PAGE, cursor=cursor)

    def by_unit(self, seen: Seen, asked: Asked) -> list[dict[str, Any]]:
        """Return how many cases wait at each service unit."""
        return self._reporting.work_by_unit(_filters(seen, asked))

    def place(self) -> int:
        """Return how far the lists are, as a number that only grows."""
        return self._reporting.place()

    def news(self, seen: Seen, since: int) -> dict[str, int]:
        """Return how many cases came in or went on after a `place`."""
        return self._reporting.news(_filters(seen, Asked()), since)

    def notices(self, held: Sequence[tuple[str, Reach]], account: str) -> list[dict[str, Any]]:
        """Return what those who hold these roles were told lately, the newest first."""
        return self._reporting.notices(held, account)

    def unread(
        self, held: Sequence[tuple[str, Reach]], account: str, after: datetime | None
    ) -> int:
        """Return how much of that arrived after an instant."""
        return self._reporting.unread(held, account, after)

    def thread(self, complaint: UUID) -> list[Message]:
        """Return the log copy's messages of one complaint, whoever wrote them, in order."""
        return self._reporting.thread(complaint)

    def heard_from(self, origin: str) -> datetime | None:
        """Return when the newest message of an origin's stores arrived on the stream."""
        return self._reporting.heard_from(origin)

    def recap(
        self, puskesmas: str, month: str, starts: datetime, ends: datetime
    ) -> Mapping[str, Any]:
        """Return the cases behind a month's recap, what was reported of it, and how the openings of
        boxes stand that were due in it."""
        found = recap_cases(self._reporting, puskesmas, month, (starts, ends))
        openings = self._agenda.openings(puskesmas, Month.written(month), When())
        return {**found, "openings": openings}

    def evidence(
        self, puskesmas: str, starts: datetime, ends: datetime, months: Sequence[str]
    ) -> Mapping[str, Any]:
        """Return what happened at a Puskesmas in a period that an accreditation asks for, and what
        was owed in it and not done."""
        found = evidence(self._reporting, puskesmas, (starts, ends), months)
        zone = ZoneInfo(self._district.puskesmas(puskesmas).zone)
        first, after = (each.astimezone(zone).date() for each in (starts, ends))
        unmet = self._agenda.unmet(puskesmas, first, after - _ONE_DAY)
        return {**found, "unmet": [_unmet(each) for each in unmet]}

    def meeting_of(self, meeting: UUID) -> tuple[str, str, datetime] | None:
        """Return the Puskesmas of a meeting, its kind, and when it begins or began; None where none
        is known, or it was cancelled."""
        return self._reporting.meeting_of(meeting)

    def month(self, puskesmas: str, starts: datetime, ends: datetime) -> Mapping[str, int]:
        """Return the figures of a whole month, as it stands now."""
        return self._reporting.month(puskesmas, starts, ends)

    def duties(self, puskesmas: Collection[str], ahead: timedelta) -> list[dict[str, Any]]:
        """Return what these Puskesmas owe by date and have not done, overdue or due within a
        time."""
        of_agenda = [_duty(each) for each in self._agenda.open_until(puskesmas, ahead)]
        return of_agenda + self._more(puskesmas)

    def boxes(self) -> Mapping[str, datetime]:
        """Return when the suggestion box of each Puskesmas was last opened."""
        return self._reporting.boxes()


def _duty(item: Item) -> dict[str, Any]:
    owed = item.owed
    title = owed.title or item.duty.name
    # The agenda's rules name the kinds of meetings, each a duty of its own.
    kind = owed.about if owed.about in MEETING_KINDS else owed.kind
    return {
        "puskesmas": owed.puskesmas,
        "about": f"{kind}/{owed.about or ''}/{owed.period.first}",
        "due_on": owed.due_on,
        "name": title.msgid if isinstance(title, Text) else title,
        "page": item.duty.address(owed),
    }


def _unmet(item: Item) -> dict[str, Any]:
    owed = item.owed
    return {
        "kind": owed.kind,
        "about": owed.about,
        "due_on": owed.due_on,
        "missed": item.state == "missed",
    }


def _filters(seen: Seen, asked: Asked) -> Filters:
    reach: tuple[Reach, ...] | None = seen.reach
    return Filters(
        seen.scope,
        puskesmas=asked.puskesmas,
        unit=asked.unit,
        channel=asked.channel,
        category=asked.category,
        state=asked.state,
        reach=reach,
        units=asked.units,
        entered_by=asked.entered_by,
    )
