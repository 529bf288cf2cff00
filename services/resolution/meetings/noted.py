"""What meetings leave in the store for quick finding: when each is, what it decided, which
complaints were raised in it. All of it follows the events."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Final
from uuid import UUID

from services.kernel.aggregate import Act
from services.kernel.contracts import SealedBox
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.store import UnitOfWork
from services.resolution.domain import Case, Meeting

TABLES: Final = """
CREATE TABLE IF NOT EXISTS meetings (
    meeting   TEXT PRIMARY KEY,
    puskesmas TEXT NOT NULL,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meetings_at ON meetings (puskesmas, at);
CREATE TABLE IF NOT EXISTS decisions (
    meeting       TEXT NOT NULL,
    number        INTEGER NOT NULL,
    puskesmas     TEXT NOT NULL,
    complaint     TEXT,
    action_number INTEGER,
    due_on        TEXT NOT NULL,
    done_on       TEXT,
    PRIMARY KEY (meeting, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decisions_due ON decisions (puskesmas, due_on);
CREATE INDEX IF NOT EXISTS decisions_of_case ON decisions (complaint);
CREATE TABLE IF NOT EXISTS meeting_months (
    puskesmas TEXT NOT NULL,
    month     TEXT NOT NULL,
    meeting   TEXT NOT NULL,
    PRIMARY KEY (puskesmas, month, meeting)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heard (
    complaint TEXT PRIMARY KEY,
    meeting   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS heard_in ON heard (meeting);
CREATE TABLE IF NOT EXISTS forum_answered (
    complaint TEXT NOT NULL,
    meeting   TEXT NOT NULL,
    PRIMARY KEY (complaint, meeting)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS forum_answered_in ON forum_answered (meeting);
"""
_AGAIN: Final = (
    "ON CONFLICT (meeting) DO UPDATE SET kind = excluded.kind, state = excluded.state,"
    " at = excluded.at"
)


def note_meeting(uow: UnitOfWork, meeting: Meeting) -> None:
    """Write down how a meeting stands, and what it decided."""
    id = str(meeting.id)
    row = (id, meeting.puskesmas, meeting.kind, meeting.state)
    at = meeting.at.astimezone(UTC).isoformat()
    uow.insert("INSERT INTO meetings VALUES", (*row, at), on_conflict=_AGAIN)
    if meeting.held is None:
        return
    uow.insert(
        "INSERT INTO meeting_months VALUES",
        *((meeting.puskesmas, month, id) for month in meeting.months),
        on_conflict="ON CONFLICT DO NOTHING",
    )
    rows = [_decision(meeting, each) for each in meeting.decisions]
    uow.insert(
        "INSERT INTO decisions VALUES",
        *rows,
        on_conflict="ON CONFLICT (meeting, number) DO UPDATE SET done_on = excluded.done_on",
    )


def _decision(meeting: Meeting, each: DecisionV1) -> tuple[str | int | None, ...]:
    done = meeting.done.get(each.number)
    where = (str(meeting.id), each.number, meeting.puskesmas, each.complaint, each.action_number)
    return (*where, each.due_on.isoformat(), done.done_on.isoformat() if done else None)


def note_heard(uow: UnitOfWork, complaint: str, meeting: str) -> None:
    """Write down in which meeting a complaint was raised."""
    row = (complaint, meeting)
    uow.insert("INSERT INTO heard VALUES", row, on_conflict="ON CONFLICT DO NOTHING")


def note_answered(uow: UnitOfWork, complaint: str, meeting: str) -> None:
    """Write down in which meeting the forum was told what came of a complaint."""
    row = (complaint, meeting)
    uow.insert("INSERT INTO forum_answered VALUES", row, on_conflict="ON CONFLICT DO NOTHING")


def carried_out(
    uow: UnitOfWork, case: Case, act: Act, number: int, done_on: date, note: SealedBox
) -> None:
    """Record what a meeting had decided as done, since the line of the case's plan that it became
    was carried out.

    A plan that was made anew since has lines of its own: these have other boxes.
    """
    line = next(each for each in case.actions if each.number == number)
    for meeting_id, decided in _open(uow, case, number):
        meeting = uow.get(Meeting, meeting_id)
        decision = next(each for each in meeting.decisions if each.number == decided)
        if decision.decision == line.action and decided not in meeting.done:
            meeting.complete(act, decided, done_on, note)
            uow.save(meeting)
            note_meeting(uow, meeting)


def _open(uow: UnitOfWork, case: Case, number: int) -> Sequence[tuple[UUID, int]]:
    uow.flush()
    rows = uow.connection.execute(
        "SELECT meeting, number FROM decisions"
        " WHERE complaint = ? AND action_number = ? AND done_on IS NULL",
        (str(case.id), number),
    ).fetchall()
    return [(UUID(row["meeting"]), row["number"]) for row in rows]
