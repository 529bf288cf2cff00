"""What resolution's pages ask of whoever knows all cases (`services.main` joins in reporting)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.kernel.access.principal import Principal
from services.kernel.access.reach import Reach, reach_of
from services.kernel.contracts import Message
from services.kernel.district import District
from services.kernel.paper.proven import Proven


@dataclass(frozen=True)
class Seen:
    """What a reader may see: cases of these Puskesmas (None: all), and of those within `reach`
    where they are bound to areas."""

    scope: frozenset[str] | None
    reach: tuple[Reach, ...] | None = None

    @classmethod
    def by(cls, principal: Principal, permission: str, district: District) -> "Seen":
        """Return what `permission` lets somebody see."""
        reach = reach_of(principal, permission, district.units_in)
        return cls(principal.scope(permission), reach)


@dataclass(frozen=True)
class Asked:
    """Which of them are asked for. `state` is a state of a case, or open, closed, overdue, soon
    (due within a week), inform, approve, redraft, release, escalated (before the district),
    advised (it has answered); `entered_by` an account."""

    puskesmas: str | None = None
    state: str | None = None
    unit: str | None = None
    channel: str | None = None
    category: str | None = None
    units: frozenset[str] | None = None
    entered_by: str | None = None


class CaseRows(Protocol):
    """A page of the list; `next` is the cursor of the following one."""

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows."""

    @property
    def next(self) -> str | None:
        """The cursor of the following page."""


class CaseLists(Protocol):
    """Which cases there are. Each row has at least id, number, puskesmas, channel, service_unit,
    categories, confidentiality, received_at, state, closed, grade, response_due, settlement_due,
    responded_at, settled_at, end_known_at, next_due, overdue, paused, escalated and
    before_district."""

    def cases(self, seen: Seen, asked: Asked, *, limit: int, cursor: str | None) -> CaseRows:
        """Return a page of the cases, the most urgent first.

        Raises InvalidInput for a cursor that is none of its own.
        """

    def work(self, seen: Seen, names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return, by what they wait for (`Asked.state`), `count`, the district's `median`, and
        since when the `oldest` waits."""

    def work_of(self, account: str) -> Mapping[str, int]:
        """Return how many cases that an account wrote down are open, overdue, inform."""

    def similar(self, complaint: UUID) -> tuple[int, list[dict[str, Any]]]:
        """Return how many cases of the place are about the same as this one, and the newest of
        them: id, number, received_at, state."""

    def numbers_of(self, complaints: Sequence[UUID]) -> dict[UUID, str]:
        """Return the number of each of these complaints that is known."""

    def find(self, number: str) -> UUID | None:
        """Return the complaint of a number or id; None where none is known."""

    def joined(self, complaint: UUID) -> list[dict[str, Any]]:
        """Return the duplicates that are answered with this case: id, number."""

    def standing_of(self, complaint: UUID) -> tuple[str, bool, datetime | None] | None:
        """Return the state of a complaint's case, whether the last withdrawal came too late for it,
        and when its end was recorded (None: it is open); None where no case is known."""

    def proven(self, complaint: UUID) -> Proven:
        """Return the proofs of what was written of a complaint; raises Unavailable."""

    def ended(self, scope: frozenset[str] | None, until: date, cursor: str | None) -> CaseRows:
        """Return a page of the cases of these Puskesmas (None: all) that ended on a day or before
        it."""

    def by_unit(self, seen: Seen, asked: Asked) -> list[dict[str, Any]]:
        """Return by `unit` how many cases are open, overdue, soon, received."""

    def place(self) -> int:
        """Return how far the lists are, as a number that only grows."""

    def news(self, seen: Seen, since: int) -> dict[str, int]:
        """Return how many cases came in (`new`) or went on (`changed`) after a `place`."""

    def notices(self, held: Sequence[tuple[str, Reach]], account: str) -> list[dict[str, Any]]:
        """Return what those who hold these roles, each within its reach, were told lately by
        others than this account, the newest first: name and `how` of the event, complaint, number,
        puskesmas, occurred_at, arrived_at, and the event's time."""

    def unread(
        self, held: Sequence[tuple[str, Reach]], account: str, after: datetime | None
    ) -> int:
        """Return how much of that arrived after an instant (None: all of it)."""

    def thread(self, complaint: UUID) -> list[Message]:
        """Return the log copy's messages of one complaint, whoever wrote them, in order."""

    def heard_from(self, origin: str) -> datetime | None:
        """Return when the newest message of an origin's stores arrived on the stream."""

    def recap(
        self, puskesmas: str, month: str, starts: datetime, ends: datetime
    ) -> Mapping[str, Any]:
        """Return of a month of one Puskesmas, which lasts from `starts` until before `ends`: its
        `cases` in the order of the recap, each with id, number, puskesmas, kind, channel,
        service_unit, categories, confidentiality, barrier, received_at, state, closed, grade,
        settlement_due, settled_at, informed_at, escalated, published_at, media, effective; the
        `whole` of its figures; closed_at, stated_at, corrections, acknowledged_at; and of boxes
        the `openings` that were due in it, each with box, title, due_on, state (`WORDS.duty`),
        days_late, opened_at, slips."""

    def evidence(
        self, puskesmas: str, starts: datetime, ends: datetime, months: Sequence[str]
    ) -> Mapping[str, Any]:
        """Return of a period of one Puskesmas its `cases` as `recap` has them, each also `planned`,
        `acted` (some of its plan was carried out) and end_known_at; `openings` of boxes, each with
        opened_at, box, slips, officers, witnesses; `surveys` with id, state, period, closed_at;
        `published` texts with number, text, media, since; and of those of these months (2026-10)
        of which something was heard `recaps` with month, closed_at, acknowledged_at; `unmet` is
        what was due in the period and not done: kind, about (a box, a kind of meeting), due_on,
        and whether it is `missed` for good."""

    def meeting_of(self, meeting: UUID) -> tuple[str, str, datetime] | None:
        """Return the Puskesmas of a meeting, its kind, and when it begins or began; None where none
        is known, or it was cancelled."""

    def month(self, puskesmas: str, starts: datetime, ends: datetime) -> Mapping[str, int]:
        """Return the figures of a whole month as it stands now: brought_forward, received,
        brought_back, closed, carried_forward, praise, and of the promises that fell due in it
        responses_due, responses_on_time, settlements_due, settlements_on_time."""

    def duties(self, puskesmas: Collection[str], ahead: timedelta) -> list[dict[str, Any]]:
        """Return what these Puskesmas owe by date and have not done, overdue or due within a time:
        puskesmas, about, due_on, name, and the page where it is done."""

    def boxes(self) -> Mapping[str, datetime]:
        """Return when the suggestion box of each Puskesmas was last opened."""
