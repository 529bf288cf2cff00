"""Of what somebody was reminded, in resolution's store: each thing at each stage once.

It holds numbers, steps and times, and nothing of what a complaint says or of whom it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from services.kernel.access.principal import Grant
from services.kernel.store import Service, UnitOfWork
from services.kernel.store.database import Row
from services.kernel.store.rows import marks
from services.resolution.reminders.owing import Owed, Reminder

TABLES: Final = """
CREATE TABLE IF NOT EXISTS reminders (
    subject   TEXT NOT NULL,
    about     TEXT NOT NULL,
    due_at    TEXT NOT NULL,
    stage     INTEGER NOT NULL,
    slot      TEXT NOT NULL,
    puskesmas TEXT NOT NULL,
    name      TEXT NOT NULL,
    page      TEXT NOT NULL,
    roles     TEXT NOT NULL,
    person    TEXT NOT NULL,
    late      INTEGER NOT NULL,
    PRIMARY KEY (subject, about, due_at, stage)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reminders_of_slot ON reminders (slot, due_at, name, about);
CREATE INDEX IF NOT EXISTS reminders_at ON reminders (puskesmas);
"""
KEPT: Final = timedelta(days=400)
_INSERT: Final = (
    "INSERT INTO reminders"
    " (subject, about, due_at, stage, slot, puskesmas, name, page, roles, person, late) VALUES"
)
_ONCE: Final = "ON CONFLICT (subject, about, due_at, stage) DO NOTHING"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Group:
    """How many things of one digest go to the same people of one Puskesmas."""

    puskesmas: str
    roles: frozenset[str]
    person: str
    things: int
    late: int
    row: tuple[str, str, str]

    def reaches(self, account: str, grants: Sequence[Grant]) -> bool:
        """Say whether it goes to an account with these grants."""
        return self.person == account or any(
            grant.role in self.roles and grant.covers(self.puskesmas) for grant in grants
        )


@dataclass(frozen=True)
class Line:
    """One line of a digest: what was owed, and whether it was late then."""

    owed: Owed
    late: bool


def key_of(owed: Owed) -> Key:
    """Return what tells one thing that is owed from another: of another moment it is another."""
    return owed.subject, owed.about, _written(owed.due_at)


def told(service: Service, places: Collection[str]) -> dict[Key, int]:
    """Return of which things somebody at these Puskesmas was told, and the last stage of each."""
    rows = service.select(
        "SELECT subject, about, due_at, max(stage) AS stage FROM reminders"  # noqa: S608 - marks only
        f" WHERE puskesmas IN {marks(places)} GROUP BY subject, about, due_at",
        tuple(places),
    )
    return {(row["subject"], row["about"], row["due_at"]): row["stage"] for row in rows}


def note(uow: UnitOfWork, slot: str, reminders: Sequence[Reminder]) -> None:
    """Write down of what somebody is reminded now, and let go of what is long past."""
    rows = [
        (
            *key_of(each.owed),
            each.stage,
            slot,
            each.owed.puskesmas,
            each.owed.name,
            each.owed.page,
            " ".join(each.roles),
            each.person,
            int(each.late),
        )
        for each in reminders
    ]
    uow.insert(_INSERT, *rows, on_conflict=_ONCE)
    before = (uow.now - KEPT).strftime("%Y-%m-%d")
    uow.connection.execute("DELETE FROM reminders WHERE slot < ?", (before,))


def groups(service: Service, slot: str) -> list[Group]:
    """Return how many things of a digest go to whom."""
    rows = service.select(
        "SELECT puskesmas, roles, person, count(*) AS things, sum(late) AS late FROM reminders"
        " WHERE slot = ? GROUP BY puskesmas, roles, person",
        (slot,),
    )
    return [
        Group(
            row["puskesmas"],
            frozenset(row["roles"].split()),
            row["person"],
            int(row["things"]),
            int(row["late"]),
            (row["puskesmas"], row["roles"], row["person"]),
        )
        for row in rows
    ]


def lines(
    service: Service, slot: str, among: Sequence[Group], limit: int, after: int = 0
) -> list[Line]:
    """Return a page of a digest, what was due first first: so the most urgent comes first, as in
    the queue of cases. With `after` so many are passed over."""
    if not among:
        return []
    chosen = ", ".join("(?, ?, ?)" for _group in among)
    rows = service.select(
        "SELECT * FROM reminders WHERE slot = ?"  # noqa: S608 - marks only
        f" AND (puskesmas, roles, person) IN (VALUES {chosen})"
        " ORDER BY due_at, name, about LIMIT ? OFFSET ?",
        (slot, *(value for group in among for value in group.row), limit, after),
    )
    return [Line(_owed(row), bool(row["late"])) for row in rows]


def _owed(row: Row) -> Owed:
    due_at = datetime.fromisoformat(row["due_at"])
    facts = (row["subject"], row["about"], due_at, row["puskesmas"], row["name"], row["page"])
    return Owed(*facts, person=row["person"])


def _written(moment: datetime) -> str:
    # Compared as text, so all are written in one zone and with all digits.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
