"""The access log looked through: by person, complaint, role and time, as far as a reader may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.kernel.keyring.openings import Reason
from services.kernel.store.database import Row
from services.kernel.store.direct import Direct
from services.kernel.store.rows import marks


@dataclass(frozen=True)
class Sought:
    """What is looked for; None: whichever. `puskesmas` are those that the reader answers for
    (None: all, and what belongs to none), `until` is the first instant beyond."""

    puskesmas: Collection[str] | None = None
    accounts: Collection[str] | None = None
    complaint: str | None = None
    role: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class OpenedWords:
    """One complaint of an entry: `complaint` is its id where it is known, else the key's.

    `identity` is the complaint's confidentiality where the complainant was among what was opened.
    """

    complaint: str
    puskesmas: str | None
    identity: str | None
    settled_at: datetime | None
    reason: Reason | None


@dataclass(frozen=True)
class Entry:
    """One entry of the log, with those of its complaints that the reader answers for."""

    id: int
    at: datetime
    account: str
    role: str
    page: str
    opened: tuple[OpenedWords, ...]


def search(direct: Direct, sought: Sought, limit: int, before: int | None = None) -> list[Entry]:
    """Return entries, the newest first; `before` continues after the entry of that id."""
    within, named = _within(sought)
    conditions = ["openings.id < ?"]
    values: list[object] = [1 << 62 if before is None else before]
    for condition, value in (
        ("role = ?", sought.role),
        ("at >= ?", sought.since and sought.since.astimezone(UTC).isoformat()),
        ("at < ?", sought.until and sought.until.astimezone(UTC).isoformat()),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if sought.accounts is not None:
        conditions.append(f"account IN {marks(sought.accounts)}")
        values += sought.accounts
    conditions.append(f"EXISTS (SELECT 1 FROM opened WHERE opening = openings.id{within})")  # noqa: S608
    rows = direct.rows(
        f"SELECT * FROM openings WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608
        (*values, *named, limit),
    )
    ids = [row["id"] for row in rows]
    scope, scoped = _within(Sought(puskesmas=sought.puskesmas))
    parts: dict[int, list[OpenedWords]] = {id: [] for id in ids}
    for row in direct.rows(
        "SELECT opened.*, reasons.reason AS code, reasons.note FROM opened"  # noqa: S608
        " LEFT JOIN reasons ON reasons.id = opened.reason"
        f" WHERE opening IN {marks(ids)}{scope} ORDER BY opening, opened.complaint",
        (*ids, *scoped),
    ):
        parts[row["opening"]].append(_words(row))
    return [
        Entry(
            row["id"],
            datetime.fromisoformat(row["at"]),
            row["account"],
            row["role"],
            row["page"],
            tuple(parts[row["id"]]),
        )
        for row in rows
    ]


def _within(sought: Sought) -> tuple[str, Sequence[str]]:
    """Return the conditions on a complaint of an entry."""
    conditions, values = "", list[str]()
    if sought.puskesmas is not None:
        conditions += f" AND opened.puskesmas IN {marks(sought.puskesmas)}"
        values += sought.puskesmas
    if sought.complaint is not None:
        # Of the oldest openings only the key is known, which is the complaint's own name.
        conditions += " AND (opened.complaint = ? OR opened.key = ?)"
        values += [sought.complaint] * 2
    return conditions, values


def _words(row: Row) -> OpenedWords:
    settled = row["settled_at"]
    return OpenedWords(
        row["complaint"] or row["key"],
        row["puskesmas"],
        row["identity"],
        settled and datetime.fromisoformat(settled),
        None if row["code"] is None else Reason(row["code"], row["note"]),
    )
