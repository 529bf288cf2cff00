"""Which meetings there are, which decisions are open, and what a forum is still to be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from services.kernel.errors import NotFound, invalid
from services.kernel.store.database import Row
from services.kernel.store.rows import marks
from services.kernel.text import _
from services.resolution.application import Resolution
from services.resolution.domain import Case, Meeting
from services.resolution.domain.steps import HANDLED

PAGE: Final = 50
_COUNTS: Final = (
    "(SELECT count(*) FROM decisions AS d WHERE d.meeting = m.meeting) AS decided,"
    " (SELECT count(*) FROM decisions AS d"
    " WHERE d.meeting = m.meeting AND d.done_on IS NOT NULL) AS done"
)
Scope = Collection[str] | None
"""The Puskesmas that are asked about; None: all."""


@dataclass(frozen=True)
class Listed:
    """A meeting in a list."""

    id: UUID
    puskesmas: str
    kind: str
    state: str
    at: datetime
    decisions: int
    done: int


@dataclass(frozen=True)
class OpenDecision:
    """Something that was decided and is not done."""

    meeting: UUID
    number: int
    puskesmas: str
    complaint: str | None
    due_on: date


class MeetingLists:
    """Finds meetings and what is left of them in resolution's own store."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def upcoming(self, scope: Scope) -> list[Listed]:
        """Return the meetings that are called and not written down, the next first; one whose day
        went by stays until it is written down or cancelled."""
        return self._meetings(scope, "state = 'planned'", "at", ())

    def past(self, scope: Scope, after: UUID | None = None) -> list[Listed]:
        """Return a page of the meetings that were held or cancelled, the newest first; with `after`
        those that follow this one in the list. Raises InvalidInput for one that is not there."""
        condition = "state <> 'planned'"
        values: tuple[str, ...] = ()
        if after is not None:
            rows = self._resolution.select(
                "SELECT at FROM meetings WHERE meeting = ?", (str(after),)
            )
            if not rows:
                raise invalid("cursor", _("Penanda halaman ini tidak sah. Mulailah dari awal."))
            condition += " AND (at < ? OR (at = ? AND meeting < ?))"
            values = (rows[0]["at"], rows[0]["at"], str(after))
        return self._meetings(scope, condition, "at DESC, meeting DESC", values)

    def open_decisions(self, scope: Scope, after: int = 0) -> list[OpenDecision]:
        """Return a page of what was decided and is not done, what is due first first; with `after`
        so many are passed over."""
        where, values = _within(scope)
        rows = self._resolution.select(
            f"SELECT * FROM decisions WHERE done_on IS NULL AND {where}"  # noqa: S608 - marks only
            f" ORDER BY due_on, meeting, number LIMIT {PAGE + 1} OFFSET ?",
            (*values, after),
        )
        return [_open(row) for row in rows]

    def overdue(self, scope: Scope, today: date) -> int:
        """Return how many decisions were due before a day and are not done."""
        where, values = _within(scope)
        ((count,),) = self._resolution.select(
            "SELECT count(*) FROM decisions"  # noqa: S608 - marks only
            f" WHERE done_on IS NULL AND due_on < ? AND {where}",
            (today.isoformat(), *values),
        )
        return int(count)

    def of_month(self, puskesmas: str, month: str) -> list[Meeting]:
        """Return the meetings that discussed the recap of a month (`2026-10`), in their order:
        the outcome of each goes into it (SOP Puring 3d)."""
        rows = self._resolution.select(
            "SELECT m.meeting FROM meeting_months AS of_month"
            " JOIN meetings AS m ON m.meeting = of_month.meeting"
            " WHERE of_month.puskesmas = ? AND of_month.month = ? ORDER BY m.at, m.meeting",
            (puskesmas, month),
        )
        return [self._resolution.read(Meeting, UUID(row["meeting"])) for row in rows]

    def held_between(self, puskesmas: str, starts: datetime, ends: datetime) -> list[Meeting]:
        """Return the meetings that were held and began within these bounds, in their order."""
        rows = self._resolution.select(
            "SELECT meeting FROM meetings WHERE puskesmas = ? AND state = 'held'"
            " AND at >= ? AND at < ? ORDER BY at, meeting",
            (puskesmas, *(each.astimezone(UTC).isoformat() for each in (starts, ends))),
        )
        return [self._resolution.read(Meeting, UUID(row["meeting"])) for row in rows]

    def heard_in(self, meeting: UUID) -> list[UUID]:
        """Return the complaints that were raised in a meeting, in the order of their writing."""
        rows = self._resolution.select(
            "SELECT complaint FROM heard WHERE meeting = ? ORDER BY complaint", (str(meeting),)
        )
        return [UUID(row["complaint"]) for row in rows]

    def heard_where(self, complaint: UUID) -> Meeting | None:
        """Return the meeting in which a complaint was raised; None where none is known."""
        rows = self._resolution.select(
            "SELECT m.meeting FROM heard JOIN meetings AS m ON m.meeting = heard.meeting"
            " WHERE heard.complaint = ?",
            (str(complaint),),
        )
        return self._resolution.read(Meeting, UUID(rows[0]["meeting"])) if rows else None

    def answered_in(self, meeting: UUID) -> list[UUID]:
        """Return the complaints of whose result a forum was told in this meeting."""
        rows = self._resolution.select(
            "SELECT complaint FROM forum_answered WHERE meeting = ? ORDER BY complaint",
            (str(meeting),),
        )
        return [UUID(row["complaint"]) for row in rows]

    def to_answer(self, meeting: Meeting) -> list[UUID]:
        """Return what earlier meetings of this kind raised that has a result, of which the forum
        was not told yet."""
        rows = self._resolution.select(
            "SELECT heard.complaint FROM heard JOIN meetings AS m ON m.meeting = heard.meeting"
            " WHERE m.puskesmas = ? AND m.kind = ? AND m.meeting <> ? AND m.at <= ?"
            " ORDER BY heard.complaint",
            (
                meeting.puskesmas,
                meeting.kind,
                str(meeting.id),
                meeting.at.astimezone(UTC).isoformat(),
            ),
        )
        found = []
        for id in (UUID(row["complaint"]) for row in rows):
            case = self._case(id)
            if case is not None and case.state in HANDLED and not case.forum_answered:
                found.append(id)
        return found

    def on_case(self, complaint: UUID) -> list[tuple[Meeting, int]]:
        """Return what meetings decided on a case, in order: the meeting and the decision's
        number."""
        rows = self._resolution.select(
            "SELECT d.meeting, d.number FROM decisions AS d"
            " JOIN meetings AS m ON m.meeting = d.meeting"
            " WHERE d.complaint = ? ORDER BY m.at, d.meeting, d.number",
            (str(complaint),),
        )
        ids = {row["meeting"] for row in rows}
        read = {id: self._resolution.read(Meeting, UUID(id)) for id in ids}
        return [(read[row["meeting"]], row["number"]) for row in rows]

    def _case(self, complaint: UUID) -> Case | None:
        try:
            return self._resolution.get(complaint)
        except NotFound:
            return None

    def _meetings(
        self, scope: Scope, condition: str, order: str, values: Sequence[str]
    ) -> list[Listed]:
        where, within = _within(scope)
        rows = self._resolution.select(
            f"SELECT *, {_COUNTS} FROM meetings AS m"  # noqa: S608 - marks only
            f" WHERE {condition} AND {where} ORDER BY {order} LIMIT {PAGE + 1}",
            (*values, *within),
        )
        return [_listed(row) for row in rows]


def _within(scope: Scope) -> tuple[str, tuple[str, ...]]:
    if scope is None:
        return "1 = 1", ()
    codes = tuple(sorted(scope))
    return (f"puskesmas IN {marks(codes)}", codes) if codes else ("1 = 0", ())


def _listed(row: Row) -> Listed:
    return Listed(
        UUID(row["meeting"]),
        row["puskesmas"],
        row["kind"],
        row["state"],
        datetime.fromisoformat(row["at"]),
        row["decided"],
        row["done"],
    )


def _open(row: Row) -> OpenDecision:
    return OpenDecision(
        UUID(row["meeting"]),
        row["number"],
        row["puskesmas"],
        row["complaint"],
        date.fromisoformat(row["due_on"]),
    )
